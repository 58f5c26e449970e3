"""Between receipts of the day: what one line is short of, and another receipt has too much of.

In the order of the kinds: operations that carry the line's id, orphans, put-backs under the sale, lines that were
deleted as the guests moved to another table.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from reconcile.core.exact import Times, multiply
from reconcile.core.positions import positions
from reconcile.engine.misplaced.differences import DayFrames, Difference
from reconcile.engine.misplaced.in_receipt import Step
from reconcile.engine.misplaced.nearest import FARTHEST, distance, nearest_pairs
from reconcile.engine.misplaced.placed import Misplaced, Used, grouped, whole_lines
from reconcile.rulebook.flags import ints

MOVED_WITHIN = 10 * 60
"""Seconds between deleting a line and entering it again on another receipt."""
_MOST_CANDIDATES = 50
"""How many receipts are tried for a line that needs several products from one receipt."""

Pair = tuple[Difference, Sequence[Difference]]
"""A short difference, and what stands elsewhere in its place."""
Candidate = tuple[int, int, int, Sequence[Pair]]
"""Distance, number of the surplus, number of the short line, and the pairs that go together."""


def under_another_receipt(rows: Sequence[Difference], used: Used, step: Step) -> Iterator[Misplaced]:
    """Operations listed under one receipt with the line id of another, together the opposite of its difference."""
    of_line = grouped((each for each in rows if not each.is_orphan), "line", "product")
    lacking = grouped((each for each in rows if each.is_whole), "line")
    orphans = grouped((each for each in rows if each.named_line >= 0), "receipt", "named_line")
    candidates: list[Candidate] = []
    for (_, line), group in orphans.items():
        pairs: list[Pair] = []
        for (product,), same in grouped(group, "product").items():
            for short in of_line.get((line, product), ()):
                if abs(short.amount + sum(each.amount for each in same)) <= step(product):
                    pairs.append((short, same))
        whole = [pair for pair in pairs if pair[0].is_whole]
        if len(whole) == sum(each.is_whole for each in lacking.get((line,), ())):
            candidates += [_candidate(whole)] if whole else []
        candidates += [_candidate([pair]) for pair in pairs if not pair[0].is_whole]
    yield from _in_order(candidates, used, "under another receipt")


def as_orphans(rows: Sequence[Difference], used: Used, step: Step) -> Iterator[Misplaced]:
    """An orphan and a line of another receipt whose difference is its opposite."""
    orphans = [each for each in rows if each.is_orphan]
    lines = [each for each in rows if not each.is_orphan]
    yield from _in_order(_whole(lines, orphans, step), used, "as an orphan")
    single = [each for each in used.left(lines) if not each.is_whole]
    yield from _nearest(used.left(orphans), single, used, step, "as an orphan")


def under_the_sale(
    rows: Sequence[Difference], lines: pd.DataFrame, used: Used, step: Step
) -> Iterator[Misplaced]:
    """A return with nothing put back, and a sale of that product with a put-back of that amount under it."""
    sold, product = lines["sold"].to_numpy(), lines["product_id"].to_numpy()
    returns = [each for each in rows if each.line >= 0 and sold[each.line] < 0 and not each.written_off]
    sales = [each for each in rows if each.line >= 0 and sold[each.line] > 0 and each.has_put_back]
    of_dish = [each for each in returns if each.is_whole]

    def same_dish(short: Difference, surplus: Difference) -> bool:
        return bool(product[short.line] == product[surplus.line])

    yield from _in_order(_whole(of_dish, sales, step, same_dish), used, "under the sale")
    direct = [each for each in returns if each.source == "lines"]
    of_direct = [each for each in used.left(sales) if each.source == "lines"]
    yield from _nearest(of_direct, used.left(direct), used, step, "under the sale")


def under_a_deleted_line(
    rows: Sequence[Difference], day: DayFrames, used: Used, step: Step
) -> Iterator[Misplaced]:
    """A line deleted shortly before a line of that product and amount was entered on another receipt, which is short of
    just what stands under the deleted one.
    """
    lines = day.lines
    of_line = grouped((each for each in rows if not each.is_orphan), "line")
    deleted = [line for (line,), group in of_line.items() if group[0].source == "void_write_offs"]
    gone_at = _deleted_at(day, deleted)
    deleted = [line for line, at in zip(deleted, gone_at, strict=True) if not np.isnat(at)]
    gone_at = gone_at[~np.isnat(gone_at)]
    count, portion = (lines[name].to_numpy()[deleted] for name in ("count", "portion_size"))
    amounts = multiply(count, portion).to_numpy(np.int64).tolist()
    created, product = lines["created_at"].to_numpy(), lines["product_id"].to_numpy()
    sold = lines["sold"].to_numpy()
    entered: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for (line,), group in of_line.items():
        if sold[line] and not np.isnat(created[line]) and min(each.amount for each in group) < 0:
            key = (int(product[line]), int(sold[line]))
            entered.setdefault(key, []).append((int(created[line].astype(np.int64)), line))
    by_time = {key: sorted(found) for key, found in entered.items()}
    candidates: list[Candidate] = []
    for line, amount, start in zip(deleted, amounts, gone_at.astype(np.int64).tolist(), strict=True):
        places = by_time.get((int(product[line]), amount), [])
        for other in _within(places, start, start + MOVED_WITHIN):
            pairs = _opposite(of_line[other,], of_line[line,], step)
            if pairs and pairs[0][0].receipt != pairs[0][1][0].receipt:
                candidates.append(_candidate(pairs))
    yield from _in_order(candidates, used, "under a deleted line")


def _deleted_at(day: DayFrames, lines: list[int]) -> Times:
    """When these lines were deleted, by themselves or with their receipt; NaT where not, or at an unknown time."""
    receipts = positions(ints(day.receipts, "receipt_id"), ints(day.lines, "receipt_id")[lines])
    own, is_deleted = (day.lines[name].to_numpy()[lines] for name in ("deleted_at", "is_deleted"))
    return np.where(np.isnat(own) & ~is_deleted, day.receipts["deleted_at"].to_numpy()[receipts], own)


def _within(places: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[int]:
    """The lines of the first times from `start` to `end`, at most `_MOST_CANDIDATES`."""
    low = bisect_left(places, (start, -1))
    for at, line in places[low : low + _MOST_CANDIDATES]:
        if at <= end:
            yield line


def _opposite(short: Sequence[Difference], surplus: Sequence[Difference], step: Step) -> list[Pair]:
    """Pairs of one line and another, where each surplus has its opposite; none where one has not, or where the short
    line is a dish without write-offs that lacks more.
    """
    by_product = {each.product: each for each in short}
    pairs: list[Pair] = []
    for each in surplus:
        other = by_product.get(each.product)
        if other is None or abs(other.amount + each.amount) > step(each.product):
            return []
        pairs.append((other, [each]))
    is_partly = any(each.is_whole for each in short) and len(pairs) < len(short)
    return [] if is_partly else pairs


def _whole(
    short: Sequence[Difference],
    surplus: Sequence[Difference],
    step: Step,
    fits: Callable[[Difference, Difference], bool] | None = None,
) -> Iterator[Candidate]:
    """For dishes without any write-off: receipts (of lines: one line of it) that have all that they are short of."""
    in_time = sorted(surplus, key=_time)
    of_product = {key: group for (key,), group in grouped(in_time, "product").items()}
    at_place = grouped(surplus, "receipt", "line")
    for whole in whole_lines(short).values():
        rarest = min(whole, key=lambda each: len(of_product.get(each.product, ())))
        for first in _nearby(of_product.get(rarest.product, []), rarest):
            if first.receipt == rarest.receipt or (fits and not fits(rarest, first)):
                continue
            pairs = _all_of(whole, at_place[first.receipt, first.line], step)
            if pairs:
                yield _candidate(pairs)


def _time(each: Difference) -> int:
    """When its receipt closed; an unknown time is the farthest."""
    return FARTHEST if each.closed_at is None else each.closed_at


def _nearby(in_time: Sequence[Difference], to: Difference) -> Sequence[Difference]:
    """The nearest of differences in the order of time, at most `_MOST_CANDIDATES` to either side."""
    place = bisect_left(in_time, _time(to), key=_time)
    return in_time[max(place - _MOST_CANDIDATES, 0) : place + _MOST_CANDIDATES]


def _all_of(whole: Sequence[Difference], surplus: Sequence[Difference], step: Step) -> list[Pair]:
    """A surplus for each of these, each once; none where one has none."""
    left = list(surplus)
    pairs: list[Pair] = []
    for each in whole:
        found = [other for other in left if other.product == each.product]
        found = [other for other in found if abs(other.amount + each.amount) <= step(each.product)]
        if not found:
            return []
        chosen = min(found, key=lambda other: other.number)
        left.remove(chosen)
        pairs.append((each, [chosen]))
    return pairs


def _candidate(pairs: Sequence[Pair]) -> Candidate:
    """Pairs that go together."""
    short, surplus = pairs[0][0], pairs[0][1][0]
    lowest = min(each.number for _, found in pairs for each in found)
    return distance(short, surplus), lowest, short.number, pairs


def _in_order(candidates: Iterable[Candidate], used: Used, where: str) -> Iterator[Misplaced]:
    """The candidates that can still be had: nearest first, then the lowest numbers."""
    for *_, pairs in sorted(candidates, key=lambda each: each[:3]):
        if used.are_left(each for short, found in pairs for each in (short, *found)):
            for short, found in pairs:
                used.add([short, *found])
                yield Misplaced(short, tuple(found), where)


def _nearest(
    surplus: Sequence[Difference], short: Sequence[Difference], used: Used, step: Step, where: str
) -> Iterator[Misplaced]:
    of_surplus = grouped(surplus, "product")
    for (product,), lines in grouped(short, "product").items():
        others = of_surplus.get((product,))
        for found, line in nearest_pairs(others, lines, step(product)) if others else ():
            used.add([found, line])
            yield Misplaced(line, (found,), where)
