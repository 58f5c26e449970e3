"""What lies in the folder, or is named, may be no file, have no end, or lead elsewhere: it is said at once."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconcile.sandbox.server import CloposServer
from tests.given.day_records import (
    DAY,
    Raw,
    evidence_file,
    evidence_records,
    run_record,
    sales,
    write_records,
)
from tests.given.places import ROOT
from tests.given.running import LIVE, Desk, Ended

pytestmark = [
    pytest.mark.usefixtures("blank_workbooks"),
    pytest.mark.skipif(os.name == "nt", reason="there are no FIFOs and limits of resources on Windows"),
]
Serve = Callable[..., CloposServer]
MEMORY = 3 << 30
"""What a run may take of addresses: numerical libraries take two thirds of it before they begin."""


@contextlib.contextmanager
def _at_once() -> Iterator[None]:
    """End the test where something waits for ever."""

    def too_late(*_: object) -> None:
        raise AssertionError("it waits for ever")

    before = signal.signal(signal.SIGALRM, too_late)
    signal.alarm(20)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _socket(path: Path) -> None:
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


IRREGULAR: dict[str, tuple[Callable[[Path], object], str]] = {
    "FIFO": (os.mkfifo, "a FIFO"),
    "folder": (Path.mkdir, "a folder"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "a device"),
    "socket": (_socket, "a socket"),
    "dangling link": (lambda path: path.symlink_to("nowhere"), "a link to nothing"),
}


@pytest.mark.parametrize("how", ["--source", "--config", "credential"])
@pytest.mark.parametrize("kind", IRREGULAR)
def test_what_is_no_file_is_refused_by_what_it_is(desk: Desk, kind: str, how: str) -> None:
    """Status 2 and a sentence, whatever it is that was named."""
    make, what = IRREGULAR[kind]
    make(path := desk.home / "CLOPOS_BRAND")
    with _at_once():
        if how == "credential":
            ended = desk.run(*LIVE, CREDENTIALS_DIRECTORY=str(desk.home))
        else:
            ended = desk.run(*(("--date", DAY) if how == "--config" else ()), how, str(path))
    assert ended.status == 2, ended.err
    assert what in ended.sentence()


@pytest.mark.parametrize(
    "name", [f"{DAY}.xlsx", "2026-01-18.xlsx", "2026-01-18.json", "2026-01-18.evidence.jsonl.gz"]
)
@pytest.mark.parametrize("kind", IRREGULAR)
def test_what_merely_lies_there_is_named_and_passed_over(desk: Desk, kind: str, name: str) -> None:
    make, what = IRREGULAR[kind]
    desk.folder.mkdir()
    make(desk.folder / name)
    day = evidence_file(desk.home / "day.jsonl", *sales(2))
    with _at_once():
        ended = desk.run("--source", str(day))
    assert ended.status == 0, ended.err
    assert f"{name} is passed over: it is {what}" in ended.err


@pytest.mark.parametrize("kind", ["", "file", "FIFO", "device", "socket", "dangling link"])
def test_what_is_no_folder_is_no_place_for_reports(desk: Desk, kind: str) -> None:
    """Status 2; the working folder is not written to."""
    out = desk.home / "out"
    if kind == "file":
        out.write_bytes(b"mine")
    elif kind:
        IRREGULAR[kind][0](out)
    day = evidence_file(desk.home / "day.jsonl", *sales(2))
    before = sorted(desk.home.iterdir())
    with _at_once():
        ended = desk.run("--source", str(day), "--out", str(out) if kind else "")
    assert ended.status == 2, ended.err
    assert "Traceback" not in ended.err
    assert IRREGULAR[kind][1] if kind in IRREGULAR else kind or "empty" in ended.err
    assert sorted(desk.home.iterdir()) == before


@pytest.mark.parametrize(
    "name", [".reconcile.lock", f"{DAY}.evidence.jsonl", f".{DAY}.json.part", f"{DAY}.json"]
)
def test_no_link_is_followed_by_what_is_written(desk: Desk, serve: Serve, name: str) -> None:
    """What a planted link points to is as it was; the link is named, or replaced."""
    serve(*sales(2))
    victim = desk.home / "victim"
    victim.write_bytes(b"precious")
    desk.folder.mkdir()
    (desk.folder / name).symlink_to(victim)
    ended = desk.run(*LIVE)
    assert victim.read_bytes() == b"precious"
    if ended.status != 0:
        assert (ended.status, "it is a link" in ended.sentence()) == (2, True)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x80", b"\x1b[31m" * 999, b"a" * 1_000_000])
def test_a_lock_file_may_hold_anything(desk: Desk, content: bytes) -> None:
    """Held by another run or not, it never breaks the message."""
    day = str(evidence_file(desk.home / "day.jsonl", *sales(2)))
    desk.folder.mkdir()
    lock = desk.folder / ".reconcile.lock"
    lock.write_bytes(content)
    import fcntl

    with lock.open("r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        ended = desk.run("--source", day)
        assert (ended.status, "another run holds" in ended.sentence()) == (3, True)
        assert "\x1b" not in ended.err
    assert desk.run("--source", day).status == 0


def limited(
    desk: Desk, *arguments: str, memory: int = MEMORY, size: int | None = None, umask: int = 0o22
) -> Ended:
    """A run in a process that may take so much memory, and write files of so many bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        os.umask(umask)
        if size is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [sys.executable, "-m", "reconcile", "--out", str(desk.folder), *arguments]
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=desk.home, check=False, timeout=60, preexec_fn=limit,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1", **desk.environment},
    )  # fmt: skip
    return Ended(ended.returncode, ended.stdout, ended.stderr, desk.folder)


def _lines(*records: bytes) -> bytes:
    return b"\n".join([json.dumps(run_record()).encode(), *records, b""])


FAILURE = b'{"record": "failure", "receipt_id": 1, "reason": "no"}'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "a bomb of one line": lambda: gzip.compress(_lines(b" " * (300 << 20)), 1),
    "a bomb of many lines": lambda: gzip.compress(_lines((FAILURE + b"\n") * 2_000_000), 1),
    "a line without end": lambda: _lines(b"[" * (80 << 20)),
    "deep nesting": lambda: _lines(b'{"record": "product", "product": ' + b"[" * 900 + b"]" * 900 + b"}"),
    "deeper nesting": lambda: _lines(b"[" * 200_000),
    "a long id": lambda: _lines(
        b'{"record": "operations", "receipt_id": ' + b"9" * 240 + b', "operations": []}'
    ),
    "a huge id": lambda: _lines(b'{"record": "operations", "receipt_id": 1e99999999, "operations": []}'),
    "a huger id": lambda: _lines(
        b'{"record": "failure", "receipt_id": 1e99999999999999999999, "reason": ""}'
    ),
    "a huge total": lambda: _lines(b'{"record": "listed", "total": 1e999999999}'),
    "no objects": lambda: _lines(b"[1]", b"7"),
    "an unhashable kind": lambda: _lines(b'{"record": []}'),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_evidence_is_refused(desk: Desk, kind: str) -> None:
    """Status 2 and a sentence, with little memory."""
    (path := desk.home / "day.jsonl").write_bytes(HOSTILE[kind]())
    ended = (
        limited(desk, "--source", str(path))
        if "bomb" in kind or "end" in kind
        else desk.run("--source", str(path))
    )
    assert ended.status == 2, ended.err
    assert f"{path} is not readable evidence" in ended.sentence()


@pytest.mark.parametrize(
    "name", [f"{DAY}.evidence.jsonl", f"{DAY}.evidence.jsonl.gz", "2026-01-18.evidence.jsonl.gz"]
)
@pytest.mark.parametrize("kind", [kind for kind in HOSTILE if "bomb" not in kind])
def test_hostile_evidence_that_lies_there_is_passed_over(
    desk: Desk, serve: Serve, kind: str, name: str
) -> None:
    """What a run that was cut off left, or another day, can't keep this one from being fetched whole."""
    serve(*sales(3))
    desk.folder.mkdir()
    (desk.folder / name).write_bytes(HOSTILE[kind]())
    ended = desk.run(*LIVE)
    assert ended.status == 0, ended.err
    assert ended.report["control"]["receipts"]["reconciled"] == 3


@pytest.mark.parametrize("size", [0, 20, 1000, 4000, 12_000])
@pytest.mark.parametrize("source", ["replayed", "fetched"])
def test_a_full_disk_is_no_bug(desk: Desk, serve: Serve, source: str, size: int) -> None:
    """Status 2 and a sentence that says where; nothing half is left but what can be gone on from."""
    day = str(evidence_file(desk.home / "day.jsonl", *sales(30)))
    serve(*sales(30))
    arguments = ("--source", day) if source == "replayed" else LIVE
    ended = limited(desk, *arguments, size=size)
    assert ended.status == 2, ended.err
    said = "no temporary file can be written" if size == 0 else str(desk.folder)
    assert said in ended.sentence()
    assert not desk.folder.exists() or set(ended.names()) <= {f"{DAY}.evidence.jsonl", f"{DAY}.json"}


@pytest.mark.parametrize(("umask", "mode"), [(0o22, 0o644), (0o77, 0o600), (0o27, 0o640), (0o02, 0o664)])
def test_the_umask_is_honoured(desk: Desk, serve: Serve, umask: int, mode: int) -> None:
    serve(*sales(2))
    before = os.umask(umask)
    try:
        ended = desk.run(*LIVE)
    finally:
        os.umask(before)
    assert ended.status == 0, ended.err
    modes = {path: path.stat().st_mode & 0o777 for path in desk.folder.rglob("*")}
    assert {modes[path] for path in modes if path.is_file()} == {mode}
    assert {modes[path] for path in modes if path.is_dir()} == {0o777 & ~umask}


def test_what_a_killed_run_left_half_written_is_removed(desk: Desk) -> None:
    """Its name is one that only this program gives."""
    day = evidence_file(desk.home / "day.jsonl", *sales(2))
    desk.folder.mkdir()
    (desk.folder / f".{DAY}.json.0123456789abcdef.part").write_bytes(b"half")
    (desk.folder / ".mine.part").write_bytes(b"whole")
    assert ".mine.part" in desk.run("--source", str(day)).names()
    assert f".{DAY}.json.0123456789abcdef.part" not in desk.names()


def test_evidence_with_numbers_no_column_holds_is_judged_as_far_as_it_goes(desk: Desk) -> None:
    """A receipt whose id has 240 digits is set apart."""
    records: list[Raw] = evidence_records(*sales(3))
    records[2]["receipt"]["id"] = 10**240
    ended = desk.run("--source", str(write_records(desk.home / "day.jsonl", records)))
    assert ended.status == 3, ended.err
