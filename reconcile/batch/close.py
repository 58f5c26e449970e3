"""Closes a month: its books are made whole, what they and the ledger say is worked out, and the reports are written."""

from __future__ import annotations

import dataclasses
import logging
import sqlite3
from calendar import monthrange
from datetime import date
from decimal import Decimal
from pathlib import Path

from reconcile import __version__
from reconcile.batch.folder import base_name, report_days
from reconcile.batch.history import keep_answers
from reconcile.batch.rebuild_books import rebuild_books
from reconcile.batch.report_files import Output, write_documents, write_workbook
from reconcile.books.folder import held
from reconcile.books.origin import settings_digest
from reconcile.books.read import connected
from reconcile.close.documents import read_documents
from reconcile.close.judged_by import judged_by_others
from reconcile.close.ledger_view import LedgerView, ledger_view
from reconcile.close.month import Month, month_of
from reconcile.close.proofs import Report
from reconcile.core.errors import UsageError
from reconcile.core.exact import exact_micros
from reconcile.core.file_names import file_name
from reconcile.core.input_files import read_report
from reconcile.evidence.day import Header
from reconcile.ledger.database import in_ledger
from reconcile.ledger.series import Series
from reconcile.report import corrections_csv
from reconcile.report.month import month_json
from reconcile.rulebook.rules import RULES
from reconcile.settings.model import Settings

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Closed:
    """A month that was worked out, and the files that were written."""

    month: Month
    paths: tuple[Path, ...]


def close(
    days: tuple[date, date], venue: int | None, *, settings: Settings, out: Output, documents: Path
) -> Closed:
    """Work out a range of days of a venue (None: of the runs that named none) and write its JSON and workbook.

    Nothing is asked of the API. Books that are missing or damaged are made again from the evidence in the folder.
    `documents`: the folder that may have `movements.csv` and `counts.csv`. The caller holds the lock of the folder.
    Raises `UsageError` where there are no days, or days of two brands.
    """
    first, last = days
    given = read_documents(documents)
    demo = _is_demo(out.folder, venue, first, last)
    series = Series(int(demo), venue or 0)
    stored = rebuild_books(out.folder, venue, first, last, settings, demo=demo)
    whole = [each.folder for each in stored.values() if each.is_whole]
    if not whole:
        raise UsageError(_nothing(out.folder, venue, first, last))
    origins = {day: each.origin for day, each in stored.items() if each.is_whole and each.origin}
    in_force = {"settings_sha256": settings_digest(settings), "program": f"reconcile {__version__}"}
    problems = {day: each.problem for day, each in stored.items() if not each.is_whole}
    rules = {rule.name: rule for rule in RULES}
    header = Header(first, "demo" if demo else "", venue)

    def read_ledger(connection: sqlite3.Connection) -> LedgerView:
        keep_answers(header, out.folder, rules, connection)
        return ledger_view(connection, series, first, last)

    ledger = in_ledger(out.folder, read_ledger)
    with connected(whole) as books:
        month = month_of(
            books, days, series,
            settings=settings, rules=rules, ledger=ledger, problems=problems, documents=given,
            judged_by=judged_by_others(origins, in_force), reports=_reports(out.folder, header, days),
        )  # fmt: skip
    return Closed(month, _write(month, out))


def _is_demo(folder: Path, venue: int | None, first: date, last: date) -> bool:
    """Whether the folder has days of demos in the range, and no others."""

    def has(demo: bool) -> bool:
        days = {day for day, of in held(folder, demo=demo) if of == venue}
        days |= report_days(folder, Header(first, "demo" if demo else "", venue))
        return any(first <= day <= last for day in days)

    return not has(demo=False) and has(demo=True)


def _nothing(folder: Path, venue: int | None, first: date, last: date) -> str:
    """Why there is nothing to close, and what the folder has."""
    named = "" if venue is None else f" of venue {venue}"
    others = sorted({of for _, of in held(folder) if of is not None and of != venue})
    hint = f"; it has days of venue {', '.join(map(str, others))}: give --venue" if others else ""
    return f"{folder} has no books{named} from {first} to {last}{hint or '; run these days first, or give --out'}"


def name_of(month: Month) -> str:
    """`2026-01` for a whole month, else `2026-01-05-to-2026-01-11`; with the venue, and `demo-` before a demo's."""
    first, last, (demo, venue) = month.first, month.last, month.series
    is_whole = first.day == 1 and (last - first).days + 1 == monthrange(first.year, first.month)[1]
    days = f"{first:%Y-%m}" if is_whole else f"{first}-to-{last}"
    return file_name(days, demo=demo, venue_id=venue or None)


def _reports(folder: Path, of_venue: Header, days: tuple[date, date]) -> dict[date, Report]:
    """The control totals of the days' JSON reports that can be read."""
    found = {}
    for day in report_days(folder, of_venue):
        if days[0] <= day <= days[1]:
            name = base_name(dataclasses.replace(of_venue, date=day))
            try:
                value = read_report(folder / f"{name}.json")["control"]["value"]
                found[day] = Report(*(exact_micros(Decimal(value[each])) for each in Report._fields))
            except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
                log.warning(
                    "%s.json can't be read (%s): books are not compared with it", name, type(error).__name__
                )
    return found


def _write(month: Month, out: Output) -> tuple[Path, ...]:
    """Write the workbook, under the first name that is free or untouched, the JSON, and the corrections as of the last
    day.
    """
    from reconcile.report.month import workbook

    name = name_of(month)
    path = write_workbook(out.folder, name, lambda draft: workbook.write(month, draft, language=out.language))
    venue, currency = month.series.venue_id or None, month.settings.currency
    documents = {
        "json": month_json.render(month),
        "corrections.csv": corrections_csv.as_csv(month.corrections, month.last, venue, currency),
    }
    return path, *write_documents(out.folder, name, documents)
