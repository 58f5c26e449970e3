"""Receipts: which version counts, which are due, and their frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from reconcile.core.exact import BoolArray, Times
from reconcile.evidence.records import Evidence, Raw
from reconcile.frames import reading
from reconcile.frames.quarantine import LeftOut
from reconcile.frames.records import Records
from reconcile.model.contracts import RECEIPT_CLASSES
from reconcile.settings.model import Settings

OPEN_STATUS = 1


_DAYS = ("shift_date", "closed_at", "created_at")
_FIELDS = (
    "status", "order_status", "is_returns", "totalCost", "deleted_at", "receipt_products", *_DAYS,
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Standing:
    """What decides whether a receipt is due, a column each."""

    day: Times
    """Business day: `shift_date`, else the day of `closed_at`, else the day of `created_at`."""
    is_dead: BoolArray
    is_open: BoolArray
    times: dict[str, tuple[Times, BoolArray]]

    def other_day(self, day: date) -> BoolArray:
        return np.asarray(self.day != np.datetime64(day), dtype=np.bool_)


def _standing(records: Records, zone: ZoneInfo | None) -> _Standing:
    times = {field: records.times(field, zone) for field in _DAYS}
    day = times[_DAYS[0]][0]
    for field in _DAYS[1:]:
        day = np.where(np.isnat(day), times[field][0], day)
    cancelled = [str(status).upper() == "CANCELLED" for status in records["order_status"]]
    is_dead = reading.present(records["deleted_at"]) | np.array(cancelled, dtype=np.bool_)
    status, _ = reading.ids(records["status"], optional=True)
    return _Standing(day.astype("datetime64[D]"), is_dead, (status == OPEN_STATUS) & ~is_dead, times)


def is_due(receipt: Raw, day: date, zone: ZoneInfo | None) -> bool:
    """Whether a receipt is to be reconciled on that business day: of the day, and not open."""
    standing = _standing(Records([receipt], _FIELDS), zone)
    return not (standing.other_day(day)[0] or standing.is_open[0])


def current_receipts(versions: Sequence[tuple[str, Raw]], left: LeftOut) -> dict[int, Raw]:
    """One version a receipt, by its id; those without a readable one go to `left`."""
    named = Records([receipt for _, receipt in versions], ["id"])
    by_id: dict[int, list[tuple[str, Raw]]] = {}
    for key, version in zip(named.ids("id").tolist(), versions, strict=True):
        if key:
            by_id.setdefault(key, []).append(version)
    for reason in named.reasons.values():
        left.quarantine.append(("receipt", None, None, None, reason))
        left.nameless.append(reason)

    return {key: found[0][1] if len(found) == 1 else _current(found) for key, found in sorted(by_id.items())}


def _current(versions: list[tuple[str, Raw]]) -> Raw:
    """The latest `updated_at`, by id before listed, the last that came; where it has no lines, the latest lines."""

    def rank(version: tuple[str, Raw]) -> tuple[str, bool, bool]:
        asked, receipt = version
        return str(receipt.get("updated_at") or ""), _has_lines(receipt), asked == "id"

    versions = versions[::-1]  # of equals, `max` takes the first
    latest = max(versions, key=rank)[1]
    with_lines = [version for version in versions if _has_lines(version[1])]
    if _has_lines(latest) or not with_lines:
        return latest
    return {**latest, "receipt_products": max(with_lines, key=rank)[1]["receipt_products"]}


def _has_lines(receipt: Raw) -> bool:
    return isinstance(receipt.get("receipt_products"), list)


def receipts_frame(
    raw: dict[int, Raw], evidence: Evidence, settings: Settings, left: LeftOut
) -> pd.DataFrame:
    """All listed receipts (`Receipts`), each in its class."""
    records = Records(list(raw.values()), _FIELDS)
    keys = np.array(list(raw), dtype=np.int64)
    total_cost = records.numbers("totalCost", default=0)
    standing = _standing(records, settings.zone)
    left.given_times |= records.given_times("closed_at", keys)
    records.reject(np.isnat(standing.day), "shift_date, closed_at and created_at are all missing")
    other_day = standing.other_day(evidence.header.date)
    due = ~(other_day | standing.is_open)
    has_lines = np.array([isinstance(lines, list) for lines in records["receipt_products"]], dtype=np.bool_)
    records.reject(due & ~has_lines, "receipt_products, its lines, are missing")
    for row, reason in records.reasons.items():
        left.quarantine.append(("receipt", int(keys[row]), int(keys[row]), None, reason))
        left.reasons.setdefault(int(keys[row]), reason)
    for key in keys[due].tolist():
        if key not in evidence.operations:
            left.reasons.setdefault(key, "its stock operations were not fetched")
    failed = np.isin(keys, [key for key in left.reasons if key is not None]) & (due | records.broken())
    classes = np.select([failed, other_day, ~due], [3, 2, 1], default=0)
    return pd.DataFrame(
        {
            "receipt_id": keys,
            "receipt_class": pd.Categorical.from_codes(classes, categories=pd.Index(RECEIPT_CLASSES)),
            "business_day": standing.day.astype("datetime64[s]"),
            "created_at": standing.times["created_at"][0],
            "created_zoned": standing.times["created_at"][1],
            "closed_at": standing.times["closed_at"][0],
            "closed_zoned": standing.times["closed_at"][1],
            "is_return": reading.flags(records["is_returns"]),
            "is_dead": standing.is_dead,
            "total_cost": total_cost,
            "lost_operation": np.zeros(records.size, dtype=np.bool_),
        }
    )
