"""What the ledger says of the days that are closed."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from reconcile.close.days import calendar
from reconcile.ledger import item_records, sign_offs, taken_in, trail
from reconcile.ledger.day_records import DayRecord, days
from reconcile.ledger.item import Item
from reconcile.ledger.series import Series
from reconcile.ledger.sign_offs import Signed


@dataclasses.dataclass(frozen=True)
class LedgerView:
    """The days, sign-offs and items of a range of days of one series."""

    records: Mapping[date, DayRecord] = dataclasses.field(default_factory=dict)
    signed: Mapping[date, Mapping[str, Signed]] = dataclasses.field(default_factory=dict)
    """The sign-offs that hold, by role."""
    changed: Sequence[date] = ()
    """Days whose sign-off was withdrawn as what they found changed, and that nobody signed since."""
    items: Sequence[Item] = ()
    """The items that are open and were found in the range or before, in the order to work through."""
    known: Collection[date] = frozenset()
    """Days that it has, or whose workbook it has."""
    broken: Sequence[str] = ()
    """Where the trail is not whole."""


def ledger_view(connection: sqlite3.Connection, series: Series, first: date, last: date) -> LedgerView:
    """What a ledger says of these days."""
    records = days(connection, series, first, last)
    signed = {day: sign_offs.signed_by(connection, series, day) for day in calendar(first, last)}
    withdrawn = sign_offs.withdrawn_days(connection, series, first, last)
    items = [
        kept.item
        for kept in item_records.open_items(connection)
        if kept.series == series and kept.item.first_day <= last
    ]
    return LedgerView(
        records,
        {day: roles for day, roles in signed.items() if roles},
        [day for day in withdrawn if not signed.get(day)],
        sorted(items, key=lambda item: item.sort_key),
        records.keys() | {file.day for file in taken_in.workbooks(connection, series).values()},
        trail.broken(connection),
    )
