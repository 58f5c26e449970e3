"""Collections that do not fit or are not whole, and services that refuse what is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconcile.sandbox.faults import Fault, refusal
from tests.given.collected_days import (
    AT_ONCE,
    COLLECT,
    NIGHT,
    QUICK,
    Serve,
    asked,
    collection_of,
    evidence_in,
    night_at_once,
    pass_time,
    said,
    taken,
)
from tests.given.day_records import DAY, sales
from tests.given.running import Desk


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
    records = [json.loads(each) for each in collection_of(desk).read_bytes().splitlines()]
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
            collection_of(desk).write_bytes(b"\x1f\x8b no collection at all\n")
            records = []
    if records:
        collection_of(desk).write_text("".join(f"{json.dumps(each)}\n" for each in records), "utf-8")
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


def test_operations_of_a_receipt_that_the_collection_lost_are_asked_for_again(
    desk: Desk, serve: Serve
) -> None:
    """Nothing says of which version of it they are."""
    server = serve(*sales(60))
    desk.configure(AT_ONCE)
    desk.run(*COLLECT)
    lines = collection_of(desk).read_bytes().splitlines(keepends=True)
    records = map(json.loads, lines)
    kept = [
        each for each, record in zip(lines, records, strict=True) if record.get("receipt", {}).get("id") != 8
    ]
    assert len(kept) == len(lines) - 1
    collection_of(desk).write_bytes(b"".join(kept))
    server.store.operations[8][0]["quantity"] = 3
    taken(server)
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
    assert collection_of(desk).exists()
    server.faults.clear()
    taken(server)
    ended = desk.run(*NIGHT)
    assert (ended.status, ended.report["control"]["receipts"]["reconciled"]) == (0, 60), ended.err
    assert len(asked(server)) == 2
    assert not collection_of(desk).exists()


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


def test_a_list_that_was_cut_off_is_read_to_its_end_the_next_time(desk: Desk, serve: Serve) -> None:
    """What its first page brought says nothing of the pages after it."""
    receipts, operations = sales(250)
    for place, each in enumerate(receipts):
        each["updated_at"] = f"{DAY} 15:{place // 60:02}:{place % 60:02}"
    server = serve(receipts, operations)
    server.faults.append(Fault("list", refusal(503, "unavailable"), page=2))
    desk.configure(AT_ONCE)
    assert desk.run(*COLLECT).status == 3
    server.faults.clear()
    taken(server)
    assert desk.run(*COLLECT).status == 0
    assert asked(server) == list(range(1, 251))


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
