"""A day judged again comes out as its night left it, byte for byte."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pytest

from reconcile.batch.report_files import Output
from reconcile.batch.write import replay
from reconcile.settings.model import Settings
from tests.given.chains import (
    DAYS,
    VENUES,
    as_the_nights_would,
    days_done,
    end_of,
    is_alive,
    judging,
    marks_in,
    results_in,
    small_chain,
    until,
    without_workbooks,
    workers_of,
)
from tests.given.running import Desk

FIRST = "2026-01-01-venue-1"


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence of the chain; not to be written to."""
    return small_chain(tmp_path_factory.mktemp("chain") / "evidence")


@pytest.fixture(scope="module")
def nights(chain: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What each night left."""
    return as_the_nights_would(chain, tmp_path_factory.mktemp("nights") / "reports")


def test_all_days_come_out_as_their_nights_left_them_and_are_not_judged_twice(
    chain: Path, nights: dict[str, bytes], desk: Desk
) -> None:
    """Their stocks go on from the evidence of the day before, beside their own."""
    out = desk.home / "judged"
    ended = desk.run("judge", str(chain), "--out", str(out), "--workbooks", "none", "--workers", "2")
    assert (ended.status, ended.out) == (1, f"{VENUES * DAYS} days judged, 0 skipped, 0 failed\n"), ended.err
    assert results_in(out) == nights
    assert any(b"the operation before is the last one of 2026-01-01" in each for each in nights.values())
    again = desk.run("judge", str(chain), "--out", str(out), "--workbooks", "none", "--workers", "1")
    assert (again.status, again.out) == (1, f"0 days judged, {VENUES * DAYS} skipped, 0 failed\n")


def test_the_workbook_of_a_day_is_that_of_a_run_into_a_folder_of_its_own(chain: Path, desk: Desk) -> None:
    """Nothing is brought forward, whatever was judged before it."""
    path = chain / "2026-01-02-venue-1.evidence.jsonl.gz"
    alone = desk.home / "alone"
    replay(path, Settings(), Output(alone))
    out = desk.home / "judged"
    files = [str(chain / f"2026-01-0{day}-venue-1.evidence.jsonl.gz") for day in (1, 2)]
    assert desk.run("judge", *files, "--out", str(out), "--workbooks", "all").status == 1
    expected = results_in(alone)
    assert {name: results_in(out)[name] for name in expected} == expected


def test_a_worker_that_is_killed_loses_no_day(chain: Path, nights: dict[str, bytes], tmp_path: Path) -> None:
    out = tmp_path / "judged"
    with judging(chain, "--out", out, "--workbooks", "none", "--workers", "2") as command:
        until(lambda: marks_in(out), command)
        for worker in workers_of(command)[:1]:
            worker.kill()
        status, said, err = end_of(command)
    assert (status, days_done(said)) == (1, VENUES * DAYS), err
    assert results_in(out) == nights


def test_a_command_that_is_killed_is_gone_on_from(
    chain: Path, nights: dict[str, bytes], tmp_path: Path
) -> None:
    """Its processes end with it, and what it had judged stays."""
    out = tmp_path / "judged"
    with judging(chain, "--out", out, "--workbooks", "none", "--workers", "1") as command:
        until(lambda: marks_in(out), command)
        workers = workers_of(command)
        command.kill()
        until(lambda: not any(map(is_alive, workers)))
    before = len(marks_in(out))
    with judging(chain, "--out", out, "--workbooks", "none", "--workers", "2") as command:
        status, said, err = end_of(command)
    left = VENUES * DAYS - before
    days = "1 day" if left == 1 else f"{left} days"
    assert (status, said) == (1, f"{days} judged, {before} skipped, 0 failed\n"), err
    assert results_in(out) == nights


def test_what_changed_is_judged_again_and_nothing_else(chain: Path, desk: Desk) -> None:
    """The day whose evidence changed, the later one that goes on from it, and one of which a file was changed."""
    evidence = shutil.copytree(chain, desk.home / "evidence")
    for path in evidence.glob("*-venue-2.*"):
        path.unlink()
    out = desk.home / "judged"
    arguments = ("judge", str(evidence), "--out", str(out), "--workbooks", "none", "--workers", "1")
    desk.run(*arguments)
    calm = results_in(out)
    second = evidence / "2026-01-02-venue-1.evidence.jsonl.gz"
    second.write_bytes(
        gzip.compress(gzip.decompress(second.read_bytes()).replace(b"T02:14:00Z", b"T02:15:00Z"))
    )
    assert desk.run(*arguments).out == "2 days judged, 1 skipped, 0 failed\n"
    (out / f"{FIRST}.json").write_text("{}")
    next((out / "books" / "date=2026-01-03").rglob("lines.parquet")).unlink()
    assert desk.run(*arguments).out == "2 days judged, 1 skipped, 0 failed\n"
    assert results_in(out).keys() == calm.keys()
    assert results_in(out)[f"{FIRST}.json"] == calm[f"{FIRST}.json"]


def test_other_settings_judge_all_again_and_days_left_out_are_named(chain: Path, desk: Desk) -> None:
    files = [str(chain / f"2026-01-0{day}-venue-1.evidence.jsonl.gz") for day in (1, 2)]
    out = ("--out", str(desk.home / "judged"), "--workbooks", "none", "--workers", "1")
    desk.run("judge", *files, *out)
    desk.configure("[thresholds]\nmaterial_value = 5\n")
    ended = desk.run("judge", files[0], *out)
    assert ended.out == "1 day judged, 0 skipped, 0 failed\n"
    assert "1 other day in" in ended.err
    assert "2026-01-02-venue-1, was judged with other settings or by another program" in ended.err


def test_a_day_that_another_version_judged_is_judged_again(chain: Path, desk: Desk) -> None:
    """Of the same number too: its source differs."""
    out = desk.home / "judged"
    arguments = ("judge", str(chain / f"{FIRST}.evidence.jsonl.gz"), "--out", str(out), "--workbooks", "none")
    desk.run(*arguments)
    mark = out / "judged" / f"{FIRST}.json"
    theirs = mark.read_bytes().replace(b", source ", b", source 0")
    assert theirs != mark.read_bytes()
    mark.write_bytes(theirs)
    assert desk.run(*arguments).out == "1 day judged, 0 skipped, 0 failed\n"
    assert desk.run(*arguments).out == "0 days judged, 1 skipped, 0 failed\n"


def test_a_day_gets_its_workbook_when_one_is_asked_for(chain: Path, desk: Desk) -> None:
    """And one of an earlier judging goes, once its day differs no more."""
    path = chain / f"{FIRST}.evidence.jsonl.gz"
    out = desk.home / "judged"
    arguments = ("judge", str(path), "--out", str(out), "--workers", "1")
    assert desk.run(*arguments, "--workbooks", "none").out.startswith("1 day judged")
    assert desk.run(*arguments).out.startswith("1 day judged, 0 skipped")
    assert desk.run(*arguments, "--workbooks", "all").out.startswith("0 days judged, 1 skipped")
    assert (out / f"{FIRST}.xlsx").exists()
    rules = json.loads((out / f"{FIRST}.json").read_bytes())["findings"]
    desk.configure(
        f"[rules]\noff = {sorted({each['rule'] for each in rules if each['severity'] != 'info'})}\n"
    )
    ended = desk.run(*arguments)
    assert (ended.status, ended.out) == (0, "1 day judged, 0 skipped, 0 failed\n")
    assert not (out / f"{FIRST}.xlsx").exists()
    assert without_workbooks(results_in(out)) == results_in(out)
