"""Keeps a day in the ledger, after its files are written: its totals, and what became of each item."""

from __future__ import annotations

import json
import sqlite3
from hashlib import sha256

from reconcile.core.exact import decimal_text
from reconcile.engine.result import Result
from reconcile.language.translate import ENGLISH
from reconcile.ledger import item_records, sign_offs, trail
from reconcile.ledger.day_records import DayRecord, record_day
from reconcile.ledger.item import CARRIED_FORWARD
from reconcile.ledger.ledger import Ledger
from reconcile.ledger.series import Series
from reconcile.ledger.trail import Event
from reconcile.model.changed import ChangedField
from reconcile.report.item_texts import what_happened


def keep_day(result: Result, ledger: Ledger, connection: sqlite3.Connection) -> None:
    """Record the day and its items, with an event for all that happened to each. Once more changes nothing but when
    the day was last run, and how often.
    """
    header, value = result.header, result.control.value
    series = Series.of(header)
    texts = what_happened(ledger.items, result.rules, ENGLISH)
    happened = dict(zip(ledger.items["id"].tolist(), texts, strict=True))
    items = [
        item._replace(what_happened=item.what_happened or happened.get(item.id, ""))
        for item in ledger.open_items
    ]
    item_records.record(connection, series, items, header.date)
    totals: dict[str, str | int] = {
        name: decimal_text(value[name]) for name in ("over", "under", "written_off")
    }
    more = {
        "errors": result.count("error"),
        "warnings": result.count("warning"),
        "open_items": len(ledger.selected(closing=CARRIED_FORWARD)),
        "complete": int(result.complete),
    }
    _keep_changes(result, series, connection)
    facts = _facts(result)
    sign_offs.withdraw(connection, series, header.date, facts)
    record = DayRecord(header.date, result.evidence_digest, result.verdict, totals | more, facts)
    record_day(connection, series, record)


def _keep_changes(result: Result, series: Series, connection: sqlite3.Connection) -> None:
    """An event for each receipt of which something differs from the earlier evidence; once for the same difference."""
    of_receipt: dict[int, list[ChangedField]] = {}
    for each in result.changed_since:
        of_receipt.setdefault(each.receipt_id, []).append(each)
    for fields in of_receipt.values():
        after = json.dumps([each.record() for each in fields], ensure_ascii=False)
        event = Event(trail.CHANGED_SINCE, result.header.date.isoformat(), after=after)
        if not trail.has(connection, series, event):
            trail.add(connection, series, event)


def _facts(result: Result) -> str:
    """A digest of the findings with what they are worth, the totals, and what could not be judged."""
    names = ["id", "severity", "expected", "actual", "value", "expected_text", "actual_text"]
    findings = result.findings[names].astype(object).to_numpy().tolist()
    facts = [
        sorted(map(str, findings)),
        sorted(result.control.value.items()),
        sorted(map(str, result.failures)),
    ]
    return sha256(repr(facts).encode(errors="surrogatepass")).hexdigest()
