"""Duplicate receipt.

What it checks: No other live receipt of the day, of a lower id, has the same `cid`, the id that the till makes for a
    sale.
Why it matters: The till sent a sale again after a lost connection, and the warehouse posted both: all its goods left
    the books twice, and its revenue was counted twice.
Example:
    receipt   cid      operations
    501       dc383…   2
    502       dc383…   2            <- flagged: the same sale
Not flagged: Deleted and cancelled receipts. A sale and a return. Receipts without a `cid`. A `cid` on more than five
    receipts of the day is not believed; the sheet Checks and notes says so.
What to do: Compare the two receipts. If it is one sale, delete the later one in the point of sale and put its goods
    back into stock.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.language.messages import Note
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, ints
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="error",
    names="receipt",
    judges="receipts",
    reads="original_id operations_worth",
    message="the same sale as another receipt: its write-offs are worth {value}",
    is_goods=True,
)
_ORIGINAL = to_say("the other is receipt {receipt}, with the same cid")


def judge(receipts: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag receipts that repeat another."""
    original = ints(receipts, "original_id")
    rows = np.flatnonzero(original > 0)
    return Flags(
        rows,
        value=ints(receipts, "operations_worth")[rows],
        notes=[(Note(_ORIGINAL, {"receipt": key}),) for key in original[rows].tolist()],
    )
