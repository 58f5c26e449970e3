"""The workbook on paper: legible, with what an accountant reads, and rows no higher than that needs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openpyxl.utils import column_index_from_string, range_boundaries

from reconcile.language.catalogues import LANGUAGES
from reconcile.report.excel.formats import long_text, number
from reconcile.report.excel.table import Column
from tests.given.demo_day import demo_book
from tests.given.small_workbooks import saved, sheet_of

LEAST_SCALE = 75
"""Per cent: 10 points are printed as 7.5."""


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_sheet_is_printed_smaller_than_is_legible(code: str) -> None:
    scales = {page.title: print_scale(page) for page in demo_book(code)}
    assert {name: scale for name, scale in scales.items() if scale < LEAST_SCALE} == {}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_sheet_of_two_pages_side_by_side_repeats_its_first_columns(code: str) -> None:
    """None is wider. What is repeated stays on screen too."""
    wide = [page for page in demo_book(code) if (page.page_setup.fitToWidth or 1) > 1]
    assert wide
    for page in wide:
        assert page.page_setup.fitToWidth == 2, page.title
        assert page.freeze_panes.startswith(chr(ord("A") + repeated_columns(page))), page.title
        assert repeated_columns(page) > 0


def test_ids_and_what_to_do_are_not_printed() -> None:
    """They stand on the right of what is; a receipt's number is printed, to find it by."""
    for page in demo_book():
        for table in page.tables.values():
            headers = [cell.value for cell in page[table.ref][0]]
            printed = headers[: len(printed_widths(page))]
            unwanted = [
                head for head in printed if re.search(r"\bid$|^What to do$|^(Line|Operation|Stock)$", head)
            ]
            assert unwanted == [], page.title


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_chart_of_the_summary_is_no_wider_than_its_tables(code: str) -> None:
    """Else it would be cut, and take a page more."""
    page = demo_book(code).worksheets[0]
    (chart,) = page._charts
    pixels = chart.anchor.ext.width / 9525
    assert chart.anchor._from.col == 0
    assert 0 < pixels <= sum(printed_widths(page)) * 7


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_link_to_the_summary_is_not_cut_by_the_title(code: str) -> None:
    for page in demo_book(code).worksheets[1:]:
        link = next(
            cell for row in page.iter_rows(max_col=1) for cell in row if str(cell.value).startswith("←")
        )
        assert len(link.value) + 2 <= page.column_dimensions["A"].width, page.title


@pytest.mark.parametrize(
    ("widths", "repeated", "pages", "scale"),
    [
        ([100], 0, 1, 100),
        ([150], 0, 1, 100),
        ([201], 0, 1, 75),
        ([202], 0, 1, 74),
        ([150, 150], 0, 2, 100),
        ([50, 100, 100], 1, 2, 100),
        ([50, 150, 150], 1, 2, 75),
        ([50, 100, 100, 100], 1, 2, 60),
    ],
)
def test_a_scale_is_found_as_a_spreadsheet_program_finds_it(
    widths: list[int], repeated: int, pages: int, scale: int
) -> None:
    """A page ends before a column that doesn't fit, and the next begins with the repeated columns."""
    assert largest_scale(widths, repeated, pages) == scale


@pytest.mark.parametrize(
    ("widths", "pages"),
    [((24, 100, 77), 1), ((24, 100, 78), 2), ((24, 100, 78, 100), 3), ((24, 160, 160), 2), ((24, 300), 1)],
)
def test_a_sheet_has_as_many_pages_side_by_side_as_it_needs(
    tmp_path: Any, widths: tuple[int, ...], pages: int
) -> None:
    """The first column is on each; one that is wider than a page must be printed smaller."""
    columns = tuple(
        Column(f"Column{n}", str(n), number, min_width=width, max_width=width)
        for n, width in enumerate(widths)
    )
    sheet = sheet_of(columns, (1,) * len(widths), freeze_to="Column0")
    assert saved(tmp_path / "a.xlsx", sheet)["Prices"].page_setup.fitToWidth == pages


@pytest.mark.parametrize(("print_to", "lines"), [("Product", 1), ("Note", 3), ("Advice", 8)])
def test_a_row_is_as_high_as_its_printed_texts(tmp_path: Any, print_to: str, lines: int) -> None:
    columns = (
        Column("Product", "product", long_text),
        Column("Note", "note", long_text, max_width=20),
        Column("Advice", "advice", long_text, max_width=20),
    )
    row = ("Tea", "a word " * 8, "a word " * 22)
    page = saved(tmp_path / "a.xlsx", sheet_of(columns, row, print_to=print_to))["Prices"]
    assert page.row_dimensions[3].height == (None if lines == 1 else 13.5 * lines + 1)
    assert page["C3"].value == row[2]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_header_has_at_most_three_lines(code: str) -> None:
    """It is repeated on each page."""
    for page in demo_book(code):
        for table in page.tables.values():
            row = range_boundaries(table.ref)[1]
            assert page.row_dimensions[row].height <= 3 * 13.5 + 2, (page.title, table.name)


def print_scale(page: Any) -> int:
    """Per cent at which a sheet is printed on A4: as fits its pages side by side, 100 at most."""
    setup, widths = page.page_setup, printed_widths(page)
    assert setup.paperSize == 9
    if page.sheet_properties.pageSetUpPr is not None and page.sheet_properties.pageSetUpPr.fitToPage:
        return largest_scale(widths, repeated_columns(page), setup.fitToWidth or 1)
    assert setup.orientation == "portrait"
    assert sum(widths) <= characters(setup.scale, 210), "wider than the paper"
    return int(setup.scale)


def largest_scale(widths: list[int], repeated: int, pages: int) -> int:
    return next(scale for scale in range(100, 0, -1) if pages_at(scale, widths, repeated) <= pages)


def pages_at(scale: int, widths: list[int], repeated: int) -> int:
    """How many pages side by side the columns take at that scale."""
    pages, left = 1, characters(scale)
    for column, width in enumerate(widths):
        if width > left and column > repeated:
            pages, left = pages + 1, characters(scale) - sum(widths[:repeated])
        left -= width
    return pages if left >= 0 else 1_000


def characters(scale: int, paper: int = 297) -> float:
    """What a page of so many millimetres holds between its margins, in digits of the standard font, which are 7 pixels
    of 1/96 inch wide.
    """
    millimetres = paper - 2 * 0.35 * 25.4
    return millimetres / (7 / 96 * 25.4) * 100 / scale


def printed_widths(page: Any) -> list[int]:
    """In characters."""
    letters = sorted(page.column_dimensions, key=column_index_from_string)
    widths = [page.column_dimensions[letter].width for letter in letters]
    last = range_boundaries(page.print_area.split("!")[1])[2] if page.print_area else len(widths)
    return widths[:last]


def repeated_columns(page: Any) -> int:
    titles = page.print_title_cols
    return column_index_from_string(titles.split(":$")[1]) if titles else 0
