"""Workbooks of the first layout, made and answered before this one was written, in three languages."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reconcile.report.earlier import read
from tests.given.answered_days import FIRST, THIRD, answer, change, ledger_on, moves, roll_forward, rows, run

OLD = Path(__file__).with_name("first_layout")
"""Three days: 2026-01-19 in English, 20 in Azerbaijani, 21 in Russian; a person answered in each."""
FOURTH, FIFTH, SIXTH = (date(2026, 1, day) for day in (22, 23, 24))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD, tmp_path / "reports"))


def test_three_old_days_are_carried_into_three_new_ones(folder: Path) -> None:
    """Nothing is lost on the way: items, ages, statuses, comments, whichever sheet they were written on."""
    fourth = run(folder, FOURTH, "missing", "", "free")
    assert roll_forward(fourth) == [3, 2, None, 2, 3]
    assert moves(fourth) == {
        2: ("brought forward", "carried forward", 3),
        4: ("brought forward", "carried forward", 3),
        201: ("brought forward", "cleared", 1),
        301: ("new", "carried forward", 0),
        303: ("new", "cleared", 0),
    }
    told = {row["Receipt"]: (row["Status"], row["Comment"]) for row in rows(fourth, "Open items")}
    assert told["2"] == ("Open", "звонили Лейле")
    assert told["201"] == ("Explained", "двойная порция")
    assert told["303"] == ("Explained", "a free sample")
    (old,) = [row for row in rows(fourth, "Open items") if row["Receipt"] == "2"]
    assert (old["A: expected"], old["B: written off"], old["Difference"], old["Value"]) == (1, 2, 1, 8000)
    assert {row["Result"] for row in rows(fourth, "Checks")} == {"OK"}

    answer(fourth, 2, "To correct", "Leyla: a double portion", reason="Till error", owner="Aygün")
    fifth = run(folder, FIFTH)
    (item,) = [row for row in rows(fifth, "Open items") if row["Receipt"] == "2"]
    assert (item["Status"], item["Reason"], item["Owner"]) == ("To correct", "Till error", "Aygün")
    assert item["At closing"] == "carried forward"

    answer(fifth, 2, "Corrected", "put back", reason="Till error")
    sixth = run(folder, SIXTH)
    assert moves(sixth)[2] == ("brought forward", "cleared", 5)
    assert {row["Result"] for row in rows(sixth, "Checks")} == {"OK"}


def test_an_old_day_run_again_keeps_its_answers(folder: Path) -> None:
    again = run(folder, FIRST, "missing", "twice", "free", "dear")
    assert again.name == "2026-01-19-r2.xlsx"
    told = {row["Receipt"]: (row["Status"], row["Comment"]) for row in rows(again, "Open items")}
    assert told["1"] == ("Explained", "given to the staff")
    assert told["3"] == ("Explained", "a free sample")


def test_the_costs_of_an_old_workbook_are_compared(folder: Path) -> None:
    assert read(folder / "2026-01-21.xlsx", THIRD).costs
    assert ledger_on(folder, FOURTH).unreadable == ()


@pytest.mark.parametrize("sheet", ["Findings", "Open items"])
def test_an_old_workbook_without_a_sheet_names_it(
    folder: Path, caplog: pytest.LogCaptureFixture, sheet: str
) -> None:
    path = folder / "2026-01-19.xlsx"
    book = openpyxl.load_workbook(path)
    del book[sheet]
    book.save(path)
    assert "2026-01-19.xlsx" in ledger_on(folder, FOURTH).unreadable
    assert f"there is no sheet {sheet} with its table" in caplog.text


def test_an_old_answer_needs_no_reason(folder: Path) -> None:
    """There was no column for one: its items are cleared, and no check fails."""
    path = folder / "2026-01-21.xlsx"
    book = openpyxl.load_workbook(path)
    page: Any = book["Открытые вопросы"]
    (cell,) = [cell for row in page.iter_rows() for cell in row if cell.value == "двойная порция"]
    cell.value = None
    book.save(path)
    fourth = run(folder, FOURTH)
    assert moves(fourth)[201] == ("brought forward", "cleared", 1)
    assert {row["Result"] for row in rows(fourth, "Checks")} == {"OK"}


def test_an_old_answer_whose_id_was_deleted_is_named(folder: Path) -> None:
    """It stands on Findings alone; the item is there still, on Open items."""
    path = folder / f"{FIRST}.xlsx"
    change(path, "Findings", "Finding id", None)
    assert read(path, FIRST).unreadable == ["sheet Findings, cell AD3: Finding id is ''"]


def test_a_note_is_no_open_item(folder: Path) -> None:
    """A person who thinks little of an item can't make it one; it stopped the next day."""
    path = folder / f"{FIRST}.xlsx"
    change(path, "Open items", "Severity", "Info")
    (cell,) = read(path, FIRST).unreadable
    assert cell.endswith("Priority is 'Info'")
    assert len(read(path, FIRST).carried) == 3
