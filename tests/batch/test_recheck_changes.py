"""Days asked for again with `--recheck`: what changed since is found, and named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from reconcile.evidence.records import read_evidence
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store_changes import change_a_count, delete_a_receipt, recost, void_a_line
from tests.given.day_records import DAY, line, operation, receipt, sales
from tests.given.rechecked_days import (
    BEFORE,
    FAST,
    asked,
    bytes_of,
    evidence_of,
    night,
    report_of,
    rows_of,
)
from tests.given.running import Desk
from tests.given.workbook_reading import table

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]


def test_a_void_is_found_with_one_request_more(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    server = fetched(20)
    void_a_line(server.store)
    ended = night(desk)
    assert ended.status == 1, ended.err
    assert rows_of(desk, BEFORE[0]) == [(1000, "deleted_at", None, "2026-01-17 15:07:49", None)]
    assert [rows_of(desk, day) for day in (*BEFORE[1:], DAY)] == [[], [], []]
    assert [key for key in asked(server) if key < 4000] == [1000, 1001, 2000, 3000]
    assert [each["rule"] for each in report_of(desk, BEFORE[0])["findings"]] == ["unexpected-write-off"]
    line_ = "changed since the earlier evidence: 1 field of 1 receipt; cost of what left the stock 0, sales 0"
    assert line_ in ended.err
    server.request_log.entries.clear()
    assert night(desk).status == 1
    assert rows_of(desk, BEFORE[0]) == [], "it is no news on the next night"


def test_a_count_that_changed_is_found(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    server = fetched(5)
    change_a_count(server.store)
    assert night(desk).status == 1
    assert rows_of(desk, BEFORE[0]) == [(1000, "count", "1", "2", None)]


def test_costs_worked_out_anew_are_found_though_no_receipt_changed(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    """One of the sample shows it: all of that day are asked for, and of no other."""
    server = fetched(60)
    recost(server.store, BEFORE[1])
    ended = night(desk)
    assert ended.status == 0, ended.err  # a cost that drifts is a warning
    assert Counter(key // 1000 for key in asked(server)) == {1: 2, 2: 60, 3: 2, 4: 60}
    rows = rows_of(desk, BEFORE[1])
    assert Counter(row[1] for row in rows) == {"cost": 60, "total_cost": 60}
    assert rows[:2] == [(2000, "cost", "10", "11", None), (2000, "total_cost", "10", "11", "1")]
    assert "stock operations of 2 of 2 receipts that did not change are others now" in ended.err
    assert "cost of what left the stock +60, sales 0" in ended.err
    assert not read_evidence(evidence_of(desk, BEFORE[1])).asked_before


def test_a_product_that_was_renamed_is_no_new_cost(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    server = fetched(60)
    for operations in server.store.operations.values():
        operations[0]["product"]["name"] = "Cola, new"
    assert night(desk).status == 0
    assert Counter(key // 1000 for key in asked(server)) == {1: 2, 2: 2, 3: 2, 4: 60}


def test_a_receipt_that_was_deleted_is_asked_for_by_its_id(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    server = fetched(5)
    delete_a_receipt(server.store)
    ended = night(desk)
    assert ended.status in (0, 1), ended.err
    assert asked(server, "receipt") == [1000]
    assert rows_of(desk, BEFORE[0]) == [
        (1000, "receipt_class", "reconciled", None, "-22000"),
        (1000, "written_off", "10", None, "-10"),
    ]
    assert "receipt 1000 was in the earlier evidence, and is no longer there" in ended.err
    assert read_evidence(evidence_of(desk, BEFORE[0])).gone == [1000]


def test_a_receipt_that_moved_to_another_month_is_found_by_its_id(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    """It is no longer in the days listed, but still of the day."""
    server = fetched(5)
    server.store.receipts[0]["created_at"] = "2025-12-01 10:00:00"
    assert night(desk).status in (0, 1)
    assert asked(server, "receipt") == [1000]
    assert rows_of(desk, BEFORE[0]) == [
        (1000, "created_at", "2026-01-16 15:00:00", "2025-12-01 10:00:00", None)
    ]
    assert report_of(desk, BEFORE[0])["control"]["receipts"]["reconciled"] == 5


def test_a_receipt_sent_late_is_asked_for(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    """An offline till sends it two days later; its product is new, so the catalogue is asked for too, once."""
    server = fetched(5)
    server.store.receipts.append(receipt(1900, [line(11900, 777, name="New")], day=BEFORE[0]))
    server.store.operations[1900] = [operation(61900, 1900, 11900, 777, operated_at=f"{BEFORE[0]} 15:07:49")]
    assert night(desk).status == 0
    assert 1900 in asked(server)
    assert rows_of(desk, BEFORE[0]) == [
        (1900, "receipt_class", None, "reconciled", "22000"),
        (1900, "written_off", None, "10", "10"),
    ]
    assert server.request_log.count("products") == 2


def test_the_catalogue_of_that_night_judges_the_day(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    """A product of today is none of an unchanged day: its report stays the same to the byte."""
    server = fetched(5)
    before = bytes_of(desk, *BEFORE)
    server.store.products[0] |= {
        "type": "TIMER",
        "inventory_behavior": 3,
        "updated_at": "2026-01-25 10:00:00",
    }
    for each in server.store.receipts:
        each["receipt_products"][0]["product"] |= {"type": "DISH", "name": "a dish"}
    assert night(desk, 3, "--fail-on", "never").status == 0
    assert bytes_of(desk, *BEFORE) == before
    of_day = [each for _, each in read_evidence(evidence_of(desk, BEFORE[0])).receipts if each["id"] < 2000]
    assert {each["receipt_products"][0]["product"]["type"] for each in of_day} == {"GOODS"}


def test_what_was_not_posted_yet_is_asked_for_again(desk: Desk, serve: Serve) -> None:
    """Closed just before the run, without operations: the receipt is unchanged, its operations came later."""
    today = datetime.now(UTC).date()
    day = str(today - timedelta(days=1))
    closed = (datetime.now(UTC) - timedelta(minutes=3)).strftime("%Y-%m-%d %H:%M:%S")
    receipts, operations = sales(9, day=day)
    receipts[4] |= {"closed_at": closed, "updated_at": closed}
    posted, operations[5] = operations[5], []
    server = serve(receipts, operations)
    desk.configure(f'timezone = "UTC"\n{FAST}')
    first = desk.run("--date", day, "--source", "clopos")
    assert first.report["control"]["receipts"]["open"] == 1, first.err
    server.store.operations[5] = posted
    server.request_log.entries.clear()
    ended = desk.run("--date", str(today), "--source", "clopos", "--recheck", "1")
    assert asked(server) == [1, 5], ended.err
    assert [row[1:3] for row in rows_of(desk, day)] == [("receipt_class", "open"), ("written_off", None)]


def test_a_day_asked_for_again_without_recheck_names_what_changed_too(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    server = fetched(5)
    recost(server.store, BEFORE[2])
    assert desk.run("--date", BEFORE[2], "--source", "clopos").status == 0
    assert Counter(row[1] for row in rows_of(desk, BEFORE[2])) == {"cost": 5, "total_cost": 5}
    assert len(asked(server)) == 5


@pytest.mark.reads_workbook
def test_the_workbook_has_a_sheet_of_what_changed(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    """Only on the day on which something did; a workbook that a person wrote into stays as it is."""
    server = fetched(5)
    recost(server.store, BEFORE[1])
    book = openpyxl.load_workbook(desk.folder / f"{BEFORE[1]}.xlsx")
    assert "Changed since" not in book.sheetnames
    book["Summary"]["A1"] = "mine"
    book.save(desk.folder / f"{BEFORE[1]}.xlsx")
    edited = (desk.folder / f"{BEFORE[1]}.xlsx").read_bytes()
    assert night(desk).status == 0
    assert (desk.folder / f"{BEFORE[1]}.xlsx").read_bytes() == edited
    again = openpyxl.load_workbook(desk.folder / f"{BEFORE[1]}-r2.xlsx")
    rows = table(again, "Changed since")
    assert len(rows) == 10
    assert rows[1]["What changed"] == "Total cost"
    assert (rows[1]["Product"], rows[1]["Before"], rows[1]["After"]) == ("Cola 0,5", "10", "11")
    assert (rows[1]["Counts as"], rows[1]["Value"]) == ("Stock", 1)
    assert "Changed since" not in openpyxl.load_workbook(desk.folder / f"{BEFORE[0]}.xlsx").sheetnames


def test_a_replay_of_the_evidence_names_the_same(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    server = fetched(5)
    recost(server.store, BEFORE[1])
    assert night(desk).status == 0
    before = bytes_of(desk, BEFORE[1])
    assert desk.run("--source", str(evidence_of(desk, BEFORE[1]))).status == 0
    assert bytes_of(desk, BEFORE[1]) == before
