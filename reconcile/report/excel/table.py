"""Tables and single rows of a sheet, written as XML."""

from __future__ import annotations

import dataclasses
import functools
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from reconcile.core.exact import ints_or_none, nullable, total
from reconcile.report.excel.cell_encoder import CellEncoder
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import FormatFactory, NumberFormat, TextFormat, text
from reconcile.report.excel.styles import BODY, HEADER, HEADER_RIGHT, PLAIN, TOTAL_LABEL, CellStyle

_CHUNK_ROWS = 4096
"""Rows held in memory at a time."""
_MAX_WIDTH = 60
_FILTER_BUTTON_WIDTH = 3
_TEXT_MARGIN, _NUMBER_MARGIN = 3, 2
"""Characters beside a value: texts are indented."""
_HEADER_LINES = 3
_LINE_HEIGHT = 13.5  # points
_MAX_ROW_HEIGHT = 409  # points; Excel's limit
_WIDE_LETTERS = re.compile("[\u0400-\u1fff\u2c80-\U0010ffff]")
"""Letters that are wider than Latin ones: Cyrillic and later blocks, except for punctuation and symbols."""

Source: TypeAlias = str | Callable[[pd.DataFrame], "pd.Series[Any]"]
"""The name of a column of the frame, or a function of some rows of the frame."""


@dataclasses.dataclass(frozen=True)
class Column:
    """A column: its header (English), the source of its values, their format, and its width in characters."""

    header: str
    source: Source
    format: FormatFactory = text
    min_width: int = 0
    max_width: int = _MAX_WIDTH
    total: bool = False
    """Whether its sum is shown above the table: of money, never of quantities in several units."""

    def values(self, rows: pd.DataFrame) -> pd.Series[Any]:
        return rows[self.source] if isinstance(self.source, str) else self.source(rows)


def frame_of(columns: Sequence[Column], rows: Iterable[Iterable[Any]]) -> pd.DataFrame:
    """A frame of rows, each with the values of the columns in order: texts, days, or integers (None: not known)."""
    frame = {}
    for column, values in zip(columns, zip(*rows, strict=True), strict=False):  # without rows: no values
        known = next((value for value in values if value is not None), None)
        dtype = _DTYPES.get(type(known))
        frame[str(column.source)] = pd.Series(values, dtype=dtype) if dtype else nullable(values)
    return pd.DataFrame(frame)


_DTYPES = {str: "str", date: "datetime64[s]"}


class TotalColumns(NamedTuple):
    """The columns, by header, that are totalled while a table is written."""

    label: str
    """Rows are counted, and amounts summed, by the values of this column."""
    amount: str
    rows: str | None = None
    """Holds the number of findings that a row stands for; None: each row counts as 1."""
    second_amount: str | None = None


@dataclasses.dataclass
class WrittenTotals:
    """Totals of the cells that were written."""

    rows: int = 0
    by_label: Counter[str] = dataclasses.field(default_factory=Counter)
    """Rows by label."""
    amounts: Counter[str] = dataclasses.field(default_factory=Counter)
    """Exact sums of the amount (in its column's unit) by label."""
    second_amounts: Counter[str] = dataclasses.field(default_factory=Counter)
    """Of the second amount, if there is one."""


class Table:
    """A table of the workbook. Its rows are those of the frames, one frame after the other."""

    def __init__(
        self,
        context: WorkbookContext,
        name: str,
        columns: Sequence[Column],
        *frames: pd.DataFrame,
        empty: str = "",
        totals: TotalColumns | None = None,
        links: Mapping[int, str] | None = None,
        with_filter: bool = False,
    ) -> None:
        self.name = name
        self.columns = columns
        self.headers = [context.say(column.header) for column in columns]
        """In the workbook's language."""
        self.frames = frames
        self.empty = context.say(empty)
        """Shown in the first text column where the frames have no rows: an Excel table needs one."""
        self.totals = totals
        self.links = links or {}
        """Hyperlink locations of first cells, by row number, counted from 0."""
        self.with_filter = with_filter
        self._total_label = context.say("Total")
        self.written = WrittenTotals()
        self.length = sum(len(frame) for frame in frames)
        self._formats = [column.format(context.language) for column in columns]
        self._button_width = _FILTER_BUTTON_WIDTH if with_filter else 1
        self._totals: dict[int, int] = {}
        """Exact sums of the columns that have a total, by index; none where no value is known."""
        for rows in self._chunks(0, self.length):
            for index, (column, format_) in enumerate(zip(columns, self._formats, strict=True)):
                values = column.values(rows)
                format_.measure(values)
                if column.total and (known := values.dropna()).size:
                    self._totals[index] = self._totals.get(index, 0) + total(known.to_numpy(np.int64))
        for index, amount in self._totals.items():
            self._number_format(index).make_room(amount)

    @property
    def height(self) -> int:
        """Rows on the sheet without the header: at least one."""
        return max(self.length, 1)

    def column_of(self, header: str) -> int:
        """The number of the column with that header (English), counted from 1."""
        return [column.header for column in self.columns].index(header) + 1

    def values(self, header: str) -> pd.Series[Any]:
        """All values of the column with that header (English)."""
        column = self.columns[self.column_of(header) - 1]
        return pd.concat([column.values(frame) for frame in self.frames], ignore_index=True)

    @property
    def has_totals(self) -> bool:
        """Whether there is a total to show."""
        return bool(self._totals)

    def totals_row(self, row: int, encoder: CellEncoder) -> str:
        """XML of the row of totals, of all rows of the table."""
        cells = [""] * len(self.columns)
        cells[0] = encoder.text(self._total_label, TOTAL_LABEL)
        for index, amount in self._totals.items():
            cells[index] = self._number_format(index).write_total(amount, encoder)
        return row_xml(row, cells)

    def _number_format(self, index: int) -> NumberFormat:
        """The format of a column that has a total."""
        format_ = self._formats[index]
        if not isinstance(format_, NumberFormat):
            raise TypeError(f"the column {self.headers[index]} has no numbers to total")
        return format_

    def widths(self) -> list[int]:
        """The width of each column in characters: room for its values, within its limits, and for its header."""
        widths = []
        for column, header, format_ in zip(self.columns, self.headers, self._formats, strict=True):
            room = format_.width() + (_NUMBER_MARGIN if format_.align_right else _TEXT_MARGIN)
            width = min(max(room, column.min_width), column.max_width)
            widths.append(max(width, self._header_width(header)))
        return widths

    def _header_width(self, header: str) -> int:
        """Characters that a header needs: whole words, on few lines."""
        width = max(map(len, header.split()))
        while _line_count(header, width) > _HEADER_LINES:
            width += 1
        return width + self._button_width

    def _chunks(self, start: int, stop: int) -> Iterator[pd.DataFrame]:
        """Rows from `start` up to `stop`, at most `_CHUNK_ROWS` at a time."""
        for frame in self.frames:
            for first in range(max(start, 0), min(stop, len(frame)), _CHUNK_ROWS):
                yield frame.iloc[first : min(first + _CHUNK_ROWS, stop)]
            start, stop = start - len(frame), stop - len(frame)

    def write(
        self,
        first_row: int,
        rows: tuple[int, int],
        encoder: CellEncoder,
        widths: Sequence[int],
        printed: int | None,
    ) -> Iterator[str]:
        """XML of the header, in the sheet's row `first_row`, and of the rows from the first up to the second.

        `widths` are those of the sheet's columns, in characters. Rows are as high as the texts in the first `printed`
        columns need (None: in all).
        """
        yield row_xml(first_row, self._header(encoder), self._header_height(widths))
        if not self.length:
            yield row_xml(first_row + 1, self._empty_row(encoder))
        letters = map(get_column_letter, range(1, len(self.columns) + 1))
        template = '<row r="#"%s>' + "".join(f'<c r="{letter}#"%s' for letter in letters) + "</row>"
        row = first_row + 1
        for chunk in self._chunks(*rows):
            columns = [column.values(chunk) for column in self.columns]
            self._add_totals(columns)
            cells = [each.write(column, encoder) for each, column in zip(self._formats, columns, strict=True)]
            lines = zip(self._height_attributes(columns, widths[:printed]), *cells, strict=True)
            yield "".join([template.replace("#", str(n)) % line for n, line in enumerate(lines, row)])
            row += len(chunk)

    def _header(self, encoder: CellEncoder) -> list[str]:
        return [
            encoder.text(header, HEADER_RIGHT if format_.align_right else HEADER)
            for header, format_ in zip(self.headers, self._formats, strict=True)
        ]

    def _header_height(self, widths: Sequence[int]) -> float:
        """In points."""
        pairs = zip(self.headers, widths, strict=False)
        return _LINE_HEIGHT * max(_line_count(text, width - self._button_width) for text, width in pairs) + 2

    def _height_attributes(self, columns: Sequence[pd.Series[Any]], widths: Sequence[int]) -> Iterable[str]:
        """The XML attributes of each row's height, where a text wraps: not every program computes the height."""
        counts = [1] * len(columns[0])
        for column, format_, width in zip(columns, self._formats, widths, strict=False):
            if isinstance(format_, TextFormat) and format_.wraps and format_.width() + 2 > width:
                lines = (_line_count(text, width) for text in format_.texts(column))
                counts = list(map(max, counts, lines))
        return [_height_attribute(_LINE_HEIGHT * count + 1) if count > 1 else "" for count in counts]

    def _empty_row(self, encoder: CellEncoder) -> list[str]:
        cells = [""] * len(self._formats)
        cells[[type(each) for each in self._formats].index(TextFormat)] = self.empty
        return [encoder.text(cell, BODY) for cell in cells]

    def _add_totals(self, columns: Sequence[pd.Series[Any]]) -> None:
        if not self.totals:
            self.written.rows += len(columns[0])
            return
        by_header = {column.header: values for column, values in zip(self.columns, columns, strict=True)}
        rows = self.totals.rows
        self.written.rows += int(by_header[rows].sum()) if rows else len(columns[0])
        labels = by_header[self.totals.label].astype(object).tolist()
        self.written.by_label.update(labels)
        for label, amount in zip(labels, ints_or_none(by_header[self.totals.amount]), strict=True):
            self.written.amounts[label] += amount or 0
        if second := self.totals.second_amount:
            for label, amount in zip(labels, ints_or_none(by_header[second]), strict=True):
                self.written.second_amounts[label] += amount or 0


@dataclasses.dataclass(frozen=True)
class TextCell:
    """A cell outside tables."""

    text: str
    style: CellStyle = PLAIN
    link: str | None = None
    """A hyperlink's location in the workbook, as `'Sheet'!A1`."""
    choices: tuple[str, ...] = ()
    """A drop-down list (English)."""


@dataclasses.dataclass(frozen=True)
class TotalsRow:
    """The row of totals of a table, above its header."""

    table: Table


TextRow: TypeAlias = tuple[TextCell | None, ...]
"""A row outside tables: its cells from the first column on; None is no cell."""


def text_row_xml(row: int, cells: TextRow, encoder: CellEncoder) -> str:
    """XML of a row outside tables, as high as its largest font needs."""
    size = max((cell.style.size for cell in cells if cell is not None), default=0)
    encoded = ["" if cell is None else encoder.text(cell.text, cell.style) for cell in cells]
    return row_xml(row, encoded, round(size * 1.5) if size > PLAIN.size else None)


def row_xml(row: int, cells: Sequence[str], height: float | None = None) -> str:
    """XML of a row, of a height in points; an empty string among the cells is no cell."""
    placed = (f'<c r="{get_column_letter(n)}{row}"{cell}' for n, cell in enumerate(cells, 1) if cell)
    return f'<row r="{row}"{"" if height is None else _height_attribute(height)}>{"".join(placed)}</row>'


def _height_attribute(points: float) -> str:
    return f' ht="{min(points, _MAX_ROW_HEIGHT):g}" customHeight="1"'


@functools.lru_cache(1 << 12)
def _line_count(text: str, width: int) -> int:
    """Lines that a text takes in a column `width` digits wide; most Latin letters are narrower than a digit."""
    tenth = width // 10
    letters = max(width - tenth if _WIDE_LETTERS.search(text) else width + tenth, 1)
    return sum(max(1, len(textwrap.wrap(part, letters))) for part in text.split("\n"))
