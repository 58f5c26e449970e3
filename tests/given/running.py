"""Runs the command as a user does: in this process where that is enough, in one of its own where it is not."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import io
import json
import logging
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from reconcile.cli.main import main
from tests.given.day_records import DAY
from tests.given.places import ROOT

LIVE = ("--date", DAY, "--source", "clopos")
"""The arguments of a run over the API."""

HURRY = """\
[api]
attempts = 2
retry_pause_seconds = 0.01
read_timeout_seconds = 5.0
"""
"""Settings for tests of failures: two attempts, so that nothing waits long."""


OF_THE_FOLDER = (".reconcile.lock", "ledger.sqlite", "books", "demo-books")
"""Files that are of no single day."""


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a run ended, and what it left."""

    status: int
    out: str
    err: str
    folder: Path

    @property
    def report(self) -> dict[str, Any]:
        """The one JSON report that is in the folder."""
        found: dict[str, Any] = json.loads(self.json_bytes)
        return found

    @property
    def json_bytes(self) -> bytes:
        (path,) = self.folder.glob("*.json")
        return path.read_bytes()

    @property
    def evidence(self) -> Path:
        (path,) = self.folder.glob("*.evidence.jsonl.gz")
        return path

    @property
    def found_rules(self) -> list[str]:
        """The rules of the findings, in order."""
        return [each["rule"] for each in self.report["findings"]]

    def sheet(self, name: str) -> list[str]:
        """The texts on a sheet of the one workbook that is in the folder."""
        (path,) = self.folder.glob("*.xlsx")
        rows = openpyxl.load_workbook(path)[name].iter_rows(values_only=True)
        return [cell for row in rows for cell in row if isinstance(cell, str)]

    def names(self) -> list[str]:
        """What is in the folder but for what is of all days, hidden files included."""
        return names_in(self.folder)

    def sentence(self) -> str:
        """The one error that was said; there is no other, and no traceback."""
        assert "Traceback" not in self.err, self.err
        errors = [each for each in self.err.splitlines() if each.startswith("reconcile: error: ")]
        assert len(errors) == 1, self.err
        return errors[0].removeprefix("reconcile: error: ")


class Desk:
    """A place to run the command from: a folder for reports, settings, an environment without surprises."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "reports"
        self.environment: dict[str, str] = {}
        self._started: list[subprocess.Popen[str]] = []
        self.config = home / "settings.toml"
        self.config.write_text(HURRY, encoding="utf-8")

    def configure(self, text: str) -> None:
        """Replace the settings."""
        self.config.write_text(text, encoding="utf-8")

    def arguments(self, given: tuple[str, ...]) -> list[str]:
        out = [] if "--out" in given else ["--out", str(self.folder)]
        config = [] if "--config" in given else ["--config", str(self.config)]
        return [*out, *config, *given]

    def run(self, *given: str, **environment: str) -> Ended:
        """In this process."""
        out, err = io.StringIO(), io.StringIO()
        with (
            _as_found(),
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            patch.chdir(self.home)
            for name in [
                name for name in os.environ if name.startswith(("CLOPOS_", "CREDENTIALS_", "RECONCILE_"))
            ]:
                patch.delenv(name)
            for name, value in {**self.environment, **environment}.items():
                patch.setenv(name, value)
            try:
                status = main(self.arguments(given))
            except SystemExit as end:  # argparse
                status = int(end.code or 0)
        return Ended(status, out.getvalue(), err.getvalue(), self.folder)

    def start(self, *given: str, in_background: bool = False, **environment: str) -> subprocess.Popen[str]:
        """In a process of its own; `in_background` as a script starts it with `&`: Ctrl-C is ignored."""
        with _as_found():
            signal.signal(signal.SIGINT, signal.SIG_IGN if in_background else signal.SIG_DFL)
            process = subprocess.Popen(
                [sys.executable, "-m", "reconcile", *self.arguments(given)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                cwd=self.home,
                env=_clean_environment() | self.environment | environment,
            )
        self._started.append(process)
        return process

    def names(self) -> list[str]:
        """What is in the folder but for what is of all days, hidden files included."""
        return names_in(self.folder)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """While started runs go on, until it holds; not for ever."""
        ends = time.monotonic() + 15
        while not holds():
            ended = [each for each in self._started if each.poll() is not None]
            assert not ended, f"it ended before: {self.finish(ended[0]).err}"
            assert time.monotonic() < ends, "it did not come to that"
            time.sleep(0.005)

    def clear(self) -> None:
        """End what is still running, when the test is over."""
        for process in self._started:
            if process.returncode is None:
                process.kill()
                process.communicate(timeout=30)

    def finish(self, process: subprocess.Popen[str]) -> Ended:
        """Wait for a started run."""
        out, err = process.communicate(timeout=30)
        self._started.remove(process)
        return Ended(process.returncode, out, err, self.folder)


def names_in(folder: Path) -> list[str]:
    """What is in a folder of reports but for what is of all days, hidden files included."""
    return sorted(path.name for path in folder.iterdir() if path.name not in OF_THE_FOLDER)


def _clean_environment() -> dict[str, str]:
    kept: Mapping[str, str] = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CLOPOS_", "CREDENTIALS_", "RECONCILE_"))
    }
    return {**kept, "PYTHONPATH": str(ROOT)}


@contextlib.contextmanager
def _as_found() -> Iterator[None]:
    """Put back what the command sets for its process: log handlers and the answers to signals."""
    root = logging.getLogger()
    answers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    handlers, level = list(root.handlers), root.level
    root.handlers = []
    try:
        yield
    finally:
        root.handlers = handlers
        root.setLevel(level)
        for number, answer in answers.items():
            signal.signal(number, answer)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def unpacked(path: Path) -> bytes:
    """All that a file says, out of its gzip, zip or Parquet too."""
    content = path.read_bytes()
    if content[:4] == b"PAR1":
        return content + repr(duckdb.read_parquet(str(path)).fetchall()).encode()
    if content[:2] == b"\x1f\x8b":
        return content + gzip.decompress(content)
    if content[:2] == b"PK":
        with zipfile.ZipFile(path) as archive:
            return content + b"".join(archive.read(name) for name in archive.namelist())
    return content
