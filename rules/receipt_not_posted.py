"""Receipt not posted to stock.

What it checks: A receipt has an operation, where two or more of its lines sold something that is kept in stock.
Why it matters: The whole receipt was skipped when the point of sale posted to the warehouse: all its goods left the
    shelf and stayed on the books. It is one cause, so it is one finding.
Example:
    receipt   line   sold   operations
    501       21     2      0
    501       22     1      0        <- flagged once: 2 lines, 0 posted
Not flagged: A receipt with a single such line (missing-write-off). Lines of a product that is never written off
    (goods-never-written-off). Where all its due lines are returns it is a warning, as food that comes back is often
    thrown away; with `returns_restock = false` nothing is due of them.
What to do: Post the receipt to the warehouse again in the point of sale, or write its goods off by hand. If it happens
    more than once, look at how the day is closed and at what was restarted then.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO
from reconcile.language.messages import Note
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, bools, ints
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="error",
    names="receipt",
    judges="receipts",
    reads="unposted_lines unposted_value unposted_deduction only_returns",
    message="no operation at all: {expected} lines are due, {actual} were posted",
    compares="other",
    is_goods=True,
)
_SHOWN = {
    "elsewhere": to_say("of all its lines the stock shows: deducted, but not under this receipt"),
    "never": to_say("of all its lines the stock shows: never deducted"),
    "unclear": to_say("of its lines the stock can't tell whether they were deducted"),
}


def judge(receipts: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag receipts that the match found to be not posted."""
    lines = ints(receipts, "unposted_lines")
    rows = np.flatnonzero(lines > 0)
    return Flags(
        rows,
        expected=lines[rows] * MICRO,
        actual=lines[rows] * 0,
        value=receipts["unposted_value"].array[rows],
        notes=[
            (Note(_SHOWN[shown]),) if shown else ()
            for shown in receipts["unposted_deduction"].iloc[rows].tolist()
        ],
        severity=np.where(bools(receipts, "only_returns")[rows], "warning", ""),
    )
