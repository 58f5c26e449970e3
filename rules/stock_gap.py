"""Stock movement between sales.

What it checks: In one stock record, in the order of its chain (by time; within one second, and where it leaves fewer
    gaps, in another order), each operation begins where the one before it ended; the first of the day where the last
    one of the newest earlier day in the folder ended.
Why it matters: Between the two, the stock changed in another way: a delivery, a count, a transfer, or a write-off
    that no receipt of the day explains. Most gaps are deliveries and need no correction. After a lost update the
    stock shows more than there is.
Example:
    time    before   after
    12:10   50       48
    12:40   98       97     <- info: 50 came in between
    12:41   98       96     <- warning: a lost update, it began where the one before began
Not flagged: The first operation of a stock where no earlier day is in the folder. A gap in which a quarantined
    operation of the stock lies.
What to do: Match the gap with a delivery, a transfer or a count; ask about a gap that nothing explains. Correct the
    stock by a lost update.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.columns import bare
from reconcile.core.exact import IntArray, multiply
from reconcile.language.messages import Note, Notes
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import EARLIER_DAY, Flags, ints
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="info",
    names="operation",
    judges="operations",
    reads="gap previous_after before_quantity cost chain_day",
    message="the operation before left {expected}, this one begins at {actual} (moved {difference} in between)",
    amounts="movement",
)
_UPDATES = {
    "lost update": to_say("both began at the same quantity: a lost update, one wrote over the other"),
    "perhaps lost update": to_say("both began at the same quantity: perhaps a lost update"),
}


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag operations that do not begin where the one before ended."""
    rows = np.flatnonzero(operations["gap"].array.codes > 0)
    gap = operations["gap"].array[rows]
    expected: IntArray = operations["previous_after"].array[rows].to_numpy(np.int64)
    actual = ints(operations, "before_quantity")[rows]
    days = np.datetime_as_string(bare(operations, "chain_day")[rows], unit="D").tolist()
    return Flags(
        rows,
        expected=expected,
        actual=actual,
        value=multiply(actual - expected, ints(operations, "cost")[rows]),
        severity=np.where(gap == "lost update", "warning", ""),
        notes=[_notes(str(name), day) for name, day in zip(gap.tolist(), days, strict=True)],
    )


def _notes(gap: str, day: str) -> Notes:
    notes = (Note(_UPDATES[gap]),) if gap in _UPDATES else ()
    return notes if day == "NaT" else (Note(EARLIER_DAY, {"day": day}), *notes)
