"""A sheet: rows and tables from the top. Its rows are written as XML; openpyxl writes everything else on it."""

from __future__ import annotations

import dataclasses
import itertools
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd
from openpyxl.chart import BarChart, Reference
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.language.translate import to_say
from reconcile.report.excel.cell_encoder import CellEncoder
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.styles import BAR_COLOURS, HYPERLINK, NOTE, SECTION, TITLE
from reconcile.report.excel.table import Column, Table, TextCell, TextRow, TotalColumns, text_row_xml

EXCEL_ROWS = 1_048_576
_MAX_LINKS = 65_530
"""Hyperlinks of one sheet. Excel reports a file with more as damaged."""
_MAX_BARS = 10
SUMMARY = to_say("Summary")
_A4 = 9
_PRINT_SCALE = 70
"""Per cent: five columns fill the width of a page."""

Block: TypeAlias = TextRow | Table


@dataclasses.dataclass(frozen=True)
class Chart:
    """A bar chart of the first rows of a table."""

    title: str
    """In the workbook's language."""
    table: str
    """The table's name."""
    names: str
    """Header (English) of the column that names the bars."""
    amounts: tuple[str, ...]
    """Headers (English) of the columns to draw; several are stacked."""
    below: bool = False
    """Whether the chart is below its table; else it is on the right."""


@dataclasses.dataclass(frozen=True)
class Sheet:
    """One sheet. A table with too many rows continues on another sheet, of the same name and a number."""

    context: WorkbookContext
    name: str
    """In the workbook's language."""
    blocks: Sequence[Block]
    widths: Sequence[int] = ()
    """Minimum widths of the columns, in characters."""
    frozen: bool = False
    """Whether the header of the sheet's only table stays on screen and is repeated on each printed page."""
    choices: tuple[str, tuple[str, ...]] | None = None
    """The header (English) of a column with a drop-down list, and the list (English)."""
    chart: Chart | None = None
    page_starts: tuple[str, ...] = ()
    """Names of the tables that start a printed page, with the title above; empty: pages are as wide as the sheet."""
    print_to: str | None = None
    """The header (English) of the table's last printed column; None: all columns and a chart are printed."""
    start: int = 0
    stop: int | None = None
    """The rows of its table on this sheet: from `start` up to `stop`; None: all."""

    @property
    def tables(self) -> list[Table]:
        return [block for block in self.blocks if isinstance(block, Table)]

    def _positions(self) -> Iterator[tuple[int, Block]]:
        """The first row of each block, counted from 1, and the block."""
        row = 1
        for block in self.blocks:
            yield row, block
            row += 1 + self._height(block)

    def _height(self, block: Block) -> int:
        """Rows of a table on this sheet without its header; 0 for a row outside tables."""
        if not isinstance(block, Table):
            return 0
        return (block.height if self.stop is None else self.stop) - self.start

    def split(self, max_rows: int) -> list[Sheet]:
        """This sheet, or as many as its table needs where a sheet has at most `max_rows` rows."""
        room = max_rows - len(self.blocks)
        height = self.tables[0].height
        return [
            dataclasses.replace(
                self,
                name=self.name if number == 1 else f"{self.name} {number}",
                start=start,
                stop=min(start + room, height),
                chart=self.chart if number == 1 else None,
            )
            for number, start in enumerate(range(0, height, room), 1)
        ]

    def link_to_row(self, row: int) -> str:
        """The first cell of a table row (counted from 0 over all sheets of the table), as a hyperlink's location."""
        header_row = next(first for first, block in self._positions() if isinstance(block, Table))
        return f"'{self.name}'!A{header_row + 1 + row - self.start}"

    def rows(self, encoder: CellEncoder) -> Iterator[str]:
        """XML of all rows of the sheet."""
        widths = self.column_widths()
        for row, block in self._positions():
            if isinstance(block, Table):
                yield from block.write(row, self.start, self.start + self._height(block), encoder, widths)
            else:
                yield text_row_xml(row, block, encoder)

    def set_up(self, worksheet: Worksheet) -> None:
        """Give openpyxl's empty worksheet everything except the rows."""
        self._set_up_page(worksheet)
        for row, block in self._positions():
            if isinstance(block, Table):
                self._add_table(worksheet, row, block)
                for offset in range(min(self._height(block), _MAX_LINKS)):
                    if location := block.links.get(self.start + offset):
                        _add_link(worksheet, f"A{row + 1 + offset}", location)
            else:
                for column, cell in enumerate(block, 1):
                    if cell is not None and cell.link:
                        _add_link(worksheet, f"{get_column_letter(column)}{row}", cell.link)
        for column, width in enumerate(self.column_widths(), 1):
            worksheet.column_dimensions[get_column_letter(column)].width = width
        # openpyxl writes the sheet's dimensions from its first and last cell
        *_, (row, last) = self._positions()
        columns = (len(block.columns) if isinstance(block, Table) else len(block) for block in self.blocks)
        worksheet.cell(1, 1)
        worksheet.cell(row + self._height(last), max(columns))

    def column_widths(self) -> list[int]:
        """The width of each column in characters: its widest table's."""
        needed = [self.widths, *(table.widths() for table in self.tables)]
        return [max(widths) for widths in itertools.zip_longest(*needed, fillvalue=0)]

    def _set_up_page(self, worksheet: Worksheet) -> None:
        worksheet.sheet_view.showGridLines = False
        worksheet.page_setup.orientation = "landscape"
        worksheet.page_setup.paperSize = _A4
        if self.page_starts:  # Excel ignores page breaks where it fits the sheet to the page
            worksheet.page_setup.scale = _PRINT_SCALE
        else:
            worksheet.page_setup.fitToHeight = 0
            worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        margins = worksheet.page_margins
        margins.left = margins.right = 0.4
        margins.top = margins.bottom = 0.65
        margins.header = margins.footer = 0.3
        worksheet.oddFooter = HeaderFooterItem(
            left=_HeaderFooterPart(self.context.day.replace("&", "&&")),
            center=_HeaderFooterPart("&A"),
            right=_HeaderFooterPart(self.context.say("Page {page} of {pages}", page="&P", pages="&N")),
        )
        if self.context.banners:
            banners = "; ".join(text for text, _ in self.context.banners)
            worksheet.oddHeader = HeaderFooterItem(center=_HeaderFooterPart(banners.replace("&", "&&")))
        if self.frozen:
            header_row = len(self.blocks)
            worksheet.freeze_panes = f"A{header_row + 1}"
            worksheet.print_title_rows = f"1:{header_row}"
        for selection in worksheet.sheet_view.selection:
            selection.activeCell = selection.sqref = "A1"

    def _add_table(self, worksheet: Worksheet, row: int, table: Table) -> None:
        last_row = row + self._height(table)
        number = self.name.removeprefix(self.name.rstrip("0123456789"))
        name = f"tbl{table.name}{f'Part{number}' if number else ''}"
        last_column = get_column_letter(len(table.columns))
        excel = ExcelTable(name=name, displayName=name, ref=f"A{row}:{last_column}{last_row}")
        excel.tableStyleInfo = TableStyleInfo("TableStyleLight1", showRowStripes=True)
        excel._initialise_columns()  # type: ignore[attr-defined]  # else openpyxl reads headers from cells: there are none
        for header, column in zip(table.headers, excel.tableColumns, strict=True):
            column.name = header
        if not table.with_filter:
            excel.autoFilter = None
        worksheet.add_table(excel)
        if table.name in self.page_starts:
            worksheet.row_breaks.append(Break(row - 2))
        if self.frozen:
            paper = get_column_letter(_column_of(table, self.print_to)) if self.print_to else last_column
            worksheet.print_area = f"A1:{paper}{last_row}"
        if self.choices and table.length:
            header, choices = self.choices
            letter = get_column_letter(_column_of(table, header))
            worksheet.add_data_validation(
                _drop_down_list(self.context, choices, f"{letter}{row + 1}:{letter}{last_row}")
            )
        if self.chart and self.chart.table == table.name and table.length:
            _add_chart(worksheet, self.chart, table, row)


def banner_rows(context: WorkbookContext, columns: int) -> list[TextRow]:
    """A row for each banner, over that many columns."""
    return [
        (TextCell(text, style), *[TextCell("", style)] * (columns - 1)) for text, style in context.banners
    ]


def section(title: str, table: Table) -> list[Block]:
    """A table under its title."""
    return [(), (TextCell(title, SECTION),), table]


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
    **options: Any,
) -> Sheet:
    """A sheet of one table, which has its name. Above it: banners, a link to the Summary, the title, and the `note`.

    `name` is English, `note` in the workbook's language; `options` are fields of `Sheet`, the others of `Table`.
    """
    table_name = name.title().replace(" ", "")
    table = Table(
        context, table_name, columns, *frames, empty=empty, totals=totals, links=links, with_filter=True
    )
    name = context.say(name)
    title = (back_link(context), TextCell(f"{name}: {context.day}", TITLE))
    notes: list[TextRow] = [(TextCell(line, NOTE),) for line in textwrap.wrap(note, sum(table.widths()))]
    blocks: list[Block] = [*banner_rows(context, len(table.columns)), title, *notes, table]
    return Sheet(context, name, blocks, frozen=True, **options)


def _column_of(table: Table, header: str) -> int:
    """The number of the column with that header (English), counted from 1."""
    return [column.header for column in table.columns].index(header) + 1


def _add_link(worksheet: Worksheet, address: str, location: str) -> None:
    # openpyxl keeps the link alone: the cell itself is written with the rows
    worksheet[address].hyperlink = Hyperlink(ref=address, location=location)


def _drop_down_list(context: WorkbookContext, choices: tuple[str, ...], cells: str) -> DataValidation:
    texts = [context.say(choice) for choice in choices]
    validation = DataValidation(type="list", formula1=f'"{",".join(texts)}"', sqref=cells)
    validation.showErrorMessage = True
    validation.error = context.say("Choose one of: {choices}", choices=", ".join(texts))
    return validation


def _add_chart(worksheet: Worksheet, chart: Chart, table: Table, header_row: int) -> None:
    last_row = header_row + min(table.length, _MAX_BARS)
    bars = BarChart()
    bars.type = "bar"
    bars.title = chart.title
    bars.height, bars.width = 8.5, 22  # cm
    bars.x_axis.delete = bars.y_axis.delete = False  # else current versions of Excel show no axes
    bars.x_axis.scaling.orientation = "maxMin"  # the first row at the top
    bars.x_axis.tickLblPos = "low"
    bars.y_axis.number_format = "#,##0"
    for header, colour in zip(chart.amounts, BAR_COLOURS, strict=False):
        column = _column_of(table, header)
        bars.add_data(Reference(worksheet, column, header_row, column, last_row), titles_from_data=True)
        bars.series[-1].graphicalProperties.solidFill = colour
    if len(chart.amounts) > 1:
        bars.grouping, bars.overlap = "stacked", 100
    else:
        bars.legend = None
    names = _column_of(table, chart.names)
    bars.set_categories(Reference(worksheet, names, header_row + 1, names, last_row))
    left = "B" if chart.below else get_column_letter(len(table.columns) + 2)
    worksheet.add_chart(bars, f"{left}{last_row + 2 if chart.below else header_row}")
