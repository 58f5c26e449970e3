"""`--venue`: one, several or all venues of the brand, and what goes with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconcile.sandbox.faults import Fault, Responder, raw, refusal
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, sales
from tests.given.running import Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]


def test_all_venues_of_the_brand_are_run_with_one_login(desk: Desk, serve: Serve) -> None:
    """Each has its files and its line, and the worst status is the run's; their names are not looked at."""
    receipts, operations = sales(6)
    for place, each in enumerate(receipts):
        each["venue_id"] = (1, 2, 77)[place % 3]
    operations[2][0]["quantity"] = 3
    server = serve(receipts, operations)
    server.store.venues = [{"id": 77, "name": "=1+1"}, {"id": 2, "name": None}, {"id": 1, "name": "\x1b[31m"}]
    ended = desk.run("--date", DAY, "--source", "clopos", "--venue", "all")
    assert ended.status == 1, ended.err
    assert [line.partition(". ")[0] for line in ended.err.splitlines()[-3:]] == [
        "reconcile:   status 0  2026-01-19, venue 1: RECONCILED",
        "reconcile:   status 1  2026-01-19, venue 2: DIFFERENCES",
        "reconcile:   status 0  2026-01-19, venue 77: RECONCILED",
    ]
    assert (server.request_log.count("auth"), server.request_log.count("venues")) == (1, 1)
    assert {name for name in desk.names() if name.endswith(".json")} == {
        f"2026-01-19-venue-{venue}.json" for venue in (1, 2, 77)
    }


@pytest.mark.parametrize(
    ("fault", "why"),
    {
        refusal(403, "missing_scope"): "the service refused access to venues",
        refusal(404, "not_found"): "the venues of the brand can't be read (404 not_found)",
        refusal(503, "maintenance"): "the venues of the brand can't be read (503 maintenance)",
        raw(b'{"data": []}'): "the venues of the brand can't be read (the service gives none)",
        raw(b'{"data": [{"id": "x"}]}'): "the list of venues has one without an id",
        raw(b'{"data": [{"id": 1}], "total": 2}'): "the service said 2 venues and gave 1",
    }.items(),
)  # fmt: skip
def test_venues_that_cannot_be_read_end_the_run_in_one_sentence(
    desk: Desk, serve: Serve, fault: Responder, why: str
) -> None:
    server = serve(*sales(2))
    server.faults.append(Fault("venues", fault))
    ended = desk.run("--date", DAY, "--source", "clopos", "--venue", "all")
    assert (ended.status, why in ended.sentence()) == (3, True), ended.err
    assert server.request_log.count("list") == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--source", "clopos", "--venue", "3"), "leave out the other --venue"),
        (("--source", "demo"), "--venue is for the live API"),
        (("--source", "day.evidence.jsonl.gz"), "--venue is for the live API"),
    ],
)
def test_all_venues_go_with_nothing_else(desk: Desk, serve: Serve, more: tuple[str, ...], said: str) -> None:
    serve(*sales(1))
    ended = desk.run("--date", DAY, "--venue", "all", *more)
    assert (ended.status, said in ended.sentence()) == (2, True), ended.err


@pytest.mark.parametrize("venue", ["1", "all"])
def test_the_venue_of_the_environment_is_not_looked_at_where_one_is_given(
    desk: Desk, serve: Serve, venue: str
) -> None:
    """A variable that is no id stops no run that does not use it."""
    serve(*sales(2))
    ended = desk.run("--date", DAY, "--source", "clopos", "--venue", venue, CLOPOS_VENUE_ID="three")
    assert ended.status == 0, ended.err


def test_wrong_settings_are_told_before_the_venues_are_asked_for(desk: Desk, serve: Serve) -> None:
    """Of two causes, the one that waiting does not mend."""
    server = serve(*sales(2))
    server.faults.append(Fault("venues", refusal(503, "maintenance")))
    desk.configure('[rules]\noff = ["nonsense"]\n')
    ended = desk.run("--date", DAY, "--source", "clopos", "--venue", "all")
    assert (ended.status, "nonsense" in ended.sentence()) == (2, True), ended.err
    assert server.request_log.count("auth") == 0
