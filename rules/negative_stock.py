"""Negative stock.

What it checks: No operation leaves the stock below zero and lower than it was before.
Why it matters: More was sold than the books hold: a purchase was not entered, or other goods were written off
    wrongly. Unit costs of stock below zero are estimates.
Example:
    before   after
    1        -1      <- flagged: fell below zero
    -1       -2      <- info: below zero already
    -5       -3      (coming back up)
Not flagged: Movements that raise the stock, also where it stays below zero.
What to do: Enter the missing purchase with its real date, or count the stock; start with the operation that took
    it below zero.
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
    reads="before_quantity after_quantity",
    message="{actual} left in stock",
    repeats=True,
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag operations that push stock below zero, or further below."""
    before, after = ints(operations, "before_quantity"), ints(operations, "after_quantity")
    rows = np.flatnonzero((after < 0) & (after < before))
    return Flags(
        rows,
        expected=after[rows] * 0,
        actual=after[rows],
        severity=np.where(before[rows] < 0, "info", ""),
    )
