"""A business day over real HTTP: the same as from its evidence, with no request that is not needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconcile.evidence.records import read_evidence
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, evidence_file, line, operation, receipt, sales, vendors_pair
from tests.given.running import LIVE, Desk, Ended

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]

SHORT_WINDOW = "[api]\nrequests_per_window = 150\nwindow_seconds = 0.5\n"
"""The vendor's limit in small: what takes a minute there takes half a second here."""


def fetch(desk: Desk, *more: str) -> Ended:
    return desk.run(*LIVE, *more)


def test_the_vendors_example_agrees_over_http(desk: Desk, serve: Serve) -> None:
    """The seed's two operations and their receipt: two lines matched, nothing to report."""
    sold, written_off = vendors_pair()
    serve([sold], {1: written_off})
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    expect_the_vendors_example(ended.report)


def test_the_vendors_example_agrees_from_evidence(desk: Desk) -> None:
    """The same pair, read from an evidence file, offline."""
    sold, written_off = vendors_pair()
    path = evidence_file(desk.home / "seed.evidence.jsonl", [sold], {1: written_off})
    ended = desk.run("--source", str(path))
    assert ended.status == 0, ended.err
    expect_the_vendors_example(ended.report)


def expect_the_vendors_example(report: dict[str, Any]) -> None:
    assert report["complete"] is True
    assert report["findings"] == report["failures"] == report["quarantine"] == []
    assert report["control"] == {
        "receipts": {"listed": 1, "reconciled": 1, "open": 0, "other_day": 0, "failed": 0},
        "lines": {"total": 2, "matched": 2, "flagged": 0, "unverified": 0, "untracked": 0, "void": 0},
        "operations": {
            "total": 2,
            "matched": 2,
            "flagged": 0,
            "unverified": 0,
            "repeated": 0,
            "quarantined": 0,
        },
        "value": {"written_off": "11000", "over": "0", "under": "0", "put_back": "0"},
    }


def test_a_busy_day_costs_few_requests_and_never_goes_over_the_limit(desk: Desk, serve: Serve) -> None:
    """300 receipts cost at most 1.06 requests each, and one more for each that has an orphan."""
    receipts, operations = sales(300, first=1000)
    before, _ = sales(20, first=1, day="2026-01-18")
    after, _ = sales(20, first=2000, day="2026-01-20")
    orphans = (1005, 1100, 1299)
    for key in orphans:
        operations[key].append(operation(900_000 + key, key, 800_000 + key))
    server = serve(before + receipts + after, operations, requests_per_window=150, window_seconds=0.5)
    desk.configure(SHORT_WINDOW)
    ended = fetch(desk)
    assert ended.status == 1, ended.err
    assert ended.report["control"]["receipts"] == {
        "listed": 340,
        "reconciled": 300,
        "open": 0,
        "other_day": 40,
        "failed": 0,
    }
    assert ended.found_rules.count("orphan-operation") == len(orphans)
    assert server.request_log.statuses == {200: server.request_log.count()}, "no 429, no error at all"
    assert read_evidence(ended.evidence).requests == server.request_log.count()
    assert server.request_log.count("operations") == 300
    assert server.request_log.count("receipt") == len(orphans)
    assert server.request_log.count() - len(orphans) <= 1.06 * 300


def test_open_receipts_and_those_of_other_days_are_not_asked_for(desk: Desk, serve: Serve) -> None:
    """Only what is due costs a request: not an open receipt, not one whose shift is of another day."""
    receipts, operations = sales(4)
    receipts[1]["status"] = 1
    receipts[2]["shift_date"] = "2026-01-18"
    server = serve(receipts, operations)
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert ended.report["control"]["receipts"] == {
        "listed": 4,
        "reconciled": 2,
        "open": 1,
        "other_day": 1,
        "failed": 0,
    }
    assert [server.request_log.count("operations", key) for key in (1, 2, 3, 4)] == [1, 0, 0, 1]


def test_a_list_without_lines_is_filled_in_by_id(desk: Desk, serve: Serve) -> None:
    """Where the list leaves out the lines, each due receipt is asked for once by its id."""
    server = serve(*sales(5), lists_lines=False)
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert ended.report["control"]["lines"]["matched"] == 5
    assert [server.request_log.count("receipt", key) for key in range(1, 6)] == [1] * 5


def test_a_list_without_products_is_enough(desk: Desk, serve: Serve) -> None:
    """Lines that come without their product are still matched, without asking again."""
    server = serve(*sales(5), embeds_products=False)
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert ended.report["control"]["lines"]["matched"] == 5
    assert server.request_log.count("receipt") == 0


def test_numbers_as_strings_mean_the_same(desk: Desk, serve: Serve) -> None:
    """A service that sends every number, the total too, as a string gives the same findings."""
    receipts, operations = sales(5)
    operations[2][0]["quantity"] = 3
    server = serve(receipts, operations)
    as_numbers = fetch(desk)
    server.behaviour.numbers_as_text = True
    as_text = fetch(desk, "--out", str(desk.home / "text"))
    assert as_numbers.status == as_text.status == 1
    assert (desk.home / "text" / f"{DAY}.json").read_bytes() == as_numbers.json_bytes


def test_an_operation_of_a_deleted_line_is_explained_by_its_receipt(desk: Desk, serve: Serve) -> None:
    """A list that hides deleted lines: the receipt is asked for once by id, and the operation is no orphan."""
    voided = line(15, deleted_at=f"{DAY} 15:05:00")
    written_off = [operation(1, 1, 14), operation(2, 1, 15), operation(3, 1, 15, quantity=-1)]
    server = serve([receipt(1, [line(14), voided])], {1: written_off}, lists_deleted_lines=False)
    ended = fetch(desk)
    assert server.request_log.count("receipt") == server.request_log.count("receipt", 1) == 1
    assert "orphan-operation" not in ended.found_rules
    assert ended.report["control"]["lines"] | {"matched": 1, "void": 1} == ended.report["control"]["lines"]


def test_an_operation_of_no_line_at_all_is_an_orphan(desk: Desk, serve: Serve) -> None:
    """If the receipt itself does not know the line either, the operation is said to be an orphan."""
    server = serve([receipt(1, [line(14)])], {1: [operation(1, 1, 14), operation(2, 1, 99)]})
    ended = fetch(desk)
    assert ended.status == 1
    assert server.request_log.count("receipt") == 1
    (finding,) = (each for each in ended.report["findings"] if each["rule"] == "orphan-operation")
    assert finding["operation_id"] == 2


def test_a_venue_is_asked_for_and_names_the_files(desk: Desk, serve: Serve) -> None:
    """`--venue 3` goes out as x-venue with every call but the login, and into the names of the files."""
    receipts, operations = sales(2)
    for each in receipts:
        each["venue_id"] = 3
    receipts[1] |= {"receipt_products": [], "total": 0}  # it is asked for by itself, and still knows no line
    server = serve(receipts, operations)
    ended = fetch(desk, "--venue", "3")
    assert ended.found_rules == ["orphan-operation"], ended.err
    asked = {
        (each.route, each.headers.get("x-venue"))
        for each in server.request_log.entries
        if each.route != "auth"
    }
    assert asked == {(route, "3") for route in ("list", "receipt", "operations", "products")}
    assert ended.names() == [
        f"{DAY}-venue-3.evidence.jsonl.gz",
        f"{DAY}-venue-3.json",
        f"{DAY}-venue-3.xlsx",
    ]
    assert ended.report["venue_id"] == 3


def test_an_empty_day_is_a_complete_report(desk: Desk, serve: Serve) -> None:
    """A day without a receipt: everything is written, the status is 0."""
    server = serve()
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert len(ended.names()) == 3
    assert server.request_log.count() == 2


def test_the_venue_may_come_from_the_environment(desk: Desk, serve: Serve) -> None:
    """CLOPOS_VENUE_ID does what --venue does; without either, no venue is named."""
    server = serve(*sales(1))
    for setting in ({"CLOPOS_VENUE_ID": "7"}, {}):
        ended = desk.run(*LIVE, **setting)
        assert ended.status == 0, ended.err
        assert server.request_log.entries[-1].headers.get("x-venue") == setting.get("CLOPOS_VENUE_ID")


def test_a_range_of_days_is_reconciled_day_by_day(desk: Desk, serve: Serve) -> None:
    """--from and --to leave one report a day; the worst status of the days is the run's."""
    first, operations = sales(2)
    second, more = sales(2, first=10, day="2026-01-20")
    more[10][0]["quantity"] = 5
    server = serve(first + second, operations | more)
    ended = desk.run("--from", DAY, "--to", "2026-01-20", "--source", "clopos")
    assert ended.status == 1, ended.err
    assert len(ended.names()) == 6
    assert server.request_log.count("operations") == 4
    assert ended.out.count(".xlsx\n") == 2
