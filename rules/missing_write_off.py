"""Sold, and nothing was written off.

What it checks: A live sale line that sold something has a stock operation: of its own product where the
    product itself is kept in stock, of any product where it is a dish.
Why it matters: The goods left the shelf and stayed on the books; the sale shows no cost, so its margin is
    overstated.
Example:
    product      sold   operations
    Cola 0.5     2      1
    Cola 0.5     1      0            <- flagged
    Pilaf        1      0            <- flagged, if its recipe is known or another pilaf was written off
Not flagged: Voided lines and cancelled receipts. Products that are not tracked (time sold, or named so in the
    settings). A dish whose recipe takes nothing. A dish whose recipe is not known and that was not written off all
    day (dish-never-written-off names it once). On a return it is only a warning, as food that comes back is often
    thrown away; `returns_restock = false` turns that off.
What to do: Where the message says that it was deducted, but not under this receipt, find the operation that
    deducted it: the stock is right. Else check the product's stock settings, and whether the storage of that
    terminal is set; write the goods off by hand if they left; of a return (sold is less than 0), put back into
    stock what came back to the shelf.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.language.translate import to_say
from reconcile.settings.thresholds import DayThresholds
from rules.declaration import Declaration
from rules.flags import Flags, at_unit_cost, bools, deduction_notes, ints, is_kind

RULE = Declaration(
    severity="error",
    names="line",
    judges="lines",
    reads=(
        "product_id kind is_dead is_return lost_operation sold operations own_operations recipe "
        "sibling_written_off deduction gap_operation_id unit_cost_total unit_cost_quantity"
    ),
    message="sold {expected}, nothing was written off",
    is_goods=True,
    cause=to_say("nothing of it is due"),
)


def judge(lines: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag live lines that sold something and took nothing from stock."""
    sold, is_return = ints(lines, "sold"), bools(lines, "is_return")
    direct = is_kind(lines, "direct") & (ints(lines, "own_operations") == 0)
    dish = (
        is_kind(lines, "composite")
        & (ints(lines, "operations") == 0)
        & ((lines["recipe"] == "known").to_numpy() | bools(lines, "sibling_written_off"))
    )
    missing = (direct | dish) & (sold != 0) & ~bools(lines, "is_dead") & ~bools(lines, "lost_operation")
    missing &= ~is_return | thresholds.returns_restock(ints(lines, "product_id"))
    rows = np.flatnonzero(missing)
    expected = sold[rows]
    return Flags(
        rows,
        expected=expected,
        actual=expected * 0,
        value=at_unit_cost(lines, rows, -expected),
        severity=np.where(is_return[rows], "warning", ""),
        notes=deduction_notes(lines.iloc[rows]),
    )
