"""Several days that were fetched once, and the night that asks for them again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, Raw, sales
from tests.given.running import Desk, Ended

BEFORE = ("2026-01-16", "2026-01-17", "2026-01-18")
NIGHT = ("--date", DAY, "--source", "clopos")
FAST = "[api]\nrequests_per_window = 1000000\nattempts = 2\nretry_pause_seconds = 0.01\n"


def several_days(
    receipts: int, days: tuple[str, ...] = (*BEFORE, DAY)
) -> tuple[list[Raw], dict[int, list[Raw]]]:
    """So many sales on each day, numbered from 1000, 2000 and so on."""
    listed, operations = list[Raw](), dict[int, list[Raw]]()
    for place, day in enumerate(days, start=1):
        sold, written_off = sales(receipts, first=1000 * place, day=day)
        listed += sold
        operations |= written_off
    return listed, operations


def product() -> Raw:
    return {"id": 31001, "type": "GOODS", "name": "Cola 0,5", "unit": {"id": 1, "symbol": "pcs"}}


def night(desk: Desk, number: int = 3, *more: str) -> Ended:
    return desk.run(*NIGHT, "--recheck", str(number), *more)


def report_of(desk: Desk, day: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((desk.folder / f"{day}.json").read_bytes())
    return found


def rows_of(desk: Desk, day: str) -> list[tuple[Any, ...]]:
    """Receipt, field, before, after, value."""
    names = ("receipt_id", "field", "before", "after", "value")
    return [tuple(each[name] for name in names) for each in report_of(desk, day)["changed_since"]]


def asked(server: CloposServer, route: str = "operations") -> list[int]:
    return sorted(each.receipt_id or 0 for each in server.request_log.entries if each.route == route)


def bytes_of(desk: Desk, *days: str) -> dict[str, bytes]:
    return {day: (desk.folder / f"{day}.json").read_bytes() for day in days}


def evidence_of(desk: Desk, day: str) -> Path:
    return desk.folder / f"{day}.evidence.jsonl.gz"
