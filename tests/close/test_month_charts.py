"""The charts of a month: what they draw, and that they are printed whole, on a page of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from tests.given.closed_months import close, run_days
from tests.given.workbook_lint import problems
from tests.report.test_charts import title_of

PIXEL = 9525
COLUMN, ROW = 64, 20
"""Pixels of a cell of the usual size."""
PAGE_POINTS = (210 / 25.4 - 0.8) * 72
"""Height of a page of A4 across, without its margins."""


@pytest.fixture
def book(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Four days, of which the third was not run."""
    folder = tmp_path / "reports"
    run_days(folder, ("twice",), ("missing",))
    close(folder, capsys, 4)
    (path,) = folder.glob("*-to-*.xlsx")
    assert problems(path) == []
    return openpyxl.load_workbook(path)


def drawn(book: Any, sheet: str) -> dict[str, list[str]]:
    """By title, the cells that a chart draws, with those of its categories last."""
    return {
        title_of(chart): [
            *(each.val.numRef.f for each in chart.series),
            (chart.series[0].cat.numRef or chart.series[0].cat.strRef).f,
        ]
        for chart in book[sheet]._charts
    }


def test_days_have_the_net_and_the_costs_of_every_day(book: Any) -> None:
    """Also of a day without books, whose place stays empty."""
    assert drawn(book, "Days") == {
        "Over- and under-deducted by day, net": ["'Days'!$J$4:$J$7", "'Days'!$A$4:$A$7"],
        "Expected and actual cost by day": ["'Days'!$F$4:$F$7", "'Days'!$G$4:$G$7", "'Days'!$A$4:$A$7"],
    }
    header = [cell.value for cell in book["Days"][3]]
    assert [header[place] for place in (0, 5, 6, 9)] == ["Day", "Expected cost", "Actual cost", "Net"]
    assert [cell.value for cell in book["Days"]["J"][3:]] == [8000, -8000, None, None]


def test_products_have_the_largest_differences(book: Any) -> None:
    """Unless nothing differs, as of ingredients here."""
    assert len(book["Products"]._charts) == 0, "8,000 over and 8,000 under of one product come to nothing"
    assert len(book["Ingredients"]._charts) == 0


def corners(area: str) -> tuple[int, int, int, int]:
    """The first column and row of a printed area, and the last."""
    left, top, right, bottom = range_boundaries(area.rpartition("!")[2])
    return left or 0, top or 0, right or 0, bottom or 0


def test_a_chart_lies_within_a_printed_area_or_is_not_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "reports"
    run_days(folder, ("twice",), ())
    close(folder, capsys, 2)
    (path,) = folder.glob("*-to-*.xlsx")
    found: Any = openpyxl.load_workbook(path)
    pages = {page.title: page for page in found if page._charts}
    assert list(pages) == ["Summary", "Days", "Products"]
    summary = pages.pop("Summary")
    assert not summary.print_area, "all of it is printed"
    products = pages.pop("Products")
    assert "," not in products.print_area, "the columns that each page repeats would cut its chart"
    for page in pages.values():
        table, charts = page.print_area.replace("$", "").split(",")
        (_, _, last_column, _), (left, top, right, bottom) = map(corners, (table, charts))
        assert left > last_column
        used = top
        for chart in page._charts:
            place, size = chart.anchor._from, chart.anchor.ext
            first_row, last_row = place.row + 1, place.row + 1 + size.height / PIXEL / ROW
            assert used <= first_row
            assert last_row <= bottom + 1
            assert left <= place.col + 1
            assert place.col + 1 + size.width / PIXEL / COLUMN <= right + 1
            used = last_row
        heights = [page.row_dimensions[row].height or 15 for row in range(1, top)]
        assert sum(heights) + (bottom + 1 - top) * 15 <= PAGE_POINTS
