"""An answer that is not the whole one, or not the right one, is asked for again, or named: never taken as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.requests import Request

from reconcile.sandbox.faults import Fault, out_of_step, refusal
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, Raw, line, operation, receipt, sales
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]


def many_operations(receipts: int = 6) -> tuple[list[Raw], dict[int, list[Raw]]]:
    """Receipts of three lines each, each line written off."""
    listed = [receipt(key, [line(100 * key + place) for place in range(3)]) for key in range(1, receipts + 1)]
    left = 90_000
    operations: dict[int, list[Raw]] = {}
    for key in range(1, receipts + 1):
        operations[key] = []
        for place in range(3):
            left -= 1
            operations[key].append(operation(1000 * key + place, key, 100 * key + place, left=left))
    return listed, operations


# --------------------------------------------------- operations that fall short


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_operations_are_paged_on_where_their_total_says_so(desk: Desk, serve: Serve, page: int) -> None:
    server = serve(*many_operations(), operations_page=page)
    ended = desk.run(*LIVE)
    assert (ended.status, ended.report["control"]["lines"]["matched"]) == (0, 18)
    assert server.request_log.count("operations") == 6 * (-(-3 // page)), "no page more than needed"


def test_operations_that_stay_short_of_their_total_are_a_failure(desk: Desk, serve: Serve) -> None:
    """No finding is made of what did not come."""
    serve(*many_operations(), operations_page=100, hides_operations=1)
    ended = desk.run(*LIVE)
    assert (ended.status, ended.report["findings"]) == (3, [])
    assert {each["reason"] for each in ended.report["failures"]} == {
        "the service said 3 stock operations and gave 2"
    }


# ------------------------------------------------------- connections out of step


@pytest.mark.parametrize("after", [3, 5])
def test_a_connection_out_of_step_makes_no_answer_anothers(desk: Desk, serve: Serve, after: int) -> None:
    """Every third receipt has no operations, and its answer doesn't say whose it is: it is asked for again."""
    receipts, operations = sales(30)
    for key in range(1, 31, 3):
        operations[key] = []
    server = serve(receipts, operations)
    desk.run(*LIVE)
    calm = desk.run(*LIVE).json_bytes
    desk.configure("[api]\nconnections = 3\n")
    server.faults.append(Fault("operations", out_of_step(after)))
    ended = desk.run(*LIVE)
    assert ended.json_bytes == calm, ended.err


def test_one_that_can_not_be_asked_for_again_is_a_failure(desk: Desk, serve: Serve) -> None:
    """What stands in the evidence from before the connection was out of step proves nothing, nor for the next run."""
    receipts, operations = sales(4)
    operations[1] = []
    server = serve(receipts, operations)
    desk.configure("[api]\nattempts = 1\nconnections = 1\n")

    async def another(request: Request) -> None:
        request.path_params["id"] = "3"

    server.faults += [
        Fault("operations", another, times=1, receipt_id=2),
        Fault("operations", refusal(504), after=1, receipt_id=1),
    ]
    ended = desk.run(*LIVE)
    assert ended.status == 3
    assert [each["receipt_id"] for each in ended.report["failures"]] == [1]
    server.faults.clear()
    server.request_log.entries.clear()
    ended = desk.run(*LIVE)
    assert (ended.status, ended.report["failures"]) == (1, [])
    assert [each.receipt_id for each in server.request_log.entries if each.route == "operations"] == [1]


@pytest.mark.parametrize("times", [1, 2])
def test_an_answer_of_another_receipt_is_asked_for_again_once(desk: Desk, serve: Serve, times: int) -> None:
    """Over a new connection; if it still is another's, the receipt is a failure."""
    server = serve(*sales(4))

    async def another(request: Request) -> None:
        request.path_params["id"] = "2"

    server.faults.append(Fault("operations", another, times=times, receipt_id=3))
    ended = desk.run(*LIVE)
    reasons = {each["receipt_id"]: each["reason"] for each in ended.report["failures"]}
    assert reasons == ({} if times == 1 else {3: "its stock operations came as another receipt's"})
    assert server.request_log.count("operations", 3) == 2
    assert ended.report["control"]["receipts"]["reconciled"] == (4 if times == 1 else 3)


def test_operations_of_which_some_are_another_receipts_are_judged(desk: Desk, serve: Serve) -> None:
    """A record that stands under the wrong receipt is a matter of the rules."""
    receipts, operations = sales(3)
    operations[2].append(operation(7, 3, 10_003))
    server = serve(receipts, operations)
    ended = desk.run(*LIVE)
    assert (ended.status, ended.report["failures"]) == (1, [])
    assert server.request_log.count("operations") == 3


# ------------------------------------------------------------------ lines


@pytest.mark.parametrize(
    ("fields", "asked", "failed"),
    [
        ({"receipt_products": []}, 1, True),
        ({"receipt_products": [], "total": "12.50"}, 1, True),
        ({"receipt_products": [], "total": 0}, 0, False),
        ({"receipt_products": [], "total": "0.00"}, 0, False),
        ({"receipt_products": [], "total": None}, 0, False),
        ({"receipt_products": [], "order_status": "CANCELLED"}, 0, False),
        ({"receipt_products": [], "deleted_at": f"{DAY} 16:00:00"}, 0, False),
        ({"receipt_products": None}, 1, True),
    ],
)
def test_a_receipt_with_a_total_and_no_lines_is_asked_for_by_id_then_named(
    desk: Desk, serve: Serve, fields: Raw, asked: int, failed: bool
) -> None:
    receipts, operations = sales(3)
    receipts[1] |= fields
    operations[2] = []
    server = serve(receipts, operations)
    ended = desk.run(*LIVE)
    assert server.request_log.count("receipt", 2) == asked
    reason = "its lines did not come, neither with the list nor by its id"
    assert ended.report["failures"] == ([{"receipt_id": 2, "reason": reason}] if failed else [])


def test_lines_that_the_list_gave_as_none_are_had_by_id(desk: Desk, serve: Serve) -> None:
    server = serve(*sales(3))
    without = [each | {"receipt_products": []} for each in server.store.receipts]
    with_lines = server.store.receipts

    def swap(_: int) -> None:
        server.store.receipts = without

    async def back(_: Request) -> None:
        server.store.receipts = with_lines

    server.behaviour.before_page = swap
    server.faults.append(Fault("receipt", back))
    ended = desk.run(*LIVE)
    assert (ended.status, ended.report["control"]["lines"]["matched"]) == (0, 3)


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("refused", [(3,), (20,), (2, 9, 15)])
def test_a_receipt_to_which_access_is_refused_is_a_failure_of_its_own(
    desk: Desk, serve: Serve, status: int, refused: tuple[int, ...]
) -> None:
    server = serve(*sales(20))
    server.faults += [
        Fault("operations", refusal(status, "missing_scope"), receipt_id=key) for key in refused
    ]
    ended = desk.run(*LIVE)
    assert ended.status == 3
    assert [each["receipt_id"] for each in ended.report["failures"]] == list(refused)
    assert all(each["reason"].startswith("refused: ") for each in ended.report["failures"])
    assert ended.report["control"]["receipts"]["reconciled"] == 20 - len(refused)


@pytest.mark.parametrize(("receipts", "after"), [(20, 0), (3, 0), (20, 4)])
def test_access_refused_to_all_of_them_ends_the_run(
    desk: Desk, serve: Serve, receipts: int, after: int
) -> None:
    """And costs a few requests, not one for each receipt."""
    server = serve(*sales(receipts))
    server.faults.append(Fault("operations", refusal(403, "missing_scope"), after=after))
    ended = desk.run(*LIVE)
    assert ended.status == 3
    assert "receipts:read" in ended.sentence()
    assert server.request_log.count("operations") <= after + 12
    assert not [name for name in ended.names() if name.endswith(".json")]
