"""The workbook of a day: its sheets, in order, written whole to one file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pandas as pd
from openpyxl import Workbook

from reconcile import __version__
from reconcile.report.about import about_sheet, venue
from reconcile.report.causes import causes_sheet
from reconcile.report.cells import Ink
from reconcile.report.checks import Sheets, checks, checks_sheet
from reconcile.report.details import (
    findings_in_order,
    findings_sheet,
    lines_sheet,
    not_judged_sheet,
    operations_sheet,
)
from reconcile.report.drift import drift_sheet
from reconcile.report.ingredients import ingredients_sheet
from reconcile.report.package import is_untouched, save
from reconcile.report.recipes import recipes_sheet
from reconcile.report.rule_texts import RuleText
from reconcile.report.sheet import EXCEL_ROWS, Sheet
from reconcile.report.styles import Stylebook
from reconcile.report.summary import summary_sheet
from reconcile.result import Result

__all__ = ["RuleText", "is_untouched", "write"]

DEMO = "DEMO: made-up data, not your restaurant"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def write(result: Result, rules: Sequence[RuleText], path: Path, *, rows_per_sheet: int = EXCEL_ROWS) -> None:
    """Write the day's workbook to `path`, in place; the same result gives the same bytes.

    Sheets with more than `rows_per_sheet` rows go on in a second one.
    """
    _Report(result, rules, rows_per_sheet).write(path)


class _Report:
    """One workbook under way. The details are written first: summary, checks and About tell of them."""

    def __init__(self, result: Result, rules: Sequence[RuleText], rows_per_sheet: int) -> None:
        self.result = result
        self.rules = rules
        self.by_name = {rule.name: rule for rule in rules}
        number = result.header.venue_id
        self.day = result.header.date.isoformat() + ("" if number is None else f", {venue(result)}")
        self.demo = DEMO if result.header.demo else None
        self.workbook = Workbook()
        self.ink = Ink(Stylebook(self.workbook))
        ordered = findings_in_order(result.findings, result.causes)
        day, demo = self.day, self.demo
        self.findings = findings_sheet(ordered, self.by_name, day, demo)
        self.lines = lines_sheet(result, day, demo)
        self.operations = operations_sheet(result, day, demo)
        self.ingredients = ingredients_sheet(result, day, demo)
        others = (
            self.ingredients,
            recipes_sheet(result, day, demo),
            drift_sheet(result.operations, day, demo),
            not_judged_sheet(result, day, demo),
        )
        split = self.findings.split(rows_per_sheet)
        self.places = _first_places(ordered, "rule", split)
        of_causes = _first_places(ordered, "cause", split)
        self.causes = causes_sheet(result.causes, self.by_name, of_causes, day, demo)
        self.details = [
            *self.causes.split(rows_per_sheet),
            *split,
            *(
                each
                for sheet in (self.lines, self.operations, *others)
                for each in sheet.split(rows_per_sheet)
            ),
        ]

    def write(self, path: Path) -> None:
        summary, *last = self._told()
        sheets = [summary, *self.details, *last]
        self._frame(sheets)
        rows: dict[str, Callable[[], Iterator[str]]] = {
            sheet.name: partial(sheet.rows, self.ink) for sheet in self.details
        }
        for place, sheet in ((0, summary), *enumerate(last, 1)):
            rows[sheet.name] = partial(self._told_rows, place)
        save(self.workbook, rows, path)

    def _told_rows(self, place: int) -> Iterator[str]:
        """One of these sheets, told when its turn comes: after the details."""
        return self._told()[place].rows(self.ink)

    def _told(self) -> list[Sheet]:
        """Summary, checks and About, as far as the details are written: their shape never changes."""
        proven = (self.findings, self.lines, self.operations, self.causes, self.ingredients)
        written = Sheets(*(sheet.tables[0].written for sheet in proven))
        made = checks(self.result, written)
        return [
            summary_sheet(self.result, self.by_name, self.places, made, self.demo),
            checks_sheet(made, self.day, self.demo),
            about_sheet(self.result, self.rules, self.ink, self.day, self.demo),
        ]

    def _frame(self, sheets: Sequence[Sheet]) -> None:
        """All of the workbook that openpyxl makes: everything but rows."""
        finished = self.result.finished_at
        properties = self.workbook.properties
        properties.creator = f"reconcile {__version__}"
        properties.title = f"Sales against stock, {self.day}"
        properties.created = properties.modified = _moment(finished)
        for sheet in sheets:
            first = sheet is sheets[0]
            worksheet = self.workbook.worksheets[0] if first else self.workbook.create_sheet()
            worksheet.title = sheet.name
            sheet.frame(worksheet, self.demo, self.day)


def _first_places(findings: pd.DataFrame, column: str, sheets: Sequence[Sheet]) -> Mapping[str, str]:
    """From each rule, or cause, to its first finding."""
    firsts = findings.dropna(subset=column).drop_duplicates(column)
    places = {}
    for row, name in zip(firsts.index.tolist(), firsts[column].astype(str), strict=True):
        sheet = next(each for each in sheets if each.stop is None or row < each.stop)
        places[name] = sheet.place_of(row)
    return places


def _moment(text: str) -> datetime:
    """A time of the evidence, in UTC, without zone; a fixed one where there is none."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: its zone leads out of the calendar
        moment = _LONG_AGO
    # readers refuse a file of a year before 1000, and no evidence is older than this program
    return max(moment.replace(tzinfo=None, microsecond=0), _LONG_AGO.replace(tzinfo=None))
