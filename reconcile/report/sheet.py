"""A sheet as data: lines and tables from the top; and what openpyxl needs to make its frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from openpyxl.chart import BarChart, Reference
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.report.cells import Ink
from reconcile.report.styles import DEMO, LINKED, TITLE
from reconcile.report.table import Line, Table, Text, line_of

EXCEL_ROWS = 1_048_576
SUMMARY = "Summary"
_A4 = 9

Part: TypeAlias = Line | Table


@dataclasses.dataclass(frozen=True)
class Chart:
    """A bar chart of a table's first rows."""

    title: str
    names: str
    amounts: str
    """Headers of the columns to draw."""
    bars: int


@dataclasses.dataclass(frozen=True)
class Sheet:
    """One sheet. A table too long for it goes on in another, of the same name and a number."""

    name: str
    parts: Sequence[Part]
    widths: Sequence[int] = ()
    """Least widths of the columns, where tables alone don't say enough."""
    frozen: bool = False
    """Whether the header of its (only) table stays on screen and on every printed page."""
    choices: tuple[str, tuple[str, ...]] | None = None
    """A column, by its header, and what a person may choose there."""
    chart: Chart | None = None
    pages: int = 0
    """How many printed pages it is made to fit on; 0: as many as it needs."""
    printed: str | None = None
    """The last column, by its header, that goes on paper; None: all."""
    start: int = 0
    stop: int | None = None
    """The rows of its table that this sheet holds."""

    @property
    def tables(self) -> list[Table]:
        return [part for part in self.parts if isinstance(part, Table)]

    def placed(self) -> Iterator[tuple[int, Part]]:
        """Its parts, each with its first row."""
        row = 1
        for part in self.parts:
            yield row, part
            row += 1 + self._height(part) if isinstance(part, Table) else 1

    def _height(self, table: Table) -> int:
        stop = table.height if self.stop is None else self.stop
        return stop - self.start

    def split(self, most_rows: int) -> list[Sheet]:
        """This sheet, or as many as its table needs where a sheet ends after `most_rows` rows."""
        if not self.frozen:
            return [self]
        room = most_rows - len(self.parts)
        height = self.tables[0].height
        starts = range(0, height, room)
        return [
            dataclasses.replace(
                self,
                name=self.name if number == 1 else f"{self.name} {number}",
                start=start,
                stop=min(start + room, height),
                chart=self.chart if number == 1 else None,
            )
            for number, start in enumerate(starts, 1)
        ]

    def place_of(self, row: int) -> str:
        """Where in the workbook a row of its table stands, as a link's target."""
        first = next(at for at, part in self.placed() if isinstance(part, Table))
        return f"'{self.name}'!A{first + 1 + row - self.start}"

    def rows(self, ink: Ink) -> Iterator[str]:
        """Everything on the sheet, as XML."""
        for row, part in self.placed():
            if isinstance(part, Table):
                stop = part.length if self.stop is None else self.stop
                yield from part.write(row, self.start, stop, ink)
            else:
                yield line_of(row, part, ink)

    def frame(self, worksheet: Worksheet, banner: str | None, footer: str) -> None:
        """Give openpyxl's empty sheet all but its rows."""
        self._page(worksheet, banner, footer)
        widths = list(self.widths)
        for row, part in self.placed():
            if isinstance(part, Table):
                self._add_table(worksheet, row, part)
                measured = part.widths()
                widths += [0] * (len(measured) - len(widths))
                widths[: len(measured)] = map(max, measured, widths)
                for number, target in part.links.items():
                    _link(worksheet, f"A{row + 1 + number}", target)
            else:
                for place, cell in enumerate(part, 1):
                    if cell is not None and cell.link:
                        _link(worksheet, f"{get_column_letter(place)}{row}", cell.link)
        for place, width in enumerate(widths, 1):
            worksheet.column_dimensions[get_column_letter(place)].width = width

    def _page(self, worksheet: Worksheet, banner: str | None, footer: str) -> None:
        worksheet.sheet_view.showGridLines = False
        worksheet.page_setup.orientation = "landscape"
        worksheet.page_setup.paperSize = _A4
        worksheet.page_setup.fitToHeight = self.pages
        worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        worksheet.page_margins.left = worksheet.page_margins.right = 0.4
        footer = footer.replace("&", "&&")
        worksheet.oddFooter = HeaderFooterItem(
            left=_HeaderFooterPart(footer),
            center=_HeaderFooterPart("&A"),
            right=_HeaderFooterPart("Page &P of &N"),
        )
        if banner:
            worksheet.oddHeader = HeaderFooterItem(center=_HeaderFooterPart(banner.replace("&", "&&")))
        if self.frozen:
            header = len(self.parts)
            worksheet.freeze_panes = f"A{header + 1}"
            worksheet.print_title_rows = f"1:{header}"
        for selection in worksheet.sheet_view.selection:
            selection.activeCell = selection.sqref = "A1"

    def _add_table(self, worksheet: Worksheet, row: int, table: Table) -> None:
        height = self._height(table)
        number = self.name.removeprefix(self.name.rstrip("0123456789"))
        name = f"tbl{table.name}{f'Part{number}' if number else ''}"
        last = get_column_letter(len(table.columns))
        excel = ExcelTable(name=name, displayName=name, ref=f"A{row}:{last}{row + height}")
        excel.tableStyleInfo = TableStyleInfo("TableStyleLight1", showRowStripes=True)
        excel._initialise_columns()  # type: ignore[attr-defined]  # else it wants headers from cells: there are none yet
        for column, made in zip(table.columns, excel.tableColumns, strict=True):
            made.name = column.header
        if not table.with_filter:
            excel.autoFilter = None
        worksheet.add_table(excel)
        headers = [column.header for column in table.columns]
        if self.printed:
            letter = get_column_letter(headers.index(self.printed) + 1)
            worksheet.print_area = f"A1:{letter}{row + height}"
        if self.choices and table.length:
            _add_choices(worksheet, headers.index(self.choices[0]) + 1, row, height, self.choices[1])
        if self.chart and table.length:
            _add_chart(worksheet, self.chart, headers, row)


def banner(demo: str | None, columns: int) -> list[Line]:
    """The line that no reader of a demo can miss, over all columns."""
    return [(Text(demo, DEMO), *[Text("", DEMO)] * (columns - 1))] if demo else []


def detail(name: str, about: str, demo: str | None, table: Table, **more: Any) -> Sheet:
    """A sheet of one table: what it is and the way back on top, the header frozen under it."""
    title = (Text("← Summary", LINKED, f"'{SUMMARY}'!A1"), Text(f"{name}: {about}", TITLE))
    return Sheet(name, [*banner(demo, len(table.columns)), title, table], frozen=True, **more)


def _link(worksheet: Worksheet, address: str, target: str) -> None:
    # of the cell only the link is kept: the rows are written elsewhere
    worksheet[address].hyperlink = Hyperlink(ref=address, location=target)


def _add_choices(
    worksheet: Worksheet, column: int, header_row: int, height: int, choices: tuple[str, ...]
) -> None:
    letter = get_column_letter(column)
    validation = DataValidation(
        type="list",
        formula1=f'"{",".join(choices)}"',
        sqref=f"{letter}{header_row + 1}:{letter}{header_row + height}",
    )
    validation.showErrorMessage = True
    validation.error = f"Choose one of: {', '.join(choices)}"
    worksheet.add_data_validation(validation)


def _add_chart(worksheet: Worksheet, what: Chart, headers: list[str], header_row: int) -> None:
    names, amounts = headers.index(what.names) + 1, headers.index(what.amounts) + 1
    chart = BarChart()
    chart.type = "bar"
    chart.title = what.title
    chart.legend = None
    chart.height, chart.width = 9, 16
    chart.x_axis.delete = chart.y_axis.delete = False  # else current Excel shows none
    chart.x_axis.scaling.orientation = "maxMin"  # the biggest on top
    chart.x_axis.tickLblPos = "low"
    chart.add_data(Reference(worksheet, amounts, header_row + 1, amounts, header_row + what.bars))
    chart.set_categories(Reference(worksheet, names, header_row + 1, names, header_row + what.bars))
    worksheet.add_chart(chart, f"{get_column_letter(len(headers) + 2)}{header_row}")
