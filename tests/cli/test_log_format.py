"""`--log-format json`: whatever is said on standard error is one object a line, with the same keys."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconcile.core.errors import Bug
from reconcile.core.logs import JsonFormatter
from reconcile.evidence import demo
from reconcile.sandbox.faults import Fault, html, refusal
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, NEXT_DAY, evidence_file, sales
from tests.given.places import ROOT
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]
KEYS = ["time", "level", "logger", "message", "date", "venue_id", "traceback"]
JSON = ("--log-format", "json")


def objects(text: str) -> list[dict[str, Any]]:
    """The lines; each is an object with all keys and a time in UTC."""
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        assert list(line) == KEYS
        assert line["time"].endswith("Z")
        assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0)
        assert line["level"] in ("debug", "info", "warning", "error", "critical")
    return lines


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--date", DAY, "--source", "demo"), 1, "DEMO"),
        (("--date", "2026-02-30"), 2, "is not a date"),
        (("--date", DAY, "--source", "no/such/file"), 2, "can't be read"),
        (LIVE, 2, "CLOPOS_CLIENT_ID"),
        (("--no-such-option",), 2, "--no-such-option"),
        (("--fail-on", "all"), 2, "--fail-on"),
        (("rules", "a", "b"), 2, "unrecognized arguments: b"),
        (("rules", "cost-drfit"), 2, "cost-drfit"),
    ],
)
@pytest.mark.parametrize("option", [("--log-format", "json"), ("--log-format=json",)])
def test_every_end_is_told_in_objects(
    desk: Desk, option: tuple[str, ...], arguments: tuple[str, ...], status: int, said: str
) -> None:
    """Wrong arguments too, which are found out before any option is read."""
    ended = desk.run(*option, *arguments)
    assert ended.status == status
    assert any(said in line["message"] for line in objects(ended.err))
    assert objects(ended.err)[-1]["traceback"] is None


def test_a_wrong_argument_of_a_text_log_is_told_with_the_usage(desk: Desk) -> None:
    ended = desk.run("--no-such-option")
    assert ended.status == 2
    assert ended.err.startswith("usage: ")


def test_a_line_names_its_day_and_venue(desk: Desk, serve: Serve) -> None:
    """From the fetch to the verdict, of each day of a range; a refusal and retries too. Lines of the run name none."""
    desk.configure("[api]\nattempts = 2\nretry_pause_seconds = 0.01\n")
    receipts, operations = sales(2)
    server = serve(receipts, operations)
    server.faults += [Fault("list", html, times=2), Fault("operations", refusal(504), receipt_id=2)]
    days = ("--from", DAY, "--to", NEXT_DAY, "--source", "clopos", "--venue", "1", "--verbose")
    ended = desk.run(*days, *JSON)
    lines = objects(ended.err)
    about = {(line["date"], line["venue_id"]) for line in lines}
    assert about == {(DAY, 1), (NEXT_DAY, 1), (None, 1), (None, None)}
    for day in (DAY, NEXT_DAY):
        messages = [line["message"] for line in lines if line["date"] == day]
        assert any(", retries: " in each for each in messages)
        assert any(each.startswith("  status ") for each in messages)
    (error,) = [line for line in lines if line["level"] == "error"]
    assert (error["date"], error["logger"]) == (DAY, "reconcile")
    first, total = (line for line in lines if line["date"] is None)
    assert (first["message"], first["venue_id"]) == ("2 days and venues:", None)
    assert total["message"].startswith("  total  venue 1, ")


def test_a_replay_names_the_day_of_its_evidence(desk: Desk) -> None:
    source = str(evidence_file(desk.home / "day.jsonl", *sales(1), venue_id=1))
    lines = objects(desk.run("--source", source, *JSON).err)
    assert {(line["date"], line["venue_id"]) for line in lines} == {(DAY, 1)}


def test_a_bug_is_one_object_with_its_traceback(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody foresaw, and an internal check that failed."""
    for error in (ZeroDivisionError("two\nlines"), Bug("totals do not add up")):

        def fails(_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(demo, "demo_path", fails)
        ended = desk.run("--date", DAY, "--source", "demo", *JSON)
        last = objects(ended.err)[-1]
        assert ended.status == 70
        assert last["level"] == "error"
        assert last["traceback"].startswith("Traceback")
        assert type(error).__name__ in last["traceback"]


def test_a_warning_of_a_library_is_an_object() -> None:
    """Python's own warnings, and messages of other loggers."""
    program = """
import logging
import warnings
from reconcile.core.logs import set_up_logging
set_up_logging(quiet=True, verbose=False, log_format="json")
warnings.warn("old\\n way", DeprecationWarning, stacklevel=1)
warnings.warn("unusual", UserWarning, stacklevel=1)
logging.getLogger("asyncio").error("of a %s", "library")
logging.getLogger("httpx").info("https://secret")
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    lines = objects(ended.stderr)
    assert [line["logger"] for line in lines] == ["py.warnings", "py.warnings", "asyncio"]
    assert [
        word in line["message"] for word, line in zip(("old", "unusual", "of a library"), lines, strict=True)
    ]


def test_nothing_in_an_object_is_obeyed_by_a_terminal_or_secret(desk: Desk) -> None:
    """As in a text log; in ASCII, which any stream can hold."""
    name = "no\x1b[31m\u202esuch\nfile-ə"
    ended = desk.run("--source", name, *JSON)
    (line,) = objects(ended.err)
    assert "file-ə" in line["message"]
    assert not {"\x1b", "\u202e"} & set(line["message"])
    assert ended.err.isascii()


@pytest.mark.parametrize("form", ["text", "json"])
def test_under_systemd_a_line_begins_with_its_level(desk: Desk, form: str) -> None:
    """JSON only where the journal itself reads standard error: a file of it stays one object a line."""
    process = desk.start("--date", "2026-02-30", "--log-format", form, JOURNAL_STREAM="1:2")
    ended = desk.finish(process)
    if form == "json":
        objects(ended.err)
    else:
        assert all(line.startswith("<3>") for line in ended.err.splitlines())
    formatter = JsonFormatter(journal=True)
    record = logging.makeLogRecord({"msg": "x", "levelno": 40, "levelname": "ERROR"})
    assert formatter.format(record).startswith('<3>{"time": ')
