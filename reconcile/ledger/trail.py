"""The trail: events that are only ever added, each with the hash of the one before it.

A changed, missing or added event is seen by `broken`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from reconcile.ledger.series import Series

OPENED, SEEN_AGAIN = "opened", "seen again"
ANSWERED, TAKEN_BACK = "answered", "answer taken back"
REOPENED, CLEARED = "reopened because facts changed", "cleared"
SIGNED_OFF, WITHDRAWN = "signed off", "sign-off withdrawn"
CHANGED_SINCE = "changed since"


class Event(NamedTuple):
    """One event. Texts are empty where there is nothing to say."""

    kind: str
    day: str
    item_id: str = ""
    by: str = ""
    """As written in the workbook."""
    file: str = ""
    file_sha256: str = ""
    before: str = ""
    """JSON."""
    after: str = ""
    """JSON."""


class Recorded(NamedTuple):
    """An event of the trail."""

    seq: int
    at: str
    """When it was recorded, in UTC."""
    series: Series
    event: Event
    hash: str


_COLUMNS = "seq, at, demo, venue_id, kind, day, item_id, by, file, file_sha256, before, after, hash"


def add(connection: sqlite3.Connection, series: Series, event: Event) -> None:
    """Append an event."""
    seq, last = head(connection)
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    mark = _hash(last, seq + 1, at, series, event)
    values = (seq + 1, at, *series, *event, mark)
    connection.execute(f"insert into events ({_COLUMNS}) values ({', '.join('?' * len(values))})", values)  # noqa: S608  constants
    connection.execute("update head set seq = ?, hash = ?", (seq + 1, mark))


def events(connection: sqlite3.Connection, item_id: str | None = None) -> Iterator[Recorded]:
    """The events of an item, or all, in their order."""
    where = "" if item_id is None else "where item_id = ?"
    rows = connection.execute(
        f"select {_COLUMNS} from events {where} order by seq",  # noqa: S608  constants
        () if item_id is None else (item_id,),
    )
    for seq, at, demo, venue_id, *event, mark in rows:
        yield Recorded(seq, at, Series(demo, venue_id), Event(*event), mark)


def has(connection: sqlite3.Connection, series: Series, event: Event) -> bool:
    """Whether the trail has an event of this kind, day and content, whenever it was recorded."""
    row = connection.execute(
        "select 1 from events where demo = ? and venue_id = ? and day = ? and kind = ? and item_id = ? and after = ?",
        (*series, event.day, event.kind, event.item_id, event.after),
    ).fetchone()
    return row is not None


def last_answer(connection: sqlite3.Connection, series: Series, item_id: str) -> str:
    """`after` of the last event in which an item was answered, or its answer taken back; empty if there is none."""
    row = connection.execute(
        "select after from events where demo = ? and venue_id = ? and item_id = ? and kind in (?, ?) "
        "order by seq desc limit 1",
        (*series, item_id, ANSWERED, TAKEN_BACK),
    ).fetchone()
    return row[0] if row else ""


def head(connection: sqlite3.Connection) -> tuple[int, str]:
    """How many events there are, and the hash of the last."""
    number, last = connection.execute("select seq, hash from head").fetchone()
    return number, last


def broken(connection: sqlite3.Connection) -> list[str]:
    """A sentence for each place where the trail is not whole; empty if it is."""
    found, expected, last = [], 1, ""
    for each in events(connection):
        if each.seq != expected:
            missing = (
                f"event {expected}" if each.seq == expected + 1 else f"events {expected} to {each.seq - 1}"
            )
            found.append(f"{missing}: missing")
        elif each.hash != _hash(last, each.seq, each.at, each.series, each.event):
            found.append(f"event {each.seq} ({each.at}, {each.event.kind}): changed, or the one before it")
        expected, last = each.seq + 1, each.hash
    seq, mark = head(connection)
    if seq >= expected:
        found.append(f"events {expected} to {seq}: missing at the end")
    elif (seq, mark) != (expected - 1, last):
        found.append(
            f"the last event is {expected - 1}, and the ledger says that it is {seq}: one was added or changed"
        )
    return found


def _hash(last: str, seq: int, at: str, series: Series, event: Event) -> str:
    digest = hashlib.sha256(last.encode())
    for text in (seq, at, *series, *event):
        part = str(text).encode(errors="surrogatepass")
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()
