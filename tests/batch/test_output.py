"""What a run leaves: a person's work untouched, files whole or not at all, one run at a time."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from starlette.requests import Request

from reconcile.sandbox.faults import Fault, slow
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, evidence_file, operation, sales
from tests.given.places import ROOT
from tests.given.running import LIVE, Desk, Ended

Serve = Callable[..., CloposServer]
BOOK, SECOND = f"{DAY}.xlsx", f"{DAY}-r2.xlsx"


@pytest.fixture
def day(desk: Desk) -> str:
    """An evidence file of a day with a difference."""
    receipts, operations = sales(3)
    operations[2] = []
    return str(evidence_file(desk.home / "day.evidence.jsonl", receipts, operations))


def edit(path: Path) -> bytes:
    """A person writes a comment into a workbook, and saves it."""
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["H40"] = "counted again on Tuesday"
    book.save(path)
    return path.read_bytes()


def test_a_persons_work_is_never_overwritten(desk: Desk, day: str) -> None:
    """A workbook that a person wrote into stays as it is; the new one is -r2, and -r2 is written again."""
    desk.run("--source", day)
    edited = edit(desk.folder / BOOK)
    again = desk.run("--source", day)
    assert again.status == 1
    assert str(desk.folder / SECOND) in again.out
    assert BOOK in again.err
    assert (desk.folder / BOOK).read_bytes() == edited
    desk.run("--source", day)
    assert again.names() == [SECOND, f"{DAY}.json", BOOK]
    edit(desk.folder / SECOND)
    desk.run("--source", day)
    assert f"{DAY}-r3.xlsx" in again.names()


def test_an_untouched_workbook_is_written_again(desk: Desk, day: str) -> None:
    """The same day twice leaves the same two files with the same bytes."""
    first = desk.run("--source", day)
    before = {name: (desk.folder / name).read_bytes() for name in first.names()}
    second = desk.run("--source", day)
    assert {name: (desk.folder / name).read_bytes() for name in second.names()} == before
    assert sorted(before) == [f"{DAY}.json", BOOK]


@pytest.mark.parametrize("owner", [f"~${BOOK}", f".~lock.{BOOK}#"])
def test_a_workbook_held_open_is_let_be(desk: Desk, day: str, owner: str) -> None:
    """Where Excel or LibreOffice says that it has the workbook open, -r2 is written."""
    desk.run("--source", day)
    before = (desk.folder / BOOK).stat().st_mtime_ns
    (desk.folder / owner).write_bytes(b"")
    ended = desk.run("--source", day)
    assert ended.status == 1
    assert (desk.folder / BOOK).stat().st_mtime_ns == before
    assert (desk.folder / SECOND).exists()


def test_another_file_of_that_name_is_let_be(desk: Desk, day: str) -> None:
    """Something that is no workbook of this program is not overwritten either."""
    desk.folder.mkdir()
    (desk.folder / BOOK).write_bytes(b"my own notes")
    assert desk.run("--source", day).status == 1
    assert (desk.folder / BOOK).read_bytes() == b"my own notes"
    assert (desk.folder / SECOND).exists()


@pytest.mark.parametrize("place", ["file", "below a file", "/proc/reports"])
def test_a_folder_that_cannot_be_written_is_named(desk: Desk, day: str, place: str) -> None:
    """Status 2 and the folder's name, whether a file is in its place or the system forbids it."""
    (desk.home / "file").write_text("in the way", encoding="utf-8")
    out = str(desk.home / {"file": "file", "below a file": "file/reports"}.get(place, place))
    ended = desk.run("--source", day, "--out", out)
    assert ended.status == 2
    assert out in ended.sentence()
    assert "can't be written" in ended.sentence()


@pytest.mark.parametrize("kind", ["json", "evidence.jsonl.gz"])
def test_what_cannot_take_its_place_leaves_no_half(desk: Desk, serve: Serve, kind: str) -> None:
    """A folder where the JSON or the evidence should go: status 2, its name, and no temporary file."""
    serve(*sales(1))
    (desk.folder / f"{DAY}.{kind}").mkdir(parents=True)
    ended = desk.run(*LIVE)
    assert ended.status == 2
    assert f"{DAY}.{kind.removesuffix('.gz')}" in ended.sentence()
    assert [name for name in ended.names() if name.endswith(".part")] == []


def with_little_room(desk: Desk, blocks: int, *arguments: str) -> Ended:
    """A run that may write no file over so many KiB: as a full disk, writing fails midway."""
    command = [sys.executable, "-m", "reconcile", "--out", str(desk.folder), *arguments]
    ended = subprocess.run(
        ["bash", "-c", f'ulimit -f {blocks}; exec "$@"', "-", *command],
        capture_output=True, text=True, cwd=desk.home, check=False,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **desk.environment},
    )  # fmt: skip
    return Ended(ended.returncode, ended.stdout, ended.stderr, desk.folder)


def test_a_workbook_that_fails_midway_leaves_nothing(desk: Desk, day: str) -> None:
    """Status 2 and a sentence; no half workbook, no temporary file; what was there before is unharmed."""
    done = desk.run("--source", day)
    before = {name: (desk.folder / name).read_bytes() for name in done.names()}
    ended = with_little_room(desk, 4, "--source", day)
    assert ended.status == 2, ended.err
    assert "can't be written" in ended.sentence()
    assert {name: (desk.folder / name).read_bytes() for name in ended.names()} == before


def test_evidence_that_cannot_be_written_ends_the_fetch(desk: Desk, serve: Serve) -> None:
    """A disk that fills while answers arrive: status 2, and what was written can be gone on from."""
    serve(*sales(30))
    ended = with_little_room(desk, 4, "--date", DAY, "--source", "clopos")
    assert ended.status == 2, ended.err
    assert "can't be written" in ended.sentence()
    assert ended.names() == [f"{DAY}.evidence.jsonl"]
    after = desk.run(*LIVE)
    assert after.status == 0, after.err
    assert after.report["control"]["lines"]["matched"] == 30
    assert after.names() == [f"{DAY}.evidence.jsonl.gz", f"{DAY}.json", BOOK]


def test_a_folder_that_vanishes_costs_nothing(desk: Desk, serve: Serve) -> None:
    """Removed while the day is fetched, the folder is made again, and all that was fetched is in it."""
    receipts, operations = sales(30)
    operations[3] = []
    server = serve(receipts, operations)
    calm = desk.run(*LIVE, "--out", str(desk.home / "calm"))

    async def remove(_: Request) -> None:
        shutil.rmtree(desk.folder)

    server.faults.append(Fault("operations", remove, after=15, times=1))
    ended = desk.run(*LIVE)
    assert (calm.status, ended.status) == (1, 1), ended.err
    assert ended.json_bytes == (desk.home / "calm" / f"{DAY}.json").read_bytes()
    assert ended.names() == [f"{DAY}.evidence.jsonl.gz", f"{DAY}.json", BOOK]
    assert desk.run("--source", str(ended.evidence), "--out", str(desk.home / "again")).status == 1


def test_files_are_for_others_to_read(desk: Desk, serve: Serve) -> None:
    """Reports are written for people who are not the one who runs the program."""
    serve(*sales(1))
    ended = desk.run(*LIVE)
    assert {(desk.folder / name).stat().st_mode & 0o444 for name in ended.names()} == {0o444}


def test_a_replay_of_the_evidence_gives_the_same_bytes(desk: Desk, serve: Serve) -> None:
    """What the API said and what the evidence keeps of it lead to one and the same JSON."""
    receipts, operations = sales(12)
    operations[3][0] |= {"quantity": 0.75, "after_quantity": 8_999_997.25, "total_cost": 7.5}
    operations[4] = []
    operations[5].append(operation(90_001, 5, 777_777, quantity=2))
    operations[6][0]["cost"] = None
    serve(receipts, operations)
    live = desk.run(*LIVE)
    assert live.status == 3  # one operation can't be read
    assert {"quantity-mismatch", "missing-write-off", "orphan-operation"} <= set(live.found_rules)
    again = desk.home / "again"
    replayed = desk.run("--source", str(live.evidence), "--out", str(again))
    assert replayed.status == 3
    assert (again / f"{DAY}.json").read_bytes() == live.json_bytes
    assert not list(again.glob("*.evidence*")), "a replay writes no evidence"
    assert (again / f"{DAY}.xlsx").read_bytes() == (live.folder / f"{DAY}.xlsx").read_bytes()


def test_two_folders_are_two_runs(desk: Desk, serve: Serve, day: str) -> None:
    """A run holds its own folder alone."""
    server = serve(*sales(2))
    server.faults.append(Fault("list", slow(6), times=1))
    process = desk.start(*LIVE)
    desk.wait_until(lambda: server.request_log.count("list") > 0)
    assert desk.run("--source", day, "--out", str(desk.home / "elsewhere")).status == 1
    assert desk.run("--source", day).status == 3
    process.kill()
    desk.finish(process)
    shutil.rmtree(desk.folder)
    assert desk.run("--source", day).status == 1, "a folder that was removed is made again"
