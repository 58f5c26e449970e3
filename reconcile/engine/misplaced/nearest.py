"""Pairs what is short with what is too much: nearest in time first, then the lowest ids.

The order of pairs is strict, so a pair whose members are each other's first choice stands whatever the others do. Such
pairs are found by following first choices, each found by bisection: n log n for any day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from reconcile.engine.misplaced.differences import Difference

FARTHEST = 10**12
"""The distance where a time is missing, in seconds."""


def distance(one: Difference, other: Difference) -> int:
    """Seconds between the closing of two receipts."""
    if one.closed_at is None or other.closed_at is None:
        return FARTHEST
    return abs(one.closed_at - other.closed_at)


def nearest_pairs(
    surplus: Sequence[Difference], short: Sequence[Difference], step: int
) -> Iterator[tuple[Difference, Difference]]:
    """Pairs (surplus, short) of one product, of two receipts, whose amounts are opposite within the step.

    In the order of distance, then the number of the surplus, then of the short one, each used once.
    """
    sides = (_Side(surplus, step), _Side(short, step))
    for start in short:
        chain = [start]
        while chain:
            last = chain[-1]
            side = len(chain) % 2  # 1: `last` is short, and its choice a surplus
            own, others = sides[side], sides[1 - side]
            if not own.has(last):
                chain.pop()
                continue
            choice = others.nearest(last)
            if choice is None:
                own.remove(last)
                chain.pop()
            elif len(chain) > 1 and choice is chain[-2]:
                own.remove(last)
                others.remove(choice)
                del chain[-2:]
                yield (last, choice) if side == 0 else (choice, last)
            else:
                chain.append(choice)


class _Side:
    """The differences of one side that are not paired yet, by amount."""

    def __init__(self, members: Sequence[Difference], step: int) -> None:
        groups: dict[int, list[Difference]] = {}
        for each in members:
            groups.setdefault(each.amount, []).append(each)
        self._amounts = sorted(groups)
        self._groups = {amount: _SameAmount(group) for amount, group in groups.items()}
        self._step = step

    def has(self, member: Difference) -> bool:
        return self._groups[member.amount].has(member)

    def remove(self, member: Difference) -> None:
        self._groups[member.amount].remove(member)

    def nearest(self, to: Difference) -> Difference | None:
        """The first choice of a difference of the other side."""
        found = []
        place = bisect_left(self._amounts, -to.amount - self._step)
        while place < len(self._amounts) and self._amounts[place] <= -to.amount + self._step:
            choice = self._groups[self._amounts[place]].nearest(to)
            if choice is not None:
                found.append((distance(choice, to), choice.number, choice))
            place += 1
        return min(found, key=lambda each: each[:2])[2] if found else None


class _SameAmount:
    """Differences of one amount: by time forwards and backwards, and by number."""

    def __init__(self, members: Sequence[Difference]) -> None:
        timed = [each for each in members if each.closed_at is not None]
        self._later = _Skipping(sorted(timed, key=lambda each: (each.closed_at, each.number)))
        self._earlier = _Skipping(sorted(timed, key=lambda each: (-(each.closed_at or 0), each.number)))
        self._untimed = _Skipping(sorted((each for each in members if each.closed_at is None), key=_number))
        self._all = _Skipping(sorted(members, key=_number))

    def has(self, member: Difference) -> bool:
        return self._all.has(member)

    def remove(self, member: Difference) -> None:
        for order in (self._later, self._earlier, self._untimed, self._all):
            order.remove(member)

    def nearest(self, to: Difference) -> Difference | None:
        if to.closed_at is None:
            return self._all.first(0, to.receipt)
        at = to.closed_at
        later = self._later.first(self._later.place(lambda each: (each.closed_at or 0) < at), to.receipt)
        earlier = self._earlier.first(
            self._earlier.place(lambda each: (each.closed_at or 0) >= at), to.receipt
        )
        found = [(distance(each, to), each.number, each) for each in (later, earlier) if each is not None]
        if found:
            return min(found, key=lambda each: each[:2])[2]
        return self._untimed.first(0, to.receipt)


class _Skipping:
    """A sorted list from which members are removed; finding the first one left from a place on takes no scan."""

    def __init__(self, members: list[Difference]) -> None:
        self._members = members
        self._place = {id(each): place for place, each in enumerate(members)}
        self._next = list(range(len(members) + 1))

    def has(self, member: Difference) -> bool:
        place = self._place[id(member)]
        return self._left_from(place) == place

    def remove(self, member: Difference) -> None:
        place = self._place.get(id(member))
        if place is not None:
            self._next[place] = place + 1

    def place(self, is_before: object) -> int:
        """The first place whose member is not before the wanted one; members before it come first."""
        low, high = 0, len(self._members)
        while low < high:
            middle = (low + high) // 2
            if is_before(self._members[middle]):  # type: ignore[operator]
                low = middle + 1
            else:
                high = middle
        return low

    def first(self, place: int, but_of_receipt: int) -> Difference | None:
        """The first member left from a place on that is of another receipt."""
        place = self._left_from(place)
        while place < len(self._members):
            if self._members[place].receipt != but_of_receipt:
                return self._members[place]
            place = self._left_from(place + 1)
        return None

    def _left_from(self, place: int) -> int:
        root = place
        while self._next[root] != root:
            root = self._next[root]
        while self._next[place] != root:
            self._next[place], place = root, self._next[place]
        return root


def _number(each: Difference) -> int:
    return each.number
