"""A workbook written, linted and read back, and what stands in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from reconcile.analysis.day_items import day_items
from reconcile.engine.result import Result
from reconcile.ledger.ledger import Ledger, carry
from reconcile.report import workbook
from tests.given.workbook_lint import problems


def ledger_of(result: Result) -> Ledger:
    """The ledger of a day before which there was nothing."""
    return carry(day_items(result), result.header.date)


def write(result: Result, path: Path, ledger: Ledger | None = None, **more: Any) -> None:
    """The workbook, by default of a day before which there was nothing."""
    workbook.write(result, ledger or ledger_of(result), path, **more)


def written(result: Result, path: Path, ledger: Ledger | None = None, **more: Any) -> Any:
    """The workbook read back, and found without fault."""
    write(result, path, ledger, **more)
    assert problems(path) == []
    return openpyxl.load_workbook(path)


def table(book: Any, sheet: str, name: str | None = None) -> list[dict[str, Any]]:
    """The rows of a sheet's one table, or of the one of that name; `Legend` is `tblLegend`, on whichever sheet."""
    if sheet not in book.sheetnames:
        name = f"tbl{sheet.title().replace(' ', '')}"
        (sheet,) = [page.title for page in book if name in page.tables]
    page = book[sheet]
    (only,) = [page.tables[name]] if name else page.tables.values()
    header, *rows = page[only.ref]
    return [
        dict(zip([cell.value for cell in header], [cell.value for cell in row], strict=True)) for row in rows
    ]


def words(book: Any, sheet: str) -> str:
    """All texts of a sheet."""
    return "\n".join(
        str(cell) for row in book[sheet].iter_rows(values_only=True) for cell in row if cell is not None
    )
