"""A table as data: columns, and the frames its rows come from; and the one writer that lays any table out."""

from __future__ import annotations

import dataclasses
import functools
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import pandas as pd
from openpyxl.utils import get_column_letter

from reconcile.report.excel.cells import MakeCells, TextCells, text, whole_numbers
from reconcile.report.excel.edition import Edition
from reconcile.report.excel.ink import Ink
from reconcile.report.excel.styles import BODY, HEADER, HEADER_RIGHT, PLAIN, Look

CHUNK = 4096
"""Rows held in memory at a time."""
WIDEST = 60
_FILTER_BUTTON = 3
_LINE_POINTS = 13.5
_HIGHEST_POINTS = 409
_WIDER = re.compile("[\u0400-\u1fff\u2c80-\U0010ffff]")
"""Letters that are wider than Latin ones: Cyrillic, and all that come after it but signs."""

Source: TypeAlias = str | Callable[[pd.DataFrame], "pd.Series[Any]"]
"""A column of the frame by name, or made from a slice of it."""


@dataclasses.dataclass(frozen=True)
class Column:
    """A header (in English), where the values come from, and how they are written."""

    header: str
    source: Source
    cells: MakeCells = text
    narrowest: int = 0
    widest: int = WIDEST

    def of(self, rows: pd.DataFrame) -> pd.Series[Any]:
        return rows[self.source] if isinstance(self.source, str) else self.source(rows)


class Tally(NamedTuple):
    """What to count while writing: rows, and the sum of an amount, by the words in a column."""

    label: str
    amount: str
    rows: str | None = None
    """A column that says how many rows of another kind each row stands for; without one, each is one."""


@dataclasses.dataclass
class Written:
    """What went into the cells of a table."""

    rows: int = 0
    by_label: Counter[str] = dataclasses.field(default_factory=Counter)
    amounts: Counter[str] = dataclasses.field(default_factory=Counter)
    """Exact sums of the tallied amount, by label."""

    def add(self, labels: Sequence[str], amounts: Sequence[int | None]) -> None:
        self.by_label.update(labels)
        for label, amount in zip(labels, amounts, strict=True):
            if amount:
                self.amounts[label] += amount


class Table:
    """A table of the workbook, measured once. Its rows are those of the frames, one frame after the other."""

    def __init__(
        self,
        edition: Edition,
        name: str,
        columns: Sequence[Column],
        *frames: pd.DataFrame,
        empty: str = "",
        tally: Tally | None = None,
        links: Mapping[int, str] | None = None,
        with_filter: bool = True,
    ) -> None:
        self.name = name
        self.columns = columns
        self.headers = [edition.say(column.header) for column in columns]
        self.frames = frames
        self.empty = edition.say(empty)
        """Said in the first column of words where there are no rows: a table needs one."""
        self.tally = tally
        self.links = links or {}
        """From a row's number, counted from 0, to the place in the workbook that its first cell leads to."""
        self.with_filter = with_filter
        self.written = Written()
        self.length = sum(len(frame) for frame in frames)
        self._cells = [column.cells(edition.language) for column in columns]
        for rows in self.slices(0, self.length):
            for column, cells in zip(columns, self._cells, strict=True):
                cells.measure(column.of(rows))

    @property
    def height(self) -> int:
        """Rows on the sheet, less the header: at least one."""
        return max(self.length, 1)

    def widths(self) -> list[int]:
        """Characters each column needs, at most `WIDEST`; a header breaks between its words."""
        button = self._button
        widths = []
        for column, header, cells in zip(self.columns, self.headers, self._cells, strict=True):
            longest = max(len(word) for word in header.split()) + button
            widths.append(max(min(max(cells.width() + 3, column.narrowest), column.widest), longest))
        return widths

    def slices(self, start: int, stop: int) -> Iterator[pd.DataFrame]:
        """Rows from `start` up to `stop`, a few at a time."""
        for frame in self.frames:
            for first in range(max(start, 0), min(stop, len(frame)), CHUNK):
                yield frame.iloc[first : min(first + CHUNK, stop)]
            start, stop = start - len(frame), stop - len(frame)

    def write(self, first_row: int, start: int, stop: int, ink: Ink, widths: Sequence[int]) -> Iterator[str]:
        """The header and the rows from `start` up to `stop` as XML, beginning at the sheet's `first_row`.

        `widths` are those of the sheet's columns.
        """
        yield row_of(first_row, self._header(ink), self._header_height(widths))
        if not self.length:
            yield row_of(first_row + 1, self._nothing(ink))
        template = "".join(
            f'<c r="{get_column_letter(place)}#"%s' for place in range(1, len(self.columns) + 1)
        )
        template = f'<row r="#"%s>{template}</row>'
        row = first_row + 1
        for rows in self.slices(start, stop):
            columns = [column.of(rows) for column in self.columns]
            self._count(columns)
            cells = [each.write(column, ink) for each, column in zip(self._cells, columns, strict=True)]
            heights = self._heights(columns, widths)
            yield "".join(
                [
                    template.replace("#", str(n)) % each
                    for n, each in enumerate(zip(heights, *cells, strict=True), row)
                ]
            )
            row += len(rows)

    def _header(self, ink: Ink) -> list[str]:
        return [
            ink.text(header, HEADER_RIGHT if cells.right else HEADER)
            for header, cells in zip(self.headers, self._cells, strict=True)
        ]

    @property
    def _button(self) -> int:
        """Room beside a header's words."""
        return _FILTER_BUTTON if self.with_filter else 1

    def _header_height(self, widths: Sequence[int]) -> float:
        room = [width - self._button for width in widths]
        most = max(_lines(header, width) for header, width in zip(self.headers, room, strict=False))
        return _LINE_POINTS * most + 2

    def _heights(self, columns: Sequence[pd.Series[Any]], widths: Sequence[int]) -> Iterable[str]:
        """Of each row, where some text goes on in a second line: not every program makes room by itself."""
        most = [1] * len(columns[0])
        for column, cells, width in zip(columns, self._cells, widths, strict=False):
            if isinstance(cells, TextCells) and cells.wraps and cells.width() + 2 > width:
                texts = cells.shown(column)
                most = [max(so_far, _lines(each, width)) for so_far, each in zip(most, texts, strict=True)]
        return [_height(lines) if lines > 1 else "" for lines in most]

    def _nothing(self, ink: Ink) -> list[str]:
        texts = [isinstance(cells, TextCells) for cells in self._cells]
        place = texts.index(True)
        return [ink.text(self.empty if at == place else "", BODY) for at in range(len(texts))]

    def _count(self, columns: Sequence[pd.Series[Any]]) -> None:
        if not self.tally:
            self.written.rows += len(columns[0])
            return
        by_header = {column.header: values for column, values in zip(self.columns, columns, strict=True)}
        rows = self.tally.rows
        self.written.rows += int(by_header[rows].sum()) if rows else len(columns[0])
        labels = by_header[self.tally.label].astype(object).tolist()
        self.written.add(labels, whole_numbers(by_header[self.tally.amount]))


@dataclasses.dataclass(frozen=True)
class Text:
    """A cell outside tables."""

    text: str
    look: Look = PLAIN
    link: str | None = None
    """A place in the workbook, as `'Sheet'!A1`."""


Line: TypeAlias = tuple[Text | None, ...]
"""A row outside tables: its cells from the left."""


def line_of(row: int, line: Line, ink: Ink) -> str:
    """A row outside tables as XML, as high as its largest letters need."""
    size = max((cell.look.size for cell in line if cell is not None), default=0)
    cells = ["" if cell is None else ink.text(cell.text, cell.look) for cell in line]
    return row_of(row, cells, round(size * 1.5) if size > PLAIN.size else None)


def row_of(row: int, cells: Sequence[str], points: float | None = None) -> str:
    """A row as XML, of a height in points; an empty string is no cell at all."""
    placed = (f'<c r="{get_column_letter(n)}{row}"{cell}' for n, cell in enumerate(cells, 1) if cell)
    height = "" if points is None else f' ht="{points:g}" customHeight="1"'
    return f'<row r="{row}"{height}>{"".join(placed)}</row>'


@functools.lru_cache(1 << 12)
def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column of that many digits; most Latin letters are narrower."""
    more = width // 10
    letters = max(width - more if _WIDER.search(text) else width + more, 1)
    return sum(max(1, len(textwrap.wrap(part, letters))) for part in text.split("\n"))


def _height(lines: int) -> str:
    return f' ht="{min(_LINE_POINTS * lines + 1, _HIGHEST_POINTS):g}" customHeight="1"'
