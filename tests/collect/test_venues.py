"""Collections of several venues: whose turn it is, and who is named where the time is over."""

from __future__ import annotations

import os
from datetime import datetime

import pytest

from reconcile.sandbox.faults import Fault, slow
from reconcile.sandbox.server import CloposServer
from tests.given.collected_days import (
    AT_ONCE,
    COLLECT,
    NIGHT,
    Serve,
    asked,
    taken,
)
from tests.given.day_records import DAY, Raw, sales
from tests.given.running import Desk


def of_venue(number: int) -> tuple[list[Raw], dict[int, list[Raw]]]:
    receipts, operations = sales(3, first=1000 * number)
    return [each | {"venue_id": number} for each in receipts], operations


@pytest.fixture
def chain(desk: Desk, serve: Serve) -> CloposServer:
    """Four venues with three receipts each."""
    receipts, operations = list[Raw](), dict[int, list[Raw]]()
    for number in (1, 2, 3, 4):
        sold, written_off = of_venue(number)
        receipts += sold
        operations |= written_off
    server = serve(receipts, operations)
    server.store.venues = [{"id": number, "name": f"Venue {number}"} for number in (1, 2, 3, 4)]
    desk.configure(AT_ONCE)
    return server


def turns(server: CloposServer) -> list[str]:
    """The venues whose list was asked for, in order."""
    return list(dict.fromkeys(each.headers["x-venue"] for each in taken(server) if each.route == "list"))


def last_turn(desk: Desk, venue: int, minutes_ago: float) -> None:
    path = desk.folder / f"{DAY}-venue-{venue}.collected.jsonl"
    then = datetime.now().timestamp() - 60 * minutes_ago  # noqa: DTZ005
    os.utime(path, (then, then))


def test_every_venue_is_collected_and_the_night_judges_each(desk: Desk, chain: CloposServer) -> None:
    ended = desk.run(*COLLECT, "--venue", "all")
    assert ended.status == 0, ended.err
    assert "collected from 4 days of venues: the operations of 12 receipts, with" in ended.err
    assert [each.headers.get("x-venue") for each in chain.request_log.entries].count("3") == 2 + 3
    taken(chain)
    night = desk.run(*NIGHT, "--venue", "all")
    assert night.status == 0, night.err
    assert night.err.count("3 receipts were collected by day") == 4
    assert len(asked(chain)) == 4


def test_the_venue_collected_longest_ago_comes_first(desk: Desk, chain: CloposServer) -> None:
    desk.run(*COLLECT, "--venue", "all")
    assert turns(chain) == ["1", "2", "3", "4"]
    for venue, minutes in ((1, 20), (2, 15), (3, 45), (4, 30)):
        last_turn(desk, venue, minutes)
    desk.run(*COLLECT, "--venue", "all")
    assert turns(chain) == ["3", "4", "1", "2"]
    (desk.folder / f"{DAY}-venue-4.collected.jsonl").unlink()
    desk.run(*COLLECT, "--venue", "all")
    assert turns(chain)[0] == "4", "one that was never collected"


def test_a_venue_that_fails_takes_its_turn_like_others(desk: Desk, chain: CloposServer) -> None:
    """It is named, the others go on, and it comes last in the next collection."""
    failing = chain.store.receipts.copy()
    chain.store.venues = chain.store.venues[1:]
    named = [text for number in (1, 2, 3) for text in ("--venue", str(number))]
    ended = desk.run(*COLLECT, *named)
    assert ended.status == 3
    assert f"{DAY}, venue 1: the list of receipts" in ended.sentence()
    assert asked(chain) == [2000, 2001, 2002, 3000, 3001, 3002]
    for venue, minutes in ((1, 1), (2, 2), (3, 3)):
        last_turn(desk, venue, minutes)
    desk.run(*COLLECT, *named)
    assert turns(chain) == ["3", "2", "1"]
    assert chain.store.receipts == failing


@pytest.mark.usefixtures("chain")
def test_venues_not_read_in_time_are_named_and_come_first(desk: Desk) -> None:
    desk.configure(f"{AT_ONCE}collect_minutes = 0.0000001\n")
    ended = desk.run(*COLLECT, "--venue", "all")
    assert ended.status == 3
    assert "not read within 1e-07 minutes, and first in the next collection: " in ended.err
    assert all(f"{DAY}, venue {number}" in ended.err for number in (1, 2, 3, 4))


def test_a_venue_that_takes_all_the_time_is_named_too(desk: Desk, chain: CloposServer) -> None:
    """What it has is kept; those after it are not begun."""
    chain.faults.append(Fault("operations", slow(3), receipt_id=2001))
    desk.configure(f"{AT_ONCE}connections = 1\ncollect_minutes = 0.02\n")
    ended = desk.run(*COLLECT, "--venue", "2", "--venue", "3")
    assert ended.status == 3
    assert f"{DAY}, venue 2: the " in ended.err
    assert f"first in the next collection: {DAY}, venue 3" in ended.err
    chain.faults.clear()
    taken(chain)
    desk.configure(AT_ONCE)
    desk.run(*COLLECT, "--venue", "2", "--venue", "3")
    assert turns(chain) == ["3", "2"]


def test_receipts_of_another_venue_are_refused(desk: Desk, chain: CloposServer) -> None:
    chain.behaviour.ignores_venue = True
    ended = desk.run(*COLLECT, "--venue", "2")
    assert ended.status == 3
    assert "but venue 2 was asked for" in ended.sentence()
