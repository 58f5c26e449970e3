"""A day reconciled again: what may have changed is asked for again, and what did is said."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconcile.evidence.privacy import kept_receipt
from reconcile.sandbox.faults import Fault, refusal
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, operation, run_record, sales, write_records
from tests.given.running import LIVE, Desk, Ended

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]


def fetch(desk: Desk, *more: str) -> Ended:
    return desk.run(*LIVE, *more)


def test_what_changed_since_the_last_report_is_said(desk: Desk, serve: Serve) -> None:
    """Findings new, gone and the same, the new and the gone ones by name."""
    receipts, operations = sales(6)
    for key, (written_off,) in operations.items():
        written_off["stock_id"] = key  # each out of a stock of its own: no gap shows where one is missing
    operations[2], operations[4] = [], []
    server = serve(receipts, operations)
    assert "since the last report" not in fetch(desk).err
    server.store.operations[2] = [operation(50_002, 2, 10_002)]  # written off a day later
    receipts[4]["receipt_products"][0]["deleted_at"] = "2026-01-20 09:00:00"  # voided a day later
    again = fetch(desk)
    assert again.status == 1
    said = [line.removeprefix("reconcile: ").strip() for line in again.err.splitlines()]
    assert "findings since the last report: 1 new, 1 gone, 1 the same" in said
    assert "new: unexpected-write-off, receipt 5, line 10005, operation 50005" in said
    assert "gone: missing-write-off, receipt 2, line 10002" in said
    assert "findings since the last report: 0 new, 0 gone, 2 the same" in fetch(desk).err


def test_what_could_not_be_had_is_not_gone(desk: Desk, serve: Serve) -> None:
    """A finding of a receipt that fails this time is not judged, which is said; so is that the last report had gaps."""
    receipts, operations = sales(4)
    for key, (written_off,) in operations.items():
        written_off["stock_id"] = key
    operations[2], operations[3] = [], []
    server = serve(receipts, operations)
    assert fetch(desk).status == 1
    server.faults.append(Fault("operations", refusal(404, "not_found"), receipt_id=3))
    broken = fetch(desk)
    assert "findings since the last report: 0 new, 0 gone, 1 the same, 1 not judged this time" in broken.err
    server.faults.clear()
    mended = fetch(desk)
    assert "findings since the last report, which was INCOMPLETE: 1 new, 0 gone, 1 the same" in mended.err


def test_of_a_whole_day_a_finding_is_gone_with_its_receipt(desk: Desk, serve: Serve) -> None:
    """A receipt that moved to another day is not reconciled here; its finding is gone, not unjudged."""
    receipts, operations = sales(4)
    for key, (written_off,) in operations.items():
        written_off["stock_id"] = key
    operations[2] = []
    serve(receipts, operations)
    assert fetch(desk).found_rules == ["missing-write-off"]
    receipts[1] |= {"shift_date": "2026-01-20", "updated_at": "2026-01-20 09:00:00"}
    assert "findings since the last report: 0 new, 1 gone, 0 the same\n" in fetch(desk).err


def test_many_changes_are_counted_not_listed(desk: Desk, serve: Serve) -> None:
    """The first twenty are named, the rest is a number."""
    server = serve(*sales(40))
    fetch(desk)
    for (written_off,) in server.store.operations.values():
        written_off["total_cost"] += 100
    again = fetch(desk)
    assert again.err.count("  new: total-cost-mismatch") == 20
    assert "and 20 more" in again.err


@pytest.mark.parametrize("content", [b"", b"[]", b'{"findings": [{"id": 1}]}', b'{"findings": 3}'])
def test_a_report_that_cannot_be_read_is_no_obstacle(desk: Desk, serve: Serve, content: bytes) -> None:
    """Whatever stands in the place of the last report, the day is reported."""
    serve(*sales(1))
    desk.folder.mkdir()
    (desk.folder / f"{DAY}.json").write_bytes(content)
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert ended.report["complete"] is True


def test_an_incomplete_day_is_made_whole_by_asking_for_the_rest(desk: Desk, serve: Serve) -> None:
    """After a run that could not have two receipts, the next one asks for these two, and for what changed."""
    receipts, operations = sales(50)
    for place, each in enumerate(receipts):
        each["updated_at"] = f"{DAY} 15:08:{place:02}"
    server = serve(receipts, operations)
    faults = [Fault("operations", refusal(400, "bad_request"), receipt_id=key) for key in (3, 30)]
    server.faults += faults
    assert fetch(desk).status == 3
    server.faults.clear()
    server.request_log.entries.clear()
    receipts[9]["updated_at"] = "2026-01-20 08:00:00"
    ended = fetch(desk)
    assert (ended.status, ended.report["failures"]) == (0, [])
    asked = sorted(each.receipt_id or 0 for each in server.request_log.entries if each.route == "operations")
    assert asked == [3, 10, 30]
    assert server.request_log.count("list") == 2, "a page, and one that shows that there are no more"
    assert ended.names() == [f"{DAY}.evidence.jsonl.gz", f"{DAY}.json", f"{DAY}.xlsx"]


def test_a_list_in_doubt_is_read_again(desk: Desk, serve: Serve) -> None:
    """After a run whose list was not whole, the next one reads it, and asks for what it did not have."""
    server = serve(*sales(8), total_offset=1)
    assert fetch(desk).status == 3
    server.behaviour.total_offset = 0
    server.request_log.entries.clear()
    ended = fetch(desk)
    assert (ended.status, ended.report["failures"]) == (0, [])
    assert (server.request_log.count("list"), server.request_log.count("operations")) == (2, 0)


def test_a_service_that_ignores_the_order_is_asked_for_the_whole_list(desk: Desk, serve: Serve) -> None:
    """Where the list can't be had by what changed last, it is read whole, and what changed is found all the same."""
    receipts, operations = sales(30)
    for place, each in enumerate(receipts):
        each["updated_at"] = f"{DAY} 15:08:{place:02}"
    server = serve(receipts, operations, page_cap=10, sorts_by_id_alone=True)
    server.faults.append(Fault("operations", refusal(400, "bad_request"), receipt_id=30))
    assert fetch(desk).status == 3
    server.faults.clear()
    server.request_log.entries.clear()
    receipts[2]["updated_at"] = "2026-01-20 08:00:00"
    assert fetch(desk).status == 0
    asked = sorted(each.receipt_id or 0 for each in server.request_log.entries if each.route == "operations")
    assert asked == [3, 30]


def test_a_few_times_that_fall_by_chance_are_no_order(desk: Desk, serve: Serve) -> None:
    """A page of three whose times fall does not show that what changed last comes first: the rest is read too."""
    receipts, operations = sales(9)
    for place, each in enumerate(receipts):
        each["updated_at"] = f"{DAY} 15:08:{59 - place:02}"
    server = serve(receipts, operations, page_cap=3, sorts_by_id_alone=True)
    server.faults.append(Fault("operations", refusal(400, "bad_request"), receipt_id=9))
    assert fetch(desk).status == 3
    server.faults.clear()
    server.request_log.entries.clear()
    receipts[7]["updated_at"] = "2026-01-20 08:00:00"
    assert fetch(desk).status == 0
    asked = sorted(each.receipt_id or 0 for each in server.request_log.entries if each.route == "operations")
    assert asked == [8, 9]


def test_a_receipt_that_went_back_is_judged_as_it_is_now(desk: Desk, serve: Serve) -> None:
    """Where a receipt comes as it was before a change that is held, the change is forgotten, and all is asked anew."""
    receipts, operations = sales(4)
    before = copy.deepcopy(receipts[1])
    receipts[1]["receipt_products"][0]["count"] = 5
    receipts[1]["updated_at"] = f"{DAY} 18:00:00"
    server = serve(receipts, operations)
    server.faults.append(Fault("operations", refusal(400, "bad_request"), receipt_id=4))
    changed = fetch(desk)
    assert (changed.status, changed.found_rules) == (3, ["quantity-mismatch"])
    server.faults.clear()
    server.request_log.entries.clear()
    receipts[1] = before
    ended = fetch(desk)
    assert (ended.status, ended.found_rules) == (0, [])
    assert server.request_log.count("operations") == 4


def test_what_is_too_old_is_not_gone_on_from(desk: Desk, serve: Serve) -> None:
    """What a run left two days ago may have changed since: it is asked for anew, and that is said."""
    receipts, operations = sales(3)
    server = serve(receipts, operations)
    began = (datetime.now(UTC) - timedelta(days=2)).isoformat(timespec="seconds")
    desk.folder.mkdir()
    left: Path = desk.folder / f"{DAY}.evidence.jsonl"
    held = {"record": "operations", "receipt_id": 1, "as_of": receipts[0]["updated_at"], "operations": []}
    listed = [{"record": "receipt", "asked": "list", "receipt": each} for each in receipts]
    write_records(left, [run_record(started_at=began), *listed, held])
    ended = fetch(desk)
    assert (ended.status, server.request_log.count("operations")) == (0, 3)
    assert "too old to resume" in ended.err


@pytest.mark.parametrize(
    ("ahead", "asked"),
    [(timedelta(minutes=2), [2, 3]), (timedelta(days=2), [1, 2, 3])],
    ids=["by minutes", "by days"],
)
def test_what_began_in_the_future_is_not_gone_on_from(
    desk: Desk, serve: Serve, ahead: timedelta, asked: list[int]
) -> None:
    """A clock that was wrong by days says nothing of how old a file is; two clocks may differ by minutes."""
    receipts, operations = sales(3)
    server = serve(receipts, operations)
    began = (datetime.now(UTC) + ahead).isoformat(timespec="seconds")
    listed = [{"record": "receipt", "asked": "list", "receipt": kept_receipt(each)} for each in receipts]
    held = {"record": "operations", "receipt_id": 1, "as_of": f"{DAY} 15:08:00", "operations": operations[1]}
    desk.folder.mkdir()
    write_records(desk.folder / f"{DAY}.evidence.jsonl", [run_record(started_at=began), *listed, held])
    assert fetch(desk).status == 0
    assert (
        sorted(each.receipt_id or 0 for each in server.request_log.entries if each.route == "operations")
        == asked
    )
