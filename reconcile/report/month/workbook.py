"""Writes the workbook of a month to one file, its sheets in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path

from openpyxl import Workbook

from reconcile import __version__
from reconcile.close.judged_by import spans
from reconcile.close.month import Month
from reconcile.language.translate import ENGLISH, Language, to_say
from reconcile.report.excel.cell_encoder import CellEncoder
from reconcile.report.excel.context import DEMO_BANNER, WorkbookContext
from reconcile.report.excel.formats import amount, label, long_text, long_translated, text
from reconcile.report.excel.package import save
from reconcile.report.excel.sheet import EXCEL_ROWS, Sheet
from reconcile.report.excel.styles import DEMO_STYLE, StyleRegistry
from reconcile.report.excel.table import Column, frame_of
from reconcile.report.excel.table_sheet import table_sheet
from reconcile.report.month import tables
from reconcile.report.month.summary import in_the_way_sheet, summary_sheet
from reconcile.report.sheets.corrections import corrections_sheet

_JUDGED_BY = {
    "settings_sha256": to_say("Judged by other settings than those in force now"),
    "program": to_say("Judged by another version of the program"),
}
_YES, _NO = to_say("OK"), to_say("FAILED")


def write(month: Month, path: Path, *, language: Language = ENGLISH) -> None:
    """Write the workbook to `path`, in place; the same month gives the same bytes."""
    context = _context(month, language)
    workbook = Workbook()
    encoder = CellEncoder(StyleRegistry(workbook), language)
    sheets = [part for sheet in _sheets(month, context) for part in sheet.split(EXCEL_ROWS)]
    properties = workbook.properties
    properties.creator = f"reconcile {__version__}"
    properties.title = context.say("Sales against stock, {day}", day=context.day)
    properties.language = language.code
    properties.created = properties.modified = datetime.combine(month.last, time(), UTC).replace(tzinfo=None)
    for place, sheet in enumerate(sheets):
        worksheet = workbook.create_sheet() if place else workbook.worksheets[0]
        worksheet.title = sheet.name
        sheet.set_up(worksheet)
    save(workbook, {sheet.name: partial(sheet.rows, encoder) for sheet in sheets}, path)


def _context(month: Month, language: Language) -> WorkbookContext:
    demo, venue = month.series
    days = f"{month.first} – {month.last}"
    if venue:
        days = f"{days}, {language.say('venue {number}', number=venue)}"
    return WorkbookContext(days, language, ((language.say(DEMO_BANNER), DEMO_STYLE),) if demo else ())


def _sheets(month: Month, context: WorkbookContext) -> Iterator[Sheet]:
    yield summary_sheet(month, context)
    yield in_the_way_sheet(month, context)
    yield tables.days_sheet(month, context)
    yield tables.usage_sheet(month, context, ingredients=False)
    yield tables.usage_sheet(month, context, ingredients=True)
    yield tables.repeating_sheet(month, context)
    yield tables.costs_sheet(month, context)
    yield tables.stock_sheet(month, context)
    if month.counts is not None:
        yield tables.counts_sheet(month.counts, context)
    yield corrections_sheet(month.corrections, context)
    yield tables.open_items_sheet(month, context)
    yield _checks_sheet(month, context)
    yield _about_sheet(month, context)


def _checks_sheet(month: Month, context: WorkbookContext) -> Sheet:
    columns = (
        Column("Check", "name", long_translated, max_width=70),
        Column("Expected", "expected", amount),
        Column("Actual", "actual", amount),
        Column("Result", "result", label),
    )
    trail = len(month.ledger.broken) * 10**6
    rows = [
        *((each.name, each.expected, each.actual, _YES if each.holds else _NO) for each in month.proofs),
        (to_say("Ledger: places where the trail is not whole = 0"), 0, trail, _NO if trail else _YES),
    ]
    return table_sheet(context, to_say("Checks"), columns, frame_of(columns, rows))


def _about_sheet(month: Month, context: WorkbookContext) -> Sheet:
    say = context.say
    given = month.documents
    rows = [
        (say("Program"), f"reconcile {__version__}"),
        (say("Days"), f"{month.first} – {month.last}"),
        (say("Days with books"), str(int(month.days["complete"].notna().sum()))),
        (say("Currency"), month.settings.currency or say("not known")),
        (say("Material value"), str(month.settings.thresholds.material_value)),
        ("movements.csv", say("not given") if given.movements is None else str(len(given.movements))),
        ("counts.csv", _counts(month, context)),
        *(
            (say(_JUDGED_BY[each.what]), f"{spans(each.days)} ({each.other[:20]})")
            for each in month.judged_by
        ),
        *((say("Trail"), each) for each in month.ledger.broken[:10]),
    ]
    columns = (Column("What", "what", text), Column("Value", "value", long_text, max_width=80))
    return table_sheet(context, to_say("About"), columns, frame_of(columns, rows))


def _counts(month: Month, context: WorkbookContext) -> str:
    """How many counts were given, and how many of them are of these days."""
    given, shown = month.documents.counts, month.counts
    if given is None or shown is None:
        return context.say("not given")
    return context.say("{count}, of which {of_days} of these days", count=len(given), of_days=len(shown))
