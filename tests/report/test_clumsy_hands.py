"""A workbook in which a person worked clumsily, or that another program saved: nothing in it is lost in silence."""

from __future__ import annotations

import dataclasses
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reconcile.language.translate import language
from reconcile.report.earlier import read
from reconcile.report.sheets.open_items import unread
from tests.given.answered_days import (
    FIRST,
    SECOND,
    answer,
    answer_cause,
    change,
    judged_day,
    ledger_on,
    pilaf_with_too_much_rice,
    rows,
    run,
)
from tests.given.workbook_reading import ledger_of, write

SAVED_BY_LIBREOFFICE = Path(__file__).with_name("saved_by_libreoffice")
"""A workbook of 2026-01-19 (a receipt missing, one twice, one free of cost), answered, then saved by LibreOffice."""


def opened(path: Path, change_: Callable[[Any, Any], None]) -> None:
    """A person opens the workbook, does something to the sheet Open items, and saves."""
    book: Any = openpyxl.load_workbook(path)
    change_(book["Open items"], book)
    book.save(path)


def head_row(page: Any) -> int:
    return next(int(row[0].row) for row in page.iter_rows() if row[0].value == "No.")


def answers(folder: Path) -> dict[int | None, tuple[str, str]]:
    """The statuses and comments of the next day's open items, by receipt."""
    items = ledger_on(folder, SECOND).open_items
    return {item.receipt_id: (item.answer.status, item.answer.comment) for item in items}


@pytest.fixture
def answered(tmp_path: Path) -> Path:
    """A workbook of two open items, both answered."""
    path = run(tmp_path, FIRST, "missing", "twice")
    answer(path, 1, "Explained", "given to the staff")
    answer(path, 2, "Asked", "asked Leyla", owner="Aygün")
    return path


BOTH = {1: ("explained", "given to the staff"), 2: ("asked", "asked Leyla")}


def sorted_backwards(page: Any, _: Any) -> None:
    first = head_row(page) + 1
    rows_ = [[cell.value for cell in row] for row in page.iter_rows(min_row=first)]
    for number, row in enumerate(reversed(rows_), first):
        for column, value in enumerate(row, 1):
            page.cell(number, column).value = value


def filter_left_on(page: Any, _: Any) -> None:
    (table,) = page.tables.values()
    table.autoFilter.add_filter_column(1, ["Normal"])
    page.row_dimensions[head_row(page) + 1].hidden = True


def row_inserted(page: Any, _: Any) -> None:
    page.insert_rows(head_row(page) + 2)
    page.cell(head_row(page) + 2, 15).value = "the two below are one guest"


def rows_above(page: Any, _: Any) -> None:
    page.insert_rows(1, 3)
    page["A1"] = "Checked by Aygün"


def columns_moved(page: Any, _: Any) -> None:
    page.tables.clear()
    page.insert_cols(1, 2)


def a_copy_of_the_sheet(page: Any, book: Any) -> None:
    book.copy_worksheet(page).title = "Open items (2)"


def other_sheets_deleted(_: Any, book: Any) -> None:
    for name in book.sheetnames:
        if name not in ("Open items", "Summary", "Causes"):
            del book[name]


@pytest.mark.parametrize(
    "did",
    [
        sorted_backwards, filter_left_on, row_inserted, rows_above, columns_moved, a_copy_of_the_sheet,
        other_sheets_deleted,
    ],
)  # fmt: skip
def test_answers_are_read_whatever_was_done_to_the_sheet(
    answered: Path, did: Callable[[Any, Any], None]
) -> None:
    opened(answered, did)
    assert answers(answered.parent) == BOTH
    assert {row["Result"] for row in rows(run(answered.parent, SECOND), "Checks")} == {"OK"}


def test_a_comment_longer_than_a_cell_is_cut_visibly(answered: Path) -> None:
    """Some programs write more characters into a cell than Excel keeps."""
    change(answered, "Open items", "Comment", "a long comment")
    replaced_in_file(answered, b"a long comment", b"x" * 40_000)
    assert len(answers(answered.parent)[1][1]) == 40_000
    (row,) = [row for row in rows(run(answered.parent, SECOND), "Open items") if row["Receipt"] == "1"]
    assert row["Comment"].startswith("x" * 32_000)
    assert "cut: the whole text has 40,000 characters" in row["Comment"]


def test_a_row_pasted_over_another_is_named_and_fails_a_check(answered: Path) -> None:
    def paste(page: Any, _: Any) -> None:
        first = head_row(page) + 1
        for cell in page[first]:
            page.cell(first + 1, cell.column).value = cell.value

    opened(answered, paste)
    ledger = ledger_on(answered.parent, SECOND)
    (cell,) = ledger.unreadable_cells
    assert "stands in sheet Open items, cell " in cell
    assert len(ledger.open_items) == 2, "the ledger has the other"
    failing = [row["Check"] for row in rows(run(answered.parent, SECOND), "Checks") if row["Result"] != "OK"]
    assert failing == [
        "Open items: carried forward by the earlier workbook = brought forward by this one",
        "Open items: cells of earlier workbooks that could not be read = 0",
    ]


def test_cells_merged_over_two_rows_are_named(answered: Path) -> None:
    """The second row loses what stood in the merged cell."""

    def merge(page: Any, _: Any) -> None:
        first = head_row(page) + 1
        (column,) = [cell.column_letter for cell in page[first - 1] if cell.value == "Finding id"]
        page.merge_cells(f"{column}{first}:{column}{first + 1}")

    opened(answered, merge)
    ledger = ledger_on(answered.parent, SECOND)
    (cell,) = ledger.unreadable_cells
    assert cell.endswith("Finding id is ''")
    assert len(ledger.open_items) == 2, "the ledger has the other"


def test_what_another_program_saved_is_read(tmp_path: Path) -> None:
    """Shared strings, other styles, and no mark of which texts must stay texts: Excel in a browser does the same."""
    folder = Path(shutil.copytree(SAVED_BY_LIBREOFFICE, tmp_path / "reports"))
    with zipfile.ZipFile(folder / f"{FIRST}.xlsx") as archive:
        assert b"given to the staff = +1" in archive.read("xl/sharedStrings.xml")
        assert b"quotePrefix" not in archive.read("xl/styles.xml")
    items = {item.receipt_id: item for item in ledger_on(folder, SECOND).open_items}
    assert items[1].answer == ("explained", "staff-meal", "Aygün", None, "given to the staff = +1")
    assert {key: item.closing for key, item in items.items()} == {
        1: "cleared",
        2: "carried forward",
        3: "carried forward",
    }
    assert {row["Result"] for row in rows(run(folder, SECOND), "Checks")} == {"OK"}


def replaced_in_file(path: Path, old: bytes, new: bytes) -> None:
    """The file with some bytes of its members replaced."""
    changed = path.with_suffix(".new")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in archive.namelist():
            target.writestr(name, archive.read(name).replace(old, new))
    changed.replace(path)


def on_causes(path: Path, did: Callable[[Any, int, dict[str, int]], None]) -> None:
    """A person does something to the sheet Causes: given the page, its header row, and its columns by header."""

    def change_(_: Any, book: Any) -> None:
        page = book["Causes"]
        head = next(row for row in page.iter_rows() if any(cell.value == "Cause id" for cell in row))
        page.tables.clear()
        did(page, head[0].row, {cell.value: cell.column for cell in head})

    opened(path, change_)


def id_deleted(page: Any, head: int, columns: dict[str, int]) -> None:
    page.cell(head + 1, columns["Cause id"]).value = None


def id_of_their_own(page: Any, head: int, columns: dict[str, int]) -> None:
    page.cell(head + 1, columns["Cause id"]).value = "rice"


def comments_deleted(page: Any, _: int, columns: dict[str, int]) -> None:
    page.delete_cols(columns["Comment"])


def status_renamed(page: Any, head: int, columns: dict[str, int]) -> None:
    page.cell(head, columns["Status"]).value = "Done?"


def sheet_deleted(page: Any, _: int, __: dict[str, int]) -> None:
    del page.parent[page.title]


@pytest.mark.parametrize(
    ("did", "said"),
    [
        (id_deleted, "sheet Causes, cell T4: Cause id is ''"),
        (id_of_their_own, "sheet Causes, cell T4: Cause id is 'rice'"),
        (comments_deleted, "the sheet Causes has no column Comment"),
        (status_renamed, "the sheet Causes has no column Status"),
        (sheet_deleted, "there is no sheet Causes with its table"),
    ],
)
def test_an_answer_to_a_cause_that_cannot_be_read_is_named(
    tmp_path: Path, did: Callable[[Any, int, dict[str, int]], None], said: str
) -> None:
    path = pilaf_with_too_much_rice(tmp_path)
    answer_cause(path, "Explained", "a larger plate")
    on_causes(path, did)
    ledger = ledger_on(tmp_path, SECOND)
    assert ledger.unreadable_cells == (f"2026-01-19.xlsx, {said}",)
    assert {item.closing for item in ledger.open_items} == {"carried forward"}


def test_a_sheet_of_causes_that_no_item_has_is_not_missed(tmp_path: Path) -> None:
    path = run(tmp_path, FIRST, "free")
    on_causes(path, sheet_deleted)
    assert ledger_on(tmp_path, SECOND).unreadable_cells == ()


@pytest.mark.parametrize("answered_row", [1, 2])
def test_of_a_cause_that_stands_twice_the_answer_counts(tmp_path: Path, answered_row: int) -> None:
    """A row that was pasted below has no answer; whichever is read last, none is lost, and it is named."""

    def paste(page: Any, head: int, columns: dict[str, int]) -> None:
        for cell in page[head + 1]:
            page.cell(head + 2, cell.column).value = cell.value
        page.cell(head + answered_row, columns["Status"]).value = "Explained"
        page.cell(head + answered_row, columns["Comment"]).value = "a larger plate"

    path = pilaf_with_too_much_rice(tmp_path)
    on_causes(path, paste)
    ledger = ledger_on(tmp_path, SECOND)
    assert {(item.closing, item.answer.comment) for item in ledger.open_items} == {
        ("cleared", "a larger plate")
    }
    (cell,) = ledger.unreadable_cells
    assert cell.endswith("stands in sheet Causes, cell T4 too")


def test_a_column_that_was_spoilt_all_the_way_down_spoils_no_later_workbook(tmp_path: Path) -> None:
    """So many cells can't be named that the table is too far below for the next day; the number of all is said."""
    name = "2026-01-19.xlsx, sheet Open items, cell M5: Value is '8 000,00', not a number"
    cells = tuple(f"{name} {number}" for number in range(1_000))
    result = judged_day(SECOND, "missing")
    ledger = dataclasses.replace(ledger_of(result), unreadable_cells=cells)
    said = unread(ledger, language("en"))
    assert len(said) == 21
    assert said[-1] == "Others that could not be read: 980."
    write(result, path := tmp_path / f"{SECOND}.xlsx", ledger)
    assert len(read(path, SECOND).carried) == 1


def test_a_summary_that_was_deleted_is_no_other_number(tmp_path: Path) -> None:
    """Open items say carried forward too, beside other numbers."""

    def delete(_: Any, book: Any) -> None:
        del book["Summary"]

    path = run(tmp_path, FIRST, "missing", "twice")
    opened(path, delete)
    assert read(path, FIRST).carried_forward is None
    assert {row["Result"] for row in rows(run(tmp_path, SECOND), "Checks")} == {"OK"}


def test_a_time_with_a_zone_is_the_time_that_stands_there(tmp_path: Path) -> None:
    change(run(tmp_path, FIRST, "missing"), "Open items", "Sold at", "2026-01-19 10:00+04")
    (item,) = ledger_on(tmp_path, SECOND).open_items
    assert f"{item.sold_at}" == "2026-01-19 10:00:00"
