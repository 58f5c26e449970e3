"""A day collected by the sandbox's clock, and what the night then asks for, beside a night that fetches all at once."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from reconcile.core.exact_json import decode_json, encode_json
from reconcile.evidence.day import Evidence
from reconcile.evidence.records import read_evidence
from reconcile.sandbox.day_clock import store_at
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store
from tests.given.day_records import DAY
from tests.given.running import LIVE, Desk, Ended

QUICK = "[api]\nrequests_per_window = 1000000\nattempts = 2\nretry_pause_seconds = 0.01\n"

Serve = Callable[..., CloposServer]
COLLECT = ("--collect", *LIVE)
NIGHT = (*LIVE, "--format", "json-only")
AT_ONCE = f"[thresholds]\nlate_minutes = 0\n{QUICK}"
"""Settings by which a receipt is asked for in the collection that sees it closed."""
_TIMES = ("asked_at", "started_at", "finished_at")


def moments(day: date, first: str, last: str, minutes: int) -> Iterator[datetime]:
    """From a time of the day to another, such as 25:30 for half past one in the night, so many minutes apart."""
    begins = datetime.combine(day, datetime.min.time())
    now, end = (begins + timedelta(hours=int(text[:2]), minutes=int(text[3:])) for text in (first, last))
    while now <= end:
        yield now
        now += timedelta(minutes=minutes)


def pass_time(folder: Path, minutes: float) -> None:
    """So much time passes: all that the collections say of when something was asked for is so much longer ago."""
    for path in folder.glob("*.collected.jsonl"):
        lines = []
        for line in path.read_bytes().splitlines():
            record = decode_json(line)
            for name in _TIMES:
                if name in record:
                    then = datetime.fromisoformat(record[name]) - timedelta(minutes=minutes)
                    record[name] = then.strftime("%Y-%m-%dT%H:%M:%SZ")
            lines.append(encode_json(record) + b"\n")
        path.write_bytes(b"".join(lines))


@dataclasses.dataclass
class CollectedDay:
    """A day that goes on by the sandbox's clock, and its collections."""

    desk: Desk
    server: CloposServer
    store: Store
    """All records of the day."""
    day: date
    requests: list[int] = dataclasses.field(default_factory=list)
    """Of each collection, logins included."""

    def collect(self, now: datetime, minutes: int) -> Ended:
        """One collection at a moment, `minutes` after the one before."""
        pass_time(self.desk.folder, minutes)
        self.server.store = store_at(self.store, now)
        self.server.request_log.entries.clear()
        ended = self.desk.run("--collect", "--date", str(self.day), "--source", "clopos")
        self.requests.append(self.server.request_log.count())
        return ended

    def collect_all(self, first: str = "09:00", last: str = "29:15", minutes: int = 15) -> None:
        """Each collection from a time to another."""
        for now in moments(self.day, first, last, minutes):
            ended = self.collect(now, minutes)
            assert ended.status == 0, ended.err

    def night(self, *more: str) -> tuple[Ended, Counter[str]]:
        """The night's run at half past five, and its requests by route."""
        (now,) = moments(self.day, "29:30", "29:30", 1)
        self.server.store = store_at(self.store, now)
        self.server.request_log.entries.clear()
        ended = self.desk.run("--date", str(self.day), "--source", "clopos", *more)
        return ended, Counter(each.route for each in self.server.request_log.entries)


def said(evidence: Evidence) -> dict[str, object]:
    """What evidence says of the day: all but when and how it was asked for."""
    receipts = {each["id"]: each for _, each in evidence.receipts}
    return {
        "receipts": receipts,
        "operations": {key: sorted(map(str, some)) for key, some in evidence.operations.items()},
        "products": sorted(map(str, evidence.products)),
        "listed": evidence.listed_total,
        "failures": evidence.failures(),
    }


def evidence_in(folder: Path) -> Evidence:
    """The one finished evidence file in a folder."""
    (path,) = folder.glob("*.evidence.jsonl.gz")
    return read_evidence(path)


def asked(server: CloposServer, route: str = "operations") -> list[int]:
    """The receipts asked for since the last time."""
    return sorted(each.receipt_id or 0 for each in taken(server) if each.route == route)


def taken(server: CloposServer) -> list[Any]:
    entries = list(server.request_log.entries)
    server.request_log.entries.clear()
    return entries


def collection_of(desk: Desk) -> Path:
    return desk.folder / f"{DAY}.collected.jsonl"


def night_at_once(desk: Desk, server: CloposServer) -> tuple[bytes, dict[str, object]]:
    """What a night says that fetches everything: its report and its evidence."""
    folder, desk.folder = desk.folder, desk.home / "at-once"
    ended = desk.run(*NIGHT)
    assert ended.status in (0, 1, 3), ended.err
    found = ended.json_bytes, said(evidence_in(desk.folder))
    desk.folder = folder
    taken(server)
    return found
