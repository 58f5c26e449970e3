"""The ledger's items: every one that was ever open, as the newest day that has it left it, and what became of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec

from reconcile.core.exact import decimal_text
from reconcile.ledger import trail
from reconcile.ledger.item import CARRIED_FORWARD, CLEARED, Answer, Facts, Item
from reconcile.ledger.series import Series
from reconcile.ledger.trail import Event

_GONE = "its day no longer finds it"


def open_before(connection: sqlite3.Connection, series: Series, day: date) -> list[Item]:
    """The items of earlier days that are open before a day: those that are open, and those that its last run cleared.
    None where a later day was run: the ledger is of that one.
    """
    if (newest_day(connection, series) or day) > day:
        return []
    rows = connection.execute(
        "select item from items where demo = ? and venue_id = ? and first_day < ? and is_open union "
        "select item from items where demo = ? and venue_id = ? and first_day < ? and as_of = ?",
        (*series, day.isoformat(), *series, day.isoformat(), day.isoformat()),
    )
    found = [_item(text) for (text,) in rows]
    return sorted((item._replace(**_AS_FOUND) for item in found), key=lambda item: item.sort_key)


_AS_FOUND: Mapping[str, Any] = {
    "answer": Answer(), "answered_in": "", "is_supported": True, "reopened": None, "closing": CARRIED_FORWARD,
    "gone": False,
}  # fmt: skip
"""What the run of a day adds to an item."""


def newest_day(connection: sqlite3.Connection, series: Series) -> date | None:
    """The latest day that the ledger has."""
    row = connection.execute("select max(day) from days where demo = ? and venue_id = ?", series).fetchone()
    return date.fromisoformat(row[0]) if row[0] else None


class Kept(NamedTuple):
    """An item, and the series that it is of."""

    series: Series
    item: Item


def open_items(connection: sqlite3.Connection) -> list[Kept]:
    """The open items of all series, the oldest first."""
    rows = connection.execute(
        "select demo, venue_id, item from items where is_open order by first_day, demo, venue_id, rule, id"
    )
    return [Kept(Series(demo, venue_id), _item(text)) for demo, venue_id, text in rows]


class OpenValue(NamedTuple):
    """What an open item is worth, in millionths."""

    venue: int
    """0 where its run named none."""
    first_day: date
    value: int
    """0 where it is not known."""
    counts_as: str
    """A class of `reconcile.rulebook.amounts`, such as over."""


def open_values(connection: sqlite3.Connection, *, demo: bool) -> Iterator[OpenValue]:
    """The open items of all venues, the oldest first; without reading each item whole."""
    rows = connection.execute(
        "select venue_id, first_day, value, json_extract(item, ?) from items "
        "where is_open and demo = ? order by first_day, venue_id, id",
        (f"$[{Item._fields.index('counts_as')}]", int(demo)),
    )
    for venue, first_day, value, counts_as in rows:
        yield OpenValue(venue, date.fromisoformat(first_day), value or 0, counts_as or "")


def kept(connection: sqlite3.Connection, item_id: str) -> Kept | None:
    """The item of an id, of any series."""
    row = connection.execute("select demo, venue_id, item from items where id = ?", (item_id,)).fetchone()
    return Kept(Series(*row[:2]), _item(row[2])) if row else None


def record(connection: sqlite3.Connection, series: Series, items: Iterable[Item], day: date) -> None:
    """Keep the items as a day left them, with an event for all that happened to each.

    A day that was run again after later ones adds the items that it found for the first time; what it says of others is
    of the past.
    """
    is_newest = (newest_day(connection, series) or day) <= day
    for item in items:
        before = item_of(connection, series, item.id)
        if before is None or is_newest:
            for event in _events(before, item, day):
                trail.add(connection, series, event)
            _keep(connection, series, item, day)


def item_of(connection: sqlite3.Connection, series: Series, item_id: str) -> Item | None:
    """The item of an id."""
    row = connection.execute(
        "select item from items where demo = ? and venue_id = ? and id = ?", (*series, item_id)
    ).fetchone()
    return _item(row[0]) if row else None


def _keep(connection: sqlite3.Connection, series: Series, item: Item, day: date) -> None:
    values = (
        *series, item.id, item.rule, item.first_day.isoformat(), item.last_day.isoformat(), day.isoformat(),
        item.answer.status, item.closing == CARRIED_FORWARD, item.value, item.cause, item.answer.comment,
        msgspec.json.encode(item).decode(),
    )  # fmt: skip
    connection.execute(f"insert or replace into items values ({', '.join('?' * len(values))})", values)  # noqa: S608  question marks


def _events(before: Item | None, item: Item, day: date) -> Iterable[Event]:
    """What happened to an item on a day, given how the ledger had it."""

    def event(kind: str, was: Any = None, now: Any = None) -> Event:
        return Event(kind, day.isoformat(), item.id, before=_text(was), after=_text(now))

    if before is None:
        opened = event(trail.OPENED, now=facts_record(item.facts))
        yield opened._replace(day=item.first_day.isoformat())
    elif item.last_day > before.last_day:
        yield event(trail.SEEN_AGAIN, facts_record(before.facts), facts_record(item.facts))
    was_open = before is None or before.closing == CARRIED_FORWARD
    if item.reopened is not None and (before is None or before.reopened != item.reopened):
        yield event(trail.REOPENED, facts_record(item.reopened.facts), facts_record(item.facts))
    elif before is not None and before.gone and item.closing == CARRIED_FORWARD:
        yield event(trail.REOPENED, {"because": _GONE}, facts_record(item.facts))
    if was_open and item.closing == CLEARED:
        why = _GONE if item.gone else item.answer.status
        yield event(trail.CLEARED, now={"because": why})


def facts_record(facts: Facts) -> dict[str, str | None]:
    """Facts for the trail: amounts as plain decimals."""
    return {
        name: decimal_text(each) if isinstance(each, int) else each for name, each in facts._asdict().items()
    }


def answer_record(answer: Answer) -> dict[str, str]:
    """An answer for the trail, without what is empty."""
    texts = {name: "" if each is None else str(each) for name, each in answer._asdict().items()}
    return {name: text for name, text in texts.items() if text}


def _text(record: Any) -> str:
    return "" if record is None else json.dumps(record, ensure_ascii=False)


def _item(text: str) -> Item:
    return msgspec.json.decode(text, type=Item)
