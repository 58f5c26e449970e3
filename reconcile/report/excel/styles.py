"""How cells look: a look is a value, the workbook keeps each one once and numbers it."""

from __future__ import annotations

import dataclasses

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

INK = "1F2933"
GREY = "5A6672"
LINK = "0B5394"
WHITE = "FFFFFF"
RULE_LINE = "D5DAE0"


@dataclasses.dataclass(frozen=True)
class Look:
    """Font, colours, alignment and number format of a cell."""

    number_format: str = "General"
    bold: bool = False
    underline: bool = False
    size: int = 10
    ink: str = INK
    fill: str | None = None
    align: str | None = None
    indent: int = 0
    wrap: bool = False
    quoted: bool = False
    """Excel's mark for "this is text", so that editing the cell doesn't make a formula of it."""
    line: bool = False
    """A thin line under the cell."""


PLAIN = Look()
BODY = Look(line=True, align="left", indent=1)
LONG = dataclasses.replace(BODY, wrap=True)
NUMBER = Look(line=True, align="right")
HEADER = Look(bold=True, ink=WHITE, fill="1F3864", align="left", indent=1, wrap=True)
HEADER_RIGHT = dataclasses.replace(HEADER, align="right", indent=0)
TITLE = Look(bold=True, size=14)
SECTION = Look(bold=True, size=12)
NOTE = Look(ink=GREY)
LABEL = Look(bold=True, ink=GREY)
LINKED = Look(underline=True, ink=LINK)
BLANK_TO_FILL = Look(line=True, fill="FFF9E5")
DEMO = Look(bold=True, size=12, ink=WHITE, fill="9C1C5B")
INCOMPLETE = Look(bold=True, size=12, ink=WHITE, fill="8A4B00")

BARS = ("A61B1B", "1B4B7A")
"""Of a chart; its numbers stand in the table beside it."""

VERDICTS = {
    "RECONCILED": Look(bold=True, size=18, ink=WHITE, fill="1B6E3C"),
    "DIFFERENCES": Look(bold=True, size=18, ink=WHITE, fill="A61B1B"),
    "INCOMPLETE": Look(bold=True, size=18, ink=WHITE, fill="8A4B00"),
}

BY_LABEL: dict[str, tuple[str, str | None]] = {
    "Error": ("8B0000", "FDE2E0"),
    "Warning": ("6B4A00", "FFF0C2"),
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
}
"""Ink and fill of a word that is a status; the word itself says the same without colour."""


def labelled(look: Look, label: str) -> Look:
    """The look of a status word in a column of that look."""
    ink, fill = BY_LABEL[label]
    return dataclasses.replace(look, ink=ink, fill=fill, bold=True)


class Stylebook:
    """The looks of one workbook, each with its number in the file."""

    def __init__(self, workbook: Workbook) -> None:
        self._scratch = workbook.worksheets[0]
        self._ids: dict[Look, int] = {}

    def id(self, look: Look) -> int:
        """The number of a look, registered at first use."""
        if look not in self._ids:
            self._ids[look] = self._register(look)
        return self._ids[look]

    def _register(self, look: Look) -> int:
        cell = Cell(self._scratch, row=1, column=1)
        cell.font = Font(
            name="Calibri",
            size=look.size,
            bold=look.bold,
            underline="single" if look.underline else None,
            color=look.ink,
        )
        if look.fill:
            cell.fill = PatternFill("solid", fgColor=look.fill)
        if look.line:
            cell.border = Border(bottom=Side("thin", color=RULE_LINE))
        cell.alignment = Alignment(
            horizontal=look.align, vertical="top", indent=look.indent, wrap_text=look.wrap
        )
        cell.number_format = look.number_format
        cell.quotePrefix = look.quoted
        return int(cell.style_id)
