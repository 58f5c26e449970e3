"""Negative unit cost.

What it checks: The unit cost of an operation is not below 0.
Why it matters: Every sale lowers the cost of goods sold instead of raising it. It comes from corrections of purchases
    while the stock was below zero.
Example:
    quantity   cost
    2          1500
    2          -1500     <- flagged
Not flagged: A cost of 0 (zero-cost).
What to do: Look at the product's last purchases and their corrections; have the stock recalculated.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, ints
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="warning",
    names="operation",
    judges="operations",
    reads="cost total_cost",
    message="written off at a unit cost of {actual}",
    compares="other",
    repeats=True,
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag operations with a cost below 0."""
    cost = ints(operations, "cost")
    rows = np.flatnonzero(cost < 0)
    return Flags(rows, actual=cost[rows], value=ints(operations, "total_cost")[rows])
