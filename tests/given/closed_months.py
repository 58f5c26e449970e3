"""A few days in a folder, and their close."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.cli.main import main
from tests.given.answered_days import FIRST, judged_day


class EndedClose(NamedTuple):
    """How a close ended."""

    status: int
    out: str
    err: str
    report: dict[str, Any]
    """Its JSON; empty where it wrote none."""

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """What stands in the way: day and reason."""
        return [(each["date"], each["reason"]) for each in self.report["in_the_way"]]


def run_days(folder: Path, *days: Sequence[str]) -> None:
    """A day after the other from FIRST on, each with its faults."""
    folder.mkdir(exist_ok=True)
    for number, faults in enumerate(days):
        report(judged_day(FIRST + timedelta(number), *faults), Output(folder))


def close(
    folder: Path, capsys: pytest.CaptureFixture[str], days: int, *arguments: str, name: str = ""
) -> EndedClose:
    """The close of so many days from FIRST on."""
    last = FIRST + timedelta(days - 1)
    capsys.readouterr()
    status = main(["close", "--from", f"{FIRST}", "--to", f"{last}", "--out", str(folder), *arguments])
    printed = capsys.readouterr()
    path = folder / f"{name or f'{FIRST}-to-{last}'}.json"
    made = json.loads(path.read_bytes()) if path.exists() else {}
    return EndedClose(status, printed.out, printed.err, made)
