"""Which days are collected, with which options and settings."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta

import pytest

from tests.given.collected_days import (
    AT_ONCE,
    COLLECT,
    NIGHT,
    Serve,
    asked,
    taken,
)
from tests.given.day_records import DAY, sales
from tests.given.running import Desk, Ended


def test_without_a_date_it_is_today_and_yesterday_until_its_night(desk: Desk, serve: Serve) -> None:
    today = datetime.now().astimezone().date()
    yesterday = today - timedelta(days=1)
    server = serve(*sales(2, day=str(yesterday)))
    desk.configure(AT_ONCE)
    assert desk.run("--collect", "--source", "clopos").status == 0
    assert desk.names() == [f"{today}.collected.jsonl"]
    assert desk.run("--collect", "--date", "yesterday", "--source", "clopos").status == 0
    server.store.receipts += sales(1, first=3, day=str(yesterday))[0]
    server.store.operations |= sales(1, first=3, day=str(yesterday))[1]
    taken(server)
    assert desk.run("--collect", "--source", "clopos").status == 0
    assert asked(server) == [3]
    night = desk.run("--date", "yesterday", *NIGHT[2:])
    assert night.status == 0, night.err
    assert f"{yesterday}.collected.jsonl" not in desk.names()
    taken(server)
    assert desk.run("--collect", "--source", "clopos").status == 0
    assert server.request_log.count("list") == 1


def test_a_night_removes_what_earlier_days_left_behind(desk: Desk, serve: Serve) -> None:
    """A day that never had its night; not what later days and other venues have."""
    serve(*sales(2))
    desk.configure(AT_ONCE)
    desk.run(*COLLECT)
    stay = ["2026-01-18-venue-2.collected.jsonl", "2026-01-20.collected.jsonl"]
    for name in ("2026-01-17.collected.jsonl", *stay):
        (desk.folder / name).write_bytes(b"")
    assert desk.run(*NIGHT).status == 0
    assert [name for name in desk.names() if name.endswith(".collected.jsonl")] == stay


def test_a_day_that_is_judged_before_it_is_over_stays_collected(desk: Desk, serve: Serve) -> None:
    today = str(datetime.now().astimezone().date())
    server = serve(*sales(30, day=today))
    desk.configure(AT_ONCE)
    desk.run("--collect", "--source", "clopos")
    assert desk.run("--date", "today", *NIGHT[2:]).status in (0, 1)
    assert f"{today}.collected.jsonl" in desk.names()
    taken(server)
    desk.run("--collect", "--source", "clopos")
    assert asked(server) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--source", "demo"), "--collect asks the live API what was closed since"),
        ((), "--collect asks the live API what was closed since"),
        (("--source", "reports/2026-01-19.evidence.jsonl.gz"), "--collect asks the live API"),
        (("--source", "clopos"), "CLOPOS_CLIENT_ID"),
        (("--source", "clopos", "--recheck", "3"), "leave out --recheck"),
        (("--source", "clopos", "--from", DAY, "--to", DAY), "leave out --from/--to"),
        (("--source", "clopos", "--metrics", "x.prom", "--summary"), "leave out --summary, --metrics"),
        (("--source", "clopos", "--format", "csv"), "leave out --format"),
        (("--source", "clopos", "--date", "2999-01-01"), "is in the future"),
        (("close", "--month", "2026-01"), "'close' takes no days or venues"),
    ],
)
def test_what_does_not_go_with_it_is_one_sentence(desk: Desk, arguments: tuple[str, ...], says: str) -> None:
    ended: Ended = desk.run("--collect", *arguments)
    assert ended.status == 2
    assert says in ended.sentence()
    assert not desk.folder.exists()


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("share = 0", "share is 0; allowed is a number above 0, up to 1"),
        ("share = 1.5", "share is 1.5"),
        ("collect_minutes = 0", "collect_minutes"),
    ],
)
def test_settings_that_are_none_are_refused(desk: Desk, setting: str, says: str) -> None:
    desk.configure(f"[api]\n{setting}\n")
    ended = desk.run(*COLLECT, CLOPOS_CLIENT_ID="x")
    assert ended.status == 2
    assert says in ended.sentence()


def test_it_keeps_to_its_share_of_the_quota(desk: Desk, serve: Serve) -> None:
    """Of 40 requests in a window it sends a quarter, and the night all."""
    server = serve(*sales(40), requests_per_window=40, window_seconds=1.0)
    desk.configure(
        "[thresholds]\nlate_minutes = 0\n"
        "[api]\nrequests_per_window = 40\nwindow_seconds = 1.0\nconnections = 2\nshare = 0.25\n"
    )
    assert desk.run(*COLLECT).status == 0
    times = [each.at for each in taken(server) if each.route != "auth"]
    in_windows = [sum(begin <= each < begin + 1.0 for each in times) for begin in times]
    assert max(in_windows) <= 10
    assert len(times) == 42


def test_nothing_changes_the_records(serve: Serve, desk: Desk) -> None:
    """A store that is served is what it was."""
    receipts, operations = sales(5)
    before = copy.deepcopy((receipts, operations))
    serve(receipts, operations)
    desk.configure(AT_ONCE)
    desk.run(*COLLECT)
    assert (receipts, operations) == before
