"""Days and venues in one run: one login, one quota, no list read twice, and an end that tells each."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.requests import Request

from reconcile.batch.write import report
from reconcile.evidence.records import read_evidence
from reconcile.sandbox.faults import Fault, html, refusal
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import Raw, sales
from tests.given.running import Desk, Ended

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]
DAYS = ("2026-01-19", "2026-01-20", "2026-01-21")


def three_days() -> tuple[list[Raw], dict[int, list[Raw]]]:
    """Twenty receipts on each day; the second day has a difference."""
    receipts: list[Raw] = []
    operations: dict[int, list[Raw]] = {}
    for place, day in enumerate(DAYS):
        some, of_them = sales(20, first=1 + 100 * place, day=day)
        receipts += some
        operations |= of_them
    operations[105][0]["quantity"] = 3
    return receipts, operations


def fetch(desk: Desk, *more: str) -> Ended:
    return desk.run("--from", DAYS[0], "--to", DAYS[-1], "--source", "clopos", *more)


def last_lines(ended: Ended, count: int) -> list[str]:
    """The last lines of days, before those of totals."""
    lines = [line.removeprefix("reconcile:   ") for line in ended.err.splitlines()]
    return [line for line in lines if line.startswith("status ")][-count:]


def test_a_range_reads_no_list_twice_and_logs_in_once(desk: Desk, serve: Serve) -> None:
    """The first day lists three days of creation, each further day one more; all of it under one token."""
    server = serve(*three_days())
    ended = fetch(desk)
    assert ended.status == 1, ended.err
    assert windows(server) == [
        ("2026-01-18", "2026-01-20"),
        ("2026-01-21", "2026-01-21"),
        ("2026-01-22", "2026-01-22"),
    ]
    assert server.request_log.count("list") == 5, "of a page with receipts the one after it too"
    assert server.request_log.count("auth") == 1
    assert server.request_log.count("operations") == 60


def test_a_day_of_a_range_is_what_it_is_alone(desk: Desk, serve: Serve) -> None:
    """The same JSON, and the same receipts in its evidence, where the stocks go on from the same earlier days."""
    serve(*three_days())
    fetch(desk)
    for day in DAYS:
        folder = desk.home / day
        folder.mkdir()
        for earlier in DAYS[: DAYS.index(day)]:
            shutil.copy(desk.folder / f"{earlier}.evidence.jsonl.gz", folder)
        desk.run("--date", day, "--source", "clopos", "--out", str(folder))
        assert (folder / f"{day}.json").read_bytes() == (desk.folder / f"{day}.json").read_bytes()
        alone, in_range = (read_evidence(each / f"{day}.evidence.jsonl.gz") for each in (folder, desk.folder))
        assert alone.listed_total == in_range.listed_total
        assert alone.operations == in_range.operations
        assert {each["id"]: each for _, each in alone.receipts} == {
            each["id"]: each for _, each in in_range.receipts
        }


WINDOWS = [("2026-01-18", "2026-01-20"), ("2026-01-19", "2026-01-21"), ("2026-01-20", "2026-01-22")]


def windows(server: CloposServer) -> list[tuple[str, str]]:
    """The stretches of creation that were listed, each once; what is sorted by closing is another list."""
    listed = [
        each.query
        for each in server.request_log.entries
        if each.route == "list" and each.query["sort[0]"] != "closed_at"
    ]
    return list(dict.fromkeys((each["date[0]"], each["date[1]"]) for each in listed))


def test_a_time_of_creation_that_is_none_spoils_no_range(desk: Desk, serve: Serve) -> None:
    """Where it can't be told on which day a receipt was created, each day reads its whole list."""
    receipts, operations = three_days()
    receipts[25]["created_at"] = "2026-01-1x 15:00:00"
    server = serve(receipts, operations)
    ended = fetch(desk)
    assert ended.status == 3, "the receipt itself is quarantined"
    assert windows(server) == WINDOWS
    assert server.request_log.count("operations") >= 59


def test_times_of_creation_in_another_zone_spoil_no_range(desk: Desk, serve: Serve) -> None:
    """A time that ends in Z does not tell on which of the venue's days it was: each day reads its whole list."""
    receipts, operations = three_days()
    for each in receipts:
        each["created_at"] += "Z"
    server = serve(receipts, operations)
    ended = fetch(desk)
    assert ended.status == 1, ended.err
    assert windows(server) == WINDOWS
    assert ["20 receipts" in line for line in last_lines(ended, 3)] == [True] * 3


@pytest.mark.parametrize("hours", [-11, -4, 0, 4, 11])
def test_a_service_that_counts_days_by_another_clock_hides_no_receipt(
    desk: Desk, serve: Serve, hours: int
) -> None:
    """Open round the clock: each day of a range has the receipts of each of its hours, as it has alone."""
    receipts, operations = sales(24 * 6)
    for place, each in enumerate(receipts):
        day = f"2026-01-{17 + place // 24}"
        each |= {"created_at": f"{day} {place % 24:02}:10:00", "closed_at": f"{day} {place % 24:02}:40:00"}
        each |= {"shift_date": day}
        operations[each["id"]][0]["operated_at"] = each["closed_at"]
    server = serve(receipts, operations, hours_behind=hours)
    ended = fetch(desk)
    assert ["24 receipts, 24 lines (24 matched" in line for line in last_lines(ended, 3)] == [True] * 3
    assert server.request_log.count("operations") == 3 * 24
    assert len(windows(server)) == 3


def test_a_list_in_doubt_is_no_neighbours_list(desk: Desk, serve: Serve) -> None:
    """What was not proven whole is not taken over: the next day reads its whole list."""
    server = serve(*three_days(), total_offset=1)
    assert fetch(desk).status == 3
    assert windows(server) == WINDOWS


def test_days_that_are_not_over_are_listed_again(desk: Desk, serve: Serve) -> None:
    """Receipts may still be created today and yesterday: what was listed of them is not taken over."""
    desk.configure("timezone = 'UTC'\n")
    server = serve()
    today = datetime.now(UTC).date()
    days = [str(today + timedelta(days=number)) for number in (-2, -1, 0, 1)]
    ended = desk.run("--from", "yesterday", "--to", "today", "--source", "clopos")
    assert ended.status == 0, ended.err
    assert windows(server) == [(days[0], days[2]), (days[1], days[3])]


def test_a_report_that_fails_leaves_no_stale_neighbour(desk: Desk, serve: Serve) -> None:
    """Where a day can't be reported, the evidence that stands is an older run's: the next day doesn't trust it."""
    receipts, operations = three_days()
    later = receipts[25:35]
    server = serve([each for each in receipts if each not in later], operations)
    assert desk.run("--date", DAYS[0], "--source", "clopos").status == 0
    server.store.receipts = receipts
    report = desk.folder / f"{DAYS[0]}.json"
    report.unlink()
    report.mkdir()
    ended = desk.run("--from", DAYS[0], "--to", DAYS[1], "--source", "clopos")
    assert ended.status == 2, ended.err
    assert "20 receipts" in last_lines(ended, 1)[0]


def test_each_venue_has_its_files_and_its_line(desk: Desk, serve: Serve) -> None:
    """`--venue 1 --venue 2`: day by day and venue by venue, each asked for its own receipts."""
    receipts, operations = three_days()
    for each in receipts[:10]:
        each["venue_id"] = 2
    server = serve(receipts, operations)
    server.store.venues = [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}]
    ended = fetch(desk, "--venue", "1", "--venue", "2")
    assert ended.status == 1, ended.err
    assert len([name for name in ended.names() if name.endswith(".xlsx")]) == 6
    told = last_lines(ended, 6)
    assert [line.split(".")[0] for line in told] == [
        "status 0  2026-01-19, venue 1: RECONCILED",
        "status 0  2026-01-19, venue 2: RECONCILED",
        "status 1  2026-01-20, venue 1: DIFFERENCES",
        "status 0  2026-01-20, venue 2: RECONCILED",
        "status 0  2026-01-21, venue 1: RECONCILED",
        "status 0  2026-01-21, venue 2: RECONCILED",
    ]
    assert "10 receipts" in told[0]
    assert server.request_log.count("operations") == 60
    assert server.request_log.count("auth") == 1


def test_a_day_that_fails_stops_no_other(desk: Desk, serve: Serve) -> None:
    """A list that can't be had, a venue that is refused: named at the end, the others are there, the worst status."""
    desk.configure("[api]\nattempts = 1\n")
    server = serve(*three_days())
    server.faults += [
        Fault("list", html, times=1),
        Fault("list", refusal(403, "missing_scope"), venue=2),
    ]
    ended = fetch(desk, "--venue", "1", "--venue", "2")
    assert ended.status == 3
    told = last_lines(ended, 6)
    assert [line[:8] for line in told] == [f"status {status}" for status in (3, 3, 1, 3, 0, 3)]
    assert "NOT RECONCILED. the list of receipts could not be fetched" in told[0]
    assert "missing_scope" in told[1]
    assert sorted(name for name in ended.names() if name.endswith("xlsx")) == [
        "2026-01-20-venue-1.xlsx",
        "2026-01-21-venue-1.xlsx",
    ]


def test_refused_credentials_stop_a_range_at_once(desk: Desk, serve: Serve) -> None:
    """Whom the service does not let in need not ask for every day."""
    server = serve(*three_days())
    desk.environment |= {"CLOPOS_CLIENT_SECRET": "wrong"}
    ended = fetch(desk)
    assert ended.status == 3
    assert server.request_log.count() == 1


def test_the_quota_is_one_for_all_days(desk: Desk, serve: Serve) -> None:
    """Days that follow each other share the window, also where the service says nothing of its limit."""
    server = serve(*three_days(), requests_per_window=10**6, sends_rate_limits=False)
    desk.configure("[api]\nrequests_per_window = 50\nwindow_seconds = 3\nconnections = 2\n")
    ended = fetch(desk)
    assert ended.status == 1, ended.err
    asked = [each.at for each in server.request_log.entries if each.route != "auth"]
    assert max(sum(begin <= at < begin + 3 for at in asked) for begin in asked) <= 50


def test_a_bug_in_one_day_stops_no_other(desk: Desk, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its traceback is there, the other days are reported, and the status is 70."""
    serve(*three_days())
    monkeypatch.setattr("reconcile.batch.live.report", broken_once(report))
    ended = fetch(desk)
    assert ended.status == 70
    assert "ValueError: broken" in ended.err
    assert [line[:9] for line in last_lines(ended, 3)] == ["status 70", "status 1 ", "status 0 "]


def broken_once(function: Callable[..., Any]) -> Callable[..., Any]:
    """Fails the first time."""
    times = iter([True])

    def called(*given: Any) -> Any:
        if next(times, False):
            raise ValueError("broken")
        return function(*given)

    return called


def test_credentials_refused_midway_are_told_with_what_was_had(desk: Desk, serve: Serve) -> None:
    """The days before are there, the days after are named as not tried."""
    server = serve(*three_days())

    async def shut_out(_: Request) -> None:
        server.faults += [
            Fault(route, refusal(401, "invalid_credentials")) for route in ("operations", "auth")
        ]

    server.faults.append(Fault("operations", shut_out, after=20, times=1))
    ended = fetch(desk)
    assert ended.status == 3
    told = last_lines(ended, 3)
    assert told[0].startswith("status 0  2026-01-19: RECONCILED")
    assert "refused the credentials" in told[1]
    assert told[2] == "status 3  2026-01-21: NOT RECONCILED. Not tried."
