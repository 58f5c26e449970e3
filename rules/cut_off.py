"""Write-off outside the time of sale.

What it checks: created_at − 5 minutes ≤ operated_at ≤ closed_at + 60 minutes (both are settings). A missing time is
    not tested; a time with `Z` only where the settings name the venue's zone.
Why it matters: A write-off booked on another day moves cost between periods; month-end inventory is wrong on
    both sides.
Example:
    created   closed   written off
    14:40     15:07    15:07
    14:40     15:07    16:30        <- info: 83 minutes after closing
    14:40     15:07    next day     <- flagged
Not flagged: Exactly 5 minutes before, exactly 60 minutes after. Three or more of two receipts within ten minutes
    were posted together: one finding. Where most operations of the day stand at one distance from closing, as time
    zones differ, that is one finding, and all are judged without it. On another day than the business day and the
    day of closing it is a warning, otherwise info.
What to do: If the day differs, check whether the period was closed in between; agree the cut-off with
    whoever closes shifts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import MICRO, half_even, nullable, total
from reconcile.language.messages import Note, Notes
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, Rows, bools, ints
from reconcile.rulebook.operation_times import is_cut_off, is_late, is_on_another_day
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="info",
    names="operation",
    judges="operations",
    reads=(
        "operation_id asked_receipt_id operated_at operated_zoned created_at created_zoned closed_at closed_zoned "
        "business_day total_cost zone_minutes is_zone_named is_other_day"
    ),
    message="written off at {actual}, receipt closed at {expected} ({difference} minutes)",
    compares="other",
    amounts="timing",
)
_TOGETHER = to_say("posted together: {count} operations from {first} to {last}")
_ZONE = to_say(
    "another zone: most operations of the day stand {minutes} minutes from closing, and all are judged without"
)
_WITHIN = np.timedelta64(10, "m")
_FEWEST_TOGETHER, _FEWEST_RECEIPTS = 3, 2


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag operations before the receipt was created or long after it was closed, and a day in another zone."""
    names_zone = bools(operations, "is_zone_named")
    rows = np.flatnonzero(is_cut_off(operations, thresholds.general) & ~names_zone)
    late = is_late(operations, thresholds.general)[rows]
    operated, created, closed = (
        operations[name].to_numpy()[rows] for name in ("operated_at", "created_at", "closed_at")
    )
    seconds = (operated - np.where(late, closed, created)).astype(np.int64)
    groups = _together(operations, rows)
    zone = np.flatnonzero(names_zone)
    minutes = ints(operations, "zone_minutes")
    is_warning, value = is_on_another_day(operations, rows), ints(operations, "total_cost")[rows]
    first = [group[0] for group in groups]
    times = operated + minutes[rows].astype("timedelta64[m]")  # as given
    notes: list[Notes] = [_note(times[group]) if len(group) > 1 else () for group in groups]
    of_zone = [(Note(_ZONE, {"minutes": int(minutes[row])}),) for row in zone]
    unknown = np.full(len(zone), np.datetime64("NaT", "s"))
    none: list[int | None] = [None] * len(first)
    zone_minutes = [int(minutes[row]) * MICRO for row in zone]
    return Flags(
        np.concatenate([rows[first], zone]).astype(np.intp),
        expected=nullable([*none, *(0 for _ in zone)]),
        actual=nullable([*none, *zone_minutes]),
        difference=nullable([half_even(int(seconds[row]) * MICRO, 60) for row in first] + zone_minutes),
        value=nullable([total(value[group]) for group in groups] + [None] * len(zone)),
        severity=np.concatenate(
            [
                np.array(["warning" if is_warning[group].any() else "" for group in groups], dtype=object),
                np.where(bools(operations, "is_other_day")[zone], "warning", "info").astype(object),
            ]
        ),
        expected_time=np.concatenate([closed[first], unknown]),
        actual_time=np.concatenate([times[first], unknown]),
        notes=[*notes, *of_zone],
    )


def _note(times: npt.NDArray[np.datetime64]) -> Notes:
    first, last = (str(each).replace("T", " ") for each in (times.min(), times.max()))
    return (Note(_TOGETHER, {"count": len(times), "first": first, "last": last}),)


def _together(operations: pd.DataFrame, rows: Rows) -> list[npt.NDArray[np.intp]]:
    """Places among the rows of each finding: the lowest id first, then what was posted together with it."""
    time, number = operations["operated_at"].to_numpy()[rows], ints(operations, "operation_id")[rows]
    receipt = ints(operations, "asked_receipt_id")[rows]
    order = np.lexsort([number, time])
    in_time = time[order]
    ends = np.searchsorted(in_time, in_time + _WITHIN, "right").tolist()
    groups: list[npt.NDArray[np.intp]] = []
    start = 0
    while start < len(order):
        end = ends[start]
        group = order[start:end]
        is_one = len(group) >= _FEWEST_TOGETHER and len(np.unique(receipt[group])) >= _FEWEST_RECEIPTS
        groups += (
            [group[np.argsort(number[group])]] if is_one else [group[at : at + 1] for at in range(len(group))]
        )
        start = end
    return groups
