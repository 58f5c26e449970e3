"""Balance does not add up.

What it checks: before_quantity − quantity = after_quantity, exactly. Where the quantity may stand without a sign (on
    returns and voided lines, of no line, or as a correction), before_quantity + quantity will do too.
Why it matters: The stock record contradicts itself; every balance after it is in doubt.
Example:
    before   quantity   after
    120      1          119
    50       2          49      <- flagged: 48 was due
Not flagged: 0.3 − 0.1 = 0.2 (decimals are compared, not binary floats). A difference of at most the quantity
    step, 0.001, is reported as info.
What to do: Count the stock of that product in that storage, and correct it to the count.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import multiply
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, bools, ints
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="error",
    names="operation",
    judges="operations",
    reads="product_id quantity before_quantity after_quantity cost either_sign",
    message="stock after should be {expected}, is {actual} (difference {difference})",
    amounts="movement",
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag operations whose balance does not close."""
    before, quantity = ints(operations, "before_quantity"), ints(operations, "quantity")
    after = ints(operations, "after_quantity")
    without, with_it = before - quantity, before + quantity
    is_nearer = bools(operations, "either_sign") & (np.abs(with_it - after) < np.abs(without - after))
    due = np.where(is_nearer, with_it, without)
    rows = np.flatnonzero(due != after)
    expected, actual = due[rows], after[rows]
    step = thresholds.quantity_step(ints(operations, "product_id")[rows])
    return Flags(
        rows,
        expected=expected,
        actual=actual,
        value=multiply(actual - expected, ints(operations, "cost")[rows]),
        severity=np.where(np.abs(actual - expected) <= step, "info", ""),
    )
