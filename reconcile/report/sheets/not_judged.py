"""The Not judged sheet: everything that no rule could judge, and why."""

from __future__ import annotations

from reconcile.analysis.not_judged import not_judged
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import ids, long_text, number
from reconcile.report.excel.sheet import Sheet, table_sheet
from reconcile.report.excel.table import Column, Table

NOT_JUDGED = to_say("Not judged")

NOT_JUDGED_COLUMNS = (
    Column("What", "what", long_text, min_width=28),
    Column("Number", "number", number),
    Column("Receipt", "receipt", ids),
    Column("Record id", "record", ids),
    Column("Reason", "reason", long_text, min_width=60),
)


def not_judged_sheet(result: Result, context: WorkbookContext) -> Sheet:
    """What could not be judged, and why."""
    rows = not_judged(result, context.language)
    table = Table(context, "NotJudged", NOT_JUDGED_COLUMNS, rows, empty=to_say("Nothing"))
    return table_sheet(context, NOT_JUDGED, table)
