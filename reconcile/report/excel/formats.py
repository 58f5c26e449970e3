"""How a column's values become cells. A number with more digits than Excel keeps becomes text.

A cell is the XML that follows its address: ` s="3"><v>1.5</v></c>`. openpyxl writes the rest of the workbook, but
takes ten times as long for a cell: a minute instead of seconds at 100,000 sale lines.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeAlias

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, decimal_text, ints_or_none
from reconcile.language.translate import Language
from reconcile.report.excel.cell_encoder import CellEncoder
from reconcile.report.excel.styles import BODY, LABEL_COLOURS, NUMBER, TOTAL, WRAPPED, CellStyle, label_style

EXACT_DIGITS = 15
"""Significant digits that Excel keeps of a number."""

_DAY_SECONDS = 86_400
_EXCEL_EPOCH_DAYS = 25_569  # from 1899-12-30 to 1970-01-01
_FIRST_DAY, _LAST_DAY = 61, 2_958_465  # 1900-03-01 (Excel has a 1900-02-29) and 9999-12-31


class ColumnFormat(Protocol):
    """The format of one column: all its values are measured first, then written, some rows at a time."""

    align_right: bool = False

    def measure(self, column: pd.Series[Any]) -> None:
        """Take some rows into account for the width and the number format."""

    def width(self) -> int:
        """Characters of the widest value measured."""

    def write(self, column: pd.Series[Any], encoder: CellEncoder) -> list[str]:
        """The XML of one cell for each value."""


FormatFactory: TypeAlias = Callable[[Language], ColumnFormat]
"""Makes the format of a column, for a workbook in a language. Only texts depend on the language."""


class TextFormat(ColumnFormat):
    """Texts: as they are, or `translated`; with `labels`, status words have the colours of `LABEL_COLOURS`."""

    def __init__(
        self, language: Language, style: CellStyle = BODY, *, translated: bool = False, labels: bool = False
    ) -> None:
        self._style = style
        self._translate: Callable[[str], str] = language.say if translated else str
        self._labels = labels
        self._longest = 0
        self._categories: pd.Index[Any] | None = None
        self._category_cells: np.ndarray[Any, np.dtype[np.object_]] = np.empty(0, dtype=object)

    def measure(self, column: pd.Series[Any]) -> None:
        if isinstance(column.dtype, pd.CategoricalDtype):
            if column.cat.categories is self._categories:
                return
            self._categories = column.cat.categories
            column = self._categories.to_series()
        lines = (line for text in self.texts(column) for line in text.split("\n"))
        self._longest = max(self._longest, max(map(len, lines), default=0))

    def width(self) -> int:
        return self._longest

    @property
    def wraps(self) -> bool:
        """Whether long texts are wrapped."""
        return self._style.wrap

    def write(self, column: pd.Series[Any], encoder: CellEncoder) -> list[str]:
        if not isinstance(column.dtype, pd.CategoricalDtype):
            return [self._cell(text, encoder) for text in column.fillna("").tolist()]
        if column.cat.categories is not self._categories or not len(self._category_cells):
            # each category is encoded once; the last cell is for code -1, a missing value
            self._categories = column.cat.categories
            cells = [self._cell(text, encoder) for text in (*self._categories, "")]
            self._category_cells = np.array(cells, dtype=object)
        return list(self._category_cells[column.cat.codes.to_numpy()])

    def texts(self, column: pd.Series[Any]) -> list[str]:
        """The texts that are shown."""
        return [self._translate(text) for text in column.astype(object).fillna("").tolist()]

    def _cell(self, text: str, encoder: CellEncoder) -> str:
        is_label = self._labels and text in LABEL_COLOURS
        return encoder.text(
            self._translate(text), label_style(self._style, text) if is_label else self._style
        )


class IdFormat(ColumnFormat):
    """Ids as text, so that Excel doesn't round them or add them up; 0 and missing are empty cells."""

    def __init__(self, _: Language) -> None:
        self._largest = 0

    def measure(self, column: pd.Series[Any]) -> None:
        self._largest = max(self._largest, int(column.max()) if column.notna().any() else 0)

    def width(self) -> int:
        return len(str(self._largest))

    def write(self, column: pd.Series[Any], encoder: CellEncoder) -> list[str]:
        style = f' s="{encoder.styles.id(BODY)}"'
        return [
            f'{style} t="inlineStr"><is><t>{number}</t></is></c>' if number else f"{style}/>"
            for number in ints_or_none(column)
        ]


class NumberFormat(ColumnFormat):
    """Integers that count millionths (or other parts of 1, `unit` to one), aligned at the decimal point.

    Each number is shown with the fewest of `decimals` (numbers of decimals, ascending) that show it exactly, else
    rounded to the most; `in_percent` as a hundredfold, with the sign. The cell keeps the number itself.
    """

    align_right = True

    def __init__(
        self, _: Language, decimals: tuple[int, ...] = (0,), *, unit: int = MICRO, in_percent: bool = False
    ) -> None:
        self._decimals = decimals
        self._unit = unit
        self._shown_unit = unit // 100 if in_percent else unit
        self._suffix = "%" if in_percent else ""
        self._gcd = 0
        self._largest = 0
        self._sign_width = 0

    def measure(self, column: pd.Series[Any]) -> None:
        numbers = column.dropna().to_numpy(np.int64)
        if not len(numbers):
            return
        self._gcd = math.gcd(self._gcd, int(np.gcd.reduce(numbers)))
        self.make_room(int(numbers.min()))
        self.make_room(int(numbers.max()))

    def make_room(self, number: int) -> None:
        """Take one number into account for the width."""
        self._largest = max(self._largest, abs(number))
        self._sign_width = max(self._sign_width, int(number < 0))

    def _used_decimals(self) -> tuple[int, ...]:
        """`decimals` up to the first that shows every number of the column exactly; all if none does."""
        for count, decimals in enumerate(self._decimals, 1):
            if self._gcd % self._step(decimals) == 0:
                return self._decimals[:count]
        return self._decimals

    def _step(self, decimals: int) -> int:
        """The smallest difference that `decimals` show, in parts."""
        return max(self._shown_unit // int(10**decimals), 1)

    def _excel_format(self, decimals: int) -> str:
        """Excel's number format; `_0` leaves the width of a digit empty, where other cells have more decimals."""
        most = self._used_decimals()[-1]
        padding = "_0" * (most - decimals)
        if decimals == 0:
            return f"#,##0{self._suffix}" + (f"_.{padding}" if most else "")
        return f"#,##0.{'0' * decimals}{self._suffix}{padding}"

    def width(self) -> int:
        decimals = self._used_decimals()[-1]
        point = 1 if decimals else 0
        digits = len(f"{self._largest // self._shown_unit:,}") + len(self._suffix)
        return digits + self._sign_width + point + decimals

    def write(self, column: pd.Series[Any], encoder: CellEncoder) -> list[str]:
        numbers, used, unit = ints_or_none(column), self._used_decimals(), self._unit
        excel_formats = [dataclasses.replace(NUMBER, number_format=self._excel_format(each)) for each in used]
        styles = [f' s="{encoder.styles.id(style)}"' for style in excel_formats]
        parts = column.fillna(0).to_numpy(np.int64)
        chosen = np.full(len(parts), len(used) - 1)
        for index, decimals in reversed(list(enumerate(used))):
            chosen[parts % self._step(decimals) == 0] = index
        cells = [
            f"{styles[-1]}/>"
            if number is None
            else f"{styles[index]}><v>{number // unit if number % unit == 0 else number / unit!r}</v></c>"
            for number, index in zip(numbers, chosen.tolist(), strict=True)
        ]
        if self._largest >= 10**EXACT_DIGITS:
            self._write_inexact_as_text(cells, numbers, encoder)
        return cells

    def write_total(self, total: int, encoder: CellEncoder) -> str:
        """The XML of the cell of a total, with the most decimals that the column shows."""
        style = dataclasses.replace(TOTAL, number_format=self._excel_format(self._used_decimals()[-1]))
        if _is_inexact(total):
            return self._as_text(total, style, encoder)
        return f' s="{encoder.styles.id(style)}"><v>{_quotient(total, self._unit)}</v></c>'

    def _write_inexact_as_text(
        self, cells: list[str], numbers: list[int | None], encoder: CellEncoder
    ) -> None:
        for row, number in enumerate(numbers):
            if number is not None and _is_inexact(number):
                cells[row] = self._as_text(number, NUMBER, encoder)

    def _as_text(self, number: int, style: CellStyle, encoder: CellEncoder) -> str:
        encoder.numbers_as_text += 1
        digits = decimal_text(number) if self._unit == MICRO else str(number)
        return encoder.text(digits, dataclasses.replace(style, quote_prefix=True))


def _is_inexact(number: int) -> bool:
    """Whether Excel would round it."""
    return len(str(abs(number)).rstrip("0")) > EXACT_DIGITS


def _quotient(number: int, unit: int) -> str:
    return repr(number // unit if number % unit == 0 else number / unit)


class TimeFormat(ColumnFormat):
    """Times of the venue, or days, as Excel's serial numbers; a time outside Excel's calendar is text."""

    def __init__(self, _: Language, number_format: str) -> None:
        self._number_format = number_format

    def measure(self, column: pd.Series[Any]) -> None:
        """Nothing to measure: all times are equally wide."""

    def width(self) -> int:
        digits = sum(map(str.isalpha, self._number_format))
        return digits + math.ceil((len(self._number_format) - digits) / 2)  # what separates them is narrower

    def write(self, column: pd.Series[Any], encoder: CellEncoder) -> list[str]:
        times = pd.to_datetime(column).to_numpy("datetime64[s]")
        days = times.astype(np.int64) / _DAY_SECONDS + _EXCEL_EPOCH_DAYS
        style = encoder.styles.id(dataclasses.replace(BODY, number_format=self._number_format))
        cells = [f' s="{style}"><v>{day!r}</v></c>' for day in days.tolist()]
        for row in np.flatnonzero((days < _FIRST_DAY) | (days >= _LAST_DAY + 1) | np.isnat(times)):
            cells[row] = f' s="{style}"/>' if np.isnat(times[row]) else encoder.text(str(times[row]), BODY)
        return cells


text = TextFormat
"""Texts from outside, as they are."""
long_text = partial(TextFormat, style=WRAPPED)
"""Sentences from outside, wrapped."""
translated = partial(TextFormat, translated=True)
"""This program's texts, in the workbook's language."""
long_translated = partial(TextFormat, style=WRAPPED, translated=True)
"""This program's sentences, in the workbook's language, wrapped."""
label = partial(TextFormat, translated=True, labels=True)
"""Status words, in the workbook's language and in their colours."""
ids = IdFormat
time = partial(TimeFormat, number_format="yyyy-mm-dd hh:mm:ss")
minute = partial(TimeFormat, number_format="yyyy-mm-dd hh:mm")
day = partial(TimeFormat, number_format="yyyy-mm-dd")
money = partial(NumberFormat, decimals=(2,))
"""Millionths, shown with two decimals."""
unit_cost = partial(NumberFormat, decimals=(4,))
"""Millionths of money for a unit of goods, shown with four decimals."""
quantity = partial(NumberFormat, decimals=(0, 3, 6))
"""Millionths: pieces without decimals, weights with three."""
amount = partial(NumberFormat, decimals=(0, 2, 4, 6))
"""Millionths of anything: counts without decimals, money with two."""
number = partial(NumberFormat, unit=1)
"""Whole numbers."""
percent = partial(NumberFormat, decimals=(1,), in_percent=True)
"""Millionths, shown as per cent."""
