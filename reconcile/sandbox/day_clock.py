"""A day as it goes on: what the records of a store say at a moment, by the times that they name themselves."""

from __future__ import annotations

import dataclasses
import time
from datetime import datetime, timedelta
from typing import Any

from reconcile.core.errors import UsageError
from reconcile.evidence.structs import Raw
from reconcile.sandbox.store import Store


def store_at(store: Store, moment: datetime) -> Store:
    """The records at a moment of the venue's clock: receipts opened so far, closed if they are, with the operations
    posted so far. Records are shared where they are as in `store`.
    """
    now = str(moment)[:19]
    receipts = [_receipt_at(each, now) for each in store.receipts if str(each.get("created_at")) <= now]
    operations = {
        key: [each for each in some if not _is_later(_field(each, "operated_at"), now)]
        for key, some in store.operations.items()
    }
    return dataclasses.replace(store, receipts=receipts, operations=operations)


def _receipt_at(receipt: Raw, now: str) -> Raw:
    lines = receipt.get("receipt_products")
    if isinstance(lines, list) and any(_is_later(_field(line, "deleted_at"), now) for line in lines):
        lines = [_without_later_void(line, now) for line in lines]
        receipt = receipt | {"receipt_products": lines}
    if _is_later(receipt.get("deleted_at"), now):
        receipt = receipt | {"deleted_at": None}
    if _is_later(receipt.get("closed_at"), now):
        changes = {"status": 1, "order_status": "IN_PROGRESS", "closed_at": None, "payment_methods": []}
        return receipt | changes | {"totalCost": 0, "updated_at": receipt["created_at"]}
    if _is_later(receipt.get("updated_at"), now):
        return receipt | {"updated_at": receipt.get("closed_at") or receipt["created_at"]}
    return receipt


def _without_later_void(line: Any, now: str) -> Any:
    if not _is_later(_field(line, "deleted_at"), now):
        return line
    return line | {"deleted_at": None, "updated_at": line.get("created_at")}


def _field(record: Any, name: str) -> Any:
    return record.get(name) if isinstance(record, dict) else None


def _is_later(moment: Any, now: str) -> bool:
    return isinstance(moment, str) and moment > now


@dataclasses.dataclass
class DayClock:
    """The clock of a sandbox: it shows `start` when it is made, and goes `speed` times as fast as time does."""

    store: Store
    start: datetime
    speed: float = 1.0
    _began: float = dataclasses.field(default_factory=time.monotonic)
    _shown: tuple[datetime, Store] | None = None

    def now(self) -> datetime:
        """The venue's time, in whole minutes."""
        passed = timedelta(seconds=(time.monotonic() - self._began) * self.speed)
        return (self.start + passed).replace(second=0, microsecond=0)

    def current(self) -> Store:
        """The records at this minute."""
        now = self.now()
        if self._shown is None or self._shown[0] != now:
            self._shown = now, store_at(self.store, now)
        return self._shown[1]


def clock_of(text: str, speed: float) -> tuple[timedelta, float]:
    """`HH:MM` as the time since midnight, up to 48 hours, and the speed. Raises `UsageError`."""
    hours, colon, minutes = text.partition(":")
    is_time = colon and all(each.isascii() and each.isdigit() and len(each) == 2 for each in (hours, minutes))
    if not is_time or int(minutes) >= 60 or int(hours) >= 48:
        raise UsageError(
            f"--clock is '{text[:20]}'; give the time to begin at, such as 09:00; 25:30 is at night"
        )
    if not 0 < speed <= 10_000:
        raise UsageError(f"--speed is {speed:g}; allowed is a number above 0, up to 10000")
    return timedelta(hours=int(hours), minutes=int(minutes)), speed
