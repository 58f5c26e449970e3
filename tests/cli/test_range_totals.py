"""What a run of several days says at its end: a total a venue, in the log and under the summaries."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from reconcile.batch.log_line import total_in_one_line
from reconcile.language.translate import ENGLISH
from reconcile.report.earlier import read
from reconcile.report.mail import render_total
from reconcile.report.venue_total import DayTotal, VenueTotal
from reconcile.sandbox.faults import Fault, html
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import Raw, sales
from tests.given.running import Desk, Ended

Serve = Callable[..., CloposServer]
DAYS = ("2026-01-19", "2026-01-20", "2026-01-21")


def two_venues() -> tuple[list[Raw], dict[int, list[Raw]]]:
    """Four receipts on each day, two of each venue. Venue 1 has a difference on each day, venue 2 none."""
    receipts: list[Raw] = []
    operations: dict[int, list[Raw]] = {}
    for number, day in enumerate(DAYS):
        some, of_them = sales(4, first=1 + 100 * number, day=day)
        for each, venue in zip(some, (1, 1, 2, 2), strict=True):
            each["venue_id"] = venue
        receipts += some
        operations |= of_them
        operations[1 + 100 * number] = []
    twice = operations[102][0]
    twice |= {"quantity": 3, "after_quantity": twice["before_quantity"] - 3, "total_cost": 3 * twice["cost"]}
    return receipts, operations


def fetch(
    desk: Desk, serve: Serve, *more: str, venues: Sequence[int] = (1, 2), broken: bool = False
) -> Ended:
    server = serve(*two_venues())
    server.store.venues = [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}]
    if broken:
        desk.configure("[api]\nattempts = 1\n")
        server.faults.append(Fault("list", html, times=1))
    chosen = [word for venue in venues for word in ("--venue", str(venue))]
    return desk.run("--from", DAYS[0], "--to", DAYS[-1], "--source", "clopos", *chosen, *more)


def totals(ended: Ended) -> list[str]:
    marker = "reconcile:   total  "
    return [line.removeprefix(marker) for line in ended.err.splitlines() if line.startswith(marker)]


def reported(desk: Desk, venue: int, side: str) -> Decimal:
    """The sum over the days' reports."""
    paths = desk.folder.glob(f"*-venue-{venue}.json")
    return sum(
        (Decimal(json.loads(path.read_bytes())["control"]["value"][side]) for path in paths), Decimal(0)
    )


def carried_forward(desk: Desk, venue: int) -> int | None:
    last = desk.folder / f"{DAYS[-1]}-venue-{venue}.xlsx"
    return read(last, date.fromisoformat(DAYS[-1])).carried_forward


def test_each_venue_has_the_total_of_its_days(desk: Desk, serve: Serve) -> None:
    """The sums of the days' reports, and the open items of the last day's workbook."""
    ended = fetch(desk, serve)
    assert ended.status == 1, ended.err
    over, under = (reported(desk, 1, side) for side in ("over", "under"))
    assert over > 0 > under
    items = carried_forward(desk, 1)
    assert items is not None
    assert items > 3, "of all days"
    assert totals(ended) == [
        f"venue 1, {DAYS[0]} to {DAYS[-1]}, 3 days: over {over}, under {under}, net {over + under}; "
        f"{items} open items after {DAYS[-1]}",
        f"venue 2, {DAYS[0]} to {DAYS[-1]}, 3 days: over 0, under 0, net 0; 0 open items after {DAYS[-1]}",
    ]
    assert all(line.startswith(str(desk.folder)) for line in ended.out.splitlines())


def test_the_summary_ends_with_the_totals(desk: Desk, serve: Serve) -> None:
    """After those of the days and their paths."""
    ended = fetch(desk, serve, "--summary", "--quiet")
    lines = ended.out.splitlines()
    start = lines.index(f"Total, {DAYS[0]} – {DAYS[-1]}, venue 1")
    assert lines[start - 1].startswith(str(desk.folder))
    over, under = (reported(desk, 1, side) for side in ("over", "under"))
    shown = [f"{each:,.2f}".replace("-", "−") for each in (over, under, over + under)]
    assert lines[start + 1 :] == [
        "3 days: over-deducted {}, under-deducted {}, net {}.".format(*shown),
        f"{carried_forward(desk, 1)} open items after {DAYS[-1]}.",
        f"Total, {DAYS[0]} – {DAYS[-1]}, venue 2",
        "3 days: over-deducted 0.00, under-deducted 0.00, net 0.00.",
        f"0 open items after {DAYS[-1]}.",
    ]


def test_a_day_in_no_sum_is_counted(desk: Desk, serve: Serve) -> None:
    ended = fetch(desk, serve, "--summary", venues=(1,), broken=True)
    assert ended.status == 3
    (line,) = totals(ended)
    assert f"over {reported(desk, 1, 'over')}, under" in line
    assert line.endswith("; 1 not reconciled")
    assert "2 days: over-deducted" in ended.out
    assert ended.out.splitlines()[-1] == "1 day was not reconciled, and is in no sum."


@pytest.mark.usefixtures("blank_workbooks")
def test_one_day_has_no_total(desk: Desk, serve: Serve) -> None:
    """Its line has the same; of two venues too."""
    serve(*two_venues())
    for venues in (("--venue", "1"), ("--venue", "1", "--venue", "2")):
        ended = desk.run("--date", DAYS[0], "--source", "clopos", *venues, "--summary")
        assert totals(ended) == []
        assert "Total," not in ended.out


def day(number: int, **changed: Any) -> DayTotal:
    plain = DayTotal(date(2026, 1, number), 3_000_000, -1_500_000, complete=True, demo=False, open_items=2)
    return plain._replace(**changed)


ASKED = [date(2026, 1, number) for number in (1, 2)]


@pytest.mark.parametrize(
    ("days", "line", "text"),
    [
        (
            [day(1), day(2, open_items=1)],
            "over 6, under -3, net 3; 1 open item after 2026-01-02",
            ["2 days: over-deducted 6.00, under-deducted −3.00, net 3.00.", "1 open item after 2026-01-02."],
        ),
        (
            [day(1, complete=False)],
            "over 3, under -1.5, net 1.5; 2 open items after 2026-01-01; 1 not reconciled; 1 incomplete",
            [
                "1 day: over-deducted 3.00, under-deducted −1.50, net 1.50.",
                "2 open items after 2026-01-01.",
                "1 day was not reconciled, and is in no sum.",
                "1 day is incomplete: see its workbook.",
            ],
        ),
        (
            [day(1), day(2, open_items=None)],
            "over 6, under -3, net 3",
            ["2 days: over-deducted 6.00, under-deducted −3.00, net 3.00."],
        ),
        (
            [],
            "over 0, under 0, net 0; 2 not reconciled",
            [
                "0 days: over-deducted 0.00, under-deducted 0.00, net 0.00.",
                "2 days were not reconciled, and are in no sum.",
            ],
        ),
    ],
    ids=["whole", "partly", "no-ledger", "none"],
)
def test_a_total_says_what_it_holds(days: list[DayTotal], line: str, text: list[str]) -> None:
    """Open items are those of the last day that was reconciled, where a ledger was made."""
    total = VenueTotal(None, ASKED, days)
    assert total_in_one_line(total) == f"2026-01-01 to 2026-01-02, 2 days: {line}"
    assert render_total(total, ENGLISH).splitlines() == ["Total, 2026-01-01 – 2026-01-02", *text]


def test_a_total_of_the_demo_says_so() -> None:
    assert render_total(VenueTotal(None, ASKED, [day(1, demo=True)]), ENGLISH).startswith(
        "DEMO: made-up data"
    )
