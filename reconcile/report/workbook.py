"""Writes the workbook of a day to one file, its sheets in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import pandas as pd
from openpyxl import Workbook

from reconcile import __version__
from reconcile.analysis.bridge import bridge
from reconcile.analysis.corrections import corrections
from reconcile.analysis.stock_chain import stock_chain
from reconcile.analysis.units import product_units
from reconcile.engine.result import Result
from reconcile.language.translate import ENGLISH, Language
from reconcile.ledger.item import CARRIED_FORWARD
from reconcile.ledger.ledger import Ledger
from reconcile.report.excel.cell_encoder import CellEncoder
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.package import is_untouched, save
from reconcile.report.excel.sheet import EXCEL_ROWS, Sheet
from reconcile.report.excel.styles import StyleRegistry
from reconcile.report.sheets import analyses
from reconcile.report.sheets.breakdowns import rule_and_severity
from reconcile.report.sheets.changed_since import changed_since_sheet
from reconcile.report.sheets.checks import Sheets, checks
from reconcile.report.sheets.checks_and_notes import checks_and_notes
from reconcile.report.sheets.corrections import corrections_sheet
from reconcile.report.sheets.details import lines_sheet, operations_sheet
from reconcile.report.sheets.findings import causes_sheet, findings_sheet
from reconcile.report.sheets.open_items import open_items_sheet
from reconcile.report.sheets.products import products_sheet
from reconcile.report.sheets.summary import Pages, summary_sheet

__all__ = ["is_untouched", "write"]

_IN_ORDER = (
    "open_items", "causes", "corrections", "changed_since", "products", "findings", "recipes", "drift", "chain",
    "lines", "operations",
)  # fmt: skip
"""The sheets between Summary and Checks and notes, by the names of `Sheets`; Changed since only where something did."""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def write(
    result: Result,
    ledger: Ledger,
    path: Path,
    *,
    language: Language = ENGLISH,
    rows_per_sheet: int = EXCEL_ROWS,
) -> None:
    """Write the day's workbook to `path`, in place; the same result and ledger give the same bytes.

    A sheet with more than `rows_per_sheet` rows continues on a second one. The details are written first: Summary
    and Checks and notes report what was written.
    """
    context = WorkbookContext.of(result, language)
    workbook = Workbook()
    encoder = CellEncoder(StyleRegistry(workbook), language)
    day_bridge = bridge(result)
    chain = stock_chain(result.operations)
    proven, places = proven_sheets(result, ledger, chain, context, rows_per_sheet)
    sheets = {**proven, "recipes": analyses.recipes_sheet(result, context)}
    if result.changed_since:
        sheets["changed_since"] = changed_since_sheet(result, context)
    in_order = (sheets[name] for name in _IN_ORDER if name in sheets)
    details = [part for sheet in in_order for part in sheet.split(rows_per_sheet)]

    pages = Pages.of(result, ledger, day_bridge, places, context)
    to_work = ledger.selected(closing=CARRIED_FORWARD)
    first_item = places[to_work[0].id] if to_work else None

    def overview() -> list[Sheet]:
        """Summary and Checks and notes, by what is written so far; only their values depend on that."""
        totals = Sheets(**{name: sheet.tables[-1].written for name, sheet in proven.items()})
        made = checks(result, ledger, day_bridge, chain, totals)
        return [
            summary_sheet(result, pages, context, checks=made, first_item=first_item),
            *checks_and_notes(result, made, encoder, context).split(rows_per_sheet),
        ]

    summary, *last = overview()
    _set_up(workbook, [summary, *details, *last], result, context)
    final = cache(overview)  # called once more, after the details are written

    def overview_rows(place: int) -> Iterator[str]:
        return final()[place].rows(encoder)

    rows: dict[str, Callable[[], Iterator[str]]] = {
        sheet.name: partial(sheet.rows, encoder) for sheet in details
    }
    rows |= {sheet.name: partial(overview_rows, place) for place, sheet in enumerate((summary, *last))}
    save(workbook, rows, path)


def _set_up(workbook: Workbook, sheets: Sequence[Sheet], result: Result, context: WorkbookContext) -> None:
    """Everything but the rows, which openpyxl does not write."""
    properties = workbook.properties
    properties.creator = f"reconcile {__version__}"
    properties.title = context.say("Sales against stock, {day}", day=context.day)
    properties.language = context.language.code
    properties.created = properties.modified = _moment(result.finished_at)
    for sheet in sheets:
        first = sheet is sheets[0]
        worksheet = workbook.worksheets[0] if first else workbook.create_sheet()
        worksheet.title = sheet.name
        sheet.set_up(worksheet)


def proven_sheets(
    result: Result,
    ledger: Ledger,
    chain: pd.DataFrame,
    context: WorkbookContext,
    rows_per_sheet: int = EXCEL_ROWS,
) -> tuple[dict[str, Sheet], Mapping[str, str]]:
    """The sheets that the checks verify, by the names of `Sheets`, and the links to each rule and item. `chain`:
    `reconcile.analysis.stock_chain`.
    """
    units = product_units(result)
    findings = findings_sheet(ledger.items, result.rules, context)
    parts = findings.split(rows_per_sheet)
    items = ledger.items.assign(rule=rule_and_severity(ledger.items))
    by_rule, by_cause = (_places(_firsts(items, name), parts) for name in ("rule", "cause"))
    open_items = open_items_sheet(ledger, result.rules, result.header.date, context)
    of_items = _places(enumerate(item.id for item in ledger.open_items), open_items.split(rows_per_sheet))
    sheets = {
        "open_items": open_items,
        "causes": causes_sheet(result, units, by_cause, ledger.causes, context),
        "corrections": corrections_sheet(corrections(ledger, result.rules), context),
        "products": products_sheet(result, units, context),
        "findings": findings,
        "lines": lines_sheet(result, context),
        "operations": operations_sheet(result, units, context),
        "chain": analyses.chain_sheet(chain, result.operations, units, context),
        "drift": analyses.drift_sheet(result.operations, units, ledger.previous, context),
    }
    return sheets, {**by_rule, **of_items}


def _firsts(items: pd.DataFrame, column: str) -> Iterator[tuple[int, str]]:
    """The row of the first item of each value of a column, and the value."""
    firsts = items.dropna(subset=column).drop_duplicates(column)
    return zip(firsts.index.tolist(), firsts[column].astype(str), strict=True)


def _places(rows: Iterable[tuple[int, str]], sheets: Sequence[Sheet]) -> Mapping[str, str]:
    """By name, the link to its row, on the sheet that has it."""
    return {
        name: next(each for each in sheets if each.stop is None or row < each.stop).link_to_row(row)
        for row, name in rows
    }


def _moment(text: str) -> datetime:
    """A time of the evidence as a naive time in UTC; a fixed one if there is none."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: in UTC it is before year 1 or after 9999
        moment = _LONG_AGO
    # spreadsheet programs reject years before 1000
    return max(moment.replace(tzinfo=None, microsecond=0), _LONG_AGO.replace(tzinfo=None))
