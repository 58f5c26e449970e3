"""What a close writes beside the workbook, what it says, and by what its days were judged."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.books.origin import Origin
from reconcile.cli.main import main
from reconcile.close.judged_by import JudgedBy, judged_by_others, spans
from reconcile.engine.day import reconcile_day
from reconcile.settings.file import read_settings
from tests.given.answered_days import FIRST, SECOND, THIRD, answer, day_of, evidence_of, run
from tests.given.closed_months import close, run_days
from tests.given.places import ROOT
from tests.given.workbook_reading import table

NAME = f"{FIRST}-to-{SECOND}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reports"


def test_corrections_are_written_as_csv(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is still to correct, as of the last day; they agree with the sheet."""
    run_days(folder, ("missing", "missing"))
    answer(folder / f"{FIRST}.xlsx", 1, "Explained", "a staff meal")
    run(folder, SECOND, "missing")
    ended = close(folder, capsys, 2)
    path = folder / f"{NAME}.corrections.csv"
    assert str(path) in ended.out
    (row,) = csv.DictReader(path.read_text("utf-8").splitlines())
    assert (row["document"], row["status"], row["quantity"], row["amount"], row["findings"], row["date"]) == (
        "write-off-more", "proposed", "2", "16000", "2", f"{SECOND}",
    )  # fmt: skip
    (shown,) = table(openpyxl.load_workbook(folder / f"{NAME}.xlsx"), "Corrections", "tblCorrections")
    assert (shown["Quantity"], shown["Amount"], shown["Findings"]) == (2, 16000, 2)


@pytest.mark.parametrize(
    ("options", "said", "unsaid"),
    [
        ((), "2026-01-19 to 2026-01-19: CLOSED", "{"),
        (("--verbose",), "2026-01-19 to 2026-01-19: CLOSED", "{"),
        (("--no-progress",), "2026-01-19 to 2026-01-19: CLOSED", "{"),
        (("--quiet",), "", "CLOSED"),
        (("--log-format", "json"), '"message": "2026-01-19 to 2026-01-19: CLOSED"', "reconcile: "),
    ],
)
def test_how_much_is_said_is_told_before_or_after_the_command(
    folder: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str, unsaid: str
) -> None:
    run_days(folder, ())
    command = ("close", "--from", f"{FIRST}", "--to", f"{FIRST}", "--out", str(folder))
    for arguments in ((*options, *command), (*command, *options)):
        assert main(arguments) == 0
        printed = capsys.readouterr()
        assert said in printed.err
        assert unsaid not in printed.err
        assert len(printed.out.splitlines()) == 3


def origin(settings: str, program: str) -> Origin:
    return Origin("1", program, "", settings, "false", "", "")


IN_FORCE = {"settings_sha256": "a", "program": "reconcile 2"}


def test_days_that_others_judged_are_named() -> None:
    origins = {
        THIRD: origin("b", "reconcile 2"),
        FIRST: origin("b", "reconcile 1"),
        SECOND: origin("a", "reconcile 1"),
    }
    assert judged_by_others(origins, IN_FORCE) == [
        JudgedBy("settings_sha256", "b", (FIRST, THIRD)),
        JudgedBy("program", "reconcile 1", (FIRST, SECOND)),
    ]
    assert spans((FIRST, THIRD)) == "2026-01-19, 2026-01-21"
    assert spans((FIRST, SECOND, THIRD)) == "2026-01-19 – 2026-01-21"
    assert judged_by_others({FIRST: origin("a", "reconcile 2")}, IN_FORCE) == []


def test_days_of_other_settings_are_told_in_the_workbook(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As information: the month is closed all the same."""
    run_days(folder, (), ())
    settings = tmp_path / "reconcile.toml"
    settings.write_text("[thresholds]\nmaterial_value = 5\n")
    given = read_settings(settings).settings
    report(reconcile_day(evidence_of(day_of(), THIRD), given), Output(folder))
    assert close(folder, capsys, 3, "--config", str(settings)).status == 0
    name = "Judged by other settings than those in force now"
    told = {
        row["What"]: row["Value"]
        for row in table(openpyxl.load_workbook(folder / f"{FIRST}-to-{THIRD}.xlsx"), "About")
    }
    assert told[name].startswith("2026-01-19 – 2026-01-20 (")
    assert "Judged by another version of the program" not in told


def test_a_close_loads_neither_the_contracts_nor_the_engine(folder: Path) -> None:
    """Where the books are whole and no CSV is given: they take a third of its time."""
    run_days(folder, ())
    lines = (
        "import sys; from reconcile.cli.main import main",
        f"main(['close', '--from', '{FIRST}', '--to', '{FIRST}', '--out', {str(folder)!r}])",
        "print([each for each in ('pandera', 'reconcile.engine.match', 'httpx') if each in sys.modules])",
    )
    ended = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1:] == ["[]"], ended.stderr
