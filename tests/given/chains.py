"""A small made-up chain of venues, its days judged as each night would, and what a run over them leaves."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from reconcile.batch.report_files import Output
from reconcile.batch.write import replay
from reconcile.settings.model import Settings
from tests.generate.chain import make_chain
from tests.given.places import ROOT

VENUES, DAYS, RECEIPTS = 2, 3, 8
_PATIENCE_SECONDS = 300.0


def small_chain(folder: Path, venues: int = VENUES, days: int = DAYS) -> Path:
    """The evidence of a few days of each venue, all in one folder."""
    make_chain(folder, venues, days, RECEIPTS, "0.2")
    return folder


def as_the_nights_would(evidence: Path, place: Path) -> dict[str, bytes]:
    """The JSON and the books that a run each night leaves in the folder where the evidence is."""
    folder = shutil.copytree(evidence, place)
    for path in sorted(folder.glob("*.evidence.jsonl.gz")):
        replay(path, Settings(), Output(folder, workbook=False))
    return results_in(folder)


def results_in(folder: Path) -> dict[str, bytes]:
    """By its name in the folder, what each JSON, workbook and file of the books holds."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".json", ".xlsx", ".parquet") and path.relative_to(folder).parts[0] != "judged"
    }


def without_workbooks(results: dict[str, bytes]) -> dict[str, bytes]:
    """JSON and books alone."""
    return {name: content for name, content in results.items() if not name.endswith(".xlsx")}


def marks_in(folder: Path) -> list[str]:
    """The days that are marked as judged."""
    return sorted(path.stem for path in (folder / "judged").glob("2*.json"))


def until(holds: Callable[[], object], *processes: subprocess.Popen[str]) -> None:
    """Wait until it holds, while the processes run; not for ever."""
    ends = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        for process in processes:
            if process.poll() is not None and not holds():
                raise AssertionError(f"it ended before: {process.communicate()}")
        assert time.monotonic() < ends, "it did not come to that"
        time.sleep(0.01)


@contextlib.contextmanager
def started(*arguments: str, path: Path = ROOT) -> Iterator[subprocess.Popen[str]]:
    """A Python with these arguments, in which the program at `path` can be imported; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=path,
        env={**os.environ, "PYTHONPATH": str(path)},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=60)


def judging(*given: object) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
    """The command `judge` with these arguments, in a process of its own."""
    return started("-m", "reconcile", "judge", *map(str, given))


def end_of(
    process: subprocess.Popen[str], patience: float | None = _PATIENCE_SECONDS
) -> tuple[int, str, str]:
    """Exit status, standard output, standard error; `patience` in seconds, None to wait for however long."""
    out, err = process.communicate(timeout=patience)
    return process.returncode, out, err


def days_done(said: str) -> int:
    """Of the last line of a run without failures: the days judged, and those that were there, as what a killed worker
    had done.
    """
    counts = re.fullmatch(r"(\d+) days? judged, (\d+) skipped, 0 failed\n", said)
    assert counts, said
    return sum(map(int, counts.groups()))


def workers_of(process: subprocess.Popen[str]) -> list[Any]:
    """The processes that judge for a command: those that its fork server made."""
    psutil: Any = import_module("psutil")
    mine = psutil.Process(process.pid)
    servers = {each.pid for each in mine.children()}
    return [each for each in mine.children(recursive=True) if each.pid not in servers]


def is_alive(process: Any) -> bool:
    """Whether a process of `workers_of` goes on."""
    psutil: Any = import_module("psutil")
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
