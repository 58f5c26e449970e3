"""Unit cost times quantity is not the total cost.

What it checks: The magnitudes of cost × quantity and of total_cost differ by no more than rounding explains:
    the money step (0.01) and half a cost step (0.0001) for each unit.
Why it matters: The cost of goods sold is booked from the total; the unit cost is what the next purchase is
    compared with. They can't both be right.
Example:
    cost      quantity   total
    1500      2          3000
    1500      2          3500    <- flagged
    0.3333    3          1.00    (rounded)
Not flagged: Differences that rounding explains. Opposite signs, as the sign of returns is not documented.
What to do: Compare with the purchase; if the total is wrong, ask for the stock record to be recalculated.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, magnitude, multiply, rows_where
from reconcile.settings.thresholds import DayThresholds
from rules.declaration import Declaration
from rules.flags import Flags, ints

RULE = Declaration(
    severity="error",
    names="operation",
    judges="operations",
    reads="product_id quantity cost total_cost",
    message="unit cost × quantity is {expected}, total cost is {actual} (difference {difference})",
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag operations whose total is off by more than rounding."""
    quantity, cost, total = (ints(operations, name) for name in ("quantity", "cost", "total_cost"))
    product = ints(operations, "product_id")
    money_step, cost_step = thresholds.money_step(product), thresholds.cost_step(product)

    def off(cost: Any, quantity: Any, total: Any, money_step: Any, cost_step: Any) -> Any:
        """In millionths of millionths, doubled, so that half a step is a whole number."""
        gap = abs(abs(cost * quantity) - abs(total) * MICRO)
        return 2 * gap > 2 * money_step * MICRO + abs(quantity) * cost_step

    products_formed = (
        magnitude(cost) * magnitude(quantity),
        magnitude(total) * MICRO,
        magnitude(quantity) * cost_step,
    )
    largest = np.maximum.reduce(products_formed) + money_step * MICRO
    rows = np.flatnonzero(rows_where(off, (cost, quantity, total, money_step, cost_step), largest))
    actual = total[rows]
    expected = multiply(cost[rows], quantity[rows])
    opposite = np.sign(cost[rows]) * np.sign(quantity[rows]) * np.sign(actual) < 0
    expected = expected * np.where(opposite, -1, 1)  # only magnitudes are compared
    return Flags(rows, expected=expected, actual=actual, value=actual - expected)
