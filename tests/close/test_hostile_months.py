"""Months of two brands, held by another run, with hostile names, or with a clock that was set back."""

from __future__ import annotations

import csv
import dataclasses
import json
from datetime import datetime, tzinfo
from pathlib import Path

import openpyxl
import pytest

from reconcile.batch.folder import locked_folder
from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.engine.day import reconcile_day
from reconcile.settings.model import Settings
from tests.given.answered_days import FIRST, SECOND, day_of, evidence_of, judged_day, run
from tests.given.closed_months import close, run_days
from tests.given.ledger_reading import broken, kinds
from tests.given.workbook_lint import problems

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "@SUM(1)\x1b[31m\x07\x00",
    "+1;-1\r\n\t",
    "</v><script>",
    "_x000D_é" * 2000,
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reports"


def test_days_of_two_brands_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_days(folder, ())
    other = judged_day(SECOND)
    header = dataclasses.replace(other.header, tenant="another")
    report(dataclasses.replace(other, header=header), Output(folder))
    first = judged_day(FIRST)
    report(dataclasses.replace(first, header=dataclasses.replace(first.header, tenant="one")), Output(folder))
    ended = close(folder, capsys, 2)
    assert (ended.status, ended.report) == (2, {})
    assert f"the books of {FIRST} and of {SECOND} are of two brands" in ended.err


def test_a_folder_that_another_run_holds_is_left_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A night, or another close."""
    run_days(folder, ())
    with locked_folder(folder):
        ended = close(folder, capsys, 1)
    assert (ended.status, ended.report) == (3, {})
    assert "another run holds" in ended.err
    assert close(folder, capsys, 1).status == 0


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_harms_nothing(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    folder.mkdir()
    day = day_of("missing", "twice", "dear")
    for receipt in day.receipts:
        for line in receipt["receipt_products"]:
            line["product"]["name"] = name
    for operations in day.operations.values():
        for operation in operations:
            operation["product"] = {"name": name}
            operation["stock"] = {"storage": {"name": name}}
    for on in (FIRST, SECOND):
        report(reconcile_day(evidence_of(day, on), Settings()), Output(folder))
    ended = close(folder, capsys, 2)
    assert ended.status == 1
    assert "Traceback" not in ended.err
    assert not any(sign in ended.err for sign in "\x1b\x07\x00\r")
    stem = f"{FIRST}-to-{SECOND}"
    assert problems(folder / f"{stem}.xlsx") == []
    for sheet in openpyxl.load_workbook(folder / f"{stem}.xlsx"):
        formulas = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert all(str(each).startswith("=HYPERLINK(") for each in formulas)
    with (folder / f"{stem}.corrections.csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "@", "\t", "\r")]
    json.loads((folder / f"{stem}.json").read_bytes())


class _SetBack(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> _SetBack:
        return cls(2001, 1, 1, tzinfo=tz)


def test_a_clock_that_was_set_back_breaks_no_trail(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events keep their order; a day run again by an earlier clock is closed as any other."""
    run_days(folder, ("missing",))
    before = kinds(folder)
    monkeypatch.setattr("reconcile.ledger.trail.datetime", _SetBack)
    run(folder, SECOND, "twice")
    assert kinds(folder)[: len(before)] == before
    assert broken(folder) == []
    assert close(folder, capsys, 2).status == 1
