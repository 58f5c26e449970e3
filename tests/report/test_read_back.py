"""An earlier workbook is read however people left it, or said to be unread; it never stops the night."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from openpyxl.utils.escape import unescape

from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.report import read_back
from reconcile.report.earlier import read
from tests.given.answered_days import (
    FIRST,
    SECOND,
    THIRD,
    answer,
    change,
    judged_day,
    ledger_on,
    roll_forward,
    rows,
    run,
)
from tests.given.workbook_reading import words


@pytest.mark.parametrize("to", ["signed/2026-01-19.xlsx", "2026-01-19 checked.xlsx"])
def test_a_workbook_that_was_moved_or_renamed_is_missed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, to: str
) -> None:
    """Its report still lies there: nothing is called new and whole while its open items are lost."""
    path = run(tmp_path, FIRST, "missing", "twice")
    (tmp_path / "signed").mkdir()
    path.rename(tmp_path / to)
    outcome = report(judged_day(SECOND), Output(tmp_path))
    failing = [row["Check"] for row in rows(outcome.paths[0], "Checks") if row["Result"] != "OK"]
    assert failing == ["Open items: earlier workbooks that could not be read = 0"]
    assert "2026-01-19.xlsx is missing, but its report is there" in caplog.text
    (tmp_path / to).rename(path)
    assert {row["Result"] for row in rows(run(tmp_path, SECOND), "Checks")} == {"OK"}
    assert roll_forward(tmp_path / "2026-01-20.xlsx") == [2, 0, None, 0, 2]


def test_a_comment_is_the_same_however_often_it_is_carried(tmp_path: Path) -> None:
    """What Excel makes of a pasted line end, and what looks like that."""
    answer(run(tmp_path, FIRST, "missing"), 1, "Open", "asked Leyla_x000D_\nwrote _x005F_x0041_")
    for day in (SECOND, THIRD, date(2026, 1, 22)):
        (row,) = rows(run(tmp_path, day), "Open items")
        assert unescape(row["Comment"]) == "asked Leyla\nwrote _x0041_"


@pytest.mark.parametrize(
    ("header", "value", "said"),
    [
        ("Priority", "Top", "Priority is 'Top'"),
        ("Priority", "Info", "Priority is 'Info'"),
        ("Priority", None, "Priority is ''"),
        ("Rule name", None, "Rule name is ''"),
        ("At closing", "left", "At closing is 'left'"),
        ("Finding id", "abc", "Finding id is 'abc'"),
        ("Finding id", None, "Finding id is ''"),
        ("Receipt", "R-1", "Receipt is 'R-1', not a number of a record"),
        ("Receipt", "9" * 30, "Receipt is '99999"),
        ("Value", "8 000,00", "Value is '8 000,00', not a number"),
        ("First day", "19.01.2026", "First day is '19.01.2026', not a date such as 2026-01-19"),
    ],
)
def test_a_row_of_open_items_that_a_hand_spoilt_is_named(
    tmp_path: Path, header: str, value: str | None, said: str
) -> None:
    """By sheet and cell; the other rows and their answers are read, and the ledger still has its item."""
    path = run(tmp_path, FIRST, "missing", "twice")
    answer(path, 2, "Explained", "a double portion")
    address = change(path, "Open items", header, value)
    ledger = ledger_on(tmp_path, SECOND)
    (cell,) = ledger.unreadable_cells
    assert cell.startswith(f"2026-01-19.xlsx, sheet Open items, cell {address}: {said}")
    assert [(item.receipt_id, item.closing) for item in ledger.open_items] == [
        (1, "carried forward"),
        (2, "cleared"),
    ]


def test_a_cell_that_cannot_be_read_fails_a_check_and_is_named_in_the_summary(tmp_path: Path) -> None:
    address = change(run(tmp_path, FIRST, "missing"), "Open items", "Priority", "Top")
    outcome = report(judged_day(SECOND), Output(tmp_path, summary=True))
    failing = [row["Check"] for row in rows(outcome.paths[0], "Checks") if row["Result"] != "OK"]
    assert failing == [
        "Open items: carried forward by the earlier workbook = brought forward by this one",
        "Open items: cells of earlier workbooks that could not be read = 0",
    ]
    said = f"Could not be read: 2026-01-19.xlsx, sheet Open items, cell {address}: Priority is 'Top'."
    assert said in outcome.summary
    assert said in words(openpyxl.load_workbook(outcome.paths[0]), "Open items")


@pytest.mark.parametrize(("header", "lost"), [("Status", True), ("Finding id", True), ("Dish", False)])
def test_a_column_that_a_hand_deleted_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, header: str, lost: bool
) -> None:
    """Unless it only describes."""
    path = run(tmp_path, FIRST, "missing")
    book: Any = openpyxl.load_workbook(path)
    page = book["Open items"]
    (head,) = [row for row in page.iter_rows() if row[0].value == "No."]
    page.tables.clear()
    page.delete_cols([cell.value for cell in head].index(header) + 1)
    book.save(path)
    ledger = ledger_on(tmp_path, SECOND)
    assert (ledger.unreadable == ("2026-01-19.xlsx",)) is lost
    assert (f"the sheet Open items has no column {header}" in caplog.text) is lost


@pytest.mark.parametrize("summary", ["Summary", "Icmal 19"])
def test_a_row_that_a_hand_deleted_fails_a_check(tmp_path: Path, summary: str) -> None:
    """The Summary of that file still says how many there were, whatever it is called."""
    path = run(tmp_path, FIRST, "missing", "twice")
    book = openpyxl.load_workbook(path)
    page: Any = book["Open items"]
    page.delete_rows(page.max_row)
    book["Summary"].title = summary
    book.save(path)
    second = run(tmp_path, SECOND)
    (check,) = [row for row in rows(second, "Checks") if row["Result"] != "OK"]
    assert (check["Expected"], check["Actual"]) == (2, 1)
    assert check["Check"].startswith("Open items: carried forward by the earlier workbook")


def test_a_row_that_a_hand_doubled_is_named(tmp_path: Path) -> None:
    path = run(tmp_path, FIRST, "missing", "twice")
    (first, _) = rows(path, "Open items")
    address = change(path, "Open items", "Finding id", first["Finding id"], row=2)
    (cell,) = ledger_on(tmp_path, SECOND).unreadable_cells
    assert f"cell {address}: the finding id {first['Finding id']} stands in sheet Open items, cell " in cell


def test_a_line_of_their_own_below_the_table_is_let_be(tmp_path: Path) -> None:
    path = run(tmp_path, FIRST, "missing", "twice")
    before = read(path, FIRST)
    book: Any = openpyxl.load_workbook(path)
    for sheet in ("Findings", "Open items", "Unit costs"):
        book[sheet].cell(book[sheet].max_row + 3, 1).value = "seen by Aygün"
    book["Unit costs"].append(["All", "", *[1] * 15, "all", "all"])
    book.save(path)
    assert read(path, FIRST).carried == before.carried
    assert read(path, FIRST).costs == before.costs


def test_rows_that_are_only_painted_are_not_read(tmp_path: Path) -> None:
    """A person who colours whole columns leaves a million of them."""
    path = run(tmp_path, FIRST, "missing", "twice")
    wanted = read_back.Wanted(("Finding id", "At closing"), "Open items")
    book: Any = openpyxl.load_workbook(path)
    for row in range(100, 200):
        book["Open items"].cell(row, 3).fill = PatternFill("solid", fgColor="FFFF00")
    book.save(path)
    with read_back.open_workbook(path) as opened:
        assert len(read_back.table_rows(opened, [wanted])[wanted]) == 2


def test_an_id_that_a_program_made_a_number_of_is_the_same(tmp_path: Path) -> None:
    path = run(tmp_path, FIRST, "missing")
    change(path, "Open items", "Receipt", 1e16)
    assert [item.receipt_id for item in read(path, FIRST).carried] == [10**16]


@pytest.mark.parametrize("value", ["1000000000011.3456", -7_999_999_987_992])
def test_a_sum_may_be_larger_than_any_amount_of_the_api(tmp_path: Path, value: float | str) -> None:
    """An item of many findings: what this program wrote, it reads."""
    path = run(tmp_path, FIRST, "missing")
    change(path, "Open items", "Value", value)
    (item,) = read(path, FIRST).carried
    assert item.value == int(Decimal(value).scaleb(6))


def test_so_may_a_cost_of_the_day_before(tmp_path: Path) -> None:
    path = run(tmp_path, FIRST, "twice")
    change(path, "Unit costs", "Cost written off", 5 * 10**12)
    assert [cost for _, cost in read(path, FIRST).costs.values()] == [5 * 10**18]


def test_of_a_formula_counts_what_it_showed(tmp_path: Path) -> None:
    """A person who looks the answer up in a list of their own."""
    path, book = run(tmp_path, FIRST, "missing"), tmp_path / "saved.xlsx"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(book, "w") as changed:
        for name in archive.namelist():
            formula = rb'\1t="str"><f>VLOOKUP(1,A1:B2,2)</f><v>Explained</v></c>'
            content = re.sub(
                rb"(<c [^>]*)t=\"inlineStr\"><is><t>Open</t></is></c>", formula, archive.read(name)
            )
            changed.writestr(name, content)
    assert {each.answer.status for each in read(book, FIRST).responses.values()} == {"explained"}


def test_a_copy_that_a_person_made_of_a_sheet_is_not_read_twice(tmp_path: Path) -> None:
    path = run(tmp_path, FIRST, "missing", "twice")
    answer(path, 1, "Explained")
    book: Any = openpyxl.load_workbook(path)
    book.copy_worksheet(book["Open items"]).title = "Open items (2)"
    book.save(path)
    answer(path, 1, "Open")
    second = run(tmp_path, SECOND)
    assert roll_forward(second) == [2, 0, None, 0, 2]
    assert {row["Result"] for row in rows(second, "Checks")} == {"OK"}


def test_a_second_column_of_the_same_name_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = run(tmp_path, FIRST, "missing")
    book: Any = openpyxl.load_workbook(path)
    page = book["Open items"]
    (head,) = [row for row in page.iter_rows() if row[0].value == "No."]
    head[0].value = "status"
    book.save(path)
    run(tmp_path, SECOND)
    assert "two columns of the sheet Open items are headed 'Status'" in caplog.text


@pytest.mark.parametrize("word", ["İZAH EDİLİB", "izah  edilib", "Izah edilib", " Explained "])
def test_a_status_is_known_however_it_is_written(tmp_path: Path, word: str) -> None:
    answer(run(tmp_path, FIRST, "missing"), 1, word)
    (item,) = ledger_on(tmp_path, SECOND).open_items
    assert (item.opening, item.closing) == ("brought forward", "cleared")


@pytest.mark.parametrize("word", ["AÇIQ", "Açiq", "ОТКРЫТО"])
def test_open_in_any_spelling_is_no_word_of_their_own(tmp_path: Path, word: str) -> None:
    answer(run(tmp_path, FIRST, "missing"), 1, word, "asked Leyla")
    (item,) = ledger_on(tmp_path, SECOND).open_items
    assert (item.answer.status, item.answer.comment) == ("open", "asked Leyla")


def test_what_a_file_says_of_its_size_need_not_be_so(tmp_path: Path) -> None:
    """Some programs leave the size of a sheet as it was before rows were added."""
    path, small = run(tmp_path, FIRST, "missing", "twice"), tmp_path / "small.xlsx"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(small, "w") as changed:
        for name in archive.namelist():
            content = archive.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content, times = re.subn(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:C2"', content)
                assert times == 1
            changed.writestr(name, content)
    assert read(small, FIRST).carried == read(path, FIRST).carried != []
