"""The table of the control totals: every receipt, line and operation is in exactly one class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import long_text, number
from reconcile.report.excel.table import Column, Table, frame_of
from reconcile.report.sheets.about import KINDS

CLASSES = {
    "receipts": {
        "listed": to_say("Receipts the API listed"),
        "reconciled": to_say("reconciled: of the day and closed, judged"),
        "open": to_say("open: not closed or not posted yet, not judged"),
        "other_day": to_say("other day: of another business day"),
        "failed": to_say("failed: could not be fetched or read"),
    },
    "lines": {
        "total": to_say("Sale lines of the reconciled receipts"),
        "matched": to_say("matched: written off as they should be"),
        "flagged": to_say("flagged: an error or a warning names them"),
        "unverified": to_say("unverified: nothing to compare them with"),
        "untracked": to_say("untracked: not kept in stock"),
        "void": to_say("void: deleted, cancelled or sold nothing"),
    },
    "operations": {
        "total": to_say("Stock operations of the reconciled receipts"),
        "matched": to_say("matched: as they should be"),
        "flagged": to_say("flagged: an error or a warning names them"),
        "unverified": to_say("unverified: of lines that are unverified"),
        "repeated": to_say("repeated: given more than once, counted once"),
        "quarantined": to_say("quarantined: not readable, in no sum"),
    },
}
"""The meaning of each control total; the first of each kind is the sum of the others."""


def control_table(result: Result, context: WorkbookContext) -> Table:
    """The control totals and their classes."""
    columns = (
        Column("Records", "records"),
        Column("Class (the classes add up to the total)", "meaning", long_text, max_width=50),
        Column("Total or class", "number", number),
    )
    return Table(context, "ControlTotals", columns, frame_of(columns, _control_rows(result, context)))


def _control_rows(result: Result, context: WorkbookContext) -> Iterator[tuple[str, str, int]]:
    for kind, classes in CLASSES.items():
        totals: Mapping[str, int] = getattr(result.control, kind)
        for place, (name, meaning) in enumerate(classes.items()):
            words = f"    {context.say(meaning)}" if place else context.say(meaning)
            yield "" if place else context.say(KINDS[kind]), words, totals[name]
