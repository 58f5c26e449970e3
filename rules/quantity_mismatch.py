"""Quantity differs.

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
    (duplicate-write-off). What stands in another place (misplaced-write-off). A product that is counted in another
    unit is judged in that unit (unit-ratio). On a return where less was put back than came back it is a warning, as
    it is where the amount paid is that of what was written off: the count is wrong then, not the stock. A
    difference of at most the quantity step, 0.001, is reported as info: the point of sale shows three decimals.
What to do: Open the receipt in the point of sale and compare the line with its stock operations; correct the
    stock by the difference, then find out why (a portion size, a unit, an edit after the sale).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, BoolArray, multiply
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import (
    Flags,
    Rows,
    at_unit_cost,
    bools,
    ints,
    is_kind,
    is_unclaimed,
    notes_where,
)
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="error",
    names="line",
    judges="lines",
    reads=(
        "product_id kind claim lost_operation sold due own_operations own_written_off extras count portion_size "
        "price subtotal unit_cost_total unit_cost_quantity"
    ),
    message="sold {expected}, written off {actual} (difference {difference})",
    is_goods=True,
    cause=to_say("nothing of it is due"),
)
COUNT_IS_WRONG: Final = to_say(
    "the amount paid is that of what was written off: the count is wrong, not the stock"
)
RETURNED: Final = to_say("less was put back than came back")


def judge(lines: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag lines whose own write-offs do not sum to what is due."""
    due, written_off, sold = ints(lines, "due"), ints(lines, "own_written_off"), ints(lines, "sold")
    is_put_back_less = (sold < 0) & (written_off <= 0) & (written_off > due)
    accepted = is_put_back_less & ~thresholds.returns_restock(ints(lines, "product_id"))
    rows = np.flatnonzero(
        (due != written_off)
        & (sold != 0)
        & (ints(lines, "own_operations") > 0)
        & (ints(lines, "extras") == 0)
        & is_kind(lines, "direct")
        & is_unclaimed(lines)
        & ~accepted
        & ~bools(lines, "lost_operation")
    )
    difference = written_off[rows] - due[rows]
    step = thresholds.quantity_step(ints(lines, "product_id")[rows])
    is_rounding = np.abs(difference) <= step
    is_paid = _is_paid(lines, rows)
    is_less = is_put_back_less[rows]
    value = at_unit_cost(lines, rows, difference)
    value[is_paid] = 0
    return Flags(
        rows,
        expected=due[rows],
        actual=written_off[rows],
        value=value,
        severity=np.select([is_rounding, is_paid | is_less], ["info", "warning"], ""),
        notes=notes_where([()] * len(rows), (is_paid, COUNT_IS_WRONG), (is_less, RETURNED)),
    )


def _is_paid(lines: pd.DataFrame, rows: Rows) -> BoolArray:
    """Live sales of whole portions whose subtotal is the price of what was written off, and not of the count."""
    price, subtotal, count, portion, written_off, sold = (
        ints(lines, name)[rows]
        for name in ("price", "subtotal", "count", "portion_size", "own_written_off", "sold")
    )
    can_be = (price > 0) & (sold > 0) & (portion == MICRO) & (count != written_off)
    paid = multiply(np.where(can_be, price, 0), written_off)
    return np.asarray(can_be & (paid == subtotal).fillna(False).to_numpy(np.bool_), dtype=np.bool_)
