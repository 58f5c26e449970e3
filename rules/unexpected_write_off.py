"""Written off, though nothing was sold.

What it checks: For a voided line, a line of a cancelled or deleted receipt, or a line that sold a quantity of
    0, the quantities written off sum to 0.
Why it matters: Goods that never left were taken off the books.
Example:
    line    state     written off
    21      voided    0             (written off and put back)
    22      voided    1             <- flagged
Not flagged: A voided line without operations, or whose operations cancel out.
What to do: Put the goods back into stock if they did not leave. If they did leave, the void is wrong: ask who
    voided the line and why.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.settings.thresholds import DayThresholds
from rules.declaration import Declaration
from rules.flags import Flags, bools, ints

RULE = Declaration(
    severity="error",
    names="line",
    reads="sold written_off written_off_cost lost_operation",
    message="nothing was sold, {actual} was written off",
    is_goods=True,
)


def judge(lines: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag lines that sold nothing and took something from stock."""
    written_off = ints(lines, "written_off")
    rows = np.flatnonzero((written_off != 0) & (ints(lines, "sold") == 0) & ~bools(lines, "lost_operation"))
    actual = written_off[rows]
    return Flags(
        rows,
        expected=actual * 0,
        actual=actual,
        value=np.sign(actual) * np.abs(ints(lines, "written_off_cost")[rows]),
    )
