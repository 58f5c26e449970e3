"""Chooses how the recipe of a line is read, where the usual way does not fit what it wrote off.

How modifiers count is not documented, and a preparation may be taken as itself, as its recipe, or in part as both. What
fits the whole line is right; else what leaves least in money. Source: rules/README.md, "Recipes".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from reconcile.core.exact import MICRO, half_even
from reconcile.engine.recipes.explosion import Amounts, Explosion, Recipes
from reconcile.model.modifiers import Choice

_MOST_WAYS = 64
"""Of a line that may be read in so many ways, no further preparation that was taken in part is read as whole too."""
Quantities = Mapping[int, int]
"""By product, in millionths."""


@dataclasses.dataclass(frozen=True)
class SoldLine:
    """A line of a dish with what it wrote off; quantities in millionths."""

    product: int
    chosen: tuple[Choice, ...]
    sold: int
    count: int
    portion_size: int
    written_off: Quantities
    as_itself: frozenset[int]
    """Dishes and preparations that it wrote off as themselves."""
    unit_costs: Mapping[int, Fraction]
    """Of what it wrote off, by product, where known."""
    repeats: int = 1
    """How often its operations stand."""

    def not_below_0(self, due: int) -> int:
        """What is due of an ingredient, as modifiers take away no more than there is; on a return, not above 0."""
        return due if due * self.sold > 0 else 0

    def took_itself(self, due: Iterable[int]) -> bool:
        """Whether the dish itself was written off, and nothing of what is due."""
        return bool(self.written_off.get(self.product)) and not any(map(self.written_off.get, due))

    def once(self) -> SoldLine:
        """The line, had each operation been posted once."""
        taken = {key: amount // self.repeats for key, amount in self.written_off.items()}
        return dataclasses.replace(self, written_off=taken)


@dataclasses.dataclass(frozen=True)
class Row:
    """What is due of one ingredient, and the value of its finding where that is not difference × unit cost."""

    due: int
    value: int | None = None


class Reader:
    """Reads lines by the recipes, at unit costs; a unit cost is None where unknown."""

    def __init__(
        self, recipes: Recipes, unit_cost: Callable[[int], Fraction | None], step: Callable[[int], int]
    ) -> None:
        self._recipes = recipes
        self._unit_cost = unit_cost
        self._step = step

    def rows(self, line: SoldLine) -> tuple[dict[int, Row], bool]:
        """By ingredient, what is due on the line; and whether its recipe holds only against what was posted once.

        Raises `UnknownRecipe`.
        """
        due, fits = self._read(line)
        if not fits and line.repeats > 1:
            due_once, fits_once = self._read(line.once())
            if fits_once:
                return {key: Row(amount) for key, amount in due_once.items()}, True
        if fits or line.took_itself(due):
            return {key: Row(amount) for key, amount in due.items()}, False
        told: dict[int, Row] = {}
        inside: set[int] = set()
        for preparation in self._recipes.preparations(line.product, line.chosen):
            if preparation not in inside and (found := self._of_preparation(line, preparation, due)):
                line, due_then, rows = found
                due = dict.fromkeys(due.keys() & line.written_off.keys(), 0) | due_then
                told |= rows
                inside |= set(self._recipes.preparations(preparation, ()))
        return {key: Row(amount) for key, amount in due.items()} | told, False

    def _read(self, line: SoldLine) -> tuple[dict[int, int], bool]:
        """What is due by ingredient, in the way that fits, or leaves least; and whether it fits."""
        preparations = self._recipes.preparations(line.product, line.chosen)
        reduced = self._recipes.reduced(line.product, line.chosen) - line.as_itself
        ways = self._ways(line, preparations, reduced)
        left, _, due = min((self._left(line, due), place, due) for place, due in enumerate(ways))
        return due, not left[0]

    def _ways(
        self, line: SoldLine, preparations: Sequence[int], reduced: frozenset[int]
    ) -> Iterator[dict[int, int]]:
        """What is due by ingredient, in all readings of the modifiers, with preparations whole or in part.

        `preparations` come outer ones first. Of those `reduced` modifiers take away; they are taken as their recipes.
        """
        kept = line.as_itself | reduced
        explosion = self._recipes.explode(line.product, line.chosen, kept)
        for number in range(4 if explosion.modifiers or explosion.scaled_modifiers else 1):
            ways = [_due(line, explosion, number)]
            for key in preparations:  # what is due of one is complete when those that it is in are done
                for way in ways:
                    if key in way:
                        way[key] = line.not_below_0(way[key])
                    if key in reduced:
                        self._add_parts(way, key, way.pop(key, 0), kept)
                in_part = [
                    self._in_part(line, way, key, kept) for way in ways if self._is_in_part(line, key, way)
                ]
                if len(ways) >= _MOST_WAYS:
                    ways = [way for way in ways if not self._is_in_part(line, key, way)]
                ways += in_part
            for way in ways:
                yield {key: line.not_below_0(amount) for key, amount in way.items()}

    def _is_in_part(self, line: SoldLine, key: int, due: Quantities) -> bool:
        whole, taken = due.get(key, 0), line.written_off.get(key, 0)
        may_be = key not in self._recipes.itself and key not in self._recipes.by_recipe
        return may_be and 0 < abs(taken) < abs(whole) and taken * whole > 0

    def _in_part(self, line: SoldLine, due: Quantities, key: int, kept: frozenset[int]) -> dict[int, int]:
        """What is due where this preparation was taken in part as itself, and the rest as its recipe."""
        found = {**due, key: line.written_off[key]}
        self._add_parts(found, key, due[key] - found[key], kept)
        return found

    def _add_parts(self, due: dict[int, int], key: int, amount: int, kept: frozenset[int]) -> None:
        """Add what an amount of a preparation uses by its recipe, in which these are kept as themselves."""
        for part, of_one in self._recipes.parts(key, kept).items():
            due[part] = due.get(part, 0) + _rounded(amount * of_one)

    def _left(self, line: SoldLine, due: Quantities) -> tuple[bool, Fraction, int]:
        """Whether it does not fit, and what it leaves: in money, and in quantity where costs are unknown."""
        money, quantity, fits = Fraction(0), 0, True
        for key in {*due, *line.written_off}:
            gap = abs(line.written_off.get(key, 0) - due.get(key, 0))
            if gap <= (self._step(key) if key in due else 0):
                continue
            fits, cost = False, self._cost_of_one(line, key)
            if cost is None:
                quantity += gap
            else:
                money += gap * cost
        return (False, Fraction(0), 0) if fits else (True, money, quantity)

    def _of_preparation(
        self, line: SoldLine, key: int, due: Quantities
    ) -> tuple[SoldLine, dict[int, int], dict[int, Row]] | None:
        """Where a preparation was taken the other way than it is, or not at all: the line with it as itself, without
        the parts that were taken for it; what is due then; and the rows to tell of it, and of these parts. Else None.
        """
        taken = line.written_off.get(key, 0)
        kept = dataclasses.replace(line, as_itself=line.as_itself | {key})
        due_kept, _ = self._read(kept)
        whole = due_kept.get(key, 0)
        shares = {
            part: _rounded(whole * of_one)
            for part, of_one in self._recipes.parts(key, line.as_itself).items()
        }
        if not whole or not shares:
            return None
        rest = {part: due_kept.get(part, 0) for part in shares}
        more = {part: line.written_off.get(part, 0) - amount for part, amount in rest.items()}
        as_parts = {
            part: each for part, each in more.items() if abs(each) > self._step(part) and each * whole > 0
        }
        is_itself = key in self._recipes.itself
        is_short = abs(taken) < abs(whole) - self._step(key)
        if (is_itself and is_short and as_parts) or (key in self._recipes.by_recipe and taken):
            cost = self._cost(line, {key: taken}) + self._cost(line, as_parts)
            told = {
                key: Row(
                    whole if is_itself else 0, cost - self._cost(line, {key: whole} if is_itself else shares)
                )
            }
            told |= {part: Row(line.written_off[part]) for part in as_parts}
            left = {**line.written_off, **{part: rest[part] for part in as_parts}}
            return dataclasses.replace(kept, written_off=left), due_kept, told
        owed = {key: whole} if is_itself else {part: due.get(part, 0) for part in shares}
        is_lacking = any(abs(line.written_off.get(part, 0) - owed[part]) > self._step(part) for part in owed)
        if not taken and not as_parts and is_lacking:
            return kept, due_kept, {key: Row(whole, -self._cost(line, {key: whole}))}
        return None

    def _cost(self, line: SoldLine, amounts: Quantities) -> int:
        """What these amounts cost, without those of unknown cost; a preparation of unknown cost costs what its recipe
        does.
        """
        total, left = Fraction(0), [(key, Fraction(amount)) for key, amount in amounts.items()]
        while left:
            key, amount = left.pop()
            cost = self._cost_of_one(line, key)
            if cost is not None:
                total += amount * cost
            elif key in self._recipes.products:
                parts = self._recipes.parts(key, line.as_itself)
                left += [(part, amount * of_one) for part, of_one in parts.items()]
        return _rounded(total)

    def _cost_of_one(self, line: SoldLine, key: int) -> Fraction | None:
        """As the line itself paid, else as that day or by the catalogue."""
        return line.unit_costs[key] if key in line.unit_costs else self._unit_cost(key)


def _due(line: SoldLine, explosion: Explosion, number: int) -> dict[int, int]:
    """What is due of each ingredient by one of the four readings, less what modifiers take away."""
    sign, size = (1 if line.sold > 0 else -1), abs(line.sold)
    count, portion = abs(line.count), abs(line.portion_size)
    times, scaled = ((count, size), (size, size), (MICRO, portion), (portion, portion))[number]
    found = {}
    for key in explosion.ingredients:
        parts: tuple[tuple[Amounts, int], ...] = (
            (explosion.portion, size), (explosion.modifiers, times), (explosion.scaled_modifiers, scaled),
        )  # fmt: skip
        amount = sum((part.get(key, Fraction(0)) * each for part, each in parts), Fraction(0))
        found[key] = sign * _rounded(amount)
    return found


def _rounded(amount: Fraction) -> int:
    return half_even(amount.numerator, amount.denominator)
