"""The Not judged sheet: everything on which no rule could say anything, and why."""

from __future__ import annotations

from reconcile.analysis.not_judged import (
    not_judged,
)
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.report.excel.cells import ids, long_text, number
from reconcile.report.excel.edition import Edition
from reconcile.report.excel.sheet import Sheet, detail
from reconcile.report.excel.table import Column, Table

NOT_JUDGED = to_say("Not judged")

NOT_JUDGED_COLUMNS = (
    Column("What", "what", long_text, narrowest=28),
    Column("Number", "number", number),
    Column("Receipt", "receipt", ids),
    Column("Record id", "record", ids),
    Column("Reason", "reason", long_text, narrowest=60),
)


def not_judged_sheet(result: Result, edition: Edition) -> Sheet:
    """What could not be judged, and why."""
    rows = not_judged(result, edition.language)
    table = Table(edition, "NotJudged", NOT_JUDGED_COLUMNS, rows, empty=to_say("Nothing"))
    return detail(edition, NOT_JUDGED, table)
