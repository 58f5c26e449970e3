"""The tables of the page: over and under by week, causes, open items by age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from reconcile.overview.causes import Cause
from reconcile.overview.chain import Amounts, Chain
from reconcile.report.overview.calendar import TOGETHER
from reconcile.report.overview.names import Words, cut

SHOWN_CAUSES = 15
SHOWN_WEEKS = 4
"""The weeks whose amounts stand in the table of venues; the bars show all."""
_HALF, _STEP = 16, 4
"""Height of the largest bar, and the width of a week, in the picture's own units."""


class Bars(NamedTuple):
    """The outlines in an SVG picture: of bars upwards and downwards, one a week, the oldest on the left."""

    over: str
    under: str


class WeekRow(NamedTuple):
    """A venue, or all."""

    name: str
    total: Amounts
    weeks: Sequence[Amounts]
    """The newest first."""
    bars: Bars
    largest: int
    """What the longest bar stands for, in millionths."""
    largest_monday: date


class CauseRow(NamedTuple):
    """A cause, in the words of the page."""

    product: str
    rule: str
    venues: int
    mostly: str
    """The venue that has most of it; empty where it is the only one of the chain."""
    days: int
    findings: int
    amounts: Amounts
    thousandths: int
    """Its share of all causes."""


class Causes(NamedTuple):
    """The largest causes, the others as one, and all."""

    rows: Sequence[CauseRow]
    others: int
    other_amounts: Amounts
    all_amounts: Amounts


def weeks(chain: Chain, words: Words) -> tuple[WeekRow, list[WeekRow]]:
    """All venues as one row, and each venue."""
    rows = []
    together = [Amounts()] * len(chain.mondays)
    for venue in chain.venues:
        found = chain.weeks(venue)
        together = [_add(*pair) for pair in zip(together, found, strict=True)]
        rows.append(_week_row(words.venue(venue.id), found, chain.mondays))
    return _week_row(words.language.say("All venues"), together, chain.mondays), rows


class Rows(NamedTuple):
    """The venues of one table."""

    first: int
    last: int
    rows: Sequence[WeekRow]


def in_groups(found: tuple[WeekRow, Sequence[WeekRow]]) -> list[Rows]:
    """All venues in the first row of the first table, where there are several; then each venue."""
    together, venues = found
    parts = [
        Rows(place + 1, min(place + TOGETHER, len(venues)), venues[place : place + TOGETHER])
        for place in range(0, len(venues), TOGETHER)
    ]
    return [parts[0]._replace(rows=[together, *parts[0].rows]), *parts[1:]]


def _week_row(name: str, found: Sequence[Amounts], mondays: Sequence[date]) -> WeekRow:
    largest = max(max(each.over, -each.under) for each in found)
    monday = next(
        day for day, each in zip(mondays, found, strict=True) if max(each.over, -each.under) == largest
    )
    total = Amounts(sum(each.over for each in found), sum(each.under for each in found))
    return WeekRow(name, total, found, _bars(found, largest), largest, monday)


def _add(one: Amounts, other: Amounts) -> Amounts:
    return Amounts(one.over + other.over, one.under + other.under)


def _bars(found: Sequence[Amounts], largest: int) -> Bars:
    """Each bar in whole units, and never none where there is an amount."""

    def path(sizes: Sequence[int], sign: int) -> str:
        heights = [max(1, size * _HALF // largest) if size else 0 for size in sizes]
        return f"M0 {_HALF}{''.join(f'V{_HALF + sign * height}h{_STEP}' for height in heights)}V{_HALF}z"

    oldest_first = found[::-1]
    return Bars(
        path([each.over for each in oldest_first], -1), path([-each.under for each in oldest_first], 1)
    )


def causes(chain: Chain, words: Words) -> Causes:
    """The largest causes of the days that are shown by day."""
    total = _sum(chain.causes)
    rows = [_cause(each, chain, words, total.amount) for each in chain.causes[:SHOWN_CAUSES]]
    others = chain.causes[SHOWN_CAUSES:]
    return Causes(rows, len(others), _sum(others), total)


def _sum(some: Sequence[Cause]) -> Amounts:
    return Amounts(sum(each.over for each in some), sum(each.under for each in some))


def _cause(cause: Cause, chain: Chain, words: Words, whole: int) -> CauseRow:
    most = max(cause.by_venue, key=lambda venue: (cause.by_venue[venue], -venue))
    days = len({day for day, _ in cause.days})
    return CauseRow(
        cut(cause.product) if cause.product else words.language.say("Whole receipts"),
        words.rule(cause.rule),
        len(cause.by_venue),
        words.venue(most) if len(chain.venues) > 1 else "",
        days,
        cause.findings,
        Amounts(cause.over, cause.under),
        cause.amount * 1000 // whole if whole else 0,
    )


def ages(chain: Chain) -> Amounts:
    """All open items."""
    return Amounts(sum(each.over for each in chain.ages or ()), sum(each.under for each in chain.ages or ()))
