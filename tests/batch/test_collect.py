"""`--collect`: by day what was closed since is asked for; the night asks for little, and says what it always says."""

from __future__ import annotations

import copy
import json
import os
import signal
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reconcile.batch.folder import locked_folder
from reconcile.evidence.records import read_evidence
from reconcile.sandbox.discrepancies import plant
from reconcile.sandbox.faults import Fault, refusal, slow
from reconcile.sandbox.generated_day import make_day
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store
from reconcile.sandbox.store_changes import change_a_count, delete_a_receipt, recost, void_a_line
from tests.given.collected_days import QUICK, CollectedDay, evidence_in, pass_time, said
from tests.given.day_records import DAY, Raw, line, operation, receipt, sales
from tests.given.examples import examples
from tests.given.running import LIVE, Desk, Ended

Serve = Callable[..., CloposServer]
COLLECT = ("--collect", *LIVE)
NIGHT = (*LIVE, "--format", "json-only")
AT_ONCE = f"[thresholds]\nlate_minutes = 0\n{QUICK}"
"""Settings by which a receipt is asked for in the collection that sees it closed."""


@pytest.fixture(name="serve")
def _serve(serve: Serve) -> Serve:
    """A server without a quota that a test would wait for."""
    return partial(serve, requests_per_window=10**6)


def asked(server: CloposServer, route: str = "operations") -> list[int]:
    """The receipts asked for since the last time."""
    return sorted(each.receipt_id or 0 for each in taken(server) if each.route == route)


def taken(server: CloposServer) -> list[Any]:
    entries = list(server.request_log.entries)
    server.request_log.entries.clear()
    return entries


def collection(desk: Desk) -> Path:
    return desk.folder / f"{DAY}.collected.jsonl"


def night_at_once(desk: Desk, server: CloposServer) -> tuple[bytes, dict[str, object]]:
    """What a night says that fetches everything: its report and its evidence."""
    folder, desk.folder = desk.folder, desk.home / "at-once"
    ended = desk.run(*NIGHT)
    assert ended.status in (0, 1, 3), ended.err
    found = ended.json_bytes, said(evidence_in(desk.folder))
    desk.folder = folder
    taken(server)
    return found


# -------------------------------------------------------------- a day by the clock


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
    assert desk.names() == [collection(desk).name]


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


# -------------------------------------------------------------- changes after


def voided_receipt(store: Store) -> None:
    store.receipts[3] |= {"order_status": "CANCELLED", "updated_at": f"{DAY} 22:00:00"}


def reopened(store: Store) -> None:
    store.receipts[3] |= {"status": 1, "closed_at": None, "updated_at": f"{DAY} 22:00:00"}


def changed_without_its_time(store: Store) -> None:
    store.receipts[3]["receipt_products"][0]["count"] = 2


def moved_to_another_day(store: Store) -> None:
    store.receipts[3] |= {"shift_date": "2026-01-20", "updated_at": f"{DAY} 22:00:00"}


def sent_late(store: Store) -> None:
    """A till was off the network: its receipt comes with its old times."""
    (late,), operations = sales(1, first=900)
    store.receipts.insert(0, late | {"updated_at": f"{DAY} 09:00:00"})
    store.operations |= operations


def posted_late(store: Store) -> None:
    """Nothing had been written off for these."""
    for key in (5, 9):
        store.operations[key] = [operation(50_000 + key, key, 10_000 + key, left=9_000_000 - key)]


def rest_posted_late(store: Store) -> None:
    """Of two lines one had been written off."""
    store.operations[30].append(operation(70_001, 30, 20_001, 31_002, left=500))


def never_written_off_posted_late(store: Store) -> None:
    """A product that no sale of the day had taken."""
    for key in (40, 41, 42, 43, 44):
        store.operations[key] = [operation(60_000 + key, key, 20_000 + key, 31_009, left=700 - key)]


def corrected(store: Store) -> None:
    """A wrong quantity was put right in the back office; the receipt did not change."""
    store.operations[12][0] |= {"quantity": 1, "total_cost": 10}


CHANGES = (
    void_a_line, voided_receipt, change_a_count, changed_without_its_time, delete_a_receipt, reopened,
    moved_to_another_day, sent_late, posted_late, rest_posted_late, never_written_off_posted_late, corrected, recost,
)  # fmt: skip


def day_to_change() -> Store:
    """Sales of which some lack write-offs, or have a wrong one, when they are collected."""
    receipts, operations = sales(29)
    operations[5] = operations[9] = []
    operations[12][0]["quantity"] = 2
    lines = [line(10_030), line(20_001, 31_002, name="Ayran")]
    receipts.append(receipt(30, lines))
    operations[30] = [operation(50_030, 30, 10_030, left=8_999_970)]
    for key in (40, 41, 42, 43, 44):
        receipts.append(receipt(key, [line(20_000 + key, 31_009, name="Tea")]))
        operations[key] = []
    return Store(receipts, operations)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_changed_after_it_was_collected_is_found(
    desk: Desk, serve: Serve, change: Callable[[Store], None]
) -> None:
    """Whatever it is: the night says what one says that asks for everything."""
    store = day_to_change()
    server = serve(store.receipts, store.operations)
    desk.configure(AT_ONCE)
    assert desk.run(*COLLECT).status == 0
    taken(server)
    change(server.store)
    expected = night_at_once(desk, server)
    ended = desk.run(*NIGHT)
    assert "35 receipts were collected by day" in ended.err
    assert (ended.json_bytes, said(evidence_in(desk.folder))) == expected
    if change is not recost:
        assert len(asked(server)) <= 15, "and asks for few: those that lack a write-off, and the changed ones"


def test_without_a_change_findings_of_one_cause_cost_one_request(desk: Desk, serve: Serve) -> None:
    """A wrong recipe is in every sale of the dish: if one of them is still so, the others are."""
    receipts, operations = sales(200)
    for key in range(1, 101):
        operations[key][0] |= {"quantity": 2, "total_cost": 20}
    server = serve(receipts, operations)
    desk.configure(AT_ONCE)
    desk.run(*COLLECT)
    taken(server)
    expected = night_at_once(desk, server)
    ended = desk.run(*NIGHT)
    assert ended.found_rules.count("quantity-mismatch") == 100
    assert (ended.json_bytes, said(evidence_in(desk.folder))) == expected
    assert len(asked(server)) <= 4 + 1


def test_the_evidence_says_when_each_receipt_was_asked_for(desk: Desk, serve: Serve) -> None:
    serve(*sales(60))
    desk.configure(AT_ONCE)
    desk.run(*COLLECT)
    pass_time(desk.folder, 300)
    ended = desk.run(*NIGHT)
    evidence = read_evidence(ended.evidence)
    assert len(evidence.asked_before) == 60 - 2
    assert {each.runs_ago for each in evidence.asked_before.values()} == {1}
    assert max(each.asked_at for each in evidence.asked_before.values()) < evidence.header.started_at
    assert not evidence.header.recheck


# ---------------------------------------------------------------- kills and locks


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_collection_that_is_killed_loses_nothing(desk: Desk, serve: Serve, how: signal.Signals) -> None:
    """The next one goes on: what is held is not asked for again."""
    server = serve(*sales(80))
    server.faults.append(Fault("operations", slow(0.02)))
    desk.configure(AT_ONCE)
    process = desk.start(*COLLECT)
    desk.wait_until(lambda: server.request_log.count("operations") >= 30)
    process.send_signal(how)
    stopped = desk.finish(process)
    assert stopped.status == {signal.SIGKILL: -9, signal.SIGTERM: 143}[how]
    assert "Traceback" not in stopped.err
    with collection(desk).open("ab") as stream:
        stream.write(b'{"record": "operations", "receipt_id": 80, "as_of": "2026-01-19 15:0')  # torn
    server.faults.clear()
    assert desk.run(*COLLECT).status == 0
    keys = asked(server)
    assert set(keys) == set(range(1, 81))
    assert len(keys) <= 80 + 8, "at most what was under way is asked for twice"
    expected = night_at_once(desk, server)
    ended = desk.run(*NIGHT)
    assert (ended.json_bytes, said(evidence_in(desk.folder))) == expected
    assert len(asked(server)) <= 8


@pytest.mark.parametrize("moment", [1, 3, 6, 9])
def test_a_night_that_is_killed_loses_nothing(desk: Desk, serve: Serve, moment: int) -> None:
    """At any of its requests: the same command again says the same, and asks for no receipt that it held."""
    receipts, operations = sales(200)
    operations[7] = []
    server = serve(receipts, operations)
    desk.configure(AT_ONCE)
    desk.run(*COLLECT)
    expected = night_at_once(desk, server)
    server.faults += [Fault("operations", slow(0.05)), Fault("list", slow(0.05))]
    process = desk.start(*NIGHT)
    desk.wait_until(lambda: server.request_log.count() >= moment)
    process.kill()
    desk.finish(process)
    server.faults.clear()
    ended = desk.run(*NIGHT)
    assert (ended.json_bytes, said(evidence_in(desk.folder))) == expected
    assert len(asked(server)) <= 2 * 6
    assert ended.names() == [f"{DAY}.evidence.jsonl.gz", f"{DAY}.json"]


def test_the_night_waits_for_a_collection_and_a_collection_for_nobody(desk: Desk, serve: Serve) -> None:
    serve(*sales(4))
    desk.configure(AT_ONCE)
    assert desk.run(*COLLECT).status == 0
    with locked_folder(desk.folder, is_collecting=True):
        other = desk.run(*COLLECT)
        assert other.status == 3
        assert "another run holds" in other.sentence()
        assert ", collecting)" in other.sentence()
        night = desk.start(*NIGHT)
        assert night.stderr is not None
        assert f"a collection holds {desk.folder} (process {os.getpid()} since" in night.stderr.readline()
    ended = desk.finish(night)
    assert ended.status == 0, ended.err
    assert "4 receipts were collected by day" in ended.err


def test_a_collection_does_not_disturb_the_night(desk: Desk, serve: Serve) -> None:
    server = serve(*sales(40))
    server.faults.append(Fault("operations", slow(0.05)))
    desk.configure(AT_ONCE)
    night = desk.start(*NIGHT)
    desk.wait_until(lambda: server.request_log.count("operations") >= 5)
    other = desk.run(*COLLECT)
    assert other.status == 3
    assert "another run holds" in other.sentence()
    assert desk.finish(night).status == 0


# ------------------------------------------------------ what is stale, broken or refused


@pytest.mark.parametrize(
    "what",
    [
        "other days listed",
        "another brand",
        "four days old",
        "no collection",
        "from the future",
        "a version of it",
    ],
)
def test_a_collection_that_does_not_fit_is_not_used(desk: Desk, serve: Serve, what: str) -> None:
    """The night asks for everything, as if there were none."""
    server = serve(*sales(20))
    desk.configure(AT_ONCE)
    desk.run(*COLLECT)
    taken(server)
    records = [json.loads(each) for each in collection(desk).read_bytes().splitlines()]
    match what:
        case "other days listed":
            desk.configure(f"window_days = 2\n{AT_ONCE}")
        case "another brand":
            records[0]["tenant"] = "0" * 12
        case "four days old":
            pass_time(desk.folder, 4 * 24 * 60)
            records = []
        case "from the future":
            pass_time(desk.folder, -24 * 60)
            records = []
        case "a version of it":
            records[0]["format"] = 3
        case "no collection":
            collection(desk).write_bytes(b"\x1f\x8b no collection at all\n")
            records = []
    if records:
        collection(desk).write_text("".join(f"{json.dumps(each)}\n" for each in records), "utf-8")
    ended = desk.run(*NIGHT)
    assert ended.status == 0, ended.err
    assert asked(server) == list(range(1, 21))
    assert "everything is asked for" in ended.err


def test_the_operations_of_an_earlier_version_are_not_taken_for_those_of_the_latest(
    desk: Desk, serve: Serve
) -> None:
    """Collected, then changed, then seen, and not asked for again before the night."""
    server = serve(*sales(60))
    desk.configure(AT_ONCE)
    desk.run(*COLLECT)
    taken(server)
    server.store.receipts[7]["updated_at"] = f"{DAY} 22:00:00"
    server.store.operations[8][0]["quantity"] = 3
    desk.configure(QUICK)
    desk.run(*COLLECT)
    assert asked(server) == []
    ended = desk.run(*NIGHT)
    assert 8 in asked(server)
    assert ended.found_rules.count("quantity-mismatch") == 1


def test_an_incomplete_night_keeps_the_collection(desk: Desk, serve: Serve) -> None:
    """A service that is down in the night costs no receipt that was collected."""
    server = serve(*sales(60))
    desk.configure(AT_ONCE)
    desk.run(*COLLECT)
    taken(server)
    server.faults.append(Fault("operations", refusal(503, "unavailable")))
    broken = desk.run(*NIGHT)
    assert broken.status == 3, broken.err
    assert collection(desk).exists()
    server.faults.clear()
    taken(server)
    ended = desk.run(*NIGHT)
    assert (ended.status, ended.report["control"]["receipts"]["reconciled"]) == (0, 60), ended.err
    assert len(asked(server)) == 2
    assert not collection(desk).exists()


def test_what_could_not_be_had_is_named_and_asked_for_next_time(desk: Desk, serve: Serve) -> None:
    server = serve(*sales(20))
    server.faults.append(Fault("operations", refusal(503, "unavailable"), receipt_id=4))
    desk.configure(AT_ONCE)
    ended = desk.run(*COLLECT)
    assert ended.status == 3
    assert f"{DAY}: the operations of 1 receipt were not had; the next collection asks again" in ended.err
    server.faults.clear()
    taken(server)
    assert desk.run(*COLLECT).status == 0
    assert asked(server) == [4]
    assert desk.run(*NIGHT).report["failures"] == []


def test_a_list_that_cannot_be_had_is_one_sentence(desk: Desk, serve: Serve) -> None:
    server = serve(*sales(3))
    server.faults.append(Fault("list", refusal(503, "unavailable")))
    desk.configure(AT_ONCE)
    ended = desk.run(*COLLECT)
    assert ended.status == 3
    assert "the list of receipts could not be fetched (503" in ended.sentence()
    server.faults.clear()
    assert desk.run(*COLLECT).status == 0


@pytest.mark.parametrize(
    "behaviour",
    [
        {"sorts": ("id", "created_at")},
        {"sorts": ("id", "created_at"), "ignores_other_sorts": True},
        {"sorts_by_id_alone": True},
        {"refused_parts": frozenset({"receipt_products.product.unit"})},
        {"lists_lines": False},
        {"total_is_of_page": True},
        {"refuses_pages_above": 50},
    ],
    ids=str,
)
def test_a_service_that_can_not_sort_so_is_read_whole(
    desk: Desk, serve: Serve, behaviour: dict[str, Any]
) -> None:
    """Each collection costs more then, and finds the same."""
    receipts, operations = sales(130)
    for place, each in enumerate(receipts):
        each["updated_at"] = f"{DAY} 15:{place // 60:02}:{place % 60:02}"
    server = serve(receipts[:120], operations, **behaviour)
    desk.configure(AT_ONCE)
    assert desk.run(*COLLECT).status == 0
    server.store.receipts += receipts[120:]
    taken(server)
    assert desk.run(*COLLECT).status == 0
    assert asked(server) == list(range(121, 131))
    expected = night_at_once(desk, server)
    ended = desk.run(*NIGHT)
    assert (ended.json_bytes, said(evidence_in(desk.folder))) == expected
    assert len(asked(server)) == 3


# ----------------------------------------------------------------- venues


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


# ------------------------------------------------------------- days and options


def test_without_a_date_it_is_today_and_yesterday_until_its_night(desk: Desk, serve: Serve) -> None:
    today = datetime.now().astimezone().date()
    yesterday = today - timedelta(days=1)
    server = serve(*sales(2, day=str(yesterday)))
    desk.configure(AT_ONCE)
    assert desk.run("--collect", "--source", "clopos").status == 0
    assert desk.names() == [f"{today}.collected.jsonl"]
    assert desk.run("--collect", "--date", "yesterday", "--source", "clopos").status == 0
    server.store.receipts += sales(1, first=3, day=str(yesterday))[0]
    server.store.operations |= sales(1, first=3, day=str(yesterday))[1]
    taken(server)
    assert desk.run("--collect", "--source", "clopos").status == 0
    assert asked(server) == [3]
    night = desk.run("--date", "yesterday", *NIGHT[2:])
    assert night.status == 0, night.err
    assert f"{yesterday}.collected.jsonl" not in desk.names()
    taken(server)
    assert desk.run("--collect", "--source", "clopos").status == 0
    assert server.request_log.count("list") == 1


def test_a_day_that_is_judged_before_it_is_over_stays_collected(desk: Desk, serve: Serve) -> None:
    today = str(datetime.now().astimezone().date())
    server = serve(*sales(30, day=today))
    desk.configure(AT_ONCE)
    desk.run("--collect", "--source", "clopos")
    assert desk.run("--date", "today", *NIGHT[2:]).status in (0, 1)
    assert f"{today}.collected.jsonl" in desk.names()
    taken(server)
    desk.run("--collect", "--source", "clopos")
    assert asked(server) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--source", "demo"), "--collect asks the live API what was closed since"),
        ((), "--collect asks the live API what was closed since"),
        (("--source", "reports/2026-01-19.evidence.jsonl.gz"), "--collect asks the live API"),
        (("--source", "clopos"), "CLOPOS_CLIENT_ID"),
        (("--source", "clopos", "--recheck", "3"), "leave out --recheck"),
        (("--source", "clopos", "--from", DAY, "--to", DAY), "leave out --from/--to"),
        (("--source", "clopos", "--metrics", "x.prom", "--summary"), "leave out --summary, --metrics"),
        (("--source", "clopos", "--format", "csv"), "leave out --format"),
        (("--source", "clopos", "--date", "2999-01-01"), "is in the future"),
        (("close", "--month", "2026-01"), "'close' takes no days or venues"),
    ],
)
def test_what_does_not_go_with_it_is_one_sentence(desk: Desk, arguments: tuple[str, ...], says: str) -> None:
    ended: Ended = desk.run("--collect", *arguments)
    assert ended.status == 2
    assert says in ended.sentence()
    assert not desk.folder.exists()


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("share = 0", "share is 0; allowed is a number above 0, up to 1"),
        ("share = 1.5", "share is 1.5"),
        ("collect_minutes = 0", "collect_minutes"),
    ],
)
def test_settings_that_are_none_are_refused(desk: Desk, setting: str, says: str) -> None:
    desk.configure(f"[api]\n{setting}\n")
    ended = desk.run(*COLLECT, CLOPOS_CLIENT_ID="x")
    assert ended.status == 2
    assert says in ended.sentence()


def test_it_keeps_to_its_share_of_the_quota(desk: Desk, serve: Serve) -> None:
    """Of 40 requests in a window it sends a quarter, and the night all."""
    server = serve(*sales(40), requests_per_window=40, window_seconds=1.0)
    desk.configure(
        "[thresholds]\nlate_minutes = 0\n"
        "[api]\nrequests_per_window = 40\nwindow_seconds = 1.0\nconnections = 2\nshare = 0.25\n"
    )
    assert desk.run(*COLLECT).status == 0
    times = [each.at for each in taken(server) if each.route != "auth"]
    in_windows = [sum(begin <= each < begin + 1.0 for each in times) for begin in times]
    assert max(in_windows) <= 10
    assert len(times) == 42


def test_nothing_changes_the_records(serve: Serve, desk: Desk) -> None:
    """A store that is served is what it was."""
    receipts, operations = sales(5)
    before = copy.deepcopy((receipts, operations))
    serve(receipts, operations)
    desk.configure(AT_ONCE)
    desk.run(*COLLECT)
    assert (receipts, operations) == before
