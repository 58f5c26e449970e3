"""Unit costs of ingredients that day, and what the theoretical usage of a line costs.

Source: rules/README.md, "Terms", unit cost. A cost of 0 is unknown.
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Self

import numpy as np
import pandas as pd

from reconcile.core.exact import LIMIT, MICRO, BoolArray, IntArray, half_even, sum_by
from reconcile.core.positions import positions
from reconcile.engine.recipes.theoretical_usage import TheoreticalUsage
from reconcile.model.catalogue import Catalogue


def day_costs(operations: pd.DataFrame, products: IntArray) -> tuple[IntArray, IntArray]:
    """Σ|total_cost| and Σ|quantity| of each product (ids in order, each once) that day; 0 without operations."""
    groups = positions(products, operations["product_id"].to_numpy())
    chosen = np.flatnonzero((groups >= 0) & operations["is_costed"].to_numpy())
    total, quantity = (
        sum_by(groups[chosen], np.abs(operations[name].to_numpy()[chosen]), len(products))
        for name in ("total_cost", "quantity")
    )
    return total, quantity


@dataclasses.dataclass(frozen=True)
class UnitCosts:
    """Unit cost of each product as a ratio: of its operations that day, else the catalogue's; 0 where unknown."""

    products: IntArray
    total: IntArray
    quantity: IntArray

    @classmethod
    def of(cls, operations: pd.DataFrame, products: IntArray, catalogue: Catalogue) -> Self:
        """Of these products, in any order."""
        wanted = np.unique(products)
        total, quantity = day_costs(operations, wanted)
        known = [catalogue.products.get(key) for key in wanted.tolist()]
        price = np.array([each.cost_price if each else 0 for each in known], dtype=np.int64)
        seen = (quantity > 0) & (total > 0)
        return cls(wanted, np.where(seen, total, price), np.where(seen, quantity, MICRO))

    def find(self, products: IntArray) -> tuple[IntArray, IntArray]:
        """Total and quantity of each of these, which must be among the products."""
        at = np.searchsorted(self.products, products)
        return self.total[at], self.quantity[at]


def usage_costs(
    lines: pd.DataFrame, usage: TheoreticalUsage, chosen: BoolArray, costs: UnitCosts
) -> dict[int, tuple[int, int]]:
    """By position of each chosen line, the cost of its theoretical usage, rounded once, and what it sold. The cost is
    0 where that of an ingredient is unknown.
    """
    rows = np.flatnonzero(chosen[usage.line] & (usage.due != 0))
    total, quantity = costs.find(usage.ingredient[rows])
    sold = lines["sold"].to_numpy()
    sums: dict[int, Fraction | None] = dict.fromkeys(np.flatnonzero(chosen).tolist(), Fraction(0))
    columns = (usage.line[rows], usage.due[rows], total, quantity)
    for line, amount, cost, of in zip(*(column.tolist() for column in columns), strict=True):
        so_far = sums[line]
        sums[line] = so_far + Fraction(abs(amount) * cost, of) if so_far is not None and cost and of else None
    rounded = {
        line: 0 if found is None else half_even(found.numerator, found.denominator)
        for line, found in sums.items()
    }
    return {line: (cost if cost < LIMIT else 0, abs(int(sold[line]))) for line, cost in rounded.items()}
