"""Misplaced write-off.

What it checks: What a sale line lacks of a product does not stand in another place: under another line of the
    receipt, under another receipt, as an operation of no line, under the sale that a return took back, or under a line
    that was deleted as the guests moved to another table.
Why it matters: The stock is right, so nothing is over or under; but the cost of both lines is wrong, and the operation
    can't be traced to its sale.
Example:
    receipt   line   sold   written off
    501       14     2      3           <- info: one of it belongs to line 15
    501       15     1      0
    502       21     1      0           <- flagged: it stands under receipt 503
Not flagged: Differences of two receipts that only happen to cancel: these stay two errors. Within one receipt it is
    info, between receipts a warning.
What to do: Nothing in stock. Where it happens often, ask the vendor why operations are posted under other lines.
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
    severity="warning",
    names="ingredient",
    judges="misplacements",
    reads="receipt_id due written_off where other_receipt_id other_line_id other_operation_id",
    message="due here {expected}, written off here {actual}; the rest is only in another place",
    cause=to_say("it is only in another place"),
    amounts="apart",
)
_PLACES = {
    "in its receipt": to_say("the other place is line {line} of this receipt"),
    "under another receipt": to_say("its operation {operation} is listed under receipt {receipt}"),
    "as an orphan": to_say("operation {operation} of receipt {receipt} belongs to no line"),
    "under the sale": to_say("put back under the sale: line {line} of receipt {receipt}"),
    "under a deleted line": to_say(
        "it stands under line {line} of receipt {receipt}, which was deleted before"
    ),
}
_OF_NO_LINE = to_say("the other place is operation {operation} of this receipt, which belongs to no line")


def judge(misplaced: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag what the match found to be only in the wrong place."""
    due, where = ints(misplaced, "due"), misplaced["where"].tolist()
    columns = (f"other_{name}_id" for name in ("receipt", "line", "operation"))
    others = zip(where, *(misplaced[name].tolist() for name in columns), strict=True)
    receipts = np.sort(np.stack([ints(misplaced, "receipt_id"), ints(misplaced, "other_receipt_id")]), axis=0)
    return Flags(
        np.arange(len(misplaced), dtype=np.intp),
        expected=due,
        actual=ints(misplaced, "written_off"),
        value=due * 0,
        severity=np.where(misplaced["where"] == "in its receipt", "info", ""),
        notes=[
            (
                Note(
                    _OF_NO_LINE if place == "in its receipt" and not line else _PLACES[place],
                    {"receipt": receipt, "line": line, "operation": operation},
                ),
            )
            for place, receipt, line, operation in others
        ],
        cause=np.array([f"{one} {other}" for one, other in receipts.T.tolist()], dtype=object),
    )
