"""The chain: all that the page shows of the venues of a folder."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from reconcile.books.folder import held
from reconcile.core.errors import UsageError
from reconcile.overview.causes import Cause, causes_of
from reconcile.overview.days import MISSING, UNREADABLE, VERDICTS, Day, Days, Key, read_days
from reconcile.overview.open_items import Age, by_age

WEEKS = 53
"""The most weeks that are shown, the last one included: a year."""
BY_DAY = 90
"""The most days that are shown each by itself."""
RECENT = 7
"""The days whose amounts put the venues in order, and which are compared with as many before."""
_NO_DAY = Day(MISSING)


class Amounts(NamedTuple):
    """Millionths of money."""

    over: int = 0
    under: int = 0

    @property
    def amount(self) -> int:
        """Over and under, both counted up."""
        return self.over - self.under

    @property
    def net(self) -> int:
        return self.over + self.under


_NOTHING = Amounts()


class Week(NamedTuple):
    """A week of a venue."""

    verdict: str
    """The worst of its days."""
    days: int
    """How many days have that verdict."""


def amounts(days: Iterable[Day]) -> Amounts:
    """The sums of these days."""
    over = under = 0
    for day in days:
        over += day.over
        under += day.under
    return Amounts(over, under)


@dataclasses.dataclass(frozen=True)
class Venue:
    """A venue, and its days from its first one on."""

    id: int
    """0 where the runs named none."""
    named: int | None
    """The venue that its receipts name."""
    days: Mapping[date, Day]

    def day(self, day: date) -> Day | None:
        """That day; None before the venue's first."""
        return self.days.get(day) or (_NO_DAY if day > self._first else None)

    @cached_property
    def _first(self) -> date:
        return min(self.days)

    @cached_property
    def by_week(self) -> Mapping[date, Amounts]:
        """By Monday, what it is over and under in that week; without weeks that have no days."""
        found: dict[date, list[Day]] = {}
        for day, each in self.days.items():
            found.setdefault(day - timedelta(day.weekday()), []).append(each)
        return {monday: amounts(days) for monday, days in found.items()}

    def between(self, first: date, last: date) -> list[Day]:
        """The days from first to last that the venue has, or should have."""
        days = (self.day(first + timedelta(number)) for number in range((last - first).days + 1))
        return [day for day in days if day is not None]

    def week(self, monday: date, last: date) -> Week | None:
        """The week from Monday on, up to a last day; None where it has no days."""
        verdicts = [each.verdict for each in self.between(monday, min(last, monday + timedelta(6)))]
        if not verdicts:
            return None
        worst = max(verdicts, key=VERDICTS.index)
        return Week(worst, verdicts.count(worst))


@dataclasses.dataclass(frozen=True)
class Chain:
    """The venues of a folder, as of the last day that any of them has."""

    first: date
    last: date
    demo: bool
    demo_days: int
    """Days of demos that are beside the real ones, and not shown."""
    currency: str
    """Empty where it is not known."""
    venues: Sequence[Venue]
    """Those with the largest amounts of the recent days first."""
    causes: Sequence[Cause]
    """Of the days that are shown by day, the largest amount first."""
    ages: Sequence[Age] | None
    """None where there is no ledger."""
    problems: Mapping[Key, str]
    """Why the books of a day can't be read."""

    @property
    def monday(self) -> date:
        """Of the last week."""
        return self.last - timedelta(self.last.weekday())

    @property
    def first_by_day(self) -> date:
        """The first day that is shown by itself: a Monday, or the first of all."""
        earliest = self.last - timedelta(BY_DAY - 1)
        return self.first if self.first >= earliest else earliest + timedelta(-earliest.weekday() % 7)

    @cached_property
    def dates(self) -> list[date]:
        """The days that are shown each by itself, the newest first."""
        return [self.last - timedelta(number) for number in range((self.last - self.first_by_day).days + 1)]

    @cached_property
    def mondays(self) -> list[date]:
        """Of all weeks, the newest first."""
        number = (self.monday - self.first).days
        return [self.monday - timedelta(7 * week) for week in range(-(-number // 7) + 1)]

    @cached_property
    def earlier_mondays(self) -> list[date]:
        """Of the weeks before the days that are shown by day, the newest first."""
        return [monday for monday in self.mondays if monday + timedelta(6) < self.first_by_day]

    def weeks(self, venue: Venue) -> list[Amounts]:
        """What a venue is over and under in each week, the newest first."""
        return [venue.by_week.get(monday, _NOTHING) for monday in self.mondays]

    def recent(self, venue: Venue | None = None, back: int = 0) -> Amounts:
        """The amounts of the recent days of a venue, or of all; `back`: of as many days before, and so on."""
        last = self.last - timedelta(RECENT * back)
        venues = self.venues if venue is None else [venue]
        first = last - timedelta(RECENT - 1)
        return amounts(day for each in venues for day in each.between(first, last))

    def on_last_day(self, verdict: str) -> list[Venue]:
        """The venues with that verdict on the last day."""
        return [venue for venue in self.venues if (venue.day(self.last) or _NO_DAY).verdict == verdict]


def chain_of(out: Path, ledger: sqlite3.Connection | None) -> Chain:
    """The chain of an output folder. Raises `UsageError` where it has no books, or books in two currencies."""
    real, demos = held(out), held(out, demo=True)
    demo = not real
    keys = [(day, venue or 0) for day, venue in real or demos]
    if not keys:
        raise UsageError(f"{out} has no books; reconcile some days first, or give --out another folder")
    last = keys[-1][0]
    first = max(keys[0][0], last - timedelta(last.weekday() + 7 * (WEEKS - 1)))
    keys = [key for key in keys if key[0] >= first]
    days = read_days(out, keys, demo=demo)
    _check_currency(days)
    chain = Chain(
        first=first,
        last=last,
        demo=demo,
        demo_days=len(demos) if real else 0,
        currency=next(iter(days.currencies), ""),
        venues=_venues(days),
        causes=(),
        ages=None if ledger is None else by_age(ledger, last, demo=demo),
        problems=days.problems,
    )
    with_findings = [key for key, day in days.days.items() if key[0] >= chain.first_by_day and day.amount]
    causes, problems = causes_of(days, with_findings)
    if problems:
        read = {key: Day(UNREADABLE) if key in problems else day for key, day in days.days.items()}
        days = dataclasses.replace(days, days=read)
    venues = _venues(days)
    ordered = sorted(venues, key=lambda venue: (-chain.recent(venue).amount, venue.id))
    return dataclasses.replace(
        chain, venues=ordered, causes=causes, problems=dict(sorted({**days.problems, **problems}.items()))
    )


def _venues(days: Days) -> list[Venue]:
    of_venue: dict[int, dict[date, Day]] = {}
    for (day, venue), found in days.days.items():
        of_venue.setdefault(venue, {})[day] = found
    return [Venue(venue, days.named.get(venue), found) for venue, found in of_venue.items()]


def _check_currency(days: Days) -> None:
    if len(days.currencies) > 1:
        (one, first), (other, second) = list(days.currencies.items())[:2]
        raise UsageError(
            f"the books of {_named(first)} are in {one} and those of {_named(second)} in {other}; "
            "amounts of two currencies can't be added: keep a folder (--out) for each"
        )


def _named(key: Key) -> str:
    return f"{key[0]}, venue {key[1]}," if key[1] else f"{key[0]}"
