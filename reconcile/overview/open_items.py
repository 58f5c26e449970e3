"""The open items of all venues by age, from the ledger."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Sequence
from datetime import date

from reconcile.language.translate import to_say
from reconcile.ledger.item_records import OpenValue, open_values

AGES = (
    (0, to_say("up to 7 days")),
    (8, to_say("8 to 30 days")),
    (31, to_say("31 to 90 days")),
    (91, to_say("over 90 days")),
)
"""The least days open, and the words."""


@dataclasses.dataclass
class Age:
    """The items of an age. Amounts in millionths of money."""

    least: int
    """Days open."""
    words: str
    items: int = 0
    over: int = 0
    under: int = 0
    venues: set[int] = dataclasses.field(default_factory=set)
    oldest: OpenValue | None = None


def by_age(connection: sqlite3.Connection, today: date, *, demo: bool) -> Sequence[Age]:
    """The open items of each age on a day."""
    ages = [Age(*each) for each in AGES]
    for each in open_values(connection, demo=demo):
        days = (today - each.first_day).days
        age = next((age for age in reversed(ages) if days >= age.least), ages[0])
        age.items += 1
        age.venues.add(each.venue)
        age.over += each.value if each.counts_as == "over" else 0
        age.under += each.value if each.counts_as == "under" else 0
        age.oldest = age.oldest or each
    return ages
