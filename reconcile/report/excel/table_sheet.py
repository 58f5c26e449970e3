"""Makes sheets of tables: what stands above a table, sections, and the sheet of one table."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.paper import WIDEST_PAGE
from reconcile.report.excel.sheet import SUMMARY, Block, Sheet
from reconcile.report.excel.styles import HYPERLINK, NOTE, SECTION, TITLE
from reconcile.report.excel.table import (
    Column,
    Table,
    TextCell,
    TextRow,
    TotalColumns,
    TotalsRow,
)


def banner_rows(context: WorkbookContext, columns: int) -> list[TextRow]:
    """A row for each banner, over that many columns."""
    return [
        (TextCell(text, style), *[TextCell("", style)] * (columns - 1)) for text, style in context.banners
    ]


def section(title: str, table: Table) -> list[Block]:
    """A table under its title."""
    return [(), (TextCell(title, SECTION),), *_with_totals(table)]


def _with_totals(table: Table) -> list[Block]:
    return [TotalsRow(table), table] if table.has_totals else [table]


def back_link(context: WorkbookContext) -> TextCell:
    """A link to the Summary."""
    return TextCell("← " + context.say(SUMMARY), HYPERLINK, context.link_to(SUMMARY))


def table_sheet(
    context: WorkbookContext,
    name: str,
    columns: Sequence[Column],
    *frames: pd.DataFrame,
    empty: str = "",
    totals: TotalColumns | None = None,
    links: Mapping[int, str] | None = None,
    note: str = "",
    table_name: str = "",
    print_to: str | None = None,
    **options: Any,
) -> Sheet:
    """A sheet of one table. Above it: banners, a link to the Summary, the title, and the `note`.

    `name` is English, `note` in the workbook's language; the table has the sheet's name if it has no `table_name`;
    `options` are fields of `Sheet`, the others of `Table`.
    """
    table_name = table_name or name.title().replace(" ", "")
    table = Table(
        context, table_name, columns, *frames, empty=empty, totals=totals, links=links, with_filter=True
    )
    name = context.say(name)
    link = back_link(context)
    printed = sum(table.widths()[: table.column_of(print_to) if print_to else None])
    notes: list[TextRow] = [
        (TextCell(line, NOTE),) for line in textwrap.wrap(note, min(printed, WIDEST_PAGE))
    ]
    blocks: list[Block] = [
        *banner_rows(context, len(table.columns)),
        (link, TextCell(f"{name}: {context.day}", TITLE)),
        *notes,
        *_with_totals(table),
    ]
    widths = (len(link.text) + 2,)  # else the title would cut it
    return Sheet(context, name, blocks, widths, frozen=True, print_to=print_to, **options)
