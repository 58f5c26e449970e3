"""Bar charts of tables."""

from __future__ import annotations

import dataclasses
import textwrap

from openpyxl.chart import BarChart, Reference, Series
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.text import RichText
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RichTextProperties
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.core.exact import ints_or_none
from reconcile.language.translate import Language
from reconcile.report.excel.cell_encoder import in_xml
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.paper import CHARACTER_INCHES
from reconcile.report.excel.styles import BAR_COLOURS
from reconcile.report.excel.table import Table

_MAX_BARS = 10
_LONGEST_NAME = 40
_WIDTH = 22  # cm
_CENTIMETRES = 2.54  # of an inch
_HEIGHT, _HEIGHT_OF_TWO = 8.5, 7.2  # cm
_ROWS, _ROWS_OF_TWO = 17, 14
"""Rows of the usual height that a chart beside its table lies on: two have room on a page, below the header."""
_COLUMNS_BESIDE = 14
"""Columns of the usual width that hold a chart beside its table."""
_DAY_OF_MONTH = "mm-dd"
_UPRIGHT_SMALL = RichText(
    bodyPr=RichTextProperties(rot=-5_400_000, vert="horz"),  # sixtieth thousandths of a degree
    p=[
        Paragraph(
            pPr=ParagraphProperties(defRPr=CharacterProperties(sz=800)), endParaRPr=CharacterProperties()
        )
    ],
)
"""So that all days of a month have room."""


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
    is_by_day: bool = False
    """Whether all rows are drawn, as columns side by side, whatever their sizes."""


def add_chart(
    worksheet: Worksheet,
    chart: Chart,
    table: Table,
    header_row: int,
    context: WorkbookContext,
    *,
    room: int,
    beside: tuple[int, int] = (0, 1),
) -> None:
    """Draw the chart of a table, whose header is in that row, on its sheet; below the table, `room` characters wide.
    `beside`: how many charts of the table are above it, and how many it has.

    Where the first row is over half of the sum of all magnitudes, it is left out, as the others would not be seen
    beside it; the title says so, with its name and amounts.
    """
    left_out = None if chart.is_by_day else _over_half(chart, table, context.language)
    drawn = table.length if chart.is_by_day else _bars(chart, table)
    first_row, last_row = header_row + 1, header_row + drawn
    bars = BarChart()
    bars.type = "col" if chart.is_by_day else "bar"
    bars.title = chart.title
    if left_out:
        first_row += 1
        bars.title = context.say("{title}, without {name}: {amount}", title=chart.title, **left_out)
    place, number = beside
    bars.height = _HEIGHT if number == 1 else _HEIGHT_OF_TWO
    bars.width = int(room * CHARACTER_INCHES * _CENTIMETRES) if chart.below else _WIDTH
    bars.x_axis.delete = bars.y_axis.delete = False  # else current versions of Excel show no axes
    if not chart.is_by_day:
        bars.x_axis.scaling.orientation = "maxMin"  # the first row at the top
    bars.x_axis.tickLblPos = "low"
    bars.y_axis.number_format = "#,##0"
    if chart.is_by_day:
        bars.x_axis.number_format = _DAY_OF_MONTH
        bars.x_axis.txPr = _UPRIGHT_SMALL
    for header, colour in zip(chart.amounts, BAR_COLOURS, strict=False):
        column = table.column_of(header)
        series = Series(Reference(worksheet, column, first_row, column, last_row))
        series.tx = SeriesLabel(StrRef(str(Reference(worksheet, column, header_row))))
        series.graphicalProperties.solidFill = colour
        bars.append(series)
    if len(chart.amounts) > 1 and not chart.is_by_day:
        bars.grouping, bars.overlap = "stacked", 100
    if len(chart.amounts) == 1:
        bars.legend = None
    elif chart.is_by_day:
        bars.legend.position = "b"
    names = table.column_of(chart.names)
    bars.set_categories(Reference(worksheet, names, first_row, names, last_row))
    left = "A" if chart.below else get_column_letter(len(table.columns) + 2)
    top = last_row + 2 if chart.below else header_row + place * _ROWS_OF_TWO
    worksheet.add_chart(bars, f"{left}{top}")


def cells_beside(columns: int, header_row: int, charts: int) -> str:
    """The cells that so many charts beside a table of so many columns lie on."""
    first, last = (get_column_letter(columns + number) for number in (2, 1 + _COLUMNS_BESIDE))
    rows = _ROWS if charts == 1 else charts * _ROWS_OF_TWO
    return f"{first}{header_row}:{last}{header_row + rows}"


def _bars(chart: Chart, table: Table) -> int:
    """How many of the first rows are drawn: up to the last that is not 0."""
    first = zip(*(ints_or_none(table.values(header))[:_MAX_BARS] for header in chart.amounts), strict=True)
    drawn = [number for number, row in enumerate(first, 1) if any(row)]
    return drawn[-1] if drawn else min(table.length, _MAX_BARS)


def _over_half(chart: Chart, table: Table, language: Language) -> dict[str, str] | None:
    """Name and amounts of the first row if it is over half of all magnitudes, and not the only one."""
    rows = list(zip(*(ints_or_none(table.values(header)) for header in chart.amounts), strict=True))
    magnitudes = [sum(abs(amount or 0) for amount in row) for row in rows]
    if not magnitudes[0] < sum(magnitudes) < 2 * magnitudes[0]:
        return None
    name = textwrap.shorten(in_xml(str(table.values(chart.names).iloc[0])), _LONGEST_NAME, placeholder="…")
    return {"name": name, "amount": ", ".join(language.money(amount) for amount in rows[0] if amount)}
