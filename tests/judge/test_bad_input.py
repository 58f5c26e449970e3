"""What can't be judged is named in a sentence, the rest is judged, and the status is the worst."""

from __future__ import annotations

import gzip
import os
import shutil
import socket
from pathlib import Path

import pytest

from reconcile.batch.folder import locked_folder
from tests.given.chains import small_chain
from tests.given.day_records import DAY, evidence_records, line, operation, receipt, write_records
from tests.given.running import Desk, Ended

NAME = "2026-01-01-venue-1.evidence.jsonl.gz"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence of one day; not to be written to."""
    return small_chain(tmp_path_factory.mktemp("chain"), venues=1, days=1) / NAME


def judged(desk: Desk, *given: object) -> Ended:
    return desk.run(
        "judge", *map(str, given), "--out", str(desk.home / "out"), "--workers", "1", "--workbooks", "none"
    )


def test_files_that_cant_be_read_are_named_and_the_others_judged(desk: Desk, day: Path) -> None:
    """One that is cut, one that is no evidence, one that is not there, and a folder without any."""
    cut, other = desk.home / f"cut-{NAME}", desk.home / "other.evidence.jsonl.gz"
    cut.write_bytes(day.read_bytes()[:-200])
    other.write_bytes(b"<html>")
    (desk.home / "empty").mkdir()
    ended = judged(desk, day, other, desk.home / "not there", desk.home / "empty", desk.home / "*.none")
    assert (ended.status, ended.out) == (2, "1 day judged, 0 skipped, 4 failed\n")
    assert "Traceback" not in ended.err
    errors = [each for each in ended.err.splitlines() if each.startswith("reconcile: error: ")]
    assert len(errors) == 4
    for word in (
        "other.evidence.jsonl.gz is not readable evidence",
        "not there can't be read (no such file or folder)",
        "empty can't be read (no file in this folder ends in .evidence.jsonl.gz)",
        "*.none can't be read (no file fits this pattern)",
    ):
        assert any(word in each for each in errors), word
    alone = judged(desk, cut)
    assert (alone.status, alone.out) == (2, "0 days judged, 0 skipped, 1 failed\n")
    assert "it is truncated or its compression is broken" in alone.sentence()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="who may read everything")
def test_a_path_without_permission_is_named(desk: Desk, day: Path) -> None:
    folder = desk.home / "closed"
    folder.mkdir(mode=0o000)
    ended = judged(desk, day, folder)
    folder.chmod(0o755)
    assert (ended.status, ended.out) == (2, "1 day judged, 0 skipped, 1 failed\n")
    assert "closed can't be read (Permission denied)" in ended.sentence()


def test_a_place_for_the_results_that_is_no_folder_is_an_error(desk: Desk, day: Path) -> None:
    (desk.home / "out").write_text("")
    ended = judged(desk, day)
    assert ended.status == 2
    assert "out can't be written (it is a file)" in ended.sentence()


def test_two_runs_do_not_write_to_one_place(desk: Desk, day: Path) -> None:
    with locked_folder(desk.home / "out"):
        ended = judged(desk, day)
    assert ended.status == 3
    assert "another run holds" in ended.sentence()


def test_of_one_day_given_twice_the_later_evidence_counts_only_if_it_is_more_complete(
    desk: Desk, day: Path
) -> None:
    """As started later, with a receipt that could not be fetched; and the other way round."""
    whole = gzip.decompress(day.read_bytes())
    lines = whole.splitlines(keepends=True)
    answer = next(each for each in lines if each.startswith(b'{"record":"operations"'))
    less = whole.replace(answer, b"").replace(b'"format":2', b'"format":1')
    later = {
        False: (whole, less.replace(b"T02:10:00Z", b"T05:10:00Z")),
        True: (less, whole.replace(b"T02:10:00Z", b"T05:10:00Z")),
    }
    for later_counts, contents in later.items():
        paths = [desk.home / f"{later_counts}-{number}.evidence.jsonl.gz" for number in (1, 2)]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(gzip.compress(content))
        ended = judged(desk, *paths)
        assert (ended.status, ended.out) == (1, "1 day judged, 0 skipped, 0 failed\n"), ended.err
        assert f"are evidence of 2026-01-01-venue-1: {paths[later_counts]} is judged" in ended.err
    same = shutil.copy(day, desk.home / NAME)
    ended = judged(desk, day, same)
    assert ended.out == "1 day judged, 0 skipped, 0 failed\n"
    assert "are the same evidence of 2026-01-01-venue-1" in ended.err


def test_days_of_two_venues_that_would_have_one_name_are_both_refused(desk: Desk) -> None:
    """Each was fetched without naming a venue, into a folder of its own."""
    paths = []
    for venue in (1, 2):
        folder = desk.home / str(venue)
        folder.mkdir()
        sold = [receipt(venue, [line(100 + venue)], venue_id=venue)]
        records = evidence_records(sold, {venue: [operation(1, venue, 100 + venue)]})
        paths.append(write_records(folder / f"{DAY}.evidence.jsonl", records))
    ended = judged(desk, *paths)
    assert (ended.status, ended.out) == (2, "0 days judged, 0 skipped, 1 failed\n")
    assert f"would both be written as {DAY}: neither is judged" in ended.sentence()


def test_a_scheduler_that_does_not_answer_is_an_error_in_one_sentence(desk: Desk, day: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        ended = desk.run(
            "judge", str(day), "--out", str(desk.home / "out"), "--engine", "dask", "--scheduler", address
        )
    assert ended.status == 3, ended.err
    assert f"no scheduler answers at {address}" in ended.sentence()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("--scheduler", "tcp://127.0.0.1:1"), "--scheduler is for --engine dask; give both or neither"),
        (("--engine", "dask"), "--engine dask needs the address of a scheduler"),
        (("--engine", "dask", "--scheduler", "tcp://x", "--workers", "2"), "--workers is for --engine local"),
        (("--workers", "0"), "--workers is '0'; give a whole number from 1 to 1024"),
        (
            ("--out", "memory://x"),
            "--engine local writes to a folder of this machine, and --out is memory://x",
        ),
    ],
)
def test_options_that_do_not_fit_are_named(
    desk: Desk, day: Path, given: tuple[str, ...], sentence: str
) -> None:
    out = () if "--out" in given else ("--out", str(desk.home / "out"))
    ended = desk.run("judge", str(day), *out, *given)
    assert ended.status == 2
    assert sentence in ended.sentence()


def test_workbooks_do_not_replace_those_of_nightly_runs(desk: Desk, day: Path) -> None:
    """These carry open items from day to day."""
    (desk.home / "out").mkdir()
    (desk.home / "out" / "ledger.sqlite").write_bytes(b"")
    ended = desk.run("judge", str(day), "--out", str(desk.home / "out"))
    assert ended.status == 2
    assert "give --out another folder, or --workbooks none" in ended.sentence()
    assert judged(desk, day).out == "1 day judged, 0 skipped, 0 failed\n"


def test_a_secret_in_an_address_is_not_shown(desk: Desk) -> None:
    ended = judged(desk, "nothing://user:geheim@host/x")
    assert ended.status == 2
    assert "geheim" not in ended.err
