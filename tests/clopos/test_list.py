"""The list of receipts is read until it is proven whole, or the day is called incomplete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconcile.evidence.records import read_evidence
from reconcile.sandbox.faults import Fault, raw, refusal
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import line, operation, receipt, sales
from tests.given.running import LIVE, Desk, Ended

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]


def fetch(desk: Desk) -> Ended:
    return desk.run(*LIVE)


def test_a_receipt_that_arrives_while_pages_are_turned_is_had(desk: Desk, serve: Serve) -> None:
    """A row that pushes the others one place on costs none of them."""
    server = serve(*sales(30, first=100), page_cap=10)

    def insert(page: int) -> None:
        if page == 2 and len(server.store.receipts) == 30:
            server.store.receipts.insert(0, receipt(5, [line(14)]))
            server.store.operations[5] = [operation(1, 5, 14)]

    server.behaviour.before_page = insert
    ended = fetch(desk)
    assert ended.report["control"]["receipts"]["listed"] == 31
    assert ended.report["complete"] is True


def test_a_receipt_that_goes_while_pages_are_turned_hides_no_other(desk: Desk, serve: Serve) -> None:
    """A row that lets the others move up one place: the one that slips between two pages is had all the same."""
    server = serve(*sales(30, first=100), page_cap=10)

    def remove(page: int) -> None:
        if page == 2 and len(server.store.receipts) == 30:
            del server.store.receipts[0]

    server.behaviour.before_page = remove
    ended = fetch(desk)
    asked = {each.receipt_id for each in server.request_log.entries if each.route == "operations"}
    assert set(range(101, 130)) <= asked
    assert ended.report["control"]["lines"]["matched"] >= 29


def test_one_that_goes_and_one_that_comes_hide_no_third(desk: Desk, serve: Serve) -> None:
    """Between two pages a receipt goes and another comes: the number is right, and the one that slipped is had."""
    receipts, operations = sales(30, first=100)
    operations[110] = []
    server = serve(receipts, operations, page_cap=10)

    def swap(page: int) -> None:
        if page == 2 and server.store.receipts[0]["id"] == 100:
            del server.store.receipts[0]
            server.store.receipts.append(receipt(500, [line(14)]))
            server.store.operations[500] = [operation(1, 500, 14)]

    server.behaviour.before_page = swap
    ended = fetch(desk)
    assert ended.report["complete"] is True
    assert ended.report["control"]["receipts"]["listed"] == 30
    assert 110 in {
        each["receipt_id"] for each in ended.report["findings"] if each["rule"] == "missing-write-off"
    }


def test_a_list_that_never_ends_is_given_up(desk: Desk, serve: Serve) -> None:
    """A total beyond all measure whose pages can't be had costs a few requests, not the brand's quota."""
    desk.configure("[api]\nattempts = 1\npage_size = 10\n")
    server = serve(*sales(10), total_offset=10**7)
    server.faults.append(Fault("list", refusal(504), after=1, times=10**6))
    assert fetch(desk).status == 3
    assert server.request_log.count("list") < 20


def test_pages_in_no_order_are_read_again_or_called_incomplete(desk: Desk, serve: Serve) -> None:
    """A service that ignores the order asked for never makes a part of the day look like all of it."""
    serve(*sales(12), page_cap=6, shuffles_pages=True)
    ended = fetch(desk)
    whole = ended.report["control"]["receipts"]["listed"] == 12
    assert ended.report["complete"] is whole
    assert ended.status == (0 if whole else 3)


def test_a_total_above_what_the_list_gives_is_incomplete(desk: Desk, serve: Serve) -> None:
    """If fewer receipts come than the list says there are, the day is incomplete, and both numbers are said."""
    serve(*sales(6), total_offset=5)
    ended = fetch(desk)
    assert ended.status == 3
    assert ended.report["failures"] == [
        {"receipt_id": None, "reason": "the list said 11 receipts and gave 6"}
    ]
    assert ended.report["control"]["receipts"]["reconciled"] == 6


@pytest.mark.parametrize(
    "behaviour",
    [
        {"total_offset": -20},
        {"total_is_of_page": True},
        {"total_is_of_page": True, "page_cap": 7},
        {"total_offset": -29, "page_cap": 29},
        {"total_offset": -30, "page_cap": 1},
    ],
)
def test_a_total_below_what_the_list_gives_hides_nothing(
    desk: Desk, serve: Serve, behaviour: dict[str, Any]
) -> None:
    """A total that counts one page is no reason to stop where the pages go on, also where the service caps a page."""
    desk.configure("[api]\npage_size = 10\n" if "page_cap" not in behaviour else "")
    server = serve(*sales(30), **behaviour)
    server.store.products = [{"id": 100 + key, "name": "a"} for key in range(120)]
    ended = fetch(desk)
    assert (ended.status, ended.report["control"]["receipts"]["reconciled"]) == (0, 30)
    assert len(read_evidence(ended.evidence).products) == 120


@pytest.mark.parametrize(("receipts", "requests"), [(0, 1), (1, 2), (99, 2), (100, 2), (101, 5), (600, 13)])
def test_a_list_costs_one_request_more_than_its_pages(
    desk: Desk, serve: Serve, receipts: int, requests: int
) -> None:
    """The one after the last page; the second pass ends with the receipts of the first."""
    listed, _ = sales(receipts, day="2026-01-18")
    server = serve(listed)
    assert fetch(desk).report["control"]["receipts"]["listed"] == receipts
    assert server.request_log.count("list") == requests


@pytest.mark.parametrize(("status", "offset"), [(400, 0), (404, 0), (404, 1)])
@pytest.mark.parametrize("route", ["list", "products"])
def test_a_page_after_the_last_that_is_refused_ends_the_list(
    desk: Desk, serve: Serve, route: Any, status: int, offset: int
) -> None:
    """In doubt only where the total says that there is more."""
    server = serve(*sales(30), page_cap=15)
    server.store.products = [{"id": 100 + key, "name": "a"} for key in range(30)]
    if route == "list":
        server.behaviour.total_offset = offset
    elif offset:
        server.behaviour.total_is_of_page = True
        page = b'{"data": [{"id": %d}], "total": 9}'
        server.faults += [Fault("products", raw(page % number), page=number) for number in (1, 2)]
    server.faults.append(Fault(route, refusal(status, "page_out_of_range"), page=3))
    ended = fetch(desk)
    assert (ended.status, ended.report["control"]["receipts"]["reconciled"]) == (3 if offset else 0, 30)


@pytest.mark.parametrize("route", ["list", "products"])
def test_a_list_that_has_new_records_on_every_page_comes_to_an_end(
    desk: Desk, serve: Serve, route: Any
) -> None:
    """At the run's deadline; the day is INCOMPLETE, and says so."""
    desk.configure("[api]\nrequests_per_window = 1000000\nrun_deadline_minutes = 0.02\n")
    server = serve(*sales(5), endless=frozenset({route}), requests_per_window=10**6)
    server.store.products = [{"id": 100 + key, "name": "a"} for key in range(5)]
    ended = fetch(desk)
    assert ended.status == 3
    reasons = [each["reason"] for each in ended.report["failures"] if each["receipt_id"] is None]
    assert any("the fetch had gone on for 0.02 minutes" in reason for reason in reasons)


@pytest.mark.parametrize("route", ["list", "products"])
def test_a_list_of_more_pages_than_there_can_be_leaves_time_for_the_receipts(
    desk: Desk, serve: Serve, monkeypatch: pytest.MonkeyPatch, route: Any
) -> None:
    for module in ("receipt_list", "listing", "catalogue"):
        monkeypatch.setattr(f"reconcile.clopos.{module}.MOST_PAGES", 20)
    server = serve(*sales(5), endless=frozenset({route}), requests_per_window=10**6)
    server.store.products = [{"id": 100 + key, "name": "a"} for key in range(5)]
    ended = fetch(desk)
    assert ended.status == 3
    assert any("the list goes on after 20 pages" in each["reason"] for each in ended.report["failures"])
    assert server.request_log.count(route) <= 41
    assert ended.report["control"]["receipts"]["listed"] >= 5


@pytest.mark.parametrize("total", ["", ', "total": null', ', "total": "many"'])
def test_a_list_that_does_not_say_its_total_is_read_to_its_end(desk: Desk, serve: Serve, total: str) -> None:
    """Without a total, or with one that is no number, pages are turned until one is empty."""
    server = serve(*sales(1))
    page = b'{"data": [{"id": 1, "status": 2, "shift_date": "2026-01-19", "receipt_products": []}]%s}'
    server.faults += [
        Fault("list", raw(page % total.encode()), times=1),
        Fault("list", raw(b'{"data": []}')),
    ]
    ended = fetch(desk)
    assert ended.report["control"]["receipts"]["reconciled"] == 1
    assert 2 <= server.request_log.count("list") <= 4


def test_a_service_that_gives_one_page_for_ever_comes_to_an_end(desk: Desk, serve: Serve) -> None:
    """Where every page is the same and the total is never reached, the run ends, incomplete."""
    server = serve(*sales(1))
    page = (
        b'{"data": [{"id": 1, "status": 2, "shift_date": "2026-01-19", "receipt_products": []}], "total": 9}'
    )
    server.faults.append(Fault("list", raw(page)))
    server.faults.append(Fault("list", raw(b'{"data": []}'), after=200))
    ended = fetch(desk)
    assert ended.status == 3
    assert server.request_log.count("list") < 20
