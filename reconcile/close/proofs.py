"""The proof of a month: sums that must be equal, worked out in two ways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from reconcile.close.query import frame
from reconcile.core.exact import MICRO, sum_of_known
from reconcile.language.translate import to_say

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Report(NamedTuple):
    """Control totals of a day's JSON report, in millionths."""

    over: int
    under: int
    written_off: int


class Proof(NamedTuple):
    """Two numbers that must be equal, in millionths; an unknown one (None) fails."""

    name: str
    """In English."""
    expected: int | None
    actual: int | None

    @property
    def holds(self) -> bool:
        return self.expected is not None and self.expected == self.actual


_OF_BOOKS = """
select (select sum(value) filter (where value > 0) from findings where is_goods) as over,
       (select sum(value) filter (where value < 0) from findings where is_goods) as under,
       (select sum(worth) from operations) as written_off,
       (select sum(value) from products) as usage
"""


def proofs(
    books: DuckDBPyConnection, days: pd.DataFrame, broken: pd.DataFrame, reports: Mapping[date, Report]
) -> list[Proof]:
    """The proofs of a month. `days` is `reconcile.close.days.days_frame`, `broken` the chains that do not go on."""
    found = {name: int(each.fillna(0).iloc[0]) for name, each in frame(books, _OF_BOOKS).items()}
    have_books = days[days["complete"].notna().to_numpy()]
    sums = {name: sum_of_known(have_books[name].tolist()) or 0 for name in _SUMMED}
    reported = have_books[[day.date() in reports for day in have_books["date"]]]
    items = sum(
        sums[name] for name in ("over", "under", "apart", "rounding", "cost_gap", "not_judged", "rest")
    )
    of_books = [
        *((name, sums[column], found[column]) for column, name in _OF_BOOKS_TOO.items()),
        (
            to_say("Sold + reconciling items + unexplained = written off"),
            sums["expected_cost"] + items,
            sums["written_off"],
        ),
        (
            to_say("Products and ingredients: sum of the values = over + under + rounding"),
            sums["over"] + sums["under"] + sums["rounding"],
            found["usage"],
        ),
    ]
    of_reports = [
        (
            name,
            sum(getattr(reports[day.date()], column) for day in reported["date"]),
            sum_of_known(reported[column].tolist()) or 0,
        )
        for column, name in _OF_REPORTS.items()
    ]
    numbers = [
        (to_say("Days with a JSON report = days with books"), len(reports), len(have_books)),
        (to_say("Stocks that do not go on from what the day before left = 0"), 0, len(broken)),
    ]
    return [
        *(Proof(*each) for each in [*of_books, *of_reports]),
        *(Proof(name, expected * MICRO, actual * MICRO) for name, expected, actual in numbers),
    ]


_OF_BOOKS_TOO = {
    "over": to_say("Over-deducted: sum of the days = sum of the findings of goods"),
    "under": to_say("Under-deducted: sum of the days = sum of the findings of goods"),
    "written_off": to_say("Written off: sum of the days = sum of the stock operations"),
}
_SUMMED = (
    "over", "under", "written_off", "expected_cost", "apart", "rounding", "cost_gap", "not_judged", "rest",
)  # fmt: skip
_OF_REPORTS = {
    "over": to_say("Over-deducted: JSON reports = books"),
    "under": to_say("Under-deducted: JSON reports = books"),
    "written_off": to_say("Written off: JSON reports = books"),
}
