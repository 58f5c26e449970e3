"""Uses gaps between stock operations to classify missing write-offs.

Without a gap around the sale, the write-off was never made. A gap of exactly its amount means that the stock was
deducted, but not under this receipt. Where several write-offs explain a gap, the case is unclear. Source:
rules/README.md, "Stock chain".
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from reconcile.core.exact import IntArray, Times
from reconcile.core.positions import by_stock_and_time, starts
from reconcile.model.contracts import DEDUCTIONS

_UNKNOWN, ELSEWHERE, NEVER, UNCLEAR = range(len(DEDUCTIONS))
_MOST_SUMS = 4096
"""With more sums of amounts than this, a gap is not explained."""


class Deduction(NamedTuple):
    """The class of a missing write-off (position in `DEDUCTIONS`), and the operation after the gap; 0 where none."""

    code: int
    operation_id: int


class _Gap(NamedTuple):
    """Between two operations of one stock: position of the later one, and how much the stock changed."""

    later: int
    moved: int


def deductions(
    operations: pd.DataFrame, product: IntArray, amount: IntArray, sold_at: Times
) -> list[Deduction]:
    """The class of each missing write-off: of so many millionths of a product, sold at a time.

    `operations`: `reconcile.model.contracts.MatchedOperations`.
    """
    found: list[list[Deduction]] = [[] for _ in product]
    if not found:
        return []
    chains = _StockChains(operations, set(product.tolist()))
    candidates: defaultdict[_Gap, list[int]] = defaultdict(list)
    for row in np.flatnonzero(~np.isnat(sold_at)).tolist():
        for gaps in chains.around(int(product[row]), sold_at[row]):
            moved = [gap for gap in gaps if gap.moved]
            if len(moved) == 1:
                candidates[moved[0]].append(row)
            else:
                found[row].append(Deduction(UNCLEAR if moved else NEVER if gaps else _UNKNOWN, 0))
    ids = operations["operation_id"].to_numpy()
    for gap, rows in candidates.items():
        explained = _only_subset([int(amount[row]) for row in rows], -gap.moved)
        for place, row in enumerate(rows):
            if explained is None:
                found[row].append(Deduction(UNCLEAR, 0))
            elif place in explained:
                found[row].append(Deduction(ELSEWHERE, int(ids[gap.later])))
            else:
                found[row].append(Deduction(NEVER, 0))
    return [_over_stocks(each) for each in found]


def _over_stocks(found: Sequence[Deduction]) -> Deduction:
    """Of a product in several stocks: ELSEWHERE where exactly one stock has it, NEVER where all of them do."""
    elsewhere = [each for each in found if each.code == ELSEWHERE]
    if len(elsewhere) == 1:
        return elsewhere[0]
    codes = {each.code for each in found}
    return Deduction(NEVER if codes == {NEVER} else UNCLEAR if codes - {_UNKNOWN, NEVER} else _UNKNOWN, 0)


def _only_subset(amounts: Sequence[int], moved: int) -> frozenset[int] | None:
    """Positions of the only subset of amounts that adds up to `moved`; None where there is none, or more than one."""
    if sum(amounts) == moved and (min(amounts) > 0 or max(amounts) < 0):
        return frozenset(range(len(amounts)))  # with one sign, no other subset has this sum
    subsets: dict[int, frozenset[int] | None] = {0: frozenset()}
    for place, amount in enumerate(amounts):
        extended = dict(subsets)
        for total, chosen in subsets.items():
            with_it = None if chosen is None else chosen | {place}
            extended[total + amount] = None if total + amount in extended else with_it
        subsets = extended
        if len(subsets) > _MOST_SUMS:
            return None
    return subsets.get(moved)


class _StockChains:
    """The stocks of some products, each with its operations in order."""

    def __init__(self, operations: pd.DataFrame, products: set[int]) -> None:
        order = by_stock_and_time(operations)
        self._order = order[np.isin(operations["product_id"].to_numpy()[order], list(products))]
        product, stock = (operations[name].to_numpy()[self._order] for name in ("product_id", "stock_id"))
        self._time = operations["operated_at"].to_numpy()[self._order]
        before, after = (
            operations[f"{name}_quantity"].to_numpy()[self._order] for name in ("before", "after")
        )
        self._moved = before[1:] - after[:-1]
        bounds = [*np.flatnonzero(starts(stock, product)).tolist(), len(stock)]
        self._stocks: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for start, end in itertools.pairwise(bounds):
            self._stocks[int(product[start])].append((start, end))

    def around(self, product: int, time: np.datetime64) -> Iterator[list[_Gap]]:
        """For each stock of a product, the gaps between its last operation before that time and its first after it."""
        for start, end in self._stocks[product]:
            within = self._time[start:end]
            first = max(start + int(np.searchsorted(within, time, "left")) - 1, start)
            last = min(start + int(np.searchsorted(within, time, "right")) - 1, end - 2)
            yield [_Gap(int(self._order[at + 1]), int(self._moved[at])) for at in range(first, last + 1)]
