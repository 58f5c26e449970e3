"""Bar charts of tables."""

from __future__ import annotations

import dataclasses

from openpyxl.chart import BarChart, Reference
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.report.excel.styles import BAR_COLOURS
from reconcile.report.excel.table import Table

_MAX_BARS = 10


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


def add_chart(worksheet: Worksheet, chart: Chart, table: Table, header_row: int) -> None:
    """Draw the chart of a table, whose header is in that row, on its sheet."""
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
        column = table.column_of(header)
        bars.add_data(Reference(worksheet, column, header_row, column, last_row), titles_from_data=True)
        bars.series[-1].graphicalProperties.solidFill = colour
    if len(chart.amounts) > 1:
        bars.grouping, bars.overlap = "stacked", 100
    else:
        bars.legend = None
    names = table.column_of(chart.names)
    bars.set_categories(Reference(worksheet, names, header_row + 1, names, last_row))
    left = "B" if chart.below else get_column_letter(len(table.columns) + 2)
    worksheet.add_chart(bars, f"{left}{last_row + 2 if chart.below else header_row}")
