"""Write-off without a sale line.

What it checks: Each operation names a line of the receipt that it was given for, names that receipt as its
    own, and comes from no other document. Before one is called an orphan, its receipt is asked for again by
    id, as a list may leave out deleted lines.
Why it matters: Goods were taken off the books for a sale that can't be shown.
Example:
    operation   receipt   line
    1001        1         14
    1009        1         99     <- flagged: receipt 1 has no line 99
    1010        1                <- flagged: no line at all
Not flagged: Operations of voided lines, which are lines like any other. Operations of a line that can't be
    read: those are not judged.
What to do: Look the operation up by its id; move it to the right receipt or reverse it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import multiply
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, bools, ints, is_unclaimed
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="error",
    names="operation",
    judges="operations",
    reads="is_orphan q cost claim",
    message="{actual} written off for no line of the receipt",
    is_goods=True,
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag operations that the match could give to no line."""
    rows = np.flatnonzero(bools(operations, "is_orphan") & is_unclaimed(operations))
    q = ints(operations, "q")[rows]
    return Flags(rows, expected=q * 0, actual=q, value=multiply(q, ints(operations, "cost")[rows]))
