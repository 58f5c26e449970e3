"""Money as it is shown, with the cell's exact value behind it, and the totals above the tables of details."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils import range_boundaries

from reconcile.core.exact import MICRO
from reconcile.report.excel.formats import FormatFactory, money, quantity, unit_cost
from reconcile.report.excel.table import Column
from reconcile.report.read_back import Wanted, open_workbook, table_rows
from tests.given.demo_day import demo_book
from tests.given.small_workbooks import saved, sheet_of
from tests.given.workbook_reading import table

TOTALLED = {
    "Open items": {"Value"},
    "Findings": {"Value"},
    "Sale lines": {"Write-off cost", "Discount", "Sale amount"},
    "Stock operations": {"Value written off"},
    "Products": {"Value"},
    "Corrections": {"Amount"},
    "Stock movement": {"Value of the closing balance", "Cost of what was sold below zero"},
    "Recipes": {"Value, all portions"},
    "Unit costs": {"Value of the drift", "Cost written off"},
}
"""The totals of the demo day, before which there was none to compare costs with."""


@pytest.mark.parametrize(
    ("count", "format_", "value", "shown_as"),
    [
        (4_700_000_000, money, 4700, "#,##0.00"),
        (6_788_837_720_352, money, 6788837.720352, "#,##0.00"),
        (1, money, 0.000001, "#,##0.00"),
        (-12_345_600, money, -12.3456, "#,##0.00"),
        (8_000_000_000, unit_cost, 8000, "#,##0.0000"),
        (333_333, unit_cost, 0.333333, "#,##0.0000"),
    ],
)
def test_money_is_shown_with_as_many_decimals_whatever_its_value(
    tmp_path: Path, count: int, format_: FormatFactory, value: float, shown_as: str
) -> None:
    """Two for money, four for a unit cost. The cell keeps the whole value."""
    columns = (Column("Product", "product"), Column("Cost", "cost", format_))
    page = saved(tmp_path / "a.xlsx", sheet_of(columns, ("Tea", count), ("Bread", 1_234_567)))["Prices"]
    assert (page["B3"].value, page["B3"].number_format) == (value, shown_as)
    assert page["B4"].number_format == shown_as


def test_no_column_of_money_mixes_numbers_of_decimals() -> None:
    """On any sheet; only Checks shows differences whole."""
    book = demo_book()
    mixed, of_money = [], 0
    for page in book:
        for each in page.tables.values() if page.title != "Checks and notes" else ():
            header, *rows = page[each.ref]
            for index, head in enumerate(header):
                shown_as = {
                    row[index].number_format for row in rows if isinstance(row[index].value, int | float)
                }
                of_money += bool(shown_as & {"#,##0.00", "#,##0.0000"})
                if shown_as & {"#,##0.00", "#,##0.0000"} and len(shown_as) > 1:
                    mixed.append((page.title, head.value, shown_as))
    assert mixed == []
    assert of_money > 20


def test_the_totals_above_the_tables_of_details_are_the_sums_of_their_columns() -> None:
    """To the millionth; each above its column, and in no table."""
    book, found = demo_book(), {}
    for page in book.worksheets[1:]:
        for each in page.tables.values():
            left, top, right, _ = (int(edge or 0) for edge in range_boundaries(each.ref))
            assert left == 1
            if top > 1 and page.cell(top - 1, 1).value == "Total":
                header, *rows = page[each.ref]
                sums = {
                    head.value: sum((exact(row[index].value) for row in rows), Decimal(0))
                    for index, head in enumerate(header)
                    if page.cell(top - 1, index + 1).value is not None and index
                }
                cells = {page.cell(top, n).value: page.cell(top - 1, n) for n in range(2, right + 1)}
                assert {name: exact(cells[name].value) for name in sums} == sums
                assert all(cells[name].number_format == "#,##0.00" and cells[name].font.bold for name in sums)
                assert page.freeze_panes is None or page.freeze_panes.lstrip("ABCDEFG") == str(top + 1)
                found[page.title] = set(sums)
    assert found == TOTALLED


def exact(cell: Any) -> Decimal:
    return Decimal(0) if cell is None else Decimal(repr(cell))


COLUMNS = (
    Column("Product", "product"),
    Column("Quantity", "quantity", quantity),
    Column("Value", "value", money, total=True),
    Column("Earlier value", "earlier", money, total=True),
)


def total_row(page: Any) -> list[Any]:
    return [cell.value for cell in page[2]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1, 2, -4), -0.000001),
        ((100_000, None, 200_000), 0.3),
        ((5, -5, 0), 0),
        ((2**62, 2**62, 2**62), "13835058055282.163712"),
        ((MICRO, MICRO * 10**9, 1), "1000000001.000001"),
        ((10**18, 10**18, -(10**18)), 1_000_000_000_000),
    ],
)
def test_a_total_is_exact(tmp_path: Path, values: tuple[int | None, ...], expected: object) -> None:
    """Also beyond int64, and as a text where Excel would round it; a column of no known value has none."""
    rows = [(name, MICRO, value, None) for name, value in zip("abc", values, strict=True)]
    page = saved(tmp_path / "a.xlsx", sheet_of(COLUMNS, *rows))["Prices"]
    assert total_row(page) == ["Total", None, expected, None]
    assert page.freeze_panes == "A4"
    assert page.column_dimensions["C"].width > len(str(page["C2"].value)) - 5


def test_a_table_without_rows_has_no_totals(tmp_path: Path) -> None:
    page = saved(tmp_path / "a.xlsx", sheet_of(COLUMNS, empty="Nothing"))["Prices"]
    assert [cell.value for cell in page[2]] == ["Product", "Quantity", "Value", "Earlier value"]


def test_a_table_on_two_sheets_has_the_total_of_all_on_the_first(tmp_path: Path) -> None:
    rows = [(f"product {n}", MICRO, n * MICRO, None) for n in range(10)]
    book = saved(tmp_path / "a.xlsx", sheet_of(COLUMNS, *rows), max_rows=8)
    assert total_row(book["Prices"])[:3] == ["Total", None, 45]
    assert total_row(book["Prices 2"])[:3] == ["Product", "Quantity", "Value"]
    parts = [table(book, name) for name in book.sheetnames[1:]]
    assert [len(part) for part in parts] == [5, 5]
    assert [row["Value"] for part in parts for row in part] == list(range(10))


def test_a_total_is_not_read_back_as_a_row(tmp_path: Path) -> None:
    rows = [(f"product {n}", MICRO, n * MICRO, None) for n in range(3)]
    saved(tmp_path / "a.xlsx", sheet_of(COLUMNS, *rows))
    wanted = Wanted(("Product", "Value"), "Prices")
    with open_workbook(tmp_path / "a.xlsx") as book:
        (read,) = table_rows(book, [wanted]).values()
    assert read == [{"Product": f"product {n}", "Value": n} for n in range(3)]
