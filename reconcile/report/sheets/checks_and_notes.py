"""The sheet Checks and notes: the proof of the workbook's totals, how it was made, and what its words mean."""

from __future__ import annotations

from reconcile.analysis.not_judged import not_judged
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.report.excel.cell_encoder import CellEncoder
from reconcile.report.excel.context import CHECKS_AND_NOTES, WorkbookContext
from reconcile.report.excel.formats import ids, long_text, number
from reconcile.report.excel.sheet import Block, Sheet
from reconcile.report.excel.styles import TITLE
from reconcile.report.excel.table import Column, Table, TextCell
from reconcile.report.excel.table_sheet import back_link, banner_rows, section
from reconcile.report.sheets.about import about_tables
from reconcile.report.sheets.checks import Check, checks_table
from reconcile.report.sheets.control_totals import control_table
from reconcile.report.sheets.legend import legend_table

_NOT_JUDGED = (
    Column("What", "what", long_text, max_width=44),
    Column("Reason", "reason", long_text, max_width=50),
    Column("Number", "number", number),
    Column("Receipt", "receipt", ids),
    Column("Record", "record", ids),
)


def checks_and_notes(
    result: Result, made: list[Check], encoder: CellEncoder, context: WorkbookContext
) -> Sheet:
    """Checks, control totals, about, settings, rules, legend; and last, as it may be long, what was not judged."""
    say, name = context.say, context.say(CHECKS_AND_NOTES)
    not_judged_table = Table(
        context, "NotJudged", _NOT_JUDGED, not_judged(result, context.language), empty=to_say("Nothing")
    )
    tables = (
        (say("Checks"), checks_table(made, context)),
        (say("Control totals"), control_table(result, context)),
        *about_tables(result, encoder, context),
        (say("Legend"), legend_table(context)),
        (say("Not judged"), not_judged_table),
    )
    title = (back_link(context), TextCell(f"{name}: {context.day}", TITLE))
    blocks: list[Block] = [
        *banner_rows(context, 6),
        title,
        *(block for title_, table in tables for block in section(title_, table)),
    ]
    return Sheet(context, name, blocks)
