"""Chains as the page of the overview shows them, made without books: hostile ones, and large ones."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta

from reconcile.language.translate import language
from reconcile.ledger.item_records import OpenValue
from reconcile.overview.causes import Cause
from reconcile.overview.chain import Chain, Venue
from reconcile.overview.days import Day, Key
from reconcile.overview.open_items import AGES, Age
from reconcile.report.overview.page import render

LAST = date(2026, 1, 30)
HOSTILE = (
    "<script>window.hit=1</script>",
    "</script><script>window.hit=1</script>",
    "<!--<script>",
    "<img src=x onerror=window.hit=1>",
    "\"' onmouseover='window.hit=1' x=\"",
    "&lt;b&gt; &amp; {{ 7*7 }} {% raw %} ${1}",
    "\u202eevil\u2066\u200f\u0000\ud800\n\t",
    "مطعم الساحة",
    "javascript:window.hit=1//",
    "W" * 5000,
    "]]> --> \u2028\u2029",
)
"""Names that somebody may give to a venue, product or rule."""
_MONEY = 10**4


def chain(venues: list[Venue], **more: object) -> Chain:
    """A chain of these venues up to LAST."""
    given: dict[str, object] = {
        "first": min(day for venue in venues for day in venue.days), "last": LAST, "demo": False, "demo_days": 0,
        "currency": "AZN", "venues": venues, "causes": (), "ages": None, "problems": {}, **more,
    }  # fmt: skip
    return Chain(**given)  # type: ignore[arg-type]


def hostile_chain() -> Chain:
    """Every text that comes from outside is hostile."""
    days = {LAST - timedelta(n): _day(n) for n in range(120)}
    venues = [Venue(number, None, days) for number in range(1, len(HOSTILE) + 1)]
    causes = [
        Cause(text, number, text, 3, _MONEY * (number + 1), -_MONEY, {1: 5, 2: 6}, {(LAST, 1)})
        for number, text in enumerate(HOSTILE)
    ]
    ages = [Age(*each, 3, _MONEY, -_MONEY, {1, 2}, OpenValue(1, LAST, 5, "over")) for each in AGES]
    problems: Mapping[Key, str] = {(LAST, number + 1): text for number, text in enumerate(HOSTILE)}
    return chain(venues, causes=causes, ages=ages, problems=problems, demo_days=2)


def _day(number: int) -> Day:
    verdicts = ("RECONCILED", "DIFFERENCES", "INCOMPLETE", "UNREADABLE", "MISSING")
    verdict = verdicts[number % len(verdicts)]
    has = verdict in ("DIFFERENCES", "INCOMPLETE")
    return Day(verdict, 1_234_567_890 * has, -_MONEY * number * has)


def hostile_page(code: str = "en") -> str:
    """The page of that chain, all its days with workbooks."""
    shown = hostile_chain()
    names = dict(enumerate(HOSTILE, 1))
    workbooks = {
        (day, venue.id): f"{day}-venue-{venue.id}.xlsx" for venue in shown.venues for day in venue.days
    }
    return render(shown, names=names, workbooks=workbooks, language=language(code)).decode()


def large_page(venues: int, days: int = 365) -> bytes:
    """A chain that has half its days in order, amounts of eight digits, and a workbook of every day."""
    chosen = random.Random(7)
    first = LAST - timedelta(days - 1)
    made = [
        Venue(1000 + n, None, {first + timedelta(day): _any_day(chosen) for day in range(days)})
        for n in range(venues)
    ]
    shown = chain(
        made,
        causes=[Cause("cost-drift", n, f"Product {n}", 9, 10**9, -(10**8), {1000: 5}) for n in range(500)],
    )
    workbooks = {(day, venue.id): f"{day}-venue-{venue.id}.xlsx" for venue in made for day in shown.dates}
    return render(shown, names={}, workbooks=workbooks, language=language("en"))


def _any_day(chosen: random.Random) -> Day:
    kind = chosen.random()
    if kind < 0.5:
        return Day("RECONCILED")
    return Day(
        "DIFFERENCES" if kind < 0.95 else "INCOMPLETE",
        chosen.randrange(10**6) * _MONEY,
        -chosen.randrange(10**6) * _MONEY,
    )
