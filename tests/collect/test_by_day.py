"""A day that is collected as it goes on: what each collection asks for, and how little the night does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reconcile.sandbox.discrepancies import plant
from reconcile.sandbox.generated_day import make_day
from reconcile.sandbox.server import CloposServer
from tests.given.collected_days import (
    AT_ONCE,
    COLLECT,
    QUICK,
    CollectedDay,
    Serve,
    asked,
    collection_of,
    evidence_in,
    pass_time,
    said,
    taken,
)
from tests.given.day_records import DAY, sales
from tests.given.examples import examples
from tests.given.running import Desk


@pytest.mark.parametrize("share", ["0", "0.03"])
def test_the_night_asks_for_a_tenth_and_says_the_same(desk: Desk, share: str) -> None:
    """A day that goes on, collected each quarter of an hour of its last hours: by the server's own log."""
    day = date.fromisoformat(DAY)
    store = make_day(day, examples(150, 300), seed=7)
    plant(store, day, Decimal(share), 7)
    with CloposServer(store, requests_per_window=10**6) as server:
        desk.environment = server.environment()
        desk.configure(QUICK)
        collected = CollectedDay(desk, server, store, day)
        desk.folder = desk.home / "at-once"
        at_once, all_routes = collected.night("--format", "json-only")
        expected = at_once.json_bytes, said(evidence_in(desk.folder))
        desk.folder = desk.home / "collected"
        collected.collect_all("09:00", "26:00", minutes=120)
        collected.collect_all("27:00", "28:15", minutes=75)
        ended, routes = collected.night("--format", "json-only")
    assert ended.status == at_once.status, ended.err
    assert (ended.json_bytes, said(evidence_in(desk.folder))) == expected
    assert 10 * routes.total() <= all_routes.total()
    assert ended.names() == [f"{DAY}.evidence.jsonl.gz", f"{DAY}.json"]


def test_a_collection_asks_for_what_was_closed_since(desk: Desk, serve: Serve) -> None:
    """One page of the list, the latest change first, and each receipt once."""
    receipts, operations = sales(250)
    for place, each in enumerate(receipts):
        each["updated_at"] = f"{DAY} 15:{place // 60:02}:{place % 60:02}"
    server = serve(receipts[:240], operations)
    desk.configure(AT_ONCE)
    first = desk.run(*COLLECT)
    assert (first.status, first.out) == (0, ""), first.err
    assert asked(server) == list(range(1, 241))
    server.store.receipts += receipts[240:]
    second = desk.run(*COLLECT)
    assert [each.route for each in server.request_log.entries] == ["auth", "list", *["operations"] * 10]
    assert asked(server) == list(range(241, 251))
    assert "the operations of 10 receipts, with 12 requests; 0 wait" in second.err
    assert desk.run(*COLLECT).status == 0
    assert [each.route for each in taken(server)] == ["auth", "list"]
    assert desk.names() == [collection_of(desk).name]


def test_a_receipt_is_asked_for_once_it_has_not_changed_for_an_hour(desk: Desk, serve: Serve) -> None:
    """The till may post it late: `late_minutes` after a collection saw this version of it first."""
    server = serve(*sales(2))
    desk.configure(QUICK)
    for minutes in (0, 15, 44):
        pass_time(desk.folder, minutes)
        assert "2 wait until they have not changed for 60 minutes" in desk.run(*COLLECT).err
    server.store.receipts[1]["updated_at"] = f"{DAY} 15:30:00"
    assert desk.run(*COLLECT).status == 0
    assert asked(server) == []
    pass_time(desk.folder, 1)
    assert desk.run(*COLLECT).status == 0
    assert asked(server) == [1]
    pass_time(desk.folder, 59)
    assert desk.run(*COLLECT).status == 0
    assert asked(server) == [2]


def test_open_receipts_and_those_of_other_days_are_left(desk: Desk, serve: Serve) -> None:
    (first, second, third), operations = sales(3)
    server = serve([first | {"status": 1}, second | {"shift_date": "2026-01-18"}, third], operations)
    desk.configure(AT_ONCE)
    assert desk.run(*COLLECT).status == 0
    assert asked(server) == [3]
    server.store.receipts[0] |= {"status": 2, "updated_at": f"{DAY} 16:00:00"}
    assert desk.run(*COLLECT).status == 0
    assert asked(server) == [1]
