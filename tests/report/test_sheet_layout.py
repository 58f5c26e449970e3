"""What a sheet of details can do: frozen columns, drop-down lists, dates to enter, several tables."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from reconcile.report.excel.formats import day, number, text, translated
from reconcile.report.excel.sheet import Sheet
from reconcile.report.excel.table import Column, Table, TextCell, frame_of
from reconcile.report.excel.table_sheet import section
from tests.given.small_workbooks import CONTEXT, saved, sheet_of
from tests.given.workbook_reading import table

COLUMNS = (
    Column("No.", "no", number),
    Column("Product", "product"),
    Column("Status", "status", translated),
    Column("Reason", "reason", translated),
    Column("Due", "due", day),
)
ROWS = ((1, "Tea", "Open", "", None), (2, "Bread", "Open", "till error", None))


@pytest.mark.parametrize(
    ("to", "panes", "columns"), [(None, "A3", None), ("No.", "B3", "$A:$A"), ("Product", "C3", "$A:$B")]
)
def test_columns_are_frozen_up_to_one_and_repeated_on_paper(
    tmp_path: Path, to: str | None, panes: str, columns: str | None
) -> None:
    """Beside the header, which always is; on paper where the sheet is several pages wide."""
    notes = [Column(name, name, min_width=100, max_width=100) for name in ("Note", "Advice")]
    wide = (*COLUMNS, *notes)
    rows = [(*row, "", "") for row in ROWS]
    sheets = {
        "narrow": (sheet_of(COLUMNS, *ROWS, freeze_to=to), None),
        "wide": (sheet_of(wide, *rows, freeze_to=to), columns),
    }
    for name, (sheet, repeated) in sheets.items():
        page = saved(tmp_path / f"{name}.xlsx", sheet)["Prices"]
        assert page.freeze_panes == panes
        assert (page.print_title_rows, page.print_title_cols) == ("$1:$2", repeated)
        assert {each.activeCell for each in page.sheet_view.selection} == {"A1"}


def test_several_columns_have_a_list_of_their_own(tmp_path: Path) -> None:
    choices = {"Status": ("Open", "Explained"), "Reason": ("recipe", "till error")}
    page = saved(tmp_path / "a.xlsx", sheet_of(COLUMNS, *ROWS, choices=choices))["Prices"]
    assert {str(each.sqref): each.formula1 for each in inputs(page)} == {
        "C3:C4": '"Open,Explained"',
        "D3:D4": '"recipe,till error"',
    }
    assert all(
        each.type == "list" and each.showErrorMessage and each.allow_blank is not True
        for each in inputs(page)
    )


@pytest.mark.parametrize("due", [(None, None), (None, date(2026, 2, 1)), (date(2026, 2, 1), None)])
def test_a_column_of_dates_can_be_entered(tmp_path: Path, due: tuple[date | None, ...]) -> None:
    """An empty cell shows a date that is typed as a date; other texts are refused, with an example."""
    rows = [(*row[:-1], entered) for row, entered in zip(ROWS, due, strict=True)]
    book = saved(tmp_path / "a.xlsx", sheet_of(COLUMNS, *rows, date_inputs=("Due",)))
    (only,) = inputs(book["Prices"])
    assert (only.type, str(only.sqref)) == ("date", "E3:E4")
    assert only.error == "Enter a date, such as 2026-01-31"
    assert {cell.number_format for cell in book["Prices"]["E"][2:]} == {"yyyy-mm-dd"}
    shown = [row["Due"] for row in table(book, "Prices")]
    assert shown == [entered and datetime(entered.year, entered.month, entered.day) for entered in due]  # noqa: DTZ001  a day


def test_an_empty_table_has_no_inputs(tmp_path: Path) -> None:
    sheet = sheet_of(COLUMNS, empty="None", choices={"Status": ("Open",)}, date_inputs=("Due",))
    assert inputs(saved(tmp_path / "a.xlsx", sheet)["Prices"]) == []


def test_a_table_can_have_another_name_than_its_sheet(tmp_path: Path) -> None:
    book = saved(tmp_path / "a.xlsx", sheet_of(COLUMNS, *ROWS, table_name="CostDrift"))
    assert list(book["Prices"].tables) == ["tblCostDrift"]


TALL = (Column("Number", "n", number), Column("Name", "name", text))


def stacked(rows: int) -> Sheet:
    """Two tables, each under its title; the first has two rows."""
    tables = [
        Table(CONTEXT, name, TALL, frame_of(TALL, [(n, f"{name} {n}") for n in range(count)]), links=links)
        for name, count, links in (("First", 2, {1: "'Notes'!A1"}), ("Second", rows, {4: "'Notes'!A2"}))
    ]
    blocks = [(TextCell("Notes"),), *section("The first", tables[0]), *section("The second", tables[1])]
    return Sheet(CONTEXT, "Notes", blocks)


@pytest.mark.parametrize(
    ("most", "starts"), [(1_000, [0]), (21, [0]), (20, [0, 11]), (12, [0, 3, 11]), (7, [0, 1, 4, 7, 10])]
)
def test_the_last_of_several_tables_continues_on_another_sheet(
    tmp_path: Path, most: int, starts: list[int]
) -> None:
    """With the sheet's title and its own; no row is lost, and a sheet is as full as it can be."""
    sheet = stacked(12)
    book = saved(tmp_path / "a.xlsx", sheet, max_rows=most)
    names = ["Notes", *(f"Notes {number}" for number in range(2, len(starts) + 1))]
    assert book.sheetnames[1:] == names
    assert [len(book[name].tables) for name in names] == [2] + [1] * (len(names) - 1)
    parts = [table(book, "Notes", "tblSecond")]
    parts += [table(book, name, f"tblSecondPart{number}") for number, name in enumerate(names[1:], 2)]
    assert [row["Name"] for part in parts for row in part] == [f"Second {n}" for n in range(12)]
    assert [row["Name"] for row in table(book, "Notes", "tblFirst")] == ["First 0", "First 1"]
    assert [part[0]["Number"] for part in parts] == starts
    for name in names[1:]:
        assert [book[name].cell(row, 1).value for row in (1, 2, 3)] == ["Notes", None, "The second"]
        assert book[name].max_row <= most
    places = {
        (name, cell.row): cell.hyperlink.location
        for name in names
        for (cell, *_) in book[name]
        if cell.hyperlink
    }
    assert list(places.values()) == ["'Notes'!A1", "'Notes'!A2"]
    (name, row) = list(places)[1]
    assert book[name].cell(row, 2).value == "Second 4"
    part = next(each for each in sheet.split(most) if each.stop is None or each.stop > 4)
    assert part.link_to_row(4) == f"'{name}'!A{row}"


def inputs(page: Any) -> list[DataValidation]:
    return list(page.data_validations.dataValidation)
