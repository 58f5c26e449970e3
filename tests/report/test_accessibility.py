"""The workbook on screen and on paper, for those who see little, see no colours, or have it read to them."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils import range_boundaries

from reconcile.core.exact import MICRO
from reconcile.engine.day import reconcile_day
from reconcile.language.catalogues import LANGUAGES
from reconcile.language.translate import language
from reconcile.model.classes import Failure
from reconcile.settings.model import Settings
from tests.given.demo_day import demo_book, demo_result
from tests.given.random_days import RandomDay
from tests.given.workbook_reading import written

WHITE, STRIPE = "FFFFFF", "D9D9D9"
"""What a cell without a fill stands on; the second in every other row of a table."""


PRINTED_CHARACTER = 5.575 / 72
"""Inches of a column's character on paper: 0.507 of Calibri's 11 points. On a screen it is rounded to 7 pixels."""


@pytest.fixture(scope="module", params=[*LANGUAGES, "empty"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The demo day in each language, and a day without receipts."""
    if request.param != "empty":
        return demo_book(request.param)
    path = tmp_path_factory.mktemp("seen") / "day.xlsx"
    return written(reconcile_day(RandomDay([], {}).evidence(), Settings()), path)


def test_every_text_stands_out_from_its_ground(book: Any) -> None:
    """By 4.5 to 1, as WCAG 2.2 asks (1.4.3)."""
    one_of_a_style = {
        (cell.style_id, in_table): cell for page in book for cell, in_table in written_cells(page)
    }
    faint = {
        (cell.parent.title, cell.coordinate, ground)
        for (_, in_table), cell in one_of_a_style.items()
        for ground in grounds(cell, in_table)
        if contrast(cell.font.color.rgb[-6:], ground) < 4.5
    }
    assert faint == set()


def test_contrast_is_measured_as_the_standard_does() -> None:
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    assert contrast("777777", "FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("FFFFFF", "777777") == contrast("777777", "FFFFFF")


def test_nothing_is_said_by_colour_alone(book: Any) -> None:
    """A coloured cell in a table has a word in it."""
    silent = [
        (page.title, cell.coordinate)
        for page in book
        for table in page.tables.values()
        for row in page[table.ref]
        for cell in row
        if cell.fill.fill_type and cell.value in (None, "")
    ]
    assert silent == []


def test_a_screen_reader_finds_its_way(book: Any) -> None:
    """No merged cells, no blank rows in tables, first cells selected, one table of details a sheet."""
    summary, notes = book.worksheets[0].title, book.worksheets[-1].title
    for page in book:
        assert not page.merged_cells.ranges
        assert {each.activeCell for each in page.sheet_view.selection} == {"A1"}
        details = [name for name in page.tables if not name.endswith("Totals")]
        assert page.title in (summary, notes) or len(details) == 1
        for table in page.tables.values():
            rows = [[cell.value for cell in row] for row in page[table.ref]]
            assert all(any(value is not None for value in row) for row in rows), table.name


def test_the_numbers_of_a_picture_stand_in_a_table_on_its_sheet(book: Any) -> None:
    """Instead of alternative text, which openpyxl can't write."""
    charts = [(page, chart) for page in book for chart in page._charts]
    _, first, _, last = range_boundaries(book.worksheets[0].tables["tblByProduct"].ref)
    is_empty = last == int(first or 0) + 1
    assert len(charts) == (0 if is_empty else 2)
    for page, chart in charts:
        drawn = [chart.series[0].cat.numRef or chart.series[0].cat.strRef]
        drawn += [each.val.numRef for each in chart.series]
        assert all(stands_in_a_table(page, reference.f) for reference in drawn)


def test_it_prints_on_a4_with_its_headers_and_page_numbers(book: Any) -> None:
    """The rows frozen on screen are repeated on paper; the table's last row is printed."""
    for page in book:
        orientation = "portrait" if page is book.worksheets[0] else "landscape"
        assert (page.page_setup.orientation, page.page_setup.paperSize) == (orientation, 9)
        assert "&P" in page.oddFooter.right.text
        assert "&N" in page.oddFooter.right.text
        if page.sheet_properties.pageSetUpPr is not None and page.sheet_properties.pageSetUpPr.fitToPage:
            assert page.page_setup.fitToHeight == 0
        if page.freeze_panes:
            (table,) = page.tables.values()
            first = int(range_boundaries(table.ref)[1] or 0)
            last = range_boundaries(page.print_area.split("!")[1])[3]
            assert page.print_title_rows == f"$1:${first}"
            assert int(page.freeze_panes.lstrip("ABCDEFG")) == first + 1
            assert last == range_boundaries(table.ref)[3]


def test_every_row_is_as_high_as_its_texts(book: Any) -> None:
    """Of the columns that are printed. Programs that don't make room by themselves cut nothing off. A line of 10 points
    takes 13.
    """
    for page in book:
        printed = range_boundaries(page.print_area.split("!")[1])[2] if page.print_area else page.max_column
        for cell, in_table in written_cells(page):
            if (
                in_table
                and cell.column <= printed
                and cell.alignment.wrap_text
                and isinstance(cell.value, str)
            ):
                width = page.column_dimensions[cell.column_letter].width
                is_cyrillic = any("\u0400" <= letter <= "\u04ff" for letter in cell.value)
                letters = int(width) if is_cyrillic else int(width * 1.1)
                lines = [
                    each for part in cell.value.split("\n") for each in textwrap.wrap(part, letters) or [""]
                ]
                height = page.row_dimensions[cell.row].height or 15
                assert height >= min(13 * len(lines), 400), (page.title, cell.coordinate, cell.value)


def test_the_summary_begins_its_pages_with_titles(book: Any) -> None:
    """It has two pages of A4: one ends before a blank row and a title, and none is wider or higher than the paper."""
    assert_two_pages(book.worksheets[0])


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    "rows", [("charged",), ("no amount",), ("failed",), ("charged", "no amount", "failed")]
)
def test_rows_that_only_some_days_have_fit_on_the_page_too(
    code: str, rows: tuple[str, ...], tmp_path: Path
) -> None:
    """Charged for receipts as a whole; without a sale amount; and a day of which a part failed, with its warning."""
    result = demo_result()
    receipts, lines = result.receipts.copy(), result.lines.copy()
    if "charged" in rows:
        receipts["total"] += MICRO
    if "no amount" in rows:
        lines["sale_amount"] = lines["sale_amount"].mask(lines.index == 0)
    failures = (Failure(None, "HTTP 500"),) if "failed" in rows else ()
    header = dataclasses.replace(result.header, source="api" if failures else "demo")
    result = dataclasses.replace(result, header=header, receipts=receipts, lines=lines, failures=failures)
    path = tmp_path / "day.xlsx"
    assert_two_pages(written(result, path, language=language(code)).worksheets[0])


def assert_two_pages(page: Any) -> None:
    heads = {range_boundaries(table.ref)[1] for table in page.tables.values()}
    breaks = [each.id for each in page.row_breaks.brk]
    assert len(breaks) == 1
    for row in breaks:
        assert page.cell(row, 1).value is None
        assert page.cell(row + 1, 1).font.bold
        assert row + 2 in heads
    letters = sum(each.width for each in page.column_dimensions.values())
    inches = letters * PRINTED_CHARACTER * page.page_setup.scale / 100
    assert inches <= 8.27 - page.page_margins.left - page.page_margins.right
    assert page.page_setup.scale >= 75
    room = (11.69 - page.page_margins.top - page.page_margins.bottom) * 72 * 100 / page.page_setup.scale
    default = page.sheet_format.defaultRowHeight
    heights = [page.row_dimensions[row].height or default for row in range(1, page.max_row + 1)]
    (end_of_first,) = breaks
    chart = sum(each.height / 2.54 * 72 for each in page._charts)
    assert sum(heights[:end_of_first]) <= room
    assert sum(heights[end_of_first:]) + chart <= room


def written_cells(page: Any) -> Iterator[tuple[Any, bool]]:
    """Each with whether it is in a table."""
    tabled = {cell.coordinate for table in page.tables.values() for row in page[table.ref] for cell in row}
    cells = (cell for row in page.iter_rows() for cell in row if cell.value not in (None, ""))
    return ((cell, cell.coordinate in tabled) for cell in cells)


def grounds(cell: Any, in_table: bool) -> tuple[str, ...]:
    if cell.fill.fill_type:
        return (cell.fill.fgColor.rgb[-6:],)
    return (WHITE, STRIPE) if in_table else (WHITE,)


def contrast(ink: str, ground: str) -> float:
    lighter, darker = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def stands_in_a_table(page: Any, reference: str) -> bool:
    drawn = {cell.coordinate for row in page[reference.split("!")[1].replace("$", "")] for cell in row}
    return any(
        drawn <= {cell.coordinate for row in page[table.ref] for cell in row}
        for table in page.tables.values()
    )
