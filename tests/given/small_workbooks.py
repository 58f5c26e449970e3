"""Workbooks of a few made sheets, written and read back: what a sheet can do, without a day."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl import Workbook

from reconcile.report.excel.cell_encoder import CellEncoder
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.package import save
from reconcile.report.excel.sheet import Sheet
from reconcile.report.excel.styles import StyleRegistry
from reconcile.report.excel.table import Column, TextCell, frame_of
from reconcile.report.excel.table_sheet import table_sheet
from tests.given.workbook_lint import problems

CONTEXT = WorkbookContext(day="2026-01-19")


def sheet_of(columns: tuple[Column, ...], *rows: tuple[Any, ...], **options: Any) -> Sheet:
    """A sheet called Prices, of one table of those rows."""
    return table_sheet(CONTEXT, "Prices", columns, frame_of(columns, rows), **options)


def saved(path: Path, *sheets: Sheet, max_rows: int = 1_000) -> Any:
    """The sheets, in a workbook that begins with a Summary, read back and found without fault."""
    workbook = Workbook()
    encoder = CellEncoder(StyleRegistry(workbook))
    parts = [part for sheet in sheets for part in sheet.split(max_rows)]
    summary = Sheet(CONTEXT, "Summary", [(TextCell("Summary"),)])
    summary.set_up(workbook.worksheets[0])
    workbook.worksheets[0].title = summary.name
    for part in parts:
        part.set_up(workbook.create_sheet(part.name))
    save(workbook, {each.name: partial(each.rows, encoder) for each in (summary, *parts)}, path)
    assert problems(path) == []
    return openpyxl.load_workbook(path)
