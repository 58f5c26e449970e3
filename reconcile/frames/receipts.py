"""Reads receipts: which version counts, which are to be reconciled, and their frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from reconcile.core.categories import kinds
from reconcile.core.exact import BoolArray, Times, micros, positive_int
from reconcile.evidence.day import Header
from reconcile.evidence.structs import Raw, Receipt, of_raw
from reconcile.evidence.typed import GivenOperations, GivenReceipt
from reconcile.frames import reading
from reconcile.frames.quarantine import ReadProblems
from reconcile.frames.records import Records
from reconcile.model.catalogue import NO_TIME
from reconcile.model.contracts import RECEIPT_CLASSES
from reconcile.settings.model import Settings

OPEN_STATUS = 1
_TIME_FIELDS = ("shift_date", "closed_at", "created_at")


@dataclasses.dataclass(frozen=True)
class _State:
    """Columns that decide whether a receipt is to be reconciled, one row per receipt."""

    day: Times
    """Business day: `shift_date`, else the date of `closed_at`, else that of `created_at`."""
    is_dead: BoolArray
    """Deleted or cancelled."""
    is_open: BoolArray
    is_other_day: BoolArray
    times: dict[str, tuple[Times, BoolArray]]
    """By field: times, and which have an offset that can't be converted."""


def _state(records: Records, day: date, zone: ZoneInfo | None) -> _State:
    times = {field: records.times(field, zone) for field in _TIME_FIELDS}
    days = times[_TIME_FIELDS[0]][0]
    for field in _TIME_FIELDS[1:]:
        days = np.where(np.isnat(days), times[field][0], days)
    days = days.astype("datetime64[D]")
    cancelled = [_is_cancelled(status) for status in records["order_status"]]
    is_dead = records.deletions() | np.array(cancelled, dtype=np.bool_)
    status, _ = reading.ids(records["status"], optional=True)
    is_open = (status == OPEN_STATUS) & ~is_dead
    return _State(days, is_dead, is_open, days != np.datetime64(day), times)


def _is_cancelled(order_status: Any) -> bool:
    return str(order_status).upper() == "CANCELLED"


def is_open(receipt: Raw) -> bool:
    """Whether a raw receipt is not final: its status is open, and it is neither deleted nor cancelled."""
    is_dead = _of_one(receipt).deletions()[0] or _is_cancelled(receipt.get("order_status"))
    return positive_int(receipt.get("status")) == OPEN_STATUS and not is_dead


def _of_one(receipt: Raw) -> Records:
    """A raw receipt without its lines."""
    return Records(Receipt, [of_raw(Receipt, {**receipt, "receipt_products": None})], lambda _: receipt)


def business_day(receipt: Raw, zone: ZoneInfo | None) -> date | None:
    """The business day of a raw receipt; None where its times are missing or can't be read."""
    found = _state(_of_one(receipt), date.min, zone).day[0]
    return None if np.isnat(found) else date.fromisoformat(str(found))


def is_due(receipt: Raw, day: date, zone: ZoneInfo | None) -> bool:
    """Whether a raw receipt belongs to that business day and is not open."""
    state = _state(_of_one(receipt), day, zone)
    return not (state.is_other_day[0] or state.is_open[0])


def lacks_lines(receipt: Raw) -> bool:
    """Whether a raw receipt has no list of lines, or an empty one though it is neither void nor of no total."""
    lines = receipt.get("receipt_products")
    if not isinstance(lines, list):
        return True
    is_dead = bool(receipt.get("deleted_at")) or _is_cancelled(receipt.get("order_status"))
    return not lines and not is_dead and bool(micros(receipt.get("total")))


def current_receipts(versions: Sequence[GivenReceipt], problems: ReadProblems) -> dict[int, GivenReceipt]:
    """The current version of each receipt by id; receipts without a readable id go to `problems`."""
    by_id: dict[int, list[GivenReceipt]] = {}
    for version in versions:
        if isinstance(version.key, int):
            by_id.setdefault(version.key, []).append(version)
        else:
            reason = reading.id_problem("id", version.receipt.id)
            problems.quarantine.append(("receipt", None, None, None, reason))
            problems.without_id.append(reason)
    return {key: found[0] if len(found) == 1 else _current(found) for key, found in sorted(by_id.items())}


def _current(versions: list[GivenReceipt]) -> GivenReceipt:
    """The latest `updated_at`; of equals one with lines, then one fetched by id, then the last.

    If it has no lines, those of the latest version with lines are used.
    """

    def rank(version: GivenReceipt) -> tuple[str, bool, bool]:
        return str(version.receipt.updated_at or ""), version.has_lines, version.asked == "id"

    versions = versions[::-1]  # `max` returns the first of equals
    latest = max(versions, key=rank)
    with_lines = [version for version in versions if version.has_lines]
    if latest.has_lines or not with_lines:
        return latest
    return latest.with_lines_of(max(with_lines, key=rank))


def _closed_late(state: _State, started_at: str, settings: Settings) -> BoolArray:
    """Receipts closed less than `late_minutes` before the run began, or later.

    None where the settings name no zone: then it is not known when the run began by the venue's time.
    """
    closed_at, _ = state.times["closed_at"]
    (began,), (is_zoned,), _ = reading.times([started_at], settings.zone)
    if settings.zone is None or is_zoned or np.isnat(began):
        return np.zeros(len(closed_at), dtype=np.bool_)
    return np.asarray(
        closed_at > began - np.timedelta64(settings.thresholds.late_minutes, "m"), dtype=np.bool_
    )


def receipts_frame(
    receipts: dict[int, GivenReceipt],
    operations: dict[int, GivenOperations],
    header: Header,
    settings: Settings,
    problems: ReadProblems,
) -> pd.DataFrame:
    """All receipts (by id) as the frame `Receipts`, with their class."""
    given = list(receipts.values())
    records = Records(Receipt, [each.receipt for each in given], lambda row: given[row].raw())
    keys = np.array(list(receipts), dtype=np.int64)
    total_cost, is_return = records.numbers("totalCost", default=0), records.flags("is_returns")
    state = _state(records, header.date, settings.zone)
    problems.given_times |= records.given_times("closed_at", keys)
    records.reject(np.isnat(state.day), "shift_date, closed_at and created_at are all missing")
    due = ~(state.is_other_day | state.is_open)
    awaits_posting = due & ~state.is_dead & _closed_late(state, header.started_at, settings)
    has_none = [key in operations and not operations[key].operations for key in receipts]
    awaits_posting &= np.array(has_none, dtype=np.bool_)
    due &= ~awaits_posting
    has_lines = np.array([each.has_lines for each in given], dtype=np.bool_)
    records.reject(due & ~has_lines, "receipt_products, its lines, are missing")
    for row, reason in records.reasons.items():
        problems.quarantine.append(("receipt", int(keys[row]), int(keys[row]), None, reason))
        problems.reasons.setdefault(int(keys[row]), reason)
    for key in keys[due].tolist():
        if key not in operations:
            problems.reasons.setdefault(key, "its stock operations were not fetched")
    failed = np.isin(keys, [key for key in problems.reasons if key is not None]) & (due | records.broken())
    classes = np.select([failed, state.is_other_day, ~due], [3, 2, 1], default=0)
    deleted_at, deleted_zoned, _ = reading.times(records["deleted_at"], settings.zone)
    return pd.DataFrame(
        {
            "receipt_id": keys,
            "receipt_class": kinds(classes, RECEIPT_CLASSES),
            "business_day": state.day.astype("datetime64[s]"),
            "created_at": state.times["created_at"][0],
            "created_zoned": state.times["created_at"][1],
            "closed_at": state.times["closed_at"][0],
            "closed_zoned": state.times["closed_at"][1],
            "is_return": is_return,
            "is_dead": state.is_dead,
            "is_deleted": records.deletions(),
            "deleted_at": np.where(deleted_zoned, NO_TIME, deleted_at),
            "cid": reading.texts(records["cid"]),
            "total": records.known_numbers("total"),
            **{
                name: reading.ids(records[name], optional=True)[0] for name in ("sale_type_id", "terminal_id")
            },
            "source": reading.texts(records["source"]),
            "awaits_posting": awaits_posting,
            "total_cost": total_cost,
            "lost_operation": np.zeros(records.size, dtype=np.bool_),
        }
    )
