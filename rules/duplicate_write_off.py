"""Written off twice.

What it checks: On a sale line that was written off for more than it sold, operations of the same stock record
    and quantity repeat one another, and without the repeats the line agrees.
Why it matters: The same goods left the books twice; stock is short on paper though nothing is missing.
Example:
    line   operation   quantity   sold
    14     1001        1          1
    14     1007        1          1      <- flagged: the same write-off again
Not flagged: Two equal write-offs on a line that sold their sum. Repeats that do not explain the difference
    (quantity-mismatch). One operation that the API merely lists twice.
What to do: Reverse the repeated operation in the point of sale; if it keeps happening, report it to the
    vendor with both operation ids.
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
    reads="is_extra q cost",
    message="{actual} written off once more for the same sale line",
    is_goods=True,
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag each operation that the match marked as an extra."""
    rows = np.flatnonzero(bools(operations, "is_extra"))
    q = ints(operations, "q")[rows]
    return Flags(rows, expected=q * 0, actual=q, value=multiply(q, ints(operations, "cost")[rows]))
