"""A sheet: rows and tables from the top. Its rows are written as XML; openpyxl writes everything else on it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.language.translate import to_say
from reconcile.report.excel.cell_encoder import CellEncoder
from reconcile.report.excel.chart import Chart, add_chart, cells_beside
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.input_cells import date_input, drop_down_list
from reconcile.report.excel.paper import LEAST_SCALE, pages_wide, set_up_paper
from reconcile.report.excel.table import (
    Table,
    TextRow,
    TotalsRow,
    text_row_xml,
)

EXCEL_ROWS = 1_048_576
_MAX_LINKS = 65_530
"""Hyperlinks of one sheet. Excel reports a file with more as damaged."""
SUMMARY = to_say("Summary")
_LOW_ROW = 12.75
"""Height in points of a row that has none of its own, on a sheet whose pages must hold many."""

Block: TypeAlias = TextRow | TotalsRow | Table


@dataclasses.dataclass(frozen=True)
class Sheet:
    """One sheet: rows and tables, one below the other.

    Where it has too many rows, its last table continues on another sheet, of the same name and a number, below the
    rows above the first table and the title of its own. The tables before it must fit.
    """

    context: WorkbookContext
    name: str
    """In the workbook's language."""
    blocks: Sequence[Block]
    widths: Sequence[int] = ()
    """Minimum widths of the columns, in characters."""
    frozen: bool = False
    """Whether the header of the sheet's only table stays on screen and is repeated on each printed page."""
    freeze_to: str | None = None
    """The header (English) of the last column that stays on screen, and is repeated on each page where the sheet is
    printed on several side by side.
    """
    choices: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """Drop-down lists (English) by the header (English) of their column."""
    date_inputs: tuple[str, ...] = ()
    """Headers (English) of the columns in which a person enters a date."""
    charts: tuple[Chart, ...] = ()
    """Those beside a table that is printed whole have a printed page of their own."""
    is_portrait: bool = False
    page_starts: tuple[str, ...] = ()
    """Names of the tables that start a printed page, with the title above. Such a sheet is printed at `LEAST_SCALE`,
    any other as large as fits the fewest pages side by side that hold it at that scale.
    """
    print_to: str | None = None
    """The header (English) of the last table's last printed column; None: all columns and a chart are printed. Rows are
    as high as the texts in printed columns need.
    """
    start: int = 0
    stop: int | None = None
    """The rows of its last table on this sheet: from `start` up to `stop`; None: all."""

    @property
    def tables(self) -> list[Table]:
        return [block for block in self.blocks if isinstance(block, Table)]

    def _positions(self) -> Iterator[tuple[int, Block]]:
        """The first row of each block, counted from 1, and the block."""
        row = 1
        for block in self.blocks:
            yield row, block
            row += 1 + self._height(block)

    def _range(self, block: Block) -> tuple[int, int]:
        """The rows of a table that are on this sheet: from the first up to the second."""
        if not isinstance(block, Table):
            return 0, 0
        is_last = block is self.tables[-1]
        return (
            (self.start, block.height if self.stop is None else self.stop) if is_last else (0, block.height)
        )

    def _height(self, block: Block) -> int:
        """Rows of a table on this sheet without its header; 0 for a row outside tables."""
        start, stop = self._range(block)
        return stop - start

    def split(self, max_rows: int) -> list[Sheet]:
        """This sheet, or as many as its last table needs where a sheet has at most `max_rows` rows."""
        height = self.tables[-1].height
        above = sum(1 + self._height(block) for block in self.blocks) - height
        continued = dataclasses.replace(self, blocks=self._continued_blocks(), charts=())
        room, more_room = (max(max_rows - rows, 1) for rows in (above, len(continued.blocks)))
        starts = [0, *range(room, height, more_room)]
        return [
            dataclasses.replace(
                self if number == 1 else continued,
                name=self.name if number == 1 else f"{self.name} {number}",
                start=start,
                stop=stop,
            )
            for number, (start, stop) in enumerate(itertools.pairwise([*starts, height]), 1)
        ]

    def _continued_blocks(self) -> Sequence[Block]:
        """The rows above the first blank row or table; then the last table, with what follows the table before it.

        Without totals: those on the first sheet are of the whole table.
        """
        blocks = [block for block in self.blocks if not isinstance(block, TotalsRow)]
        head = list(itertools.takewhile(lambda block: block and not isinstance(block, Table), blocks))
        places = [place for place, block in enumerate(blocks) if isinstance(block, Table)]
        return [*head, *blocks[places[-2] + 1 if len(places) > 1 else len(head) :]]

    def link_to_row(self, row: int) -> str:
        """The first cell of a table row (counted from 0 over all sheets of the table), as a hyperlink's location."""
        header_row = max(first for first, block in self._positions() if isinstance(block, Table))
        return f"'{self.name}'!A{header_row + 1 + row - self.start}"

    def rows(self, encoder: CellEncoder) -> Iterator[str]:
        """XML of all rows of the sheet."""
        widths = self.column_widths()
        for row, block in self._positions():
            if isinstance(block, Table):
                yield from block.write(row, self._range(block), encoder, widths, self._printed_columns())
            elif isinstance(block, TotalsRow):
                yield block.table.totals_row(row, encoder)
            else:
                yield text_row_xml(row, block, encoder)

    def set_up(self, worksheet: Worksheet) -> None:
        """Give openpyxl's empty worksheet everything except the rows."""
        self._set_up_page(worksheet)
        for row, block in self._positions():
            if isinstance(block, Table):
                self._add_table(worksheet, row, block)
                start = self._range(block)[0]
                for offset in range(min(self._height(block), _MAX_LINKS)):
                    if location := block.links.get(start + offset):
                        _add_link(worksheet, f"A{row + 1 + offset}", location)
            elif not isinstance(block, TotalsRow):
                self._set_up_row(worksheet, row, block)
        for column, width in enumerate(self.column_widths(), 1):
            worksheet.column_dimensions[get_column_letter(column)].width = width
        # openpyxl writes the sheet's dimensions from its first and last cell
        *_, (row, last) = self._positions()
        columns = max(
            len(block if isinstance(block, tuple) else block.columns)
            for block in self.blocks
            if not isinstance(block, TotalsRow)
        )
        last_row = row + self._height(last)
        worksheet.cell(1, 1)
        worksheet.cell(last_row, columns)
        if self.frozen or self.print_to:
            paper = get_column_letter(self._printed_columns() or columns)
            charts = self._charts_of(last) if self.frozen and not self.print_to else []
            pages = [f"A1:{paper}{last_row}", *([cells_beside(columns, row, len(charts))] if charts else [])]
            worksheet.print_area = ",".join(pages)

    def _set_up_row(self, worksheet: Worksheet, row: int, cells: TextRow) -> None:
        for column, cell in enumerate(cells, 1):
            address = f"{get_column_letter(column)}{row}"
            if cell is not None and cell.link:
                _add_link(worksheet, address, cell.link)
            if cell is not None and cell.choices:
                worksheet.add_data_validation(drop_down_list(self.context, cell.choices, address))

    def column_widths(self) -> list[int]:
        """The width of each column in characters: its widest table's."""
        needed = [self.widths, *(table.widths() for table in self.tables)]
        return [max(widths) for widths in itertools.zip_longest(*needed, fillvalue=0)]

    def _printed_columns(self) -> int | None:
        """The number of columns that are printed; None: all."""
        return self.tables[-1].column_of(self.print_to) if self.print_to else None

    def _charts_of(self, block: Block) -> list[Chart]:
        """Those to draw: of a table with rows."""
        if not isinstance(block, Table) or not block.length:
            return []
        return [each for each in self.charts if each.table == block.name]

    def _frozen_columns(self) -> int:
        return self.tables[-1].column_of(self.freeze_to) if self.freeze_to else 0

    def _set_up_page(self, worksheet: Worksheet) -> None:
        worksheet.sheet_view.showGridLines = False
        set_up_paper(worksheet, self.context, is_portrait=self.is_portrait)
        if self.is_portrait:
            worksheet.sheet_format.defaultRowHeight, worksheet.sheet_format.customHeight = _LOW_ROW, True
        if self.page_starts:  # Excel ignores page breaks where it fits the sheet to the page
            worksheet.page_setup.scale = LEAST_SCALE
        else:
            pages = pages_wide(self.column_widths()[: self._printed_columns()], self._frozen_columns())
            worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight = pages, 0
            if pages > 1 and self.freeze_to:
                worksheet.print_title_cols = f"A:{get_column_letter(self._frozen_columns())}"
            worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        if self.frozen:
            header_row = len(self.blocks)
            worksheet.freeze_panes = f"{get_column_letter(self._frozen_columns() + 1)}{header_row + 1}"
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
            worksheet.row_breaks.append(Break(row - 2 - table.has_totals))  # above its title
        if table.length:
            self._add_inputs(worksheet, row + 1, last_row, table)
        charts = self._charts_of(table)
        for place, chart in enumerate(charts):
            room, beside = sum(self.column_widths()), (place, len(charts))
            add_chart(worksheet, chart, table, row, self.context, room=room, beside=beside)

    def _add_inputs(self, worksheet: Worksheet, first_row: int, last_row: int, table: Table) -> None:
        headers = {column.header for column in table.columns}
        for header in filter(headers.__contains__, (*self.choices, *self.date_inputs)):
            letter = get_column_letter(table.column_of(header))
            cells, choices = f"{letter}{first_row}:{letter}{last_row}", self.choices.get(header)
            worksheet.add_data_validation(
                drop_down_list(self.context, choices, cells) if choices else date_input(self.context, cells)
            )


def _add_link(worksheet: Worksheet, address: str, location: str) -> None:
    # openpyxl keeps the link alone: the cell itself is written with the rows
    worksheet[address].hyperlink = Hyperlink(ref=address, location=location)
