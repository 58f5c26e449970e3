"""Stock moved between two sales.

What it checks: In one stock record, ordered by time and then id, each operation begins where the one before it
    ended.
Why it matters: Between the two, the stock changed in another way: a delivery, a count, a transfer, or a write-off
    that no receipt of the day explains. Most gaps are deliveries and need no correction.
Example:
    time    before   after
    12:10   50       48
    12:40   98       97     <- info: 50 came in between
    12:41   98       96     <- info: a lost update, it began where the one before began
Not flagged: The first operation of the day. Operations without a time.
What to do: Match the gap with a delivery, a transfer or a count; ask about a gap that nothing explains.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from reconcile.core.exact import multiply
from reconcile.core.positions import by_stock_and_time
from reconcile.language.translate import to_say
from reconcile.settings.thresholds import DayThresholds
from rules.declaration import Declaration
from rules.flags import Flags, ints, notes_where

RULE = Declaration(
    severity="info",
    names="operation",
    judges="operations",
    reads="operation_id stock_id operated_at before_quantity after_quantity cost",
    message="the operation before left {expected}, this one begins at {actual} (moved {difference} in between)",
)
LOST_UPDATE: Final = to_say("both began at the same quantity: a lost update, one wrote over the other")


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag operations that do not begin where the one before ended."""
    order = by_stock_and_time(operations)
    stock = ints(operations, "stock_id")[order]
    before, after = ints(operations, "before_quantity")[order], ints(operations, "after_quantity")[order]
    gaps = np.flatnonzero((stock[1:] == stock[:-1]) & (before[1:] != after[:-1]))
    rows = np.sort(order[gaps + 1])
    place = np.empty(len(operations), dtype=np.intp)
    place[order] = np.arange(len(order))
    earlier = place[rows] - 1
    expected, actual = after[earlier], before[place[rows]]
    value = multiply(actual - expected, ints(operations, "cost")[rows])
    is_lost = actual == before[earlier]
    notes = notes_where([()] * len(rows), (is_lost, LOST_UPDATE))
    return Flags(rows, expected=expected, actual=actual, value=value, notes=notes)
