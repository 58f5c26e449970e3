"""The receipt's cost is not the cost of its operations.

What it checks: The receipt's totalCost, where the API gives one other than 0, and the sum of the total costs of
    all its operations differ in magnitude by at most 0.01 for each operation.
Why it matters: The profit shown in the point of sale and the cost in the warehouse are two different figures
    for one sale.
Example:
    totalCost   operations
    11000       8000 + 3000
    11000       8000            <- flagged
Not flagged: Cancelled and deleted receipts. Receipts without totalCost, or with 0. Receipts one of whose
    operations could not be read.
What to do: See which of the receipt's lines has another finding; if none has, ask the vendor how totalCost
    was computed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import exact_micros
from reconcile.settings.thresholds import DayThresholds
from rules.declaration import Declaration
from rules.flags import Flags, bools, ints

RULE = Declaration(
    severity="warning",
    names="receipt",
    judges="receipts",
    reads="receipt_class is_dead lost_operation total_cost operations operations_cost",
    message="the receipt says its cost is {expected}, its operations sum to {actual} (difference {difference})",
)


def judge(receipts: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag receipts whose own cost is not that of their operations."""
    expected, actual = ints(receipts, "total_cost"), ints(receipts, "operations_cost")
    allowed = exact_micros(thresholds.general.money_step) * np.maximum(ints(receipts, "operations"), 1)
    rows = np.flatnonzero(
        (np.abs(np.abs(expected) - np.abs(actual)) > allowed)
        & (expected != 0)
        & (receipts["receipt_class"] == "reconciled").to_numpy()
        & ~bools(receipts, "is_dead")
        & ~bools(receipts, "lost_operation")
    )
    stated, summed = expected[rows], actual[rows]
    stated = np.where(np.sign(stated) * np.sign(summed) < 0, -stated, stated)  # only magnitudes are compared
    return Flags(rows, expected=stated, actual=summed, value=summed - stated)
