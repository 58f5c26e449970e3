"""A close that is killed at any step: the next one leaves the same bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.given.ledger_reading import broken, kinds
from tests.given.places import ROOT

KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from reconcile.cli.main import main
from tests.given.answered_days import FIRST, answer
from tests.given.closed_months import run_days

import duckdb, reconcile.report.month.workbook
place, kills = Path(sys.argv[1]), int(sys.argv[2])
first, armed, left, seen = place / "first", False, 0, 0
run_days(first, ("missing", "dear"), ("missing",), ("missing", "twice"))
answer(first / f"{FIRST}.xlsx", 1, "Explained", "a staff meal")

def watch(event, arguments):
    global seen
    if armed and event in ("open", "os.rename", "os.mkdir", "os.remove", "sqlite3.connect"):
        seen += 1
        if seen == left:
            os.kill(os.getpid(), signal.SIGKILL)

def close(folder):
    return main(["close", "--from", str(FIRST), "--to", "2026-01-21", "--out", str(folder), "--quiet"])

sys.addaudithook(watch)
close(shutil.copytree(first, place / "warm"))  # imports are no steps
calm = shutil.copytree(first, place / "calm")
armed = True
assert close(calm) == 1
armed, steps = False, seen
assert steps > kills
for number in range(kills):
    folder = shutil.copytree(first, place / f"killed {number}")
    child = os.fork()
    if not child:
        armed, seen, left = True, 0, 1 + number * steps // kills
        close(folder)
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert close(folder) == 1
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_close_that_is_killed_at_any_step_leaves_the_same_bytes_after_the_next(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Some kills, twenty with `--thorough`, each at another step: of the ledger, the workbook, the JSON and the CSV."""
    kills = 20 if request.config.getoption("--thorough") else 5
    command = [sys.executable, "-W", "ignore", "-c", KILLED, str(tmp_path), str(kills)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=240, stderr=subprocess.DEVNULL)
    calm = tmp_path / "calm"
    names = sorted(path.name for path in calm.iterdir())
    for number in range(kills):
        folder = tmp_path / f"killed {number}"
        assert sorted(path.name for path in folder.iterdir()) == names
        for path in calm.glob("2026-01-19-to-2026-01-21*"):
            assert (folder / path.name).read_bytes() == path.read_bytes(), (number, path.name)
        assert broken(folder) == []
        assert kinds(folder) == kinds(calm)
