"""Stock before, less the quantity, is not stock after.

What it checks: before_quantity − quantity = after_quantity, exactly; on a return before_quantity + quantity
    is accepted too, as the sign of returns is not documented.
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
from reconcile.settings.thresholds import DayThresholds
from rules.declaration import Declaration
from rules.flags import Flags, bools, ints

RULE = Declaration(
    severity="error",
    names="operation",
    judges="operations",
    reads="product_id quantity before_quantity after_quantity cost is_return",
    message="stock after should be {expected}, is {actual} (difference {difference})",
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag operations whose balance does not close."""
    before, quantity = ints(operations, "before_quantity"), ints(operations, "quantity")
    after = ints(operations, "after_quantity")
    restocked = bools(operations, "is_return") & (before + quantity == after)
    rows = np.flatnonzero((before - quantity != after) & ~restocked)
    expected, actual = before[rows] - quantity[rows], after[rows]
    step = thresholds.quantity_step(ints(operations, "product_id")[rows])
    return Flags(
        rows,
        expected=expected,
        actual=actual,
        value=multiply(actual - expected, ints(operations, "cost")[rows]),
        severity=np.where(np.abs(actual - expected) <= step, "info", ""),
    )
