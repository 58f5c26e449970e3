"""A sheet as data: lines and tables from the top; and what openpyxl needs to make its frame."""

from __future__ import annotations

import dataclasses
import itertools
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

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
from reconcile.report.excel.edition import Edition
from reconcile.report.excel.ink import Ink
from reconcile.report.excel.styles import BARS, LINKED, NOTE, TITLE
from reconcile.report.excel.table import Line, Table, Text, line_of

EXCEL_ROWS = 1_048_576
_MOST_BARS = 10
_MOST_LINKS = 65_530
"""Of a sheet; Excel repairs a file with more."""
SUMMARY = to_say("Summary")
_A4 = 9
_PERCENT = 70
"""Of the size on screen: five columns fill the width of a page."""

Part: TypeAlias = Line | Table


@dataclasses.dataclass(frozen=True)
class Chart:
    """Bars of a table's first rows."""

    title: str
    """In the workbook's language."""
    table: str
    names: str
    amounts: tuple[str, ...]
    """Headers of the columns to draw, in English; several are stacked."""
    below: bool = False
    """Under its table, not to the right of it."""


@dataclasses.dataclass(frozen=True)
class Sheet:
    """One sheet. A table too long for it goes on in another, of the same name and a number."""

    edition: Edition
    name: str
    """In the workbook's language."""
    parts: Sequence[Part]
    widths: Sequence[int] = ()
    """Least widths of the columns, where tables alone don't say enough."""
    frozen: bool = False
    """Whether the header of its (only) table stays on screen and on every printed page."""
    choices: tuple[str, tuple[str, ...]] | None = None
    """A column, by its (English) header, and what a person may choose there."""
    chart: Chart | None = None
    new_pages: tuple[str, ...] = ()
    """Tables, by name, that begin a printed page with the title above them; else pages are as wide as the sheet."""
    printed: str | None = None
    """The last column of its table, by its header, that goes on paper; None: all. A chart beside it does not."""
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
        widths = self.column_widths()
        for row, part in self.placed():
            if isinstance(part, Table):
                stop = part.length if self.stop is None else self.stop
                yield from part.write(row, self.start, stop, ink, widths)
            else:
                yield line_of(row, part, ink)

    def frame(self, worksheet: Worksheet) -> None:
        """Give openpyxl's empty sheet all but its rows."""
        self._page(worksheet)
        for row, part in self.placed():
            if isinstance(part, Table):
                self._add_table(worksheet, row, part)
                for number in range(min(self._height(part), _MOST_LINKS)):
                    if target := part.links.get(self.start + number):
                        _link(worksheet, f"A{row + 1 + number}", target)
            else:
                for place, cell in enumerate(part, 1):
                    if cell is not None and cell.link:
                        _link(worksheet, f"{get_column_letter(place)}{row}", cell.link)
        for place, width in enumerate(self.column_widths(), 1):
            worksheet.column_dimensions[get_column_letter(place)].width = width
        self._extent(worksheet)

    def _extent(self, worksheet: Worksheet) -> None:
        """Make the first cell and the last: from them comes the size that the file states, as the rows come later."""
        *_, (row, last) = self.placed()
        worksheet.cell(1, 1)
        worksheet.cell(
            row + self._height(last) if isinstance(last, Table) else row,
            max(len(part.columns) if isinstance(part, Table) else len(part) for part in self.parts),
        )

    def column_widths(self) -> list[int]:
        """Of each column, as wide as its widest table needs."""
        needed = [self.widths, *(table.widths() for table in self.tables)]
        return [max(widths) for widths in itertools.zip_longest(*needed, fillvalue=0)]

    def _page(self, worksheet: Worksheet) -> None:
        worksheet.sheet_view.showGridLines = False
        worksheet.page_setup.orientation = "landscape"
        worksheet.page_setup.paperSize = _A4
        if self.new_pages:  # Excel heeds them only where it isn't told to fit
            worksheet.page_setup.scale = _PERCENT
        else:
            worksheet.page_setup.fitToHeight = 0
            worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        margins = worksheet.page_margins
        margins.left = margins.right = 0.4
        margins.top = margins.bottom = 0.65
        margins.header = margins.footer = 0.3
        worksheet.oddFooter = HeaderFooterItem(
            left=_HeaderFooterPart(self.edition.day.replace("&", "&&")),
            center=_HeaderFooterPart("&A"),
            right=_HeaderFooterPart(self.edition.say("Page {page} of {pages}", page="&P", pages="&N")),
        )
        if self.edition.banners:
            told = "; ".join(text for text, _ in self.edition.banners)
            worksheet.oddHeader = HeaderFooterItem(center=_HeaderFooterPart(told.replace("&", "&&")))
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
        for header, column in zip(table.headers, excel.tableColumns, strict=True):
            column.name = header
        if not table.with_filter:
            excel.autoFilter = None
        worksheet.add_table(excel)
        headers = [column.header for column in table.columns]
        if table.name in self.new_pages:
            worksheet.row_breaks.append(Break(row - 2))
        if self.frozen:
            paper = get_column_letter(headers.index(self.printed) + 1) if self.printed else last
            worksheet.print_area = f"A1:{paper}{row + height}"
        if self.choices and table.length:
            letter = get_column_letter(headers.index(self.choices[0]) + 1)
            cells = f"{letter}{row + 1}:{letter}{row + height}"
            worksheet.add_data_validation(_list_of(self.edition, self.choices[1], cells))
        if self.chart and self.chart.table == table.name and table.length:
            _add_chart(worksheet, self.chart, table, row)


def banners(edition: Edition, columns: int) -> list[Line]:
    """The lines that no reader can miss, over all columns."""
    return [(Text(text, look), *[Text("", look)] * (columns - 1)) for text, look in edition.banners]


def back(edition: Edition) -> Text:
    """The way back."""
    return Text("← " + edition.say(SUMMARY), LINKED, edition.place(SUMMARY))


def detail(edition: Edition, name: str, table: Table, told: str = "", **more: Any) -> Sheet:
    """A sheet of one table: what it is, the way back and what is `told` of it on top, the header frozen under it."""
    name = edition.say(name)
    title = (back(edition), Text(f"{name}: {edition.day}", TITLE))
    lines: list[Line] = [(Text(line, NOTE),) for line in textwrap.wrap(told, sum(table.widths()))]
    parts: list[Part] = [*banners(edition, len(table.columns)), title, *lines, table]
    return Sheet(edition, name, parts, frozen=True, **more)


def _link(worksheet: Worksheet, address: str, target: str) -> None:
    # of the cell only the link is kept: the rows are written elsewhere
    worksheet[address].hyperlink = Hyperlink(ref=address, location=target)


def _list_of(edition: Edition, choices: tuple[str, ...], cells: str) -> DataValidation:
    """A drop-down list."""
    told = [edition.say(choice) for choice in choices]
    made = DataValidation(type="list", formula1=f'"{",".join(told)}"', sqref=cells)
    made.showErrorMessage = True
    made.error = edition.say("Choose one of: {choices}", choices=", ".join(told))
    return made


def _add_chart(worksheet: Worksheet, what: Chart, table: Table, header_row: int) -> None:
    headers = [column.header for column in table.columns]
    last_row = header_row + min(table.length, _MOST_BARS)
    chart = BarChart()
    chart.type = "bar"
    chart.title = what.title
    chart.height, chart.width = 8.5, 22
    chart.x_axis.delete = chart.y_axis.delete = False  # else current Excel shows none
    chart.x_axis.scaling.orientation = "maxMin"  # the biggest on top
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.number_format = "#,##0"
    for amounts, colour in zip(what.amounts, BARS, strict=False):
        column = headers.index(amounts) + 1
        chart.add_data(Reference(worksheet, column, header_row, column, last_row), titles_from_data=True)
        chart.series[-1].graphicalProperties.solidFill = colour
    if len(what.amounts) > 1:
        chart.grouping, chart.overlap = "stacked", 100
    else:
        chart.legend = None
    names = headers.index(what.names) + 1
    chart.set_categories(Reference(worksheet, names, header_row + 1, names, last_row))
    left = "B" if what.below else get_column_letter(len(headers) + 2)
    worksheet.add_chart(chart, f"{left}{last_row + 2 if what.below else header_row}")
