"""Evidence and results at addresses: the same days, each file whole, and messages that name the address."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from reconcile.judge.batch import judge_batch
from reconcile.judge.job import FAILED, JUDGED, SKIPPED, Job
from reconcile.judge.places import Results, files_at, named
from reconcile.judge.plan import plan
from reconcile.judge.program import program
from reconcile.settings.model import Settings
from tests.given.chains import as_the_nights_would, small_chain

pytest.importorskip("fsspec")
CHAIN, OUT = "memory://chain/evidence", "memory://judged"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Any]:
    """A file system in the memory of this process, with the evidence of two days."""
    system: Any = import_module("fsspec").filesystem("memory")
    for path in small_chain(tmp_path / "evidence", venues=1, days=2).iterdir():
        system.pipe_file(f"/chain/evidence/{path.name}", path.read_bytes())
    yield system
    system.rm("/", recursive=True)


def test_days_at_an_address_come_out_as_their_nights_left_them(memory: Any, tmp_path: Path) -> None:
    planned = plan([CHAIN])
    assert [day.place for day in planned.days] == files_at(f"{CHAIN}/2026-01-0?-*.gz")
    job = Job(Settings(), OUT, "none", program=program())
    (batch,) = planned.batches(1)
    assert [each.state for each in judge_batch(job, batch)] == [JUDGED, JUDGED]
    nights = as_the_nights_would(tmp_path / "evidence", tmp_path / "nights")
    assert {name: memory.cat_file(f"/judged/{name}") for name in nights} == nights
    assert [each.state for each in judge_batch(job, batch)] == [SKIPPED, SKIPPED]
    memory.pipe_file("/judged/2026-01-01-venue-1.json", b"{}")
    assert [each.state for each in judge_batch(job, batch)] == [JUDGED, SKIPPED]


def test_what_cant_be_read_is_named_by_its_address(memory: Any) -> None:
    path = "/chain/evidence/2026-01-02-venue-1.evidence.jsonl.gz"
    memory.pipe_file(path, memory.cat_file(path)[:-100])
    (batch,) = plan([CHAIN]).batches(1)
    judged = judge_batch(Job(Settings(), OUT, "none", program=program()), batch)
    assert [each.state for each in judged] == [JUDGED, FAILED]
    (said,) = judged[1].said
    assert said.text.startswith(f"memory:/{path} is not readable evidence")
    (gone,) = plan(["memory://nowhere/x.evidence.jsonl.gz"]).failed
    assert gone.said[0].text.startswith("memory://nowhere/x.evidence.jsonl.gz is not readable evidence")


@pytest.mark.usefixtures("memory")
def test_a_file_that_is_not_there_has_no_content_and_no_names() -> None:
    results = Results("memory://judged")
    assert (results.read("x"), results.digest_of("x"), results.names("judged")) == (None, "", [])
    results.write("judged/x", b"1")
    assert (results.read("judged/x"), results.names("judged")) == (b"1", ["x"])


def test_an_address_is_shown_without_its_credentials() -> None:
    assert named("ftp://user:secret@host/x") == "ftp://***@host/x"
