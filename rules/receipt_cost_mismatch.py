"""Receipt cost differs.

What it checks: The receipt's totalCost, where the API gives one other than 0, and the sum of the total costs of
    all its operations differ in magnitude by at most 0.01 for each operation. The sum is taken as written, or with the
    sign of each movement: either will do.
Why it matters: The profit shown in the point of sale and the cost in the warehouse are two different figures
    for one sale.
Example:
    totalCost   operations
    11000       8000 + 3000
    11000       8000            <- flagged
Not flagged: Cancelled and deleted receipts. Receipts without totalCost, or with 0. Receipts one of whose
    operations could not be read. Where a finding of the receipt explains the difference it is info, and names it. Where
    the venue rounds to whole money, 0.5 for each operation is no difference.
What to do: See which of the receipt's lines has another finding; if none has, ask the vendor how totalCost
    was computed.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import pandas as pd

from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, notes_where
from reconcile.rulebook.receipt_costs import mismatches
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="warning",
    names="receipt",
    judges="receipts",
    reads=(
        "receipt_class is_dead lost_operation total_cost cost_tolerance operations_cost operations_worth explained_by"
    ),
    message="the receipt says its cost is {expected}, its operations sum to {actual} (difference {difference})",
    compares="other",
    after_others=True,
)
EXPLAINED: Final = to_say("another finding explains it")


def judge(receipts: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag receipts whose own cost is not that of their operations."""
    flags = mismatches(receipts)
    explained_by = receipts["explained_by"].to_numpy(dtype=object)[flags.rows]
    is_explained = np.array([bool(each) for each in explained_by], dtype=np.bool_)
    return dataclasses.replace(
        flags,
        severity=np.where(is_explained, "info", ""),
        notes=notes_where([()] * len(flags.rows), (is_explained, EXPLAINED)),
        explained_by=explained_by,
    )
