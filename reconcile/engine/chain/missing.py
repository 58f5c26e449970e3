"""Whether a missing write-off was deducted elsewhere or never, as the chain of its stock shows it.

Source: rules/README.md, "Stock chain".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from reconcile.core.categories import kinds
from reconcile.core.columns import bare, with_columns
from reconcile.core.exact import MICRO, BoolArray, IntArray, Times
from reconcile.core.positions import Positions, starts
from reconcile.model.matched import DEDUCTIONS
from reconcile.rulebook.flags import bools, ints, is_any_of, is_kind

_, ELSEWHERE, NEVER, UNCLEAR = range(len(DEDUCTIONS))
_STILL_MISSING = ("", "goods-never-written-off", "receipt-not-posted")
"""The claims of rows without a write-off that nothing else stands for."""
ROUNDING = MICRO // 2000
"""The API shows quantities with three decimals: amounts that differ by no more than this may be the same."""


class Deduction(NamedTuple):
    """What the stock shows of one missing write-off; the columns of `reconcile.model.matched.WrittenOff`."""

    code: int = 0
    """Position in `DEDUCTIONS`."""
    gap_operation_id: int = 0
    earlier_operation_id: int = 0
    gap: int = 0


class Interval(NamedTuple):
    """The stretch of a chain before an operation, and how much the stock moved there; None where that is not known."""

    row: int
    """Position of that operation; -1 after the last of its stock."""
    moved: int | None


def deductions(
    operations: pd.DataFrame, product: IntArray, amount: IntArray, sold_at: Times, surplus: BoolArray
) -> tuple[list[Deduction], BoolArray]:
    """What the stock shows of each missing write-off, and the mask `holds_missing_sale` of the operations.

    A write-off is of so many millionths of a product (negative: to be put back), sold at a time (NaT: unknown), and is
    given in the order of lines; `surplus` says whether another line or operation of that product differs that day with
    the opposite sign. `operations` needs the columns of the chain (`reconcile.engine.chain.gaps`).
    """
    around = _intervals(operations, product, sold_at)
    holds = np.zeros(len(operations), dtype=np.bool_)
    for intervals in around:
        holds[[each.row for each in intervals if each.row >= 0]] = True
    explained = _explained(around, amount, sold_at, bare(operations, "operated_at"))
    ids = [operations[name].to_numpy() for name in ("operation_id", "previous_id")]
    found = []
    shown: Interval | None
    for row, intervals in enumerate(around):
        if row in explained:
            code, shown = ELSEWHERE, explained[row]
        elif intervals and all(each.moved == 0 for each in intervals):
            code, shown = UNCLEAR if surplus[row] else NEVER, intervals[0]
        else:
            code, shown = UNCLEAR, next((each for each in intervals if each.moved), None)
        later, before = (0, 0) if shown is None else (int(numbers[shown.row]) for numbers in ids)
        found.append(Deduction(code, later, before, (shown.moved if shown else None) or 0))
    return found, holds


def same_amount(one: int, other: int) -> bool:
    """Whether two amounts are the same, as the API shows them."""
    return abs(one - other) <= ROUNDING


def _explained(
    around: list[list[Interval]], amount: IntArray, sold_at: Times, time: Times
) -> dict[int, Interval]:
    """By row, the interval in which just its amount moved: each serves once, the nearest sale first."""
    pairs = [
        (abs(time[each.row] - sold_at[row]) / np.timedelta64(1, "s"), row, each)
        for row, intervals in enumerate(around)
        for each in intervals
        if each.moved and same_amount(-each.moved, int(amount[row]))
    ]
    found: dict[int, Interval] = {}
    served: set[int] = set()
    for _, row, interval in sorted(pairs, key=lambda pair: (np.isnan(pair[0]), *pair)):
        if row not in found and interval.row not in served:
            found[row] = interval
            served.add(interval.row)
    return found


def _intervals(operations: pd.DataFrame, product: IntArray, sold_at: Times) -> list[list[Interval]]:
    """For each sale, and each stock of its product, the interval between its last operation by then and the next."""
    found: list[list[Interval]] = [[] for _ in product]
    known = np.flatnonzero(~np.isnat(sold_at))
    if not len(known):
        return found
    chains = _Chains(operations)
    stocks = _stocks_of_products(operations, np.unique(product[known]))
    codes, products = pd.factorize(product[known])
    order = np.argsort(codes, kind="stable")
    for rows, of_product in zip(
        np.split(known[order], np.flatnonzero(starts(codes[order]))[1:]), products.tolist(), strict=True
    ):
        for stock in stocks[of_product]:
            for row, interval in zip(rows.tolist(), chains.after(stock, sold_at[rows]), strict=True):
                found[row].append(interval)
    return found


def _stocks_of_products(operations: pd.DataFrame, products: IntArray) -> dict[int, list[int]]:
    """The ids of the stocks from which each of these products was taken that day."""
    some = np.isin(ints(operations, "product_id"), products)
    pairs = zip(*(ints(operations, name)[some].tolist() for name in ("product_id", "stock_id")), strict=True)
    found: defaultdict[int, list[int]] = defaultdict(list)
    for product, stock in sorted(set(pairs)):
        found[product].append(stock)
    return found


class _Chains:
    """The chains of all stocks, to be searched by time."""

    def __init__(self, operations: pd.DataFrame) -> None:
        self._order = np.argsort(bare(operations, "chain_position"))
        stock = bare(operations, "stock_id")[self._order]
        self._stocks = stock[starts(stock)]
        self._ends = np.append(np.flatnonzero(starts(stock)), len(stock))
        self._moved = operations["before_quantity"].array - operations["previous_after"].array
        time = bare(operations, "operated_at")[self._order]
        time = np.where(np.isnat(time), np.datetime64("9999-12-31", "s"), time)
        self._earliest = time  # from each operation on, within its stock
        for first, end in zip(self._ends[:-1], self._ends[1:], strict=True):
            self._earliest[first:end] = np.minimum.accumulate(time[first:end][::-1])[::-1]

    def after(self, stock: int, times: Times) -> list[Interval]:
        """For each time, the interval before the operation that follows the last one of the stock by then."""
        at = int(np.searchsorted(self._stocks, stock))
        first, end = int(self._ends[at]), int(self._ends[at + 1])
        following = first + np.searchsorted(self._earliest[first:end], times, "right")
        return [self._before(place) if place < end else Interval(-1, None) for place in following.tolist()]

    def _before(self, place: int) -> Interval:
        row = int(self._order[place])
        moved = self._moved[row]
        return Interval(row, None if moved is pd.NA else int(moved))


def classify_missing(
    lines: pd.DataFrame,
    ingredients: pd.DataFrame,
    operations: pd.DataFrame,
    sold_at: Times,
    *,
    too_much: Collection[int],
    too_little: Collection[int],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The frames of the match with what the stock shows of each missing write-off.

    Lines and ingredients get the columns of `Deduction` (`code` as `deduction`), operations `holds_missing_sale`.
    `sold_at` is of each line; NaT where unknown. `too_much` and `too_little`: the products of which more, or less, than
    is due stands under some line or no line. A line of a dish without any operation has the class of its ingredients,
    where all of them have the same.
    """
    lacks_own = bools(lines, "is_missing") & is_kind(lines, "direct")
    rows = np.flatnonzero(lacks_own & is_any_of(lines, "claim", *_STILL_MISSING))
    of_part, has_none = ints(ingredients, "line"), ints(lines, "operations") == 0
    lacks_part = (ints(ingredients, "due") != 0) & (ints(ingredients, "operations") == 0)
    lacks_part &= ~bools(ingredients, "is_right") & is_any_of(ingredients, "claim", *_STILL_MISSING)
    parts = np.flatnonzero(lacks_part)
    product, due, number = (
        np.concatenate([ints(lines, name)[rows], ints(ingredients, name)[parts]])
        for name in ("product_id", "due", "receipt_product_id")
    )
    order = np.lexsort([product, number])
    product, due, at = product[order], due[order], np.concatenate([rows, of_part[parts]])[order]
    surplus = np.where(due > 0, np.isin(product, list(too_much)), np.isin(product, list(too_little)))
    shown, holds = deductions(operations, product, due, sold_at[at], surplus)
    found = dict(zip(order.tolist(), shown, strict=True))
    by_line = {row: found[place] for place, row in enumerate(rows.tolist())}
    by_part = {row: found[place] for place, row in enumerate(parts.tolist(), len(rows))}
    by_line |= _of_dishes(by_part, of_part, has_none)
    return (
        with_columns(lines, **_columns(by_line, len(lines))),
        with_columns(ingredients, **_columns(by_part, len(ingredients))),
        with_columns(operations, holds_missing_sale=holds),
    )


def _of_dishes(
    by_part: dict[int, Deduction], line_of_part: Positions, has_none: BoolArray
) -> dict[int, Deduction]:
    """By line without operations: what is shown of its ingredients, where that is the same; else unclear."""
    of_line: defaultdict[int, list[Deduction]] = defaultdict(list)
    for row, deduction in by_part.items():
        if has_none[line_of_part[row]]:
            of_line[int(line_of_part[row])].append(deduction)
    return {
        line: each[0] if len({deduction.code for deduction in each}) == 1 else Deduction(UNCLEAR)
        for line, each in of_line.items()
    }


def _columns(found: dict[int, Deduction], size: int) -> dict[str, Any]:
    numbers = {name: np.zeros(size, dtype=np.int64) for name in Deduction._fields}
    for row, deduction in found.items():
        for name, value in deduction._asdict().items():
            numbers[name][row] = value
    codes = numbers.pop("code").astype(np.int8)
    return {"deduction": kinds(codes, DEDUCTIONS), **numbers}
