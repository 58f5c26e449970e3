"""Books come back from the evidence: deleted, broken, killed while they were written, the same bytes."""

from __future__ import annotations

import gzip
import json
import logging
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from reconcile.batch.rebuild_books import rebuild_books
from reconcile.books.names import TABLES
from reconcile.core.files import remove_drafts
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store
from reconcile.settings.model import Settings
from tests.given.books import demo_books, files, rows_of, written_by
from tests.given.day_records import DAY, evidence_file, evidence_records, sales, sales_with_differences
from tests.given.places import ROOT
from tests.given.running import LIVE, Desk

Serve = Callable[..., CloposServer]
FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
BOOKS = Path("books") / f"date={DAY}" / "venue=0"


@pytest.fixture(scope="module", name="finished")
def _finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a fetched day, which nothing may change."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    with CloposServer(Store(*sales_with_differences(30))) as server:
        desk.environment = server.environment()
        assert desk.run(*LIVE).status == 1
    return desk.folder


@pytest.fixture
def out(tmp_path: Path, finished: Path) -> Path:
    """A copy of it."""
    shutil.copytree(finished, tmp_path / "out")
    return tmp_path / "out"


def rebuilt(out: Path) -> str:
    """The state of the day after its books were made again where needed."""
    (found,) = rebuild_books(out, None, FIRST, LAST, Settings()).values()
    return found.state


def garble(path: Path) -> None:
    path.write_bytes(b"x" * 99)


_ORIGIN = ("schema_version", "program", "evidence_sha256", "settings_sha256", "demo", "date", "venue")
_OLD = {f"reconcile.{name}": "0" for name in _ORIGIN}
BREAKING: dict[str, tuple[Callable[[Path], object], str]] = {
    "deleted": (shutil.rmtree, "there are none"),
    "a file is missing": (lambda day: (day / "lines.parquet").unlink(), "lines.parquet is missing"),
    "a file is garbage": (lambda day: garble(day / "control.parquet"), "control.parquet is cut or damaged"),
    "a file is foreign": (
        lambda day: written_by(day / "operations.parquet", {}),
        "operations.parquet was not written by this program",
    ),
    "all is of an older version": (
        lambda day: written_by(day / "control.parquet", _OLD),
        "they are of version '0', and this program writes version 1",
    ),
}


@pytest.mark.parametrize("how", BREAKING)
def test_broken_books_are_made_again(
    out: Path, finished: Path, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    """The same bytes, and one line says of what day, from what and why."""
    breaking, why = BREAKING[how]
    breaking(out / BOOKS)
    with caplog.at_level(logging.INFO):
        assert rebuilt(out) == "whole"
    assert files(out / BOOKS) == files(finished / BOOKS)
    (line,) = caplog.messages
    assert line.startswith(f"the books of {DAY} were made again from {DAY}.evidence.jsonl.gz: {why}")


def test_whole_books_are_left_alone(out: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = {path: path.stat().st_mtime_ns for path in (out / BOOKS).iterdir()}
    with caplog.at_level(logging.INFO):
        assert rebuilt(out) == "whole"
    assert before == {path: path.stat().st_mtime_ns for path in (out / BOOKS).iterdir()}
    assert caplog.messages == []


def test_books_of_evidence_that_was_replaced_are_made_again(
    out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As after the day was fetched again elsewhere."""
    lines = [json.dumps(each).encode() + b"\n" for each in evidence_records(*sales(3))]
    (out / f"{DAY}.evidence.jsonl.gz").write_bytes(gzip.compress(b"".join(lines)))
    with caplog.at_level(logging.INFO):
        assert rebuilt(out) == "whole"
    assert len(rows_of(out / BOOKS / "receipts.parquet")) == 3
    assert "they are of other evidence than the day has" in caplog.messages[0]


def test_a_day_without_evidence_is_named(out: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its report shows that there was a day."""
    (out / f"{DAY}.evidence.jsonl.gz").unlink()
    assert rebuilt(out) == "whole", "books that are there are enough"
    shutil.rmtree(out / BOOKS)
    (found,) = rebuild_books(out, None, FIRST, LAST, Settings()).values()
    assert found.state == "missing"
    assert f"{DAY}.evidence.jsonl.gz is not there to make them from" in found.problem
    assert f"the books of {DAY} are not whole: there are none, and" in caplog.messages[-1]


@pytest.mark.parametrize(
    "content", [b"", b"garbage", gzip.compress(b"{}", mtime=0)[:-4]], ids=["empty", "garbage", "cut"]
)
def test_damaged_evidence_is_named(out: Path, caplog: pytest.LogCaptureFixture, content: bytes) -> None:
    (out / f"{DAY}.evidence.jsonl.gz").write_bytes(content)
    shutil.rmtree(out / BOOKS)
    (found,) = rebuild_books(out, None, FIRST, LAST, Settings()).values()
    assert found.state == "missing"
    assert "is not readable evidence" in found.problem
    assert "They were not made again" in caplog.messages[-1]


def test_evidence_under_the_name_of_another_day_is_not_taken(out: Path) -> None:
    (out / f"{DAY}.evidence.jsonl.gz").rename(out / "2026-01-20.evidence.jsonl.gz")
    found = rebuild_books(out, None, FIRST, LAST, Settings())
    assert [each.state for each in found.values()] == ["whole", "missing"]
    assert f"is evidence of {DAY}; give it the name of its own day" in found[date(2026, 1, 20)].problem


def test_days_other_than_those_asked_for_are_left(out: Path) -> None:
    shutil.rmtree(out / BOOKS)
    assert rebuild_books(out, None, date(2026, 2, 1), date(2026, 2, 28), Settings()) == {}
    assert rebuild_books(out, 3, FIRST, LAST, Settings()) == {}
    assert not (out / BOOKS).exists()


def test_each_venue_has_books_of_its_own(out: Path, finished: Path) -> None:
    receipts, operations = sales(3)
    of_venue_3 = [each | {"venue_id": 3} for each in receipts], operations
    evidence_file(out / f"{DAY}-venue-3.evidence.jsonl.gz", *of_venue_3, venue_id=3)
    (found,) = rebuild_books(out, 3, FIRST, LAST, Settings()).values()
    assert found.is_whole
    assert found.folder == out / BOOKS.with_name("venue=3")
    assert len(rows_of(found.folder / "receipts.parquet")) == 3
    assert files(out / BOOKS) == files(finished / BOOKS)


def test_the_demos_books_come_back_from_the_demo(desk: Desk) -> None:
    desk.run("--date", DAY, "--source", "demo", "--format", "json-only")
    day = desk.folder / "demo-books" / BOOKS.relative_to("books")
    before = files(day)
    shutil.rmtree(desk.folder / "demo-books")
    (found,) = rebuild_books(desk.folder, None, FIRST, LAST, Settings(), demo=True).values()
    assert found.is_whole
    assert files(day) == before


@pytest.mark.parametrize("how", [(), ("--format", "json-only")])
def test_a_live_day_and_its_replay_leave_the_same_books(out: Path, desk: Desk, how: tuple[str, ...]) -> None:
    evidence = str(out / f"{DAY}.evidence.jsonl.gz")
    assert desk.run("--source", evidence, *how).status == 1
    assert files(desk.folder / BOOKS) == files(out / BOOKS)


KILLED = """
import os, signal, sys
from itertools import count
from pathlib import Path
from tests.given.books import demo_books
from tests.given.demo_day import demo_result

import duckdb
demo_result()
armed, left = False, 0

def watch(event, arguments):
    global left
    if armed and event in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
for step in count(1):
    out = Path(sys.argv[1], str(step))
    out.mkdir()
    if "earlier" in sys.argv:
        demo_books(out)
    child = os.fork()
    if not child:
        armed, left = True, step
        demo_books(out)
        os._exit(0)
    if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
        break
"""
"""Books written again and again, each time killed one step of the file system later, until no step is left."""


@pytest.mark.parametrize("earlier", [(), ("earlier",)], ids=["", "over earlier ones"])
def test_a_kill_at_any_step_leaves_the_same_books_after_the_next_run(
    tmp_path: Path, earlier: tuple[str, ...]
) -> None:
    """Never a half day: those before, those after, or none; and no draft once the folder was locked again."""
    whole = files(demo_books(tmp_path / "calm"))
    (killed := tmp_path / "killed").mkdir()
    command = [sys.executable, "-c", KILLED, str(killed), *earlier]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    outs = list(killed.iterdir())
    assert len(outs) > len(TABLES) * 2, "at each file at least twice"
    for out in outs:
        day = out / "demo-books" / BOOKS.relative_to("books")
        assert not day.exists() or files(day) == whole
        remove_drafts(out)
        assert [path.name for path in out.iterdir() if path.name != "demo-books"] == []
        assert files(demo_books(out)) == whole


@pytest.mark.parametrize("size", [100, 5000, 20_000])
def test_a_full_disk_is_said_and_leaves_nothing_half(tmp_path: Path, size: int) -> None:
    """The earlier books stay."""
    before = files(day := demo_books(tmp_path))
    code = (
        "import sys; from pathlib import Path; from tests.given.books import demo_books;"
        "demo_books(Path(sys.argv[1]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False, timeout=120, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        env={"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert f"NotWritable: {day} can't be written (" in ended.stderr
    assert files(day) == before
    assert [path.name for path in tmp_path.iterdir()] == ["demo-books"]


def test_books_that_can_not_be_written_end_the_day_and_it_is_gone_on_from(desk: Desk, serve: Serve) -> None:
    """Status 2 and one sentence; the report stands, nothing is asked for again, and the next run writes them."""
    server = serve(*sales_with_differences(8))
    desk.folder.mkdir()
    (desk.folder / "books").write_bytes(b"mine")
    ended = desk.run(*LIVE)
    assert ended.status == 2
    assert ended.sentence().startswith(f"{desk.folder / 'books'} can't be written (it is a file); free it")
    assert f"{DAY}.json" in ended.names()
    (desk.folder / "books").unlink()
    server.request_log.entries.clear()
    assert desk.run(*LIVE).status == 1
    assert "operations" not in {each.route for each in server.request_log.entries}
    assert len(files(desk.folder / BOOKS)) == len(TABLES)
