"""Cell styles, and the numbers they have in the file."""

from __future__ import annotations

import dataclasses

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from reconcile.language.translate import to_say

TEXT_COLOUR = "1F2933"
GREY = "5A6672"
LINK = "0B5394"
WHITE = "FFFFFF"
BORDER_COLOUR = "D5DAE0"


@dataclasses.dataclass(frozen=True)
class CellStyle:
    """Font, colours, alignment and number format of a cell."""

    number_format: str = "General"
    bold: bool = False
    underline: bool = False
    size: int = 10
    colour: str = TEXT_COLOUR
    fill: str | None = None
    align: str | None = None
    indent: int = 0
    wrap: bool = False
    quote_prefix: bool = False
    """Marks the cell as text in Excel, so that editing it doesn't make a formula of it."""
    bottom_border: bool = False


PLAIN = CellStyle()
BODY = CellStyle(bottom_border=True, align="left", indent=1)
WRAPPED = dataclasses.replace(BODY, wrap=True)
NUMBER = CellStyle(bottom_border=True, align="right")
TOTAL = CellStyle(bold=True, align="right")
TOTAL_LABEL = CellStyle(bold=True, align="left", indent=1)
HEADER = CellStyle(bold=True, colour=WHITE, fill="1F3864", align="left", indent=1, wrap=True)
HEADER_RIGHT = dataclasses.replace(HEADER, align="right", indent=0)
TITLE = CellStyle(bold=True, size=14)
SECTION = CellStyle(bold=True, size=12)
NOTE = CellStyle(colour=GREY)
LABEL = CellStyle(bold=True, colour=GREY)
HYPERLINK = CellStyle(underline=True, colour=LINK)
INPUT_FIELD = CellStyle(bottom_border=True, fill="FFF9E5")
DEMO_STYLE = CellStyle(bold=True, size=12, colour=WHITE, fill="9C1C5B")
INCOMPLETE_STYLE = CellStyle(bold=True, size=12, colour=WHITE, fill="8A4B00")

BAR_COLOURS = ("A61B1B", "1B4B7A")
"""Of the series of a chart."""

VERDICT_STYLES = {
    to_say("RECONCILED"): CellStyle(bold=True, size=15, colour=WHITE, fill="1B6E3C"),
    to_say("DIFFERENCES"): CellStyle(bold=True, size=15, colour=WHITE, fill="A61B1B"),
    to_say("INCOMPLETE"): CellStyle(bold=True, size=15, colour=WHITE, fill="8A4B00"),
}

LABEL_COLOURS: dict[str, tuple[str, str | None]] = {
    "Error": ("8B0000", "FDE2E0"),
    "Warning": ("6B4A00", "FFF0C2"),
    "High": ("8B0000", "FDE2E0"),
    "Normal": ("6B4A00", "FFF0C2"),
    "Info": ("1B4B7A", "E3EEF9"),
    "flagged": ("8B0000", "FDE2E0"),
    "unverified": ("6B4A00", "FFF0C2"),
    "repeated": ("6B4A00", "FFF0C2"),
    "over": ("8B0000", None),
    "under": ("8B0000", None),
    "OK": ("1B6E3C", "E2F3E7"),
    "CHECK": ("8B0000", "FDE2E0"),
    "changed": ("6B4A00", "FFF0C2"),
    "off": ("6B4A00", "FFF0C2"),
    "cleared": ("1B6E3C", "E2F3E7"),
    "MISSING": ("8B0000", "FDE2E0"),
    "INCOMPLETE": ("8B0000", "FDE2E0"),
    "FAILED": ("8B0000", "FDE2E0"),
    "DIFFERENCES": ("6B4A00", "FFF0C2"),
    "RECONCILED": ("1B6E3C", "E2F3E7"),
    "Agrees": ("1B6E3C", "E2F3E7"),
    "Differs": ("6B4A00", "FFF0C2"),
}
"""Text colour and fill of status words. The word alone says the same."""


def label_style(style: CellStyle, label: str) -> CellStyle:
    """The style of a status word in a column of that style."""
    colour, fill = LABEL_COLOURS[label]
    return dataclasses.replace(style, colour=colour, fill=fill, bold=True)


class StyleRegistry:
    """The numbers that cell styles have in the workbook's file."""

    def __init__(self, workbook: Workbook) -> None:
        self._worksheet = workbook.worksheets[0]
        self._ids: dict[CellStyle, int] = {}

    def id(self, style: CellStyle) -> int:
        """The number of a style, which is registered at its first use."""
        if style not in self._ids:
            self._ids[style] = self._register(style)
        return self._ids[style]

    def _register(self, style: CellStyle) -> int:
        cell = Cell(self._worksheet, row=1, column=1)
        cell.font = Font(
            name="Calibri",
            size=style.size,
            bold=style.bold,
            underline="single" if style.underline else None,
            color=style.colour,
        )
        if style.fill:
            cell.fill = PatternFill("solid", fgColor=style.fill)
        if style.bottom_border:
            cell.border = Border(bottom=Side("thin", color=BORDER_COLOUR))
        cell.alignment = Alignment(
            horizontal=style.align, vertical="top", indent=style.indent, wrap_text=style.wrap
        )
        cell.number_format = style.number_format
        cell.quotePrefix = style.quote_prefix
        return int(cell.style_id)
