"""The calendar of the page: venues by days, and by weeks before them, each cell a letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from reconcile.overview.chain import Chain, Venue
from reconcile.overview.days import RECONCILED, VERDICTS, Key
from reconcile.report.overview.names import CLASSES, Words

TOGETHER = 50
"""Venues of one table: a browser lays out those that are seen."""
MOST_LINKS = 15_000
"""Cells that are links, from the newest day back: the page stays small, however many workbooks there are."""
NONE = "e"
"""The class of a cell without a day: its venue has none yet."""


class Cell(NamedTuple):
    """A day or a week of a venue."""

    kind: str = NONE
    """The class of its verdict."""
    text: str = ""
    href: str = ""


class Header(NamedTuple):
    """A month above its days or weeks."""

    month: str
    days: Sequence[date]


class Row(NamedTuple):
    """A venue."""

    name: str
    days: Sequence[Cell]
    weeks: Sequence[Cell]


class Group(NamedTuple):
    """The venues of one table, the first and the last by their place."""

    first: int
    last: int
    rows: Sequence[Row]


class Calendar(NamedTuple):
    """All tables have the same columns."""

    days: Sequence[Header]
    weeks: Sequence[Header]
    groups: Sequence[Group]
    linked_from: date
    """The first day whose cells are links."""


class Sign(NamedTuple):
    """A verdict in the legend."""

    kind: str
    letter: str
    word: str


def legend(words: Words) -> list[Sign]:
    """Each verdict with its letter."""
    return [Sign(CLASSES[each], words.letter(each), words.verdict(each)) for each in VERDICTS]


def groups(chain: Chain, words: Words, workbooks: Mapping[Key, str]) -> Calendar:
    """The calendar. A day that is not RECONCILED is a link to its workbook, where that is there."""
    dates, mondays = chain.dates, chain.earlier_mondays
    linked_from = _linked_from(chain, workbooks)
    rows = [
        Row(
            words.venue(venue.id),
            [_day(venue, day, words, workbooks if day >= linked_from else {}) for day in dates],
            [_week(venue, monday, chain.last, words) for monday in mondays],
        )
        for venue in chain.venues
    ]
    parts = [
        Group(place + 1, min(place + TOGETHER, len(rows)), rows[place : place + TOGETHER])
        for place in range(0, len(rows), TOGETHER)
    ]
    return Calendar(_by_month(dates), _by_month(mondays), parts, linked_from)


def _day(venue: Venue, day: date, words: Words, workbooks: Mapping[Key, str]) -> Cell:
    found = venue.day(day)
    if found is None:
        return Cell()
    href = "" if found.verdict == RECONCILED else workbooks.get((day, venue.id), "")
    return Cell(CLASSES[found.verdict], words.letter(found.verdict), href)


def _week(venue: Venue, monday: date, last: date, words: Words) -> Cell:
    week = venue.week(monday, last)
    return Cell() if week is None else Cell(CLASSES[week.verdict], f"{words.letter(week.verdict)}{week.days}")


def _linked_from(chain: Chain, workbooks: Mapping[Key, str]) -> date:
    links = 0
    for day in chain.dates:
        links += sum((day, venue.id) in workbooks for venue in chain.venues)
        if links > MOST_LINKS:
            return day + timedelta(1)
    return chain.first_by_day


def _by_month(days: Iterable[date]) -> list[Header]:
    def grouped() -> Iterator[Header]:
        for month, some in groupby(days, lambda day: f"{day:%Y-%m}"):
            yield Header(month, list(some))

    return list(grouped())
