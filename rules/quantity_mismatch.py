"""Sold and written off in different quantities.

What it checks: For a live sale line whose product is itself kept in stock, the sum of the quantities written
    off for that product under the line equals what the line sold (count × portion size, in the product's
    unit; for a return both are negative).
Why it matters: Stock on the books drifts from stock on the shelf, and the cost of the sale is wrong by the
    same goods.
Example:
    product      sold   written off
    Cola 0.5     2      2
    Cola 0.5     1      2            <- flagged: one too many
    Juice 1 l    0.5    1            <- flagged: the half portion was ignored
Not flagged: A line with no write-off at all (missing-write-off). Write-offs that repeat one another exactly
    (duplicate-write-off). A difference of at most the quantity step, 0.001, is reported as info: the point of sale
    shows three decimals.
What to do: Open the receipt in the point of sale and compare the line with its stock operations; correct the
    stock by the difference, then find out why (a portion size, a unit, an edit after the sale).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.language.translate import to_say
from reconcile.settings.thresholds import DayThresholds
from rules.declaration import Declaration
from rules.flags import Flags, at_unit_cost, bools, ints, is_kind

RULE = Declaration(
    severity="error",
    names="line",
    judges="lines",
    reads=(
        "product_id kind is_dead lost_operation sold own_operations own_written_off extras "
        "unit_cost_total unit_cost_quantity"
    ),
    message="sold {expected}, written off {actual} (difference {difference})",
    is_goods=True,
    cause=to_say("nothing of it is due"),
)


def judge(lines: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag lines whose own write-offs do not sum to what was sold."""
    sold, written_off = ints(lines, "sold"), ints(lines, "own_written_off")
    rows = np.flatnonzero(
        (sold != written_off)
        & (sold != 0)
        & (ints(lines, "own_operations") > 0)
        & (ints(lines, "extras") == 0)
        & is_kind(lines, "direct")
        & ~bools(lines, "is_dead")
        & ~bools(lines, "lost_operation")
    )
    difference = written_off[rows] - sold[rows]
    step = thresholds.quantity_step(ints(lines, "product_id")[rows])
    return Flags(
        rows,
        expected=sold[rows],
        actual=written_off[rows],
        value=at_unit_cost(lines, rows, difference),
        severity=np.where(np.abs(difference) <= step, "info", ""),
    )
