"""The charts: one product that is larger than all others together is named, and not drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconcile.report.excel.chart import Chart
from reconcile.report.excel.formats import long_text, money
from reconcile.report.excel.table import Column
from tests.given.demo_day import demo_book
from tests.given.small_workbooks import saved, sheet_of
from tests.given.workbook_reading import table

COLUMNS = (
    Column("Product", "product", long_text),
    Column("Over", "over", money),
    Column("Under", "under", money),
)
CHART = Chart("By product", "Prices", "Product", ("Over", "Under"))
MILLION = 1_000_000


@pytest.mark.parametrize(
    ("amounts", "title", "drawn"),
    [
        ([(7, -5), (3, -1), (2, -6)], "By product", "3:5"),
        ([(5, -7), (3, -1), (2, -5)], "By product, without p0: 5.00, −7.00", "4:5"),
        ([(0, -9), (3, 0)], "By product, without p0: −9.00", "4:4"),
        ([(9, None), (3, None)], "By product, without p0: 9.00", "4:4"),
        ([(9, 0)], "By product", "3:3"),
        ([(0, 0), (0, 0)], "By product", "3:4"),
        ([(90, 0), *[(n, 0) for n in range(12, 0, -1)]], "By product, without p0: 90.00", "4:12"),
        ([(4, 0)] * 12, "By product", "3:12"),
    ],
    ids=["half", "over-half", "two-rows", "unknown", "alone", "nothing", "most-bars", "alike"],
)
def test_one_that_is_over_half_is_left_out_and_named(
    tmp_path: Path, amounts: list[tuple[int | None, int | None]], title: str, drawn: str
) -> None:
    """Half of the sum of the magnitudes over all rows; the table keeps it."""
    rows = [
        (f"p{n}", *(None if each is None else each * MILLION for each in pair))
        for n, pair in enumerate(amounts)
    ]
    book = saved(tmp_path / "a.xlsx", sheet_of(COLUMNS, *rows, charts=(CHART,)))
    (chart,) = book["Prices"]._charts
    assert title_of(chart) == title
    first, last = drawn.split(":")
    assert [each.val.numRef.f for each in chart.series] == [
        f"'Prices'!${letter}${first}" + ("" if first == last else f":${letter}${last}") for letter in "BC"
    ]
    assert [each.tx.strRef.f for each in chart.series] == ["'Prices'!$B$2", "'Prices'!$C$2"]
    assert {each.cat.numRef.f for each in chart.series} == {
        f"'Prices'!$A${first}" + ("" if first == last else f":$A${last}")
    }
    assert len(table(book, "Prices")) == len(amounts)


def test_a_hostile_name_is_shortened_in_the_title(tmp_path: Path) -> None:
    rows = [("=bell\x07 " + "long " * 9_000, 9 * MILLION, 0), ("Tea", MILLION, 0)]
    (chart,) = saved(tmp_path / "a.xlsx", sheet_of(COLUMNS, *rows, charts=(CHART,)))["Prices"]._charts
    assert title_of(chart) == "By product, without =bell\ufffd long long long long long long…: 9.00"


@pytest.mark.parametrize(
    ("name", "amount"), [("tblByProduct", "Over-deducted"), ("tblCostDrift", "Value of the drift")]
)
def test_one_mistake_of_the_demo_day_does_not_flatten_the_rest(name: str, amount: str) -> None:
    """A dish written off a thousandfold, and a unit cost of −21,000, are each worth more than all others."""
    book = demo_book()
    (page,) = [page for page in book if name in page.tables]
    largest, (chart,) = table(book, page.title, name)[0], page._charts
    value = f"{largest[amount]:,.2f}".replace("-", "−")
    assert title_of(chart).endswith(f", without {largest['Product']}: {value}")


def title_of(chart: Any) -> str:
    return "".join(run.t for paragraph in chart.title.tx.rich.p for run in paragraph.r or ())
