"""Who signed which day off. A sign-off holds while the day says what it said when it was signed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from reconcile.ledger import trail
from reconcile.ledger.series import Series
from reconcile.ledger.taken_in import TakenIn
from reconcile.ledger.trail import Event

ROLES = ("Approved by", "Reviewed by", "Prepared by")
"""The one that counts most first."""
Signed: TypeAlias = tuple[str, str]
"""Name and date, as written."""


def take_in(
    connection: sqlite3.Connection, series: Series, file: TakenIn, now: Mapping[str, Signed], by: str
) -> None:
    """Keep the sign-offs in a workbook, by role, with an event for each that is new, other than before, or gone."""
    rows = connection.execute("select role, name, date from sign_offs where file = ?", (file.name,))
    before: dict[str, Signed] = {role: (name, when) for role, name, when in rows}
    day = file.day.isoformat()
    for role in {**before, **now}:
        was, signed = before.get(role), now.get(role)
        if was == signed:
            continue
        connection.execute("delete from sign_offs where file = ? and role = ?", (file.name, role))
        if signed is not None:
            values = (*series, day, file.name, role, *signed, _facts_of(connection, series, file.day), 0)
            connection.execute(f"insert into sign_offs values ({', '.join('?' * len(values))})", values)  # noqa: S608  question marks
        kind = trail.WITHDRAWN if signed is None else trail.SIGNED_OFF
        texts = (_text(role, was), _text(role, signed))
        trail.add(connection, series, Event(kind, day, "", by, file.name, file.sha256, *texts))


def withdraw(connection: sqlite3.Connection, series: Series, day: date, facts: str) -> None:
    """Withdraw the sign-offs of a day that were given on other facts, with an event for each."""
    rows = connection.execute(
        "select file, role, name, date from sign_offs where demo = ? and venue_id = ? and day = ? "
        "and facts not in ('', ?) and not withdrawn",
        (*series, day.isoformat(), facts),
    ).fetchall()
    for file, role, name, when in rows:
        connection.execute("update sign_offs set withdrawn = 1 where file = ? and role = ?", (file, role))
        why = json.dumps({"because": "what the day found changed"})
        event = Event(
            trail.WITHDRAWN, day.isoformat(), file=file, before=_text(role, (name, when)), after=why
        )
        trail.add(connection, series, event)


def signed_by(connection: sqlite3.Connection, series: Series, day: date) -> dict[str, Signed]:
    """The sign-offs of a day that hold, by role, of each the one in the newest workbook."""
    rows = connection.execute(
        "select role, name, date from sign_offs where demo = ? and venue_id = ? and day = ? and not withdrawn "
        "order by length(file), file",
        (*series, day.isoformat()),
    )
    return {role: (name, when) for role, name, when in rows}


def withdrawn_days(connection: sqlite3.Connection, series: Series, first: date, last: date) -> list[date]:
    """The days of a range that have a sign-off which was withdrawn, as what they found changed."""
    rows = connection.execute(
        "select distinct day from sign_offs where demo = ? and venue_id = ? and day between ? and ? and withdrawn "
        "order by day",
        (*series, first.isoformat(), last.isoformat()),
    )
    return [date.fromisoformat(day) for (day,) in rows]


def _facts_of(connection: sqlite3.Connection, series: Series, day: date) -> str:
    row = connection.execute(
        "select facts from days where demo = ? and venue_id = ? and day = ?", (*series, day.isoformat())
    ).fetchone()
    return row[0] if row else ""


def _text(role: str, signed: Signed | None) -> str:
    return "" if signed is None else json.dumps({role: signed}, ensure_ascii=False)
