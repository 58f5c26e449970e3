"""A day too long for a sheet: it goes on in another, and every link still leads where it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils import range_boundaries

from reconcile.engine.result import Result
from reconcile.report.excel import sheet as sheets
from tests.given.demo_day import demo_book, demo_result
from tests.given.examples import examples
from tests.given.workbook_reading import table, written


@pytest.fixture
def demo() -> Result:
    return demo_result()


def parts(book: Any, name: str) -> list[str]:
    return [each for each in book.sheetnames if each.rstrip(" 0123456789") == name]


@pytest.mark.parametrize("most", [10, 12, 30, 167][-examples(2, 4) :])
def test_no_row_is_lost_between_two_sheets(demo: Result, tmp_path: Path, most: int) -> None:
    whole = demo_book()
    book = written(demo, tmp_path / "split.xlsx", rows_per_sheet=most)
    for name in ("Causes", "Findings", "Open items", "Sale lines", "Stock operations", "Unit costs"):
        told = [row for part in parts(book, name) for row in table(book, part)]
        assert told == table(whole, name), name
        assert max(book[part].max_row for part in parts(book, name)) <= most
    assert parts(book, "Stock operations")[:2] == ["Stock operations", "Stock operations 2"]
    assert {row["Result"] for row in table(book, "Checks")} == {"OK"}


@pytest.mark.parametrize("most", [12, 1_000])
def test_each_cause_leads_to_its_first_finding(demo: Result, tmp_path: Path, most: int) -> None:
    book = written(demo, tmp_path / "split.xlsx", rows_per_sheet=most)
    first: dict[str, str] = {}
    for part in parts(book, "Findings"):
        for row in rows_with_places(book, part):
            first.setdefault(row["Cause id"], row["place"])
    causes = [row for part in parts(book, "Causes") for row in rows_with_places(book, part)]
    assert len(causes) > 20
    assert [row["link"] for row in causes] == [first[row["Cause id"]] for row in causes]


def rows_with_places(book: Any, name: str) -> list[dict[str, Any]]:
    """A table's rows, each with its place as a link names it, and where its own link leads."""
    page = book[name]
    (only,) = page.tables.values()
    head = int(range_boundaries(only.ref)[1] or 0)
    links = [page.cell(head + 1 + number, 1) for number in range(len(table(book, name)))]
    return [
        row | {"place": f"'{name}'!A{cell.row}", "link": cell.hyperlink and cell.hyperlink.location}
        for row, cell in zip(table(book, name), links, strict=True)
    ]


def test_a_sheet_has_no_more_links_than_excel_opens(
    demo: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The biggest causes come first: it is the last that are found without one."""
    monkeypatch.setattr(sheets, "_MAX_LINKS", 5)
    causes = rows_with_places(written(demo, tmp_path / "few.xlsx"), "Causes")
    assert [bool(row["link"]) for row in causes] == [True] * 5 + [False] * (len(causes) - 5)


def test_a_picture_is_drawn_once_where_its_table_goes_on(demo: Result, tmp_path: Path) -> None:
    book = written(demo, tmp_path / "split.xlsx", rows_per_sheet=30)
    assert [len(book[name]._charts) for name in ("Unit costs", "Unit costs 2")] == [1, 0]
