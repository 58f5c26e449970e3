"""What the ledger has taken in from the workbooks and reports of a folder, so that none is read twice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import msgspec

from reconcile.ledger.item import Answer, Response
from reconcile.ledger.ledger import Workbook
from reconcile.ledger.series import Series

UNTOUCHED, EDITED, UNREADABLE = "untouched", "edited", "unreadable"


class TakenIn(NamedTuple):
    """A workbook as it was when it was last looked at."""

    name: str
    day: date
    revision: int
    stamp: str
    """Size, times and place on the disk: the same as long as nobody writes the file."""
    sha256: str
    """Of an edited one; else empty."""
    state: str
    """Untouched since the program wrote it, edited by a person, or unreadable."""
    why: str = ""
    """Why it is unreadable."""


_EMPTY = Answer()


def workbooks(connection: sqlite3.Connection, series: Series) -> dict[str, TakenIn]:
    """The workbooks of a series that were taken in, by name, in the order of days and revisions."""
    rows = connection.execute(
        "select name, day, revision, stamp, sha256, state, unreadable from files where demo = ? and venue_id = ? "
        "order by day, revision",
        series,
    )
    return {
        name: TakenIn(
            name,
            date.fromisoformat(day),
            revision,
            stamp,
            sha256,
            state,
            "".join(json.loads(why)) if state == UNREADABLE else "",
        )
        for name, day, revision, stamp, sha256, state, why in rows
    }


def take_in(connection: sqlite3.Connection, series: Series, file: TakenIn, book: Workbook | None) -> None:
    """Keep what an edited workbook says; `book` is None for any other. What was kept of it before is dropped."""
    connection.execute("delete from files where name = ?", (file.name,))
    told = [file.why] if file.state == UNREADABLE else [] if book is None else list(book.unreadable)
    values = (
        file.name, *series, file.day.isoformat(), file.revision, file.stamp, file.sha256, file.state,
        "" if book is None else book.modified_by, json.dumps(told),
    )  # fmt: skip
    connection.execute(f"insert into files values ({', '.join('?' * len(values))})", values)  # noqa: S608  question marks
    if book is None:
        return
    connection.executemany(
        "insert into answers values (?, ?, ?)",
        (
            (key, file.name, msgspec.json.encode(response).decode())
            for key, response in book.responses.items()
            if says_something(response)
        ),
    )
    connection.executemany(
        "insert into cause_answers values (?, ?, ?)",
        ((file.name, key, msgspec.json.encode(answer).decode()) for key, answer in book.causes.items()),
    )


def answers_in(connection: sqlite3.Connection, name: str) -> dict[str, Response]:
    """What a workbook says, by item."""
    rows = connection.execute("select item_id, response from answers where file = ?", (name,))
    return {key: _response(text) for key, text in rows}


def responses(
    connection: sqlite3.Connection, series: Series, items: Iterable[str], first: date, last: date
) -> dict[str, list[tuple[str, Response]]]:
    """What the workbooks of these days say of the items, the newest workbook first: its name, and the response."""
    found = {}
    for key in items:
        rows = connection.execute(
            "select file, response from answers join files on name = file where item_id = ? and demo = ? "
            "and venue_id = ? and day between ? and ? order by day desc, revision desc",
            (key, *series, first.isoformat(), last.isoformat()),
        ).fetchall()
        if rows:
            found[key] = [(file, _response(text)) for file, text in rows]
    return found


def cause_answers(connection: sqlite3.Connection, series: Series, day: date) -> dict[str, tuple[Answer, str]]:
    """The answers to causes in the workbooks of a day, by cause: of each the newest, and the workbook's name."""
    rows = connection.execute(
        "select cause_id, answer, file from cause_answers join files on name = file where demo = ? and venue_id = ? "
        "and day = ? order by revision",
        (*series, day.isoformat()),
    )
    return {key: (msgspec.json.decode(text, type=Answer), file) for key, text, file in rows}


def unreadable_cells(connection: sqlite3.Connection, series: Series, first: date) -> list[str]:
    """The cells that can't be read in edited workbooks of this day and later: workbook, sheet, cell."""
    rows = connection.execute(
        "select name, unreadable from files where demo = ? and venue_id = ? and day >= ? and state = ? "
        "and unreadable != '[]' order by day desc, revision desc",
        (*series, first.isoformat(), EDITED),
    )
    return [f"{name}, {cell}" for name, cells in rows for cell in json.loads(cells)]


class Judged(NamedTuple):
    """What a day's last report says: the ids of its items, and the rules and receipts that it did not judge."""

    found: frozenset[str]
    rules: frozenset[str]
    receipts: frozenset[int]


def report(connection: sqlite3.Connection, series: Series, day: date) -> tuple[str, Judged | None]:
    """The stamp of a day's report when it was taken in, and what it says; None if it was incomplete."""
    row = connection.execute(
        "select stamp, judged from reports where demo = ? and venue_id = ? and day = ?",
        (*series, day.isoformat()),
    ).fetchone()
    return (row[0], msgspec.json.decode(row[1], type=Judged | None)) if row else ("", None)


def take_in_report(
    connection: sqlite3.Connection, series: Series, day: date, stamp: str, judged: Judged | None
) -> None:
    """Keep what a day's report says."""
    connection.execute(
        "insert or replace into reports values (?, ?, ?, ?, ?)",
        (*series, day.isoformat(), stamp, msgspec.json.encode(judged).decode()),
    )


def _response(text: str) -> Response:
    return msgspec.json.decode(text, type=Response)


def stocks_in(connection: sqlite3.Connection, name: str, stamp: str) -> set[int] | None:
    """The stocks that the operations in an evidence file name; None where it was not read since it was written."""
    row = connection.execute(
        "select stocks from evidence_stocks where file = ? and stamp = ?", (name, stamp)
    ).fetchone()
    return set(json.loads(row[0])) if row else None


def take_in_stocks(connection: sqlite3.Connection, name: str, stamp: str, stocks: Iterable[int]) -> None:
    """Keep which stocks the operations in an evidence file name."""
    values = (name, stamp, json.dumps(sorted(stocks)))
    connection.execute("insert or replace into evidence_stocks values (?, ?, ?)", values)


def says_something(response: Response) -> bool:
    """Whether a person said something with it."""
    return response.answer != _EMPTY or response.withdrawn
