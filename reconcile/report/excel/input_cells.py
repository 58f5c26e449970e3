"""Cells of a table that a person fills in: from a drop-down list, or with a date."""

from __future__ import annotations

from openpyxl.worksheet.datavalidation import DataValidation

from reconcile.report.excel.context import WorkbookContext

_EARLIEST_DAY = 36_526
"""2000-01-01, as Excel's serial number."""


def drop_down_list(context: WorkbookContext, choices: tuple[str, ...], cells: str) -> DataValidation:
    """Cells that hold one of the choices (English; shown in the workbook's language), or nothing."""
    texts = [context.say(choice) for choice in choices]
    validation = DataValidation(type="list", formula1=f'"{",".join(texts)}"', sqref=cells)
    validation.showErrorMessage = True
    validation.error = context.say("Choose one of: {choices}", choices=", ".join(texts))
    return validation


def date_input(context: WorkbookContext, cells: str) -> DataValidation:
    """Cells that hold a date, or nothing."""
    validation = DataValidation(
        type="date", operator="greaterThanOrEqual", formula1=str(_EARLIEST_DAY), sqref=cells
    )
    validation.showErrorMessage = True
    validation.error = context.say("Enter a date, such as {date}", date="2026-01-31")
    return validation
