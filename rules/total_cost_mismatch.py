"""Total cost differs.

What it checks: cost × quantity and total_cost differ by no more than rounding explains: the money step (0.01) and
    half a cost step (0.0001) for each unit. Where the day shows that the venue rounds totals to whole money, 0.5
    more.
Why it matters: The cost of goods sold is booked from the total; the unit cost is what the next purchase is
    compared with. They can't both be right.
Example:
    cost      quantity   total
    1500      2          3000
    1500      2          3500    <- flagged
    0.3333    3          1.00    (rounded)
Not flagged: Differences that rounding explains. Opposite signs on returns, voided lines and orphans, where only
    magnitudes are compared.
What to do: Compare with the purchase; if the total is wrong, ask for the stock record to be recalculated.
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
    reads="quantity cost total_cost is_total_off on_sale",
    message="unit cost × quantity is {expected}, total cost is {actual} (difference {difference})",
    compares="other",
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag operations whose total the match found to be off by more than rounding."""
    rows = np.flatnonzero(bools(operations, "is_total_off"))
    actual = ints(operations, "total_cost")[rows]
    expected = multiply(ints(operations, "cost")[rows], ints(operations, "quantity")[rows])
    opposite = np.sign(expected.to_numpy(np.int64, na_value=0)) * np.sign(actual) < 0
    of_magnitudes = ~bools(operations, "on_sale")[rows]
    expected = expected * np.where(opposite & of_magnitudes, -1, 1)
    return Flags(rows, expected=expected, actual=actual, value=actual - expected)
