"""Write-off at zero cost.

What it checks: An operation that moved a quantity has a unit cost other than 0.
Why it matters: The sale shows its whole price as margin; the cost of goods sold is understated.
Example:
    quantity   cost
    2          1500
    2          0       <- flagged
Not flagged: Operations of quantity 0.
What to do: Enter the purchase that is missing, or the opening cost of the product, and have the stock
    recalculated.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, ints
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="warning",
    names="operation",
    judges="operations",
    reads="quantity cost",
    message="written off at a unit cost of 0",
    compares="other",
    repeats=True,
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag operations that moved goods at no cost."""
    cost = ints(operations, "cost")
    rows = np.flatnonzero((cost == 0) & (ints(operations, "quantity") != 0))
    return Flags(rows, actual=cost[rows])
