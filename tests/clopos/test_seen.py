"""The log of a fetch: the plan, the progress and the totals."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from reconcile.sandbox.faults import Fault, html, refusal, slow
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, sales
from tests.given.places import ROOT
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]


def test_the_plan_comes_first_and_the_sum_last(desk: Desk, serve: Serve) -> None:
    """Receipts, requests and minutes before; receipts, requests, retries by cause and seconds waited after."""
    server = serve(*sales(30), requests_per_window=20, window_seconds=0.3)
    desk.configure("[api]\nrequests_per_window = 20\nwindow_seconds = 0.3\nretry_pause_seconds = 0.01\n")
    server.faults += [Fault("operations", html, times=1), Fault("operations", refusal(503), after=3, times=2)]
    ended = desk.run(*LIVE)
    assert ended.status == 0, ended.err
    said = [line.removeprefix("reconcile: ") for line in ended.err.splitlines()]
    assert said[0] == "30 receipts to reconcile; 30 requests, less than a minute"
    sums = re.fullmatch(r"30 receipts, 37 requests, retries: (.*), (\d+) s waited for the quota", said[1])
    assert sums is not None, said
    assert sorted(sums[1].split(", ")) == ["1 for the answer is no JSON object", "2 for 503 some_error"]
    assert int(sums[2]) >= 0
    assert said[2].startswith(f"{DAY}: RECONCILED. 30 receipts")


def test_verbose_tells_each_retry_and_why(desk: Desk, serve: Serve) -> None:
    """Which request, why it was tried again, and how often it may be."""
    server = serve(*sales(2))
    server.faults.append(Fault("operations", refusal(504, "upstream_timeout"), times=1, receipt_id=2))
    ended = desk.run(*LIVE, "--verbose")
    assert "/receipts/2/stock-operations: 504 upstream_timeout (attempt 1 of 2)" in ended.err


@pytest.mark.skipif(os.name == "nt", reason="there is no pseudo-terminal on Windows")
@pytest.mark.parametrize(("terminal", "bar"), [("xterm", True), ("dumb", False)])
def test_on_a_terminal_there_is_a_bar(desk: Desk, serve: Serve, terminal: str, bar: bool) -> None:
    """With rate, time left and waits, on one line that is cleared at the end; on a dumb one plain lines alone."""
    server = serve(*sales(40))
    server.faults.append(Fault("operations", slow(0.2)))
    ours, theirs = os.openpty()
    subprocess.run(["stty", "rows", "24", "columns", "110"], stdin=theirs, check=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "reconcile", *desk.arguments(LIVE)],
        stdout=subprocess.DEVNULL, stderr=theirs, cwd=desk.home,
        env={**os.environ, **desk.environment, "PYTHONPATH": str(ROOT), "TERM": terminal},
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    ends = time.monotonic() + 20
    while time.monotonic() < ends and select.select([ours], [], [], 20)[0]:
        try:
            seen += os.read(ours, 4096)
        except OSError:  # the other end is closed: the run is over
            break
    os.close(ours)
    assert process.wait(10) == 0, seen
    assert (b"receipt/s" in seen and b"requests a minute, 0 s waited for the quota, 0 retries" in seen) is bar
    assert (b"\r " in seen) is bar
    assert b"40 receipts, 44 requests" in seen


def test_elsewhere_a_line_comes_now_and_then(
    desk: Desk, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain lines with how far it is; none with --no-progress."""
    for name in ("_LINE_EVERY_SECONDS", "_TICK_SECONDS"):
        monkeypatch.setattr(f"reconcile.clopos.progress.{name}", 0.05)
    server = serve(*sales(20))
    server.faults.append(Fault("operations", slow(0.1)))
    ended = desk.run(*LIVE)
    assert re.search(
        r"^reconcile: \d+ of 20 receipts, \d+ requests a minute, 0 s waited for the quota, 0 retries$",
        ended.err,
        re.MULTILINE,
    )
    assert "\r" not in ended.err
    assert " of 20 receipts" not in desk.run(*LIVE, "--no-progress").err


def test_the_plan_counts_what_the_day_before_used(desk: Desk, serve: Serve) -> None:
    """The minutes are of the quota as it is: on the second day of a range a window more is waited for."""
    receipts, operations = sales(40)
    more, of_them = sales(40, first=100, day="2026-01-20")
    serve(receipts + more, operations | of_them, requests_per_window=60, window_seconds=2.0)
    desk.configure("[api]\nrequests_per_window = 60\nwindow_seconds = 2\n")
    minutes: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reconcile.clopos.progress.round", minutes.append, raising=False)
        ended = desk.run("--from", DAY, "--to", "2026-01-20", "--source", "clopos")
    assert ended.status == 0, ended.err
    assert minutes == [0.0, 2.0 / 60]


def test_an_incomplete_day_says_what_is_missing_even_when_quiet(desk: Desk, serve: Serve) -> None:
    """The reasons, each with its receipts: enough to act on without the workbook."""
    receipts, operations = sales(12)
    operations[12][0]["cost"] = "x"
    server = serve(receipts, operations)
    server.faults += [
        Fault("operations", refusal(400, "bad_request"), receipt_id=key) for key in range(2, 11)
    ]
    server.faults.append(Fault("operations", refusal(404, "not_found"), receipt_id=1))
    ended = desk.run(*LIVE, "--quiet")
    assert ended.status == 3
    assert [line.removeprefix("reconcile: warning: ") for line in ended.err.splitlines()][1:] == [
        "  missing: receipt 1: 404 not_found",
        "  missing: receipts 2, 3, 4, 5, 6, 7 and 3 more: 400 bad_request",
        "  missing: 1 record can't be read: see Not judged in the workbook",
    ]


def test_the_run_deadline_is_reported(desk: Desk, serve: Serve) -> None:
    """What was not asked for by the run's deadline is named; the rest is reported; the next run asks for it."""
    server = serve(*sales(40))
    server.faults.append(Fault("operations", slow(0.1)))
    desk.configure("[api]\nconnections = 2\nrun_deadline_minutes = 0.03\n")
    ended = desk.run(*LIVE)
    assert ended.status == 3
    reasons = {each["reason"] for each in ended.report["failures"]}
    assert reasons <= {
        f"{what}: the fetch had gone on for 0.03 minutes" for what in ("no answer", "not asked for")
    }
    reconciled = ended.report["control"]["receipts"]["reconciled"]
    assert 0 < reconciled < 40
    server.faults.clear()
    server.request_log.entries.clear()
    desk.configure("")
    assert desk.run(*LIVE).status == 0
    assert server.request_log.count("operations") == 40 - reconciled
