"""The ledger's days: when each was run, on what evidence, its verdict and totals, and what it found."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from reconcile.ledger.series import Series


class DayRecord(NamedTuple):
    """A day as its last run left it."""

    day: date
    evidence: str
    """SHA-256 of the uncompressed evidence."""
    verdict: str
    totals: Mapping[str, str | int]
    """`over`, `under`, `written_off` in plain decimals; `errors`, `warnings`, `open_items`, `complete` as numbers."""
    facts: str
    """A digest of what it found: the same as long as its findings and totals are."""
    runs: int = 1
    last_run: str = ""
    """In UTC."""


def record_day(connection: sqlite3.Connection, series: Series, record: DayRecord) -> None:
    """Keep how a run that ends now left a day."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    connection.execute(
        "insert into days values (?, ?, ?, 1, ?, ?, ?, ?, ?) on conflict do update set runs = runs + 1, "
        "last_run = excluded.last_run, evidence = excluded.evidence, verdict = excluded.verdict, "
        "totals = excluded.totals, facts = excluded.facts",
        (
            *series,
            record.day.isoformat(),
            now,
            record.evidence,
            record.verdict,
            json.dumps(record.totals),
            record.facts,
        ),
    )


def days(connection: sqlite3.Connection, series: Series, first: date, last: date) -> dict[date, DayRecord]:
    """The days of a series, by day."""
    rows = connection.execute(
        "select day, evidence, verdict, totals, facts, runs, last_run from days where demo = ? and venue_id = ? "
        "and day between ? and ? order by day",
        (*series, first.isoformat(), last.isoformat()),
    )
    found = (
        DayRecord(date.fromisoformat(day), evidence, verdict, json.loads(totals), *others)
        for day, evidence, verdict, totals, *others in rows
    )
    return {each.day: each for each in found}
