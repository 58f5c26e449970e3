"""The command `ledger`: open items, one item's story, and whether the trail is whole."""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from reconcile.cli.exit_status import CLEAN, DIFFERENCES
from reconcile.core.errors import UsageError
from reconcile.core.exact import decimal_text, exact_micros
from reconcile.core.text import counted, printable, shown
from reconcile.ledger import item_records, trail
from reconcile.ledger.database import NAME, ledger_to_read
from reconcile.ledger.item_records import Kept
from reconcile.ledger.trail import Recorded
from reconcile.report import csv_cells

_USE = "give nothing to list open items, 'show ID' for one item's story, or 'verify'"
_COLUMNS = ("id", "rule", "venue_id", "first_day", "last_day", "status", "value", "comment")


def run_ledger(options: argparse.Namespace, today: date) -> int:
    """List, show or verify, as the options say. Returns the exit status."""
    with ledger_to_read(options.out) as connection:
        if connection is None:
            raise UsageError(
                f"there is no {NAME} in {options.out}; a run of a day makes it, or give --out another folder"
            )
        match options.what:
            case []:
                options.say(_listed(connection, options, today))
            case ["show", item_id]:
                options.say(_story(connection, item_id, options))
            case ["verify"]:
                return _verify(connection, options)
            case _:
                raise UsageError(f"ledger {shown(' '.join(options.what))} is not a command; {_USE}")
    return CLEAN


def _listed(connection: sqlite3.Connection, options: argparse.Namespace, today: date) -> str:
    """The open items that the filters leave, the oldest first, of one day the largest."""
    least = None if options.value is None else _amount(options.value)
    found = [
        kept
        for kept in item_records.open_items(connection)
        if (options.of_venue is None or kept.series.venue_id == options.of_venue)
        and (options.rule is None or kept.item.rule == options.rule)
        and (options.age is None or (today - kept.item.first_day).days >= options.age)
        and (least is None or abs(kept.item.value or 0) >= least)
    ]
    found.sort(key=lambda kept: (kept.item.first_day, -abs(kept.item.value or 0)))
    if options.json:
        return json.dumps({"items": [_record(kept) for kept in found]}, ensure_ascii=False, indent=1) + "\n"
    if options.csv:
        return csv_cells.document(_COLUMNS, map(_record, found), ("value",)).decode()
    return "".join(f"{line}\n" for line in _lines(found, today))


def _amount(text: str) -> int:
    try:
        return exact_micros(Decimal(text))
    except (InvalidOperation, ValueError, OverflowError):
        raise UsageError(f"--value is {shown(text)}; give an amount, such as 1000 or 12.50") from None


def _record(kept: Kept) -> dict[str, Any]:
    item = kept.item
    return {
        "id": item.id,
        "rule": item.rule,
        "venue_id": kept.series.venue_id or None,
        "first_day": item.first_day.isoformat(),
        "last_day": item.last_day.isoformat(),
        "status": item.answer.status,
        "value": None if item.value is None else decimal_text(item.value),
        "comment": item.answer.comment,
    }


def _lines(found: Sequence[Kept], today: date) -> Iterator[str]:
    rows = [("id", "days open", "first day", "venue", "rule", "product", "value", "status", "comment")]
    rows += [
        (
            item.id,
            str((today - item.first_day).days),
            item.first_day.isoformat(),
            "demo" if series.demo else str(series.venue_id or ""),
            item.rule,
            printable(item.product),
            "" if item.value is None else decimal_text(item.value),
            item.answer.status,
            printable(item.answer.comment),
        )
        for series, item in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
    yield counted(len(found), "open item")


def _story(connection: sqlite3.Connection, item_id: str, options: argparse.Namespace) -> str:
    """Every event of an item, in their order. Raises `UsageError` if there is none."""
    events = list(trail.events(connection, item_id))
    if not events:
        raise UsageError(
            f"no item {shown(item_id)} in {options.out / NAME}; 'ledger' lists the open ones, with their ids"
        )
    if options.json:
        return (
            json.dumps({"events": [_event_record(each) for each in events]}, ensure_ascii=False, indent=1)
            + "\n"
        )
    lines = [f"{item_id}"]
    if (kept := item_records.kept(connection, item_id)) is not None:
        item = kept.item
        lines = [
            f"{item_id}: {item.rule}, {item.severity}, {printable(item.product) or 'no product'}, "
            f"{item.closing}, {item.answer.status}",
            printable(item.what_happened),
        ]
    return "".join(f"{line}\n" for line in [*lines, *map(_event_line, events)] if line)


def _event_line(each: Recorded) -> str:
    event = each.event
    by, file = printable(event.by), printable(event.file)
    told = [f"by {by}" if by else "", f"in {file} (sha256 {event.file_sha256[:12]}…)" if file else ""]
    change = " → ".join(printable(text) for text in (event.before, event.after) if text)
    return "  ".join(filter(None, [each.at, event.day, event.kind, change, *told]))


def _event_record(each: Recorded) -> dict[str, Any]:
    event = each.event
    texts = {
        "before": json.loads(event.before) if event.before else None,
        "after": json.loads(event.after) if event.after else None,
    }
    return {"seq": each.seq, "at": each.at, **event._asdict(), **texts, "hash": each.hash}


def _verify(connection: sqlite3.Connection, options: argparse.Namespace) -> int:
    broken = trail.broken(connection)
    options.say("".join(f"{sentence}\n" for sentence in broken or [_whole(connection)]))
    return DIFFERENCES if broken else CLEAN


def _whole(connection: sqlite3.Connection) -> str:
    number, last = trail.head(connection)
    return f"whole: {counted(number, 'event')}, the last has the hash {last or 'of none'}"
