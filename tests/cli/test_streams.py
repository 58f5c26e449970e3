"""Closed, full or narrow streams, odd interpreters, days at the calendar's ends: each day is written all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, evidence_file, sales
from tests.given.places import ROOT
from tests.given.running import LIVE, Desk

Serve = Callable[..., CloposServer]
RANGE = ("--from", "2026-01-18", "--to", "2026-01-20", "--source", "clopos", "--format", "json-only")
DAYS = ["2026-01-18.json", "2026-01-19.json", "2026-01-20.json"]


def shell(
    desk: Desk, redirection: str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command, run by a shell that closes or redirects its streams first."""
    command = " ".join([sys.executable, "-m", "reconcile", *desk.arguments(arguments), redirection])
    return subprocess.run(
        ["/bin/sh", "-c", command],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **desk.environment, **environment},
        cwd=desk.home, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


OUTPUTS = {
    "closed": (">&-", 2, "standard output is closed"),
    "full": (">/dev/full", 2, "standard output can't be written (No space left on device)"),
    "both closed": (">&- 2>&-", 2, ""),
    "standard error closed": ("2>&-", 0, ""),
    "standard error full": ("2>/dev/full", 0, ""),
    "standard input closed": ("<&-", 0, ""),
}


@pytest.mark.parametrize(("redirection", "status", "said"), OUTPUTS.values(), ids=OUTPUTS)
def test_every_day_of_a_range_is_written(
    desk: Desk, serve: Serve, redirection: str, status: int, said: str
) -> None:
    """An error of printing is said once, at the end; what becomes of standard error changes nothing."""
    serve(*sales(2))
    ended = shell(desk, redirection, *RANGE)
    assert (ended.returncode, "Traceback" in ended.stderr) == (status, False), ended.stderr
    assert [name for name in desk.names() if name.endswith(".json")] == DAYS
    assert ended.stderr.count("reconcile: error: ") == bool(said)
    assert said in ended.stderr
    if status == 0:
        assert [
            line.rpartition("/")[2] for line in ended.stdout.splitlines() if line.endswith(".json")
        ] == DAYS


def test_a_letter_that_standard_output_cannot_hold_costs_no_day(desk: Desk, serve: Serve) -> None:
    serve(*sales(2))
    desk.folder = desk.home / "Отчёты"
    ended = shell(desk, "", *RANGE, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "standard output can't hold the letter" in ended.stderr
    assert [name for name in desk.names() if name.endswith(".json")] == DAYS


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full", ">&- 2>&-"])
@pytest.mark.parametrize("command", ["rules", "config", "schema report", "doctor", "--help", "--version"])
def test_no_command_crashes_without_a_place_to_print_to(desk: Desk, command: str, redirection: str) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m reconcile {command} {redirection}"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        cwd=desk.home, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode in (0, 2), ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("options", [("-OO",), ("-I",), ("-X", "utf8=0")], ids=" ".join)
def test_the_interpreters_options_change_nothing(desk: Desk, options: tuple[str, ...]) -> None:
    """Without docstrings the rules have their texts all the same."""
    source = evidence_file(desk.home / "day.jsonl", *sales(2))
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from reconcile.__main__ import run; run()"
    command = [sys.executable, *options, "-c", start]
    ended = subprocess.run(
        [*command, "--source", str(source), "--out", str(desk.folder)],
        cwd=desk.home, capture_output=True, text=True, check=False, timeout=60, env={"LANG": "C"},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert (desk.folder / f"{DAY}.xlsx").exists()
    rules = subprocess.run(
        [*command, "rules", "cut-off"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"LANG": "C"},
    )
    assert "Not flagged" in rules.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    {
        ("--date", "0001-01-01"): "0001-01-01 is before 2000-01-01, the earliest day",
        ("--date", "1999-12-31"): "1999-12-31 is before 2000-01-01",
        ("--date", "9999-12-31"): "9999-12-31 is in the future",
        ("--from", "0001-01-01", "--to", "9999-12-31"): "0001-01-01 is before",
        ("--from", "2026-01-19", "--to", "9999-12-31"): "9999-12-31 is in the future",
    }.items(),
)  # fmt: skip
def test_a_day_at_the_calendars_end_is_one_sentence(
    desk: Desk, arguments: tuple[str, ...], said: str
) -> None:
    ended = desk.run(*arguments, "--source", "demo")
    assert (ended.status, said in ended.sentence()) == (2, True), ended.err


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31"])
def test_evidence_of_a_day_at_the_calendars_end_is_one_sentence(desk: Desk, day: str) -> None:
    source = evidence_file(desk.home / "day.jsonl", *sales(1), date=day)
    ended = desk.run("--source", str(source))
    assert (ended.status, f"its day is {day}" in ended.sentence()) == (2, True), ended.err


def test_a_day_that_has_always_been_taken_still_is(desk: Desk, serve: Serve) -> None:
    serve(*sales(1, day="2000-01-01"))
    assert desk.run("--date", "2000-01-01", *LIVE[2:]).status == 0
