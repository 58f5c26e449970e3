"""A run that is killed at any statement leaves a ledger from which the next run ends as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from tests.given.answered_days import FIRST, SECOND, answer, run
from tests.given.ledger_reading import broken, events

KILLS = 10


def told(folder: Path) -> list[tuple[str, ...]]:
    """All events but for the digests of files, which differ as a workbook is saved again."""
    return [(event.kind, event.day, event.item_id, event.before, event.after) for event in events(folder)]


def statements_of(folder: Path, killed_at: int = 0) -> int:
    """How many statements the second day runs in its ledger; it is killed at one of them, if given."""
    seen = 0
    connect = sqlite3.connect

    def counted(*arguments: object, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]  # as it was given

        def trace(_: str) -> None:
            nonlocal seen
            seen += 1
            if seen == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)

        connection.set_trace_callback(trace)
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sqlite3.connect", counted)
        run(folder, SECOND, "missing")
    return seen


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_kill_at_any_statement_costs_no_event(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    answer(run(first, FIRST, "missing", "twice"), 1, "Explained", "a staff meal")
    calm = shutil.copytree(first, tmp_path / "calm")
    number = statements_of(calm)
    assert number > 2 * KILLS
    for killed_at in range(1, number + 1, max(number // KILLS, 1)):
        folder = shutil.copytree(first, tmp_path / f"{killed_at}")
        child = os.fork()
        if not child:
            statements_of(folder, killed_at)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        run(folder, SECOND, "missing")
        assert broken(folder) == []
        assert told(folder) == told(calm), killed_at
