"""What the books of all venues say: verdicts, amounts, causes, open items; all of it exact."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from reconcile.books.folder import day_folder
from reconcile.core.exact import MICRO
from reconcile.engine.day import reconcile_day
from reconcile.ledger.database import ledger_to_read
from reconcile.overview.chain import BY_DAY, WEEKS, Amounts, Chain, Venue, chain_of
from reconcile.overview.days import DIFFERENCES, INCOMPLETE, MISSING, RECONCILED, UNREADABLE, Day
from reconcile.settings.model import Settings
from tests.given.answered_days import FIRST, run
from tests.given.made_chains import Stamp, Stamps
from tests.given.random_days import build

PRICE = 8000 * MICRO


def letters(chain: Chain) -> dict[int, str]:
    """The first letter of each day's verdict by venue, the oldest first; a space for none."""
    found = {}
    for venue in chain.venues:
        days = [venue.day(day) for day in chain.dates[::-1]]
        found[venue.id] = "".join(" " if day is None else day.verdict[0] for day in days)
    return found


def test_each_day_of_each_venue_has_its_verdict(stamps: Stamps, tmp_path: Path) -> None:
    """A day without books is missing from the venue's first day on, up to the last day of any."""
    stamps.make(tmp_path, {1: "RDO.R", 2: "..IR", 30: "RRRRR"})
    chain = chain_of(tmp_path, None)
    assert letters(chain) == {1: "RDDMR", 2: "  IRM", 30: "RRRRR"}
    assert [venue.id for venue in chain.on_last_day(MISSING)] == [2]
    assert (chain.first, chain.last) == (FIRST, FIRST + timedelta(4))


def test_amounts_are_those_of_the_control_totals(stamps: Stamps, tmp_path: Path) -> None:
    """FIRST is a Monday: the eighth day begins a week."""
    stamps.make(tmp_path, {1: "DDOBRRRD", 2: "RRRRRRRO"})
    chain = chain_of(tmp_path, None)
    weeks = {venue.id: chain.weeks(venue) for venue in chain.venues}
    assert weeks[1] == [Amounts(0, -PRICE), Amounts(2 * PRICE, -3 * PRICE)]
    assert weeks[2] == [Amounts(PRICE, 0), Amounts(0, 0)]
    assert chain.recent() == Amounts(3 * PRICE, -3 * PRICE)
    assert chain.recent(back=1) == Amounts(0, -PRICE)


def test_the_venue_with_the_largest_recent_amounts_comes_first(stamps: Stamps, tmp_path: Path) -> None:
    """What is over and what is under do not cancel."""
    stamps.make(tmp_path, {1: "R", 2: "D", 3: "B", 4: "D"})
    assert [venue.id for venue in chain_of(tmp_path, None).venues] == [3, 2, 4, 1]


def test_causes_add_up_to_the_days(stamps: Stamps, tmp_path: Path) -> None:
    stamps.make(tmp_path, {1: "DBI", 2: "OBD", 3: "RRR"})
    chain = chain_of(tmp_path, None)
    totals = [(cause.rule, cause.over, cause.under) for cause in chain.causes]
    assert totals == [
        ("missing-write-off", 0, -4 * PRICE),
        ("quantity-mismatch", 4 * PRICE, 0),
    ]
    days = [day for venue in chain.venues for day in venue.days.values()]
    assert sum(day.over for day in days) == sum(cause.over for cause in chain.causes)
    assert sum(day.under for day in days) == sum(cause.under for cause in chain.causes)
    assert chain.causes[0].by_venue == {1: 2 * PRICE, 2: 2 * PRICE}
    assert len(chain.causes[0].days) == chain.causes[0].findings == 4


def test_goods_of_no_value_are_no_cause(tmp_path: Path) -> None:
    """Two products were written off twice, one of them at no cost."""
    day = build([([(product, Decimal(1), Decimal(1))], False) for product in (31042, 31046)])
    for (operation,) in day.operations.values():
        price = operation["cost"] if operation["product_id"] == 31042 else 0
        after = operation["before_quantity"] - 2
        operation |= {"quantity": 2, "after_quantity": after, "cost": price, "total_cost": 2 * price}
    result = reconcile_day(day.evidence(), Settings())
    assert result.findings["is_goods"].sum() == 2
    Stamp(result, tmp_path / "stamps").place(tmp_path / "out", FIRST, 1)
    assert [each.product_id for each in chain_of(tmp_path / "out", None).causes] == [31042]


def test_a_year_is_shown_by_week_and_its_end_by_day(stamps: Stamps, tmp_path: Path) -> None:
    """What is older than 53 weeks is not read; days by themselves begin on a Monday."""
    last = FIRST + timedelta(3)
    for back in (0, 89, 90, 300, 367, 368, 400):
        stamps.make(tmp_path, {1: "D"}, last - timedelta(back))
    chain = chain_of(tmp_path, None)
    assert chain.first == FIRST - timedelta(7 * (WEEKS - 1))
    assert chain.first_by_day.weekday() == 0
    assert BY_DAY - 7 < len(chain.dates) <= BY_DAY
    assert len(chain.mondays) == WEEKS
    assert chain.earlier_mondays == [day for day in chain.mondays if day < chain.first_by_day]
    (venue,) = chain.venues
    assert len(venue.days) == 5
    assert sum(each.under for each in chain.weeks(venue)) == -5 * PRICE


def test_a_week_has_the_worst_verdict_of_its_days() -> None:
    monday = date(2026, 1, 19)
    verdicts = (RECONCILED, DIFFERENCES, DIFFERENCES, MISSING, RECONCILED, INCOMPLETE)
    days = {monday + timedelta(n): Day(each) for n, each in enumerate(verdicts) if each != MISSING}
    venue = Venue(1, None, days)
    sunday = monday + timedelta(6)
    assert venue.week(monday, monday) == (RECONCILED, 1)
    assert venue.week(monday, monday + timedelta(2)) == (DIFFERENCES, 2)
    assert venue.week(monday, monday + timedelta(4)) == (MISSING, 1)
    assert venue.week(monday, sunday) == (INCOMPLETE, 1)
    assert venue.week(monday - timedelta(7), sunday) is None


def test_books_of_runs_without_a_venue_are_one_venue(stamps: Stamps, tmp_path: Path) -> None:
    stamps.make(tmp_path, {0: "RD"})
    (venue,) = chain_of(tmp_path, None).venues
    assert (venue.id, len(venue.days)) == (0, 2)


@pytest.mark.parametrize("folder_name", ["it's [1]*?", "a\nb", "date=2020-01-01", "ünïcödé 餐厅"])
def test_a_folder_may_have_any_name(stamps: Stamps, tmp_path: Path, folder_name: str) -> None:
    stamps.make(tmp_path / folder_name, {1: "RD", 2: "BI"})
    chain = chain_of(tmp_path / folder_name, None)
    assert letters(chain) == {2: "DI", 1: "RD"}
    assert chain.problems == {}
    assert len(chain.causes) == 2


def _cut(folder: Path, name: str) -> None:
    path = folder / f"{name}.parquet"
    content = path.read_bytes()
    path.unlink()  # it may be a link to the same file of other days
    path.write_bytes(content[:-30])


def _link(folder: Path, other: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(other)


@pytest.mark.parametrize(
    ("breaking", "why"),
    [
        (lambda folder: _cut(folder, "control"), "control.parquet is cut or damaged"),
        (lambda folder: (folder / "control.parquet").unlink(), "control.parquet is missing"),
        (lambda folder: _cut(folder, "findings"), "findings.parquet is cut or damaged"),
        (lambda folder: (folder / "findings.parquet").unlink(), "findings.parquet is missing"),
        (
            lambda folder: shutil.copy(folder.parent / "venue=3" / "control.parquet", folder),
            "they are of the day '2026-01-20', venue '3'",
        ),
        (
            lambda folder: _link(folder, folder.parent / "venue=3"),
            "their folder can't be used: it is a link",
        ),
    ],
)
def test_a_day_whose_books_are_broken_is_unreadable_and_the_others_hold(
    stamps: Stamps, tmp_path: Path, breaking: Callable[[Path], object], why: str
) -> None:
    stamps.make(tmp_path, {1: "RRR", 2: "DDD", 3: "ORO"})
    breaking(day_folder(tmp_path, FIRST + timedelta(1), 2))
    chain = chain_of(tmp_path, None)
    assert letters(chain) == {1: "RRR", 2: "DUD", 3: "DRD"}
    assert chain.problems == {(FIRST + timedelta(1), 2): why}
    assert chain.venues[0].id == 2 or chain.recent(chain.venues[0]) == Amounts(2 * PRICE, 0)
    assert sum(cause.under for cause in chain.causes) == -2 * PRICE
    assert [len(chain.on_last_day(each)) for each in (UNREADABLE, DIFFERENCES)] == [0, 2]


def test_open_items_are_those_of_the_ledger_by_age(tmp_path: Path) -> None:
    """Of their age on the last day that has books."""
    run(tmp_path, FIRST, "missing", "twice")
    run(tmp_path, FIRST + timedelta(9), "missing")
    with ledger_to_read(tmp_path) as ledger:
        chain = chain_of(tmp_path, ledger)
    assert chain.ages is not None
    counted = [(age.items, age.over, age.under) for age in chain.ages]
    assert counted == [(1, 0, -PRICE), (2, PRICE, -PRICE), (0, 0, 0), (0, 0, 0)]
    assert chain.ages[1].oldest is not None
    assert chain.ages[1].oldest.first_day == FIRST
