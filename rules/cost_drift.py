"""The unit cost changed.

What it checks: The unit cost applied differs from the stock's cost before the operation by at most 5 % of the
    latter (the threshold is a setting).
Why it matters: A purchase at a wrong price, or in a wrong unit, shows here first; every sale after it carries
    the wrong cost.
Example:
    cost before   cost    change
    8000          8400    5 %
    8000          9000    12.5 %   <- flagged
Not flagged: A change of exactly the threshold. A cost of 0 (zero-cost). A cost before of 0 or less, as nothing can
    be compared with it.
What to do: Look at the product's last purchase: price, unit and quantity. Correct the purchase; the costs
    after it follow.
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
    severity="warning",
    names="operation",
    judges="operations",
    reads="product_id quantity cost before_cost",
    message="unit cost went from {expected} to {actual} (change {difference})",
    repeats=True,
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag operations whose unit cost left the band around the cost before."""
    cost, before = ints(operations, "cost"), ints(operations, "before_cost")
    share = thresholds.cost_drift_share(ints(operations, "product_id"))

    def drifted(cost: Any, before: Any, share: Any) -> Any:
        return abs(cost - before) * MICRO > before * share

    largest = np.maximum(magnitude(cost) + magnitude(before), 1.0) * np.maximum(share, MICRO)
    rows = np.flatnonzero((cost != 0) & (before > 0) & rows_where(drifted, (cost, before, share), largest))
    difference = cost[rows] - before[rows]
    return Flags(
        rows,
        expected=before[rows],
        actual=cost[rows],
        value=multiply(difference, np.abs(ints(operations, "quantity")[rows])),
    )
