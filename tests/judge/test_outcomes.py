"""What becomes of a day decides the status of the run: a place that is full, an incomplete day, a rule that crashes."""

from __future__ import annotations

import dataclasses
import functools
import gzip
from pathlib import Path
from typing import Any

import pytest

from reconcile.engine.day import reconcile_day
from reconcile.judge.batch import judge_batch
from reconcile.judge.job import JUDGED, Job
from reconcile.judge.plan import plan
from reconcile.judge.program import program
from reconcile.judge.run import Totals
from reconcile.rulebook.rules import RULES
from reconcile.settings.model import Settings
from tests.given.chains import small_chain
from tests.given.running import Desk


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence of two days; not to be written to."""
    return small_chain(tmp_path_factory.mktemp("chain"), venues=1, days=2)


def job(out: Path) -> Job:
    return Job(Settings(), str(out), "none", program=program())


def test_a_place_that_cant_be_written_ends_the_run_and_its_batch(days: Path, desk: Desk) -> None:
    """The second day would only meet the same."""
    out = desk.home / "out"
    out.mkdir()
    (out / "books").write_text("")
    (batch,) = plan([str(days)]).batches(1)
    (only,) = judge_batch(job(out), batch)
    assert only.stops
    ended = desk.run("judge", str(days), "--out", str(out), "--workers", "1", "--workbooks", "none")
    assert (ended.status, ended.out) == (2, "")
    first, last = (each for each in ended.err.splitlines() if each.startswith("reconcile: error: "))
    assert "books can't be written" in first or "books can't be used" in first
    assert last.endswith("nothing more is judged; run the same command again once it can be written")


def test_an_incomplete_day_is_judged_and_is_the_status(days: Path, desk: Desk) -> None:
    (path, *_) = sorted(days.iterdir())
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    answer = next(each for each in lines if each.startswith(b'{"record":"operations"'))
    lines.remove(answer)
    less = desk.home / path.name
    less.write_bytes(gzip.compress(b"".join(lines)))
    ended = desk.run(
        "judge", str(less), "--out", str(desk.home / "out"), "--workers", "1", "--workbooks", "none"
    )
    assert (ended.status, ended.out) == (3, "1 day judged, 0 skipped, 0 failed\n")


def test_a_rule_that_crashes_is_counted(days: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any) -> Any:
        raise ZeroDivisionError

    broken = (dataclasses.replace(RULES[0], judge=crash), *RULES[1:])
    monkeypatch.setattr("reconcile.judge.batch.reconcile_day", functools.partial(reconcile_day, rules=broken))
    (batch,) = plan([str(days)]).batches(1)
    totals = Totals()
    for judged in judge_batch(job(tmp_path / "out"), batch):
        assert judged.state == JUDGED
        totals.add(judged)
    assert totals.crashed
    assert totals.days[JUDGED] == 2


def test_what_a_killed_worker_left_half_written_is_removed(days: Path, desk: Desk) -> None:
    out = desk.home / "out"
    for folder in (out, out / "judged"):
        folder.mkdir()
        (folder / ".2026-01-01-venue-1.json.0123456789abcdef.part").write_text("{")
    ended = desk.run("judge", str(days), "--out", str(out), "--workers", "1", "--workbooks", "none")
    assert ended.out == "2 days judged, 0 skipped, 0 failed\n"
    assert not list(out.rglob("*.part"))
