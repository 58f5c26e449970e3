"""What ingredients cost that day, and what a whole line of them would.

Source: rules.md, "Unit cost of a line". A cost of 0 is unknown.
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Self

import numpy as np
import pandas as pd

from reconcile.catalogue import Catalogue
from reconcile.exact import LIMIT, MICRO, BoolArray, IntArray, half_even, sum_by
from reconcile.recipes.owed import Owed


@dataclasses.dataclass(frozen=True)
class DayCosts:
    """What each product cost that day, as a ratio, else the catalogue's price; 0 where unknown."""

    products: IntArray
    total: IntArray
    quantity: IntArray

    @classmethod
    def of(cls, operations: pd.DataFrame, catalogue: Catalogue) -> Self:
        priced = [each for each in catalogue.products.values() if each.cost_price]
        ids = np.array([each.id for each in priced], dtype=np.int64)
        seen, group = np.unique(operations["product_id"].to_numpy(), return_inverse=True)
        products = np.union1d(seen, ids)
        total, quantity = (np.zeros(len(products), dtype=np.int64) for _ in range(2))
        at = np.searchsorted(products, ids)
        total[at], quantity[at] = [each.cost_price for each in priced], MICRO
        at = np.searchsorted(products, seen)
        used = sum_by(group.reshape(-1), np.abs(operations["quantity"].to_numpy()), len(seen))
        cost = sum_by(group.reshape(-1), np.abs(operations["total_cost"].to_numpy()), len(seen))
        at, some = at[used > 0], used > 0
        total[at], quantity[at] = cost[some], used[some]
        return cls(products, total, quantity)

    def find(self, products: IntArray) -> tuple[IntArray, IntArray]:
        at = pd.Index(self.products).get_indexer(pd.Index(products))
        found = at >= 0
        at = np.where(found, at, 0)
        if not len(self.products):
            return np.zeros(len(products), dtype=np.int64), np.zeros(len(products), dtype=np.int64)
        return np.where(found, self.total[at], 0), np.where(found, self.quantity[at], 0)


def owed_cost(
    lines: pd.DataFrame, due: Owed, chosen: BoolArray, costs: DayCosts
) -> dict[int, tuple[int, int]]:
    """What these lines owe would cost, rounded once; 0 where the cost of something due is unknown."""
    rows = np.flatnonzero(chosen[due.line] & (due.due != 0))
    total, quantity = costs.find(due.ingredient[rows])
    sold = lines["sold"].to_numpy()
    sums: dict[int, Fraction | None] = dict.fromkeys(np.flatnonzero(chosen).tolist(), Fraction(0))
    columns = (due.line[rows], due.due[rows], total, quantity)
    for line, amount, cost, of in zip(*(column.tolist() for column in columns), strict=True):
        so_far = sums[line]
        sums[line] = so_far + Fraction(abs(amount) * cost, of) if so_far is not None and cost and of else None
    rounded = {
        line: 0 if found is None else half_even(found.numerator, found.denominator)
        for line, found in sums.items()
    }
    return {line: (cost if cost < LIMIT else 0, abs(int(sold[line]))) for line, cost in rounded.items()}
