"""Another zone: a day whose operations stand in another time zone than its receipts.

Source: rules/README.md, "Cut-off". The distance is taken off, so that all else is judged as if there were one zone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.columns import with_columns
from reconcile.core.exact import IntArray, Times
from reconcile.rulebook.operation_times import is_cut_off, is_on_another_day
from reconcile.settings.model import Thresholds

_STEP, _LEAST, _NEAR = 15, 60, 2
"""In minutes: zones differ by multiples of the first, at least by the second, and are told to the third."""


def without_zone(operations: pd.DataFrame, thresholds: Thresholds, *, is_on: bool) -> pd.DataFrame:
    """Operations (with the times of their receipts) and the columns `zone_minutes` and `is_zone_named`.

    Where more than half of all stand at one distance from closing, and fewer are cut off without it, `operated_at` is
    without it. The lowest id of those is named, and has `is_other_day` where some of them stand on a day that is
    neither the business day nor the day of closing. Nothing is taken off where the rule `cut-off` is not on.
    """
    size = len(operations)
    found = with_columns(
        operations,
        zone_minutes=np.zeros(size, dtype=np.int64),
        is_zone_named=np.zeros(size, dtype=np.bool_),
        is_other_day=np.zeros(size, dtype=np.bool_),
    )
    cut_off = is_cut_off(found, thresholds)
    if not (is_on and cut_off.any()):
        return found
    seconds = _seconds_after_closing(operations)
    known = np.flatnonzero(seconds != _UNKNOWN)
    steps = np.rint(seconds[known] / (60 * _STEP)).astype(np.int64) * _STEP
    for distance in np.unique(steps[np.abs(steps) >= _LEAST]).tolist():
        rows = known[np.abs(seconds[known] - 60 * distance) <= 60 * _NEAR]
        if 2 * len(rows) <= size:
            continue
        shifted = operations["operated_at"].to_numpy() - np.timedelta64(distance, "m")
        moved = found.assign(operated_at=shifted)
        if not is_cut_off(moved, thresholds).sum() < cut_off.sum():
            return found
        named = rows[np.argmin(operations["operation_id"].to_numpy()[rows])]
        flags = np.zeros(size, dtype=np.bool_)
        flags[named] = True
        other_day = flags & bool(is_on_another_day(found, rows).any())
        return moved.assign(
            zone_minutes=np.full(size, distance, dtype=np.int64), is_zone_named=flags, is_other_day=other_day
        )
    return found


def given_times(operations: pd.DataFrame) -> Times:
    """`operated_at` as the API gave it, with the distance that was taken off."""
    distance = operations["zone_minutes"].to_numpy().astype("timedelta64[m]")
    given: Times = operations["operated_at"].to_numpy() + distance
    return given


_UNKNOWN = np.iinfo(np.int64).min


def _seconds_after_closing(operations: pd.DataFrame) -> IntArray:
    """From closing to the operation; `_UNKNOWN` where a time is missing or can't be compared."""
    operated, closed = (operations[name].to_numpy() for name in ("operated_at", "closed_at"))
    unknown = np.isnat(operated) | np.isnat(closed)
    unknown |= operations["operated_zoned"].to_numpy() | operations["closed_zoned"].to_numpy()
    return np.where(unknown, _UNKNOWN, (operated - closed).astype("timedelta64[s]").astype(np.int64))
