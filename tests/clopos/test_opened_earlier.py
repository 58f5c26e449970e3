"""A receipt opened long ago and closed today is today's: no list by creation has it, and it is found all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconcile.evidence.records import read_evidence
from reconcile.sandbox.faults import Fault, refusal
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import Raw, line, operation, receipt, sales
from tests.given.running import HURRY, Desk, Ended

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]
BANQUET, TAB = 700, 701
NO_SORT = {"sorts": ("id", "created_at", "updated_at")}


def ago(days: int) -> str:
    """The day so many days before yesterday, the day that is reconciled here."""
    return str(datetime.now().astimezone().date() - timedelta(days=1 + days))


DAY = ago(0)


def banquet(key: int = BANQUET, *, opened: int = 9, **fields: Any) -> Raw:
    """A receipt that was opened so many days before the day, closed on it, and not written off."""
    times = {"created_at": f"{ago(opened)} 12:00:00", "closed_at": f"{DAY} 22:00:00"}
    return receipt(key, [line(10 * key)], day=DAY, **times | fields)


def still_open(record: Raw) -> Raw:
    """The receipt as it was before it closed."""
    return record | {"status": 1, "closed_at": None, "shift_date": None, "updated_at": record["created_at"]}


def a_day(*more: Raw, receipts: int = 3) -> tuple[list[Raw], dict[int, list[Raw]]]:
    """The sales of the day, and others without a write-off."""
    listed, operations = sales(receipts, day=DAY)
    return listed + list(more), operations | {each["id"]: [] for each in more}


def fetch(desk: Desk, day: str = DAY) -> Ended:
    return desk.run("--date", day, "--source", "clopos")


def asked(ended: Ended, day: str = DAY) -> dict[int, str]:
    """How each receipt of the day's evidence was asked for, the list's own left out."""
    evidence = read_evidence(ended.folder / f"{day}.evidence.jsonl.gz")
    return {each["id"]: how for how, each in evidence.receipts if how != "list"}


def judged(ended: Ended, day: str = DAY) -> list[int]:
    """The receipts with a finding in the day's report."""
    report = json.loads((ended.folder / f"{day}.json").read_bytes())
    assert report["complete"], report["failures"]
    return [each["receipt_id"] for each in report["findings"]]


def closed_lists(server: CloposServer) -> int:
    """How many pages of the list sorted by closing were requested."""
    entries = server.request_log.entries
    return sum(each.route == "list" and each.query["sort[0]"] == "closed_at" for each in entries)


# ------------------------------------------------------------ known as open


def test_what_earlier_evidence_shows_as_open_is_asked_for_by_id(desk: Desk, serve: Serve) -> None:
    """It is judged on the day that it closed on, and fills no place of the list."""
    paid = banquet()
    server = serve(*a_day(still_open(paid)), **NO_SORT)
    assert fetch(desk, ago(9)).status == 0
    server.store.receipts[-1] = paid
    ended = fetch(desk)
    assert judged(ended) == [BANQUET]
    assert asked(ended) == {BANQUET: "id"}
    assert read_evidence(ended.folder / f"{DAY}.evidence.jsonl.gz").listed_total == 3
    assert server.request_log.count("receipt") == 1


def test_what_is_still_open_is_asked_for_day_after_day_until_it_closes(desk: Desk, serve: Serve) -> None:
    """Each day's evidence hands it on; once it is closed, no one asks again."""
    paid = banquet(closed_at=f"{ago(1)} 22:00:00", shift_date=ago(1))
    server = serve(*a_day(still_open(paid)), **NO_SORT)
    for day in (9, 5, 3):
        assert fetch(desk, ago(day)).status == 0
    server.store.receipts[-1] = paid
    ended = fetch(desk, ago(1))
    assert judged(ended, ago(1)) == [BANQUET]
    assert server.request_log.count("receipt") == 3
    assert judged(fetch(desk)) == []
    assert server.request_log.count("receipt") == 3


def test_a_receipt_that_is_gone_is_told_once_and_costs_no_day_its_completeness(
    desk: Desk, serve: Serve
) -> None:
    server = serve(*a_day(still_open(banquet())), **NO_SORT)
    fetch(desk, ago(9))
    server.store.receipts.pop()
    ended = fetch(desk, ago(2))
    assert (ended.status, judged(ended, ago(2))) == (0, [])
    assert (
        f"receipt {BANQUET} was open on an earlier day, and is no longer there (404 not_found)" in ended.err
    )
    assert read_evidence(ended.folder / f"{ago(2)}.evidence.jsonl.gz").gone == [BANQUET]
    assert fetch(desk).status == 0
    assert server.request_log.count("receipt") == 1


def test_one_that_can_not_be_had_makes_the_day_incomplete_and_is_asked_for_again(
    desk: Desk, serve: Serve
) -> None:
    """By the same day again, and by the next."""
    paid = banquet()
    server = serve(*a_day(still_open(paid)), **NO_SORT)
    fetch(desk, ago(9))
    server.store.receipts[-1] = paid
    server.faults.append(Fault("receipt", refusal(504, "upstream_timeout")))
    for day in (ago(1), DAY):
        assert fetch(desk, day).status == 3
    server.faults.clear()
    assert judged(fetch(desk)) == [BANQUET]
    assert server.request_log.count("operations") == 4, "what was held is not asked for again"


def test_a_day_run_again_has_what_it_had(desk: Desk, serve: Serve) -> None:
    """Also where its own evidence alone knows of the receipt, and it is no longer found by its closing."""
    server = serve(*a_day(banquet()))
    assert asked(fetch(desk)) == {BANQUET: "closed_at"}
    server.behaviour.sorts = NO_SORT["sorts"]
    ended = fetch(desk)
    assert (judged(ended), asked(ended)) == ([BANQUET], {BANQUET: "id"})


def test_one_that_an_earlier_day_run_again_shows_as_closed_is_not_lost(desk: Desk, serve: Serve) -> None:
    """The day before lists it, closed by now; the day that it closed on does not."""
    server = serve(*a_day(banquet(opened=2)), **NO_SORT)
    fetch(desk, ago(1))
    ended = fetch(desk)
    assert (judged(ended), asked(ended)) == ([BANQUET], {BANQUET: "id"})
    assert server.request_log.count("receipt") == 1


def test_a_range_run_again_hands_it_from_day_to_day(desk: Desk, serve: Serve) -> None:
    """It was open nine days ago and is closed by now, on the last day of the range."""
    server = serve(*a_day(still_open(banquet())), **NO_SORT)
    fetch(desk, ago(9))
    server.store.receipts[-1] = banquet()
    ended = desk.run("--from", ago(4), "--to", DAY, "--source", "clopos")
    assert judged(ended) == [BANQUET]
    assert judged(ended, ago(2)) == []


# ------------------------------------------------------- found by its closing


def test_another_is_found_by_its_closing_with_one_request(desk: Desk, serve: Serve) -> None:
    """Of receipts opened before the days listed, the latest closed are first: one page is enough."""
    old = [
        receipt(
            key, [], day=ago(3), created_at=f"{ago(4)} 12:00:00", closed_at=f"{ago(3)} 12:{key % 60:02}:00"
        )
        for key in range(1000, 1300)
    ]
    abandoned = [still_open(banquet(key, opened=40)) for key in range(2000, 2020)]
    server = serve(*a_day(banquet(), *old, *abandoned))
    ended = fetch(desk)
    assert (judged(ended), asked(ended)) == ([BANQUET], {BANQUET: "closed_at"})
    assert (closed_lists(server), server.request_log.count("receipt")) == (1, 0)


@pytest.mark.parametrize(
    ("times", "is_of_the_day"),
    [
        ({"shift_date": None}, True),
        ({"closed_at": f"{ago(-1)} 01:30:00"}, True),
        ({"closed_at": f"{DAY} 00:40:00", "shift_date": ago(1)}, False),
        ({"closed_at": f"{ago(-1)} 12:00:00", "shift_date": ago(-1)}, False),
    ],
)
def test_the_business_day_decides_not_the_hour(
    desk: Desk, serve: Serve, times: dict[str, Any], is_of_the_day: bool
) -> None:
    """A shift may end after midnight."""
    serve(*a_day(banquet(**times)))
    assert judged(fetch(desk)) == [BANQUET] * is_of_the_day


def test_pages_are_read_until_one_ends_before_the_days_listed(desk: Desk, serve: Serve) -> None:
    desk.configure(f"{HURRY}page_size = 5\n")
    banquets = [banquet(key) for key in range(701, 713)]
    old = [
        receipt(key, [], day=ago(20), created_at=f"{ago(21)} 12:00:00", closed_at=f"{ago(20)} 12:00:00")
        for key in range(1000, 1050)
    ]
    server = serve(*a_day(*banquets, *old))
    assert len(judged(fetch(desk))) == 12
    assert closed_lists(server) == 3


def test_where_the_list_leaves_lines_out_it_is_asked_for_by_id(desk: Desk, serve: Serve) -> None:
    server = serve(*a_day(banquet(), receipts=0), lists_lines=False)
    assert judged(fetch(desk)) == [BANQUET]
    assert server.request_log.count("receipt") == 1


@pytest.mark.reads_workbook
@pytest.mark.parametrize(
    ("behaviour", "day", "why"),
    [
        (NO_SORT, 0, "the service does not sort the list by closed_at"),
        ({"sorts_by_id_alone": True}, 0, "the service does not sort the list by closed_at"),
        ({}, 7, "the day is more than 7 days back"),
    ],
)
def test_where_it_can_not_be_found_about_says_so(
    desk: Desk, serve: Serve, behaviour: dict[str, Any], day: int, why: str
) -> None:
    """The day itself is whole, as far as the list goes."""
    others = [
        banquet(key, closed_at=f"{ago(day)} 21:{key % 60:02}:00", shift_date=ago(day), opened=day + 9)
        for key in (TAB, TAB + 1, TAB + 2)
    ]
    server = serve(*a_day(*others), **behaviour)
    ended = fetch(desk, ago(day))
    assert ended.report["complete"]
    assert closed_lists(server) == ("sorts_by_id_alone" in behaviour), "one page shows that it is not sorted"
    texts = ended.sheet("Checks and notes")
    told = texts[texts.index("Receipts opened earlier") + 1]
    assert told.endswith(f", by earlier evidence; any other can't be found: {why}")


@pytest.mark.reads_workbook
def test_where_it_is_found_about_says_so(desk: Desk, serve: Serve) -> None:
    serve(*a_day(banquet()))
    texts = fetch(desk).sheet("Checks and notes")
    told = texts[texts.index("Receipts opened earlier") + 1]
    assert told == "1 receipt, by earlier evidence and by the time of closing"


def test_a_list_by_closing_that_is_refused_costs_no_day(desk: Desk, serve: Serve) -> None:
    """A service may say that it sorts so, and not do it."""
    server = serve(*a_day(banquet()))
    server.faults.append(Fault("list", refusal(400, "bad_request"), after=1))
    ended = fetch(desk)
    assert judged(ended) == []
    evidence = read_evidence(ended.evidence)
    assert evidence.opened_earlier == "the service refuses the list sorted by closed_at: 400 bad_request"


def test_one_that_does_not_answer_makes_the_day_incomplete(desk: Desk, serve: Serve) -> None:
    """The next run asks for that list again, and for nothing that is held."""
    server = serve(*a_day(banquet()))
    server.faults.append(Fault("list", refusal(504), after=1))
    ended = fetch(desk)
    assert ended.status == 3
    (failure,) = ended.report["failures"]
    assert failure["reason"].startswith("the list of receipts sorted by closed_at could not be had (504")
    server.faults.clear()
    assert judged(fetch(desk)) == [BANQUET]
    assert server.request_log.count("operations") == 4


# ------------------------------------------------------------------ the cost


def test_a_common_day_costs_hardly_more_than_a_request_a_receipt(desk: Desk, serve: Serve) -> None:
    """Two hundred receipts on each of the days listed, and one opened earlier that yesterday's run saw."""
    receipts: list[Raw] = [banquet(opened=2)]
    operations: dict[int, list[Raw]] = {BANQUET: [operation(1, BANQUET, 10 * BANQUET)]}
    for place, day in enumerate((ago(1), DAY, ago(-1))):
        more, of_more = sales(200, first=1000 * (place + 1), day=day)
        receipts, operations = receipts + more, operations | of_more
    receipts[0] = still_open(receipts[0])
    server = serve(receipts, operations, requests_per_window=10**6)
    desk.configure("[api]\nrequests_per_window = 1000000\n")
    fetch(desk, ago(1))
    server.store.receipts[0] = banquet(opened=2)
    server.request_log.entries.clear()
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert asked(ended) == {BANQUET: "id"}
    assert server.request_log.count("operations") == 201
    assert server.request_log.count() / 201 < 1.12
