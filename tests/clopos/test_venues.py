"""A receipt of a venue that was not asked for is no receipt of the day: nothing is judged, and both are named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconcile.core.errors import OtherVenue
from reconcile.evidence.venue import OneVenue
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, NEXT_DAY, evidence_file, sales
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]


def two_venues(second: Any = 4) -> tuple[list[dict[str, Any]], dict[int, Any]]:
    """Three sales of venue 1, the last of them of another."""
    receipts, operations = sales(3)
    receipts[2]["venue_id"] = second
    return receipts, operations


@pytest.mark.parametrize("ignores", [True, False])
def test_a_service_that_ignores_the_venue_ends_the_run(desk: Desk, serve: Serve, ignores: bool) -> None:
    """Before a single stock operation is asked for, and without a report. One that does not ignore it is right."""
    server = serve(*two_venues(), ignores_venue=ignores)
    ended = desk.run(*LIVE, "--venue", "1")
    if not ignores:
        assert (ended.status, ended.report["control"]["receipts"]["listed"]) == (0, 2)
        return
    assert ended.status == 3
    assert "receipt 3 is of venue 4, but venue 1 was asked for" in ended.sentence()
    assert server.request_log.count("operations") == 0
    assert not [name for name in ended.names() if name.endswith((".json", ".xlsx", ".gz"))]


def test_once_the_service_keeps_to_the_venue_the_day_is_whole(desk: Desk, serve: Serve) -> None:
    """What the first run had of the other venue is dropped."""
    server = serve(*two_venues(), ignores_venue=True)
    assert desk.run(*LIVE, "--venue", "1").status == 3
    server.behaviour.ignores_venue = False
    ended = desk.run(*LIVE, "--venue", "1")
    assert (ended.status, ended.report["control"]["receipts"]["listed"]) == (0, 2)


def test_where_no_venue_was_asked_for_receipts_of_two_end_the_run(desk: Desk, serve: Serve) -> None:
    serve(*two_venues(), ignores_venue=True)
    ended = desk.run(*LIVE)
    assert ended.status == 3
    assert "receipt 1 is of venue 1 and receipt 3 of venue 4, and no venue was asked for" in ended.sentence()


@pytest.mark.parametrize("asked", [None, 1])
def test_a_replay_says_the_same(desk: Desk, asked: int | None) -> None:
    """Also where the other receipt is of another day, or open."""
    receipts, operations = two_venues()
    receipts[2] |= {"shift_date": NEXT_DAY, "status": 1}
    ended = desk.run(
        "--source", str(evidence_file(desk.home / "day.jsonl", receipts, operations, venue_id=asked))
    )
    assert ended.status == 3
    assert "venue 1" in ended.sentence()
    assert "venue 4" in ended.sentence()
    assert ended.names() == []


@pytest.mark.parametrize(("asked", "venue"), [(None, 1), (1, 1), (1, "1"), (1, None), (None, None), (1, "x")])
def test_a_receipt_without_a_venue_is_taken(desk: Desk, asked: int | None, venue: Any) -> None:
    """As is one of the venue asked for, written as a text."""
    day = evidence_file(desk.home / "day.jsonl", *two_venues(venue), venue_id=asked)
    ended = desk.run("--source", str(day))
    assert (ended.status, ended.report["control"]["receipts"]["reconciled"]) == (0, 3)


@pytest.mark.parametrize("order", [("1", "2"), ("2", "1")])
def test_receipts_given_for_two_venues_are_counted_once(
    desk: Desk, serve: Serve, order: tuple[str, str]
) -> None:
    """Where they don't say of which venue they are, the second venue is not judged, and that is said."""
    receipts, operations = sales(3)
    for each in receipts:
        each["venue_id"] = None
    server = serve(receipts, operations, ignores_venue=True)
    ended = desk.run(*LIVE, "--venue", order[0], "--venue", order[1])
    assert ended.status == 3
    assert f"receipt 1 was given for venue {order[0]} and for venue {order[1]}" in ended.sentence()
    assert [name for name in ended.names() if name.endswith(".json")] == [f"{DAY}-venue-{order[0]}.json"]
    assert server.request_log.count("operations") == 3


def test_two_venues_with_receipts_of_their_own_are_two(desk: Desk, serve: Serve) -> None:
    """On two days, of which each lists receipts of the other: none is taken for one given twice."""
    receipts, operations = sales(4)
    for place, each in enumerate(receipts):
        each["venue_id"] = 1 + place % 2
    serve(receipts, operations)
    ended = desk.run("--from", DAY, "--to", NEXT_DAY, "--source", "clopos", "--venue", "1", "--venue", "2")
    assert ended.status == 0, ended.err


def test_a_day_of_another_venue_does_not_stop_the_next(desk: Desk, serve: Serve) -> None:
    """Each day ends by itself."""
    receipts, operations = sales(2, day="2026-01-17")
    more, of_more = sales(2, first=10, day=DAY)
    receipts[1]["venue_id"] = 4
    serve(receipts + more, operations | of_more, ignores_venue=True)
    ended = desk.run("--from", "2026-01-17", "--to", DAY, "--source", "clopos", "--venue", "1")
    ends = [line for line in ended.err.splitlines() if "  status " in line]
    told = [line.split("status ")[1][0] for line in ends]
    assert told == ["3", "3", "0"], "the second day lists the first day's receipts too"
    assert [name for name in ended.names() if name.endswith(".json")] == [f"{DAY}-venue-1.json"]


def test_the_first_receipt_that_names_a_venue_sets_it() -> None:
    venue = OneVenue(None)
    for receipt in ({}, {"id": 1, "venue_id": 2}, {"id": 2}, {"id": 3, "venue_id": "2"}, "no receipt"):
        venue.check(receipt)
    with pytest.raises(OtherVenue, match=r"receipt 1 is of venue 2 and a receipt of venue 3"):
        venue.check({"id": "x", "venue_id": 3})
