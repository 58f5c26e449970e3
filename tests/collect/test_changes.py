"""What changed after it was collected is found by the night, or said to be of an earlier time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconcile.evidence.records import read_evidence
from reconcile.sandbox.store import Store
from reconcile.sandbox.store_changes import change_a_count, delete_a_receipt, recost, void_a_line
from tests.given.collected_days import (
    AT_ONCE,
    COLLECT,
    NIGHT,
    Serve,
    asked,
    evidence_in,
    night_at_once,
    pass_time,
    said,
    taken,
)
from tests.given.day_records import DAY, Raw, line, operation, receipt, sales
from tests.given.running import Desk


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


def second_copy_taken_back(store: Store) -> None:
    """Of two receipts a write-off was there twice; of one of them it is put right."""
    del store.operations[21][1]


def posted_to_the_right_product(store: Store) -> None:
    """For two lines of one product another one had been written off."""
    for key in (50, 51):
        store.operations[key] = [operation(80_000 + key, key, 20_000 + key, 31_002, left=400 - key)]


CHANGES = (
    void_a_line, voided_receipt, change_a_count, changed_without_its_time, delete_a_receipt, reopened,
    moved_to_another_day, sent_late, posted_late, rest_posted_late, never_written_off_posted_late, corrected,
    second_copy_taken_back, posted_to_the_right_product, recost,
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
    for key in (20, 21):
        operations[key].append(operations[key][0] | {"id": 60_000 + key})
    for key in (50, 51):
        receipts.append(receipt(key, [line(20_000 + key, 31_002, name="Ayran")]))
        operations[key] = [operation(70_000 + key, key, 20_000 + key, 31_003, left=600 - key)]
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
    assert "37 receipts were collected by day" in ended.err
    assert (ended.json_bytes, said(evidence_in(desk.folder))) == expected
    if change is not recost:
        assert len(asked(server)) <= 15, "and asks for few: those that lack a write-off, and the changed ones"


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [("quantity-mismatch", {"quantity": 2, "total_cost": 20}), ("wrong-product", {"product_id": 31_003})],
)
def test_without_a_change_findings_of_one_cause_cost_one_request(
    desk: Desk, serve: Serve, rule: str, wrong: Raw
) -> None:
    """A wrong recipe is in every sale of the dish: if one of them is still so, the others are."""
    receipts, operations = sales(200)
    for key in range(1, 101):
        operations[key][0] |= wrong
    server = serve(receipts, operations)
    desk.configure(AT_ONCE)
    desk.run(*COLLECT)
    taken(server)
    expected = night_at_once(desk, server)
    ended = desk.run(*NIGHT)
    assert ended.found_rules.count(rule) == 100
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
