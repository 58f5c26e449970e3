"""Written off outside the time of the sale.

What it checks: created_at − 5 minutes ≤ operated_at ≤ closed_at + 60 minutes (both are settings). A missing
    time is not tested; a time with `Z` only where the settings name the venue's zone.
Why it matters: A write-off booked on another day moves cost between periods; month-end inventory is wrong on
    both sides.
Example:
    created   closed   written off
    14:40     15:07    15:07
    14:40     15:07    16:30        <- info: 83 minutes after closing
    14:40     15:07    next day     <- flagged
Not flagged: Exactly 5 minutes before, exactly 60 minutes after. On another day than the business day and the day
    of closing it is a warning, otherwise info.
What to do: If the day differs, check whether the period was closed in between; agree the cut-off with
    whoever closes shifts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, half_even, nullable
from reconcile.settings.thresholds import DayThresholds
from rules.declaration import Declaration
from rules.flags import Flags, bools, ints

RULE = Declaration(
    severity="info",
    names="operation",
    judges="operations",
    reads=(
        "operated_at operated_zoned created_at created_zoned closed_at closed_zoned business_day total_cost"
    ),
    message="written off at {actual}, receipt closed at {expected} ({difference} minutes)",
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag operations before the receipt was created or long after it was closed."""
    operated, created, closed = (
        operations[name].to_numpy() for name in ("operated_at", "created_at", "closed_at")
    )
    zoned = bools(operations, "operated_zoned")
    early = operated < created - np.timedelta64(thresholds.general.early_minutes, "m")
    late = operated > closed + np.timedelta64(thresholds.general.late_minutes, "m")
    early &= ~zoned & ~bools(operations, "created_zoned")
    late &= ~zoned & ~bools(operations, "closed_zoned")
    rows = np.flatnonzero(early | late)
    day, closing_day = operated[rows].astype("datetime64[D]"), closed[rows].astype("datetime64[D]")
    same_day = (day == operations["business_day"].to_numpy()[rows].astype("datetime64[D]")) | (
        day == closing_day
    )
    seconds = (operated[rows] - np.where(late[rows], closed[rows], created[rows])).astype(np.int64)
    return Flags(
        rows,
        difference=nullable(half_even(second * MICRO, 60) for second in seconds.tolist()),
        value=ints(operations, "total_cost")[rows],
        severity=np.where(~same_day, "warning", ""),
        expected_time=closed[rows],
        actual_time=operated[rows],
    )
