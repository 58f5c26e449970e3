"""Days and venues in one run: one login, one quota, no list read twice, and an end that tells each."""

from __future__ import annotations

from collections.abc import Callable

from reconcile.evidence import read_evidence
from reconcile.sandbox.faults import Fault, html, refusal
from reconcile.sandbox.server import CloposServer
from tests.day_records import Raw, sales
from tests.running import Desk, Ended

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
    return [line.removeprefix("reconcile:   ") for line in ended.err.splitlines()[-count:]]


def test_a_range_reads_no_list_twice_and_logs_in_once(desk: Desk, serve: Serve) -> None:
    """The first day lists three days of creation, each further day one more; all of it under one token."""
    server = serve(*three_days())
    ended = fetch(desk)
    assert ended.status == 1, ended.err
    listed = [
        (each.query["date[0]"], each.query["date[1]"]) for each in server.diary.asked if each.route == "list"
    ]
    assert listed == [
        ("2026-01-18", "2026-01-20"),
        ("2026-01-21", "2026-01-21"),
        ("2026-01-22", "2026-01-22"),
    ]
    assert server.diary.count("auth") == 1
    assert server.diary.count("operations") == 60


def test_a_day_of_a_range_is_what_it_is_alone(desk: Desk, serve: Serve) -> None:
    """The same JSON, and the same receipts in its evidence, whichever days were reconciled before."""
    serve(*three_days())
    fetch(desk)
    for day in DAYS:
        folder = desk.home / day
        desk.run("--date", day, "--source", "clopos", "--out", str(folder))
        assert (folder / f"{day}.json").read_bytes() == (desk.folder / f"{day}.json").read_bytes()
        alone, in_range = (read_evidence(each / f"{day}.evidence.jsonl.gz") for each in (folder, desk.folder))
        assert alone.listed_total == in_range.listed_total


def test_a_receipt_without_a_time_of_creation_spoils_no_range(desk: Desk, serve: Serve) -> None:
    """Where it can't be told on which day a receipt was created, each day reads its own list."""
    receipts, operations = three_days()
    receipts[25]["created_at"] = "2026-01-20T15:00:00Z"
    server = serve(receipts, operations)
    receipts[26]["created_at"] = None
    receipts[26]["venue_id"] = 1
    ended = fetch(desk)
    assert ended.status == 1, ended.err
    assert server.diary.count("operations") == 59  # the nameless day is in no list


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
    assert server.diary.count("operations") == 60
    assert server.diary.count("auth") == 1


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
    assert "NOT RECONCILED. the list of receipts could not be had" in told[0]
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
    assert server.diary.count() == 1


def test_the_quota_is_one_for_all_days(desk: Desk, serve: Serve) -> None:
    """Days that follow each other share the window: no 429 where each alone would fit and both together do not."""
    server = serve(*three_days(), requests_per_window=30, window_seconds=0.5)
    desk.configure("[api]\nrequests_per_window = 30\nwindow_seconds = 0.5\nconnections = 2\n")
    ended = fetch(desk)
    assert ended.status == 1, ended.err
    assert server.diary.statuses[429] == 0
