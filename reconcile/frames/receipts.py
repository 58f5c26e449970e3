"""Receipts: which version counts, which are due, and their frame."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from reconcile.contracts import RECEIPT_CLASSES
from reconcile.evidence import Evidence, Raw, whole
from reconcile.exact import BoolArray
from reconcile.frames import reading
from reconcile.frames.quarantine import Broken, LeftOut
from reconcile.frames.reading import Times
from reconcile.settings import Settings

OPEN_STATUS = 1


@dataclasses.dataclass(frozen=True)
class Standing:
    """What decides whether a receipt is due, a column each."""

    day: Times
    is_dead: BoolArray
    is_open: BoolArray
    times: dict[str, tuple[Times, BoolArray, BoolArray]]

    def other_day(self, day: date) -> BoolArray:
        return np.asarray(self.day != np.datetime64(day), dtype=np.bool_)


def standing_of(receipts: Sequence[Raw], zone: ZoneInfo | None) -> Standing:
    """Business day: `shift_date`, else the day of `closed_at`, else the day of `created_at`."""
    times = {
        field: reading.times([receipt.get(field) for receipt in receipts], zone)
        for field in ("shift_date", "closed_at", "created_at")
    }
    day = times["shift_date"][0]
    for field in ("closed_at", "created_at"):
        day = np.where(np.isnat(day), times[field][0], day)
    cancelled = [str(receipt.get("order_status")).upper() == "CANCELLED" for receipt in receipts]
    is_dead = reading.present([receipt.get("deleted_at") for receipt in receipts]) | np.array(
        cancelled, dtype=np.bool_
    )
    status = [whole(receipt.get("status")) == OPEN_STATUS for receipt in receipts]
    return Standing(day.astype("datetime64[D]"), is_dead, np.array(status, dtype=np.bool_) & ~is_dead, times)


def is_due(receipt: Raw, day: date, zone: ZoneInfo | None) -> bool:
    """Whether a receipt is to be reconciled on that business day: of the day, and not open."""
    standing = standing_of([receipt], zone)
    return not (standing.other_day(day)[0] or standing.is_open[0])


def current_receipts(versions: Sequence[tuple[str, Raw]], left: LeftOut) -> dict[int, Raw]:
    """One version a receipt: with lines before without, by id before listed, the latest `updated_at`."""
    by_id: dict[int, list[tuple[str, Raw]]] = {}
    for asked, receipt in versions:
        key = whole(receipt.get("id")) if isinstance(receipt, dict) else None
        if key is None:
            problem = reading.id_problem("id", receipt.get("id") if isinstance(receipt, dict) else receipt)
            left.quarantine.append(("receipt", None, None, None, problem))
            left.nameless.append(problem)
            continue
        by_id.setdefault(key, []).append((asked, receipt))

    def rank(version: tuple[str, Raw]) -> tuple[bool, bool, str, str]:
        asked, receipt = version
        has_lines = isinstance(receipt.get("receipt_products"), list)
        content = json.dumps(receipt, sort_keys=True, default=str)
        return has_lines, asked == "id", str(receipt.get("updated_at")), content

    return {
        key: found[0][1] if len(found) == 1 else max(found, key=rank)[1]
        for key, found in sorted(by_id.items())
    }


def receipts_frame(
    raw: dict[int, Raw], evidence: Evidence, settings: Settings, left: LeftOut
) -> pd.DataFrame:
    records = list(raw.values())
    keys = np.array(list(raw), dtype=np.int64)
    broken = Broken(len(records))
    total_cost, bad = reading.numbers([receipt.get("totalCost") for receipt in records], default=0)
    broken.add("totalCost", records, bad, reading.number_problem)
    standing = standing_of(records, settings.zone)
    for field, (_, _, bad) in standing.times.items():
        values = [receipt.get(field) for receipt in records]
        broken.add(field, records, bad, reading.time_problem)
        left.keep_given(field, keys, values, bad)
    for row in np.flatnonzero(np.isnat(standing.day)).tolist():
        broken.reasons.setdefault(row, "shift_date, closed_at and created_at are all missing")
    other_day = standing.other_day(evidence.header.date)
    due = ~(other_day | standing.is_open)
    for row in np.flatnonzero(due).tolist():
        if not isinstance(records[row].get("receipt_products"), list):
            broken.reasons.setdefault(row, "receipt_products, its lines, are missing")
    for row, reason in broken.reasons.items():
        left.quarantine.append(("receipt", int(keys[row]), int(keys[row]), None, reason))
        left.reasons.setdefault(int(keys[row]), reason)
    for key in keys[due].tolist():
        if key not in evidence.operations:
            left.reasons.setdefault(key, "its stock operations were not fetched")
    failed = np.isin(keys, [key for key in left.reasons if key is not None]) & (due | broken.mask())
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
            "is_return": reading.flags([receipt.get("is_returns") for receipt in records]),
            "is_dead": standing.is_dead,
            "total_cost": total_cost,
            "lost_operation": np.zeros(len(records), dtype=np.bool_),
        }
    )
