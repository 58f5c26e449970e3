"""Sale without write-off.

What it checks: A live sale line that sold something has a stock operation: of its own product where the
    product itself is kept in stock, of any product where it is a dish.
Why it matters: The goods left the shelf and stayed on the books; the sale shows no cost, so its margin is
    overstated.
Example:
    product      sold   operations
    Cola 0.5     2      1
    Cola 0.5     1      0            <- flagged
    Pilaf        1      0            <- flagged, if its recipe is known or another pilaf was written off
Not flagged: What stands in another place (misplaced-write-off). Receipts of which nothing was posted (receipt-not-
    posted). Products that are never written off (goods-never-written-off). Voided lines and cancelled receipts.
    Products that are not tracked (time sold, or named so in the settings). A dish whose recipe takes nothing. A
    dish whose recipe is not known and that was not written off all day (dish-never-written-off names it once). On a
    return it is only a warning, as food that comes back is often thrown away; `returns_restock = false` turns that
    off.
What to do: Where the message says that it was deducted, but not under this receipt, find the operation that
    deducted it: the stock is right. Else check the product's stock settings, and whether the storage of that
    terminal is set; write the goods off by hand if they left; of a return (sold is less than 0), put back into
    stock what came back to the shelf.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.language.messages import Note
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, bools, deduction_notes, ints, is_unclaimed, value_of
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="error",
    names="line",
    judges="lines",
    reads="is_missing claim due sold given_value found deduction gap_operation_id unit_cost_total unit_cost_quantity",
    message="sold {expected}, written off {actual}",
    is_goods=True,
    cause=to_say("nothing of it is due"),
)
_FOUND = to_say("under the line stand operations of other products: {found}")


def judge(lines: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag live lines that took nothing from stock of what they sold."""
    rows = np.flatnonzero(bools(lines, "is_missing") & is_unclaimed(lines))
    expected = ints(lines, "due")[rows]
    deductions = deduction_notes(lines, rows)
    notes = [
        (Note(_FOUND, {"found": found}), *others) if found else others
        for found, others in zip(lines["found"].array[rows].tolist(), deductions, strict=True)
    ]
    return Flags(
        rows,
        expected=expected,
        actual=expected * 0,
        value=value_of(lines, rows, -expected),
        severity=np.where(ints(lines, "sold")[rows] < 0, "warning", ""),
        notes=notes,
    )
