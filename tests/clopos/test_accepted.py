"""What a service refuses of a query costs that alone: the rest of the day is had, and About says what is missing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from reconcile.clopos.accepted import Query, accepted
from reconcile.clopos.client import PermanentError
from reconcile.evidence.records import read_evidence
from reconcile.evidence.structs import Raw
from reconcile.sandbox.faults import Fault, refusal
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, NEXT_DAY, sales
from tests.given.running import LIVE, Desk, Ended

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]
WITHOUT_ID = ("created_at", "updated_at", "closed_at", "total")
PARTS = ("receipt_products", "receipt_products.modificators", "receipt_products.product.unit")
UNNAMED = "the sort by id is refused (the service names no such sort): sorted by {} instead"

CASES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "sort": ({"sorts": WITHOUT_ID}, (UNNAMED.format("created_at"),)),
    "sort, none but one named": ({"sorts": ("total",)}, (UNNAMED.format("total"),)),
    "sort, ignored": (
        {"sorts": WITHOUT_ID, "ignores_other_sorts": True},
        (UNNAMED.format("created_at"),),
    ),
    "limit": ({"refuses_pages_above": 50}, ("pages of 100 records are refused (400): pages of 50 instead",)),
    "limit of 50 too": (
        {"refuses_pages_above": 49, "page_cap": 40},
        ("pages of 100 records are refused (400): the service's own page size instead",),
    ),
    **{
        f"with {part}": ({"refused_parts": frozenset({part})}, (f"the part {part} is refused",))
        for part in PARTS[1:]
    },
    "all": (
        {"sorts": WITHOUT_ID, "refuses_pages_above": 50, "refused_parts": frozenset(PARTS[1:])},
        (UNNAMED.format("created_at"), "pages of 50 instead", *(f"the part {part}" for part in PARTS[1:])),
    ),
}


def ended_whole(ended: Ended, receipts: int) -> None:
    assert ended.status == 0, ended.err
    assert ended.report["control"]["receipts"]["reconciled"] == receipts
    assert ended.report["control"]["lines"]["matched"] == receipts


@pytest.mark.parametrize("name", CASES)
def test_what_is_refused_of_the_list_costs_no_receipt(desk: Desk, serve: Serve, name: str) -> None:
    """The day is whole, and the evidence says what was refused and what was asked for instead."""
    behaviour, refused = CASES[name]
    receipts, operations = sales(120)
    if name == "limit of 50 too":  # such a server's own page must not be larger than it allows
        behaviour = behaviour | {"refuses_pages_above": 50}
        desk.configure("[api]\npage_size = 60\n")
        refused = ("pages of 60 records are refused (400): pages of 50 instead",)
    server = serve(receipts[::-1], operations, **behaviour)
    ended = desk.run(*LIVE)
    ended_whole(ended, 120)
    said = read_evidence(ended.evidence).refused
    assert len(said) == len(refused)
    assert all(any(sentence in each for each in said) or "the part" in sentence for sentence in refused), said
    assert server.request_log.count("receipt") == 0


def test_a_list_that_takes_no_part_is_filled_in_by_id(desk: Desk, serve: Serve) -> None:
    """Where the lines themselves are refused of the list, each receipt is asked for by its id."""
    server = serve(*sales(5))
    server.faults.append(Fault("list", _without_parts))
    ended = desk.run(*LIVE)
    ended_whole(ended, 5)
    assert server.request_log.count("receipt") == 5


async def _without_parts(request: Any) -> Any:
    return await refusal(400, "bad_request")(request) if "with[0]" in request.query_params else None


def test_what_is_refused_of_a_receipt_by_its_id_costs_that_part_alone(desk: Desk, serve: Serve) -> None:
    """Found out once, not for each receipt."""
    server = serve(*sales(20), lists_lines=False, refused_parts=frozenset({PARTS[2]}))
    ended_whole(desk.run(*LIVE), 20)
    assert server.request_log.count("receipt") <= 20 + 6 + 1, "those under way at first, and one trial"


def test_it_is_found_out_once_a_run(desk: Desk, serve: Serve) -> None:
    """The second day asks as the service takes it from the first request on."""
    receipts, operations = sales(3)
    more, of_more = sales(3, first=10, day=NEXT_DAY)
    server = serve(receipts + more, operations | of_more, sorts=WITHOUT_ID)
    ended = desk.run("--from", DAY, "--to", NEXT_DAY, "--source", "clopos")
    assert ended.status == 0, ended.err
    asked = [each.query.get("sort[0]") for each in server.request_log.entries if each.route == "list"]
    assert asked.count("id") <= 2, "once, and once without the part that is known least"
    for day in (DAY, NEXT_DAY):
        assert read_evidence(ended.folder / f"{day}.evidence.jsonl.gz").refused


@pytest.mark.reads_workbook
@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ({}, "nothing"),
        ({"refuses_pages_above": 50}, "pages of 100 records are refused (400): pages of 50 instead"),
        (
            {"refused_parts": frozenset({"unit", PARTS[2]})},
            f"the part {PARTS[2]} is refused; the part unit is refused",
        ),
        ({"refused_parts": frozenset({"category"})}, "the part category is refused (400)"),
    ],
)
def test_about_says_what_was_refused(desk: Desk, serve: Serve, behaviour: dict[str, Any], said: str) -> None:
    serve(*sales(3), **behaviour)
    texts = desk.run(*LIVE).sheet("Checks and notes")
    assert texts[texts.index("Refused by the service") + 1].startswith(said)


def test_a_list_that_is_refused_however_it_is_asked_for_ends_the_day(desk: Desk, serve: Serve) -> None:
    """After three requests, with the reason."""
    server = serve(*sales(3))
    server.faults.append(Fault("list", refusal(400, "bad_request")))
    ended = desk.run(*LIVE)
    assert ended.status == 3
    assert "the list of receipts could not be fetched (400 bad_request)" in ended.sentence()
    assert server.request_log.count("list") == 3


def test_a_query_of_which_nothing_is_left_to_leave_out_stays_refused() -> None:
    async def ask(_: Query) -> Raw:
        raise PermanentError("400 bad_request", 400)

    with pytest.raises(PermanentError, match="400 bad_request"):
        asyncio.run(accepted(ask, Query()))


def test_what_was_refused_before_is_still_said_when_more_is_refused() -> None:
    taken = {"a", "b", "c"}

    async def ask(query: Query) -> Raw:
        if not taken.issuperset(query.parts):
            raise PermanentError("400 bad_request", 400)
        return {}

    async def twice() -> Query:
        query = Query(parts=("a", "b", "c"))
        taken.remove("c")
        query = await accepted(ask, query)
        taken.remove("a")
        return await accepted(ask, query)

    found = asyncio.run(twice())
    assert found.parts == ("b",)
    assert [re.findall(r"the part (\w) is refused", each) for each in found.refused] == [["c"], ["a"]]
