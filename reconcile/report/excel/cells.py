"""Values as cells of the file format: numbers stay exact or become text.

A cell is written as what follows its address: ` s="3"><v>1.5</v></c>`. openpyxl makes the rest of the workbook;
its own way of writing a cell takes ten times as long, which at 100,000 sale lines is the difference between
seconds and a minute.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, decimal_text
from reconcile.language.translate import Language
from reconcile.report.excel.ink import Ink
from reconcile.report.excel.styles import BODY, BY_LABEL, LONG, NUMBER, Look, labelled

EXACT_DIGITS = 15
"""A number in Excel keeps 15 significant digits."""

_DAY_SECONDS = 86_400
_EXCEL_EPOCH_DAYS = 25_569  # from 1899-12-30 to 1970-01-01
_FIRST_DAY, _LAST_DAY = 61, 2_958_465  # 1900-03-01 (Excel believes in 1900-02-29) and 9999-12-31


class Cells(Protocol):
    """One column's way of writing: first it sees all values, then it writes them, a slice at a time."""

    right: bool
    """Whether the column is aligned right."""

    def measure(self, column: pd.Series[Any]) -> None:
        """Take a slice into account for width and format."""

    def width(self) -> int:
        """Characters that the widest value measured needs."""

    def write(self, column: pd.Series[Any], ink: Ink) -> list[str]:
        """One cell a value."""


class TextCells:
    """Texts: as they are, or our own, said in a `language`; with `labels`, status words in their colour."""

    right = False

    def __init__(self, look: Look = BODY, *, language: Language | None = None, labels: bool = False) -> None:
        self._look = look
        self._say: Callable[[str], str] = language.say if language else str
        self._labels = labels
        self._longest = 0
        self._categories: pd.Index[Any] | None = None
        self._written: np.ndarray[Any, np.dtype[np.object_]] = np.empty(0, dtype=object)

    def measure(self, column: pd.Series[Any]) -> None:
        if isinstance(column.dtype, pd.CategoricalDtype):
            if column.cat.categories is self._categories:
                return
            self._categories = column.cat.categories
            column = self._categories.to_series()
        for text in map(self._say, column.fillna("").tolist()):
            self._longest = max(self._longest, max((len(line) for line in text.split("\n")), default=0))

    def width(self) -> int:
        return self._longest

    @property
    def wraps(self) -> bool:
        """Whether long texts go on in a second line."""
        return self._look.wrap

    def write(self, column: pd.Series[Any], ink: Ink) -> list[str]:
        if not isinstance(column.dtype, pd.CategoricalDtype):
            return [self._cell(text, ink) for text in column.fillna("").tolist()]
        if column.cat.categories is not self._categories or not len(self._written):
            # each name is made safe once; the last place serves code -1, a missing value
            self._categories = column.cat.categories
            self._written = np.array(
                [self._cell(text, ink) for text in (*self._categories, "")], dtype=object
            )
        cells: list[str] = self._written[column.cat.codes.to_numpy()].tolist()
        return cells

    def shown(self, column: pd.Series[Any]) -> list[str]:
        """The texts as they are written."""
        return [self._say(text) for text in column.astype(object).fillna("").tolist()]

    def _cell(self, text: str, ink: Ink) -> str:
        look = labelled(self._look, text) if self._labels and text in BY_LABEL else self._look
        return ink.text(self._say(text), look)


class IdCells:
    """Ids as text, so that nobody sums or rounds them; 0 and missing are empty."""

    right = False

    def __init__(self, look: Look = BODY) -> None:
        self._look = look
        self._largest = 0

    def measure(self, column: pd.Series[Any]) -> None:
        self._largest = max(self._largest, int(column.max()) if column.notna().any() else 0)

    def width(self) -> int:
        return len(str(self._largest))

    def write(self, column: pd.Series[Any], ink: Ink) -> list[str]:
        empty = f' s="{ink.styles.id(self._look)}"/>'
        head = f' s="{ink.styles.id(self._look)}" t="inlineStr"><is><t>'
        return [f"{head}{number}</t></is></c>" if number else empty for number in whole_numbers(column)]


class NumberCells:
    """Counts of `unit` parts (millionths, or ones), each with the decimals it needs, the points below one another."""

    right = True

    def __init__(self, *places: int, unit: int = MICRO, suffix: str = "") -> None:
        self._places = places
        """How many decimals a number may be shown with, fewest first."""
        self._unit = unit
        self._suffix = suffix
        self._gcd = 0
        self._largest = 0
        self._sign = 0

    def measure(self, column: pd.Series[Any]) -> None:
        numbers = column.dropna().to_numpy(np.int64)
        if not len(numbers):
            return
        self._gcd = math.gcd(self._gcd, int(np.gcd.reduce(numbers)))
        lowest, highest = int(numbers.min()), int(numbers.max())
        self._largest = max(self._largest, highest, -lowest)
        self._sign = max(self._sign, int(lowest < 0))

    def _needed(self) -> tuple[int, ...]:
        """The decimals in use: up to the fewest in which no two numbers of the column look alike."""
        enough = [at for at, places in enumerate(self._places) if self._gcd % self._step(places) == 0]
        return self._places[: enough[0] + 1] if enough else self._places

    def _step(self, places: int) -> int:
        parts: int = 10**places
        return max(self._unit // parts, 1)

    def _format(self, places: int) -> str:
        """With room for the decimals that others of the column have."""
        most = self._needed()[-1]
        room = "_0" * (most - places)
        if places == 0:
            return f"#,##0{self._suffix}" + (f"_.{room}" if most else "")
        return f"#,##0.{'0' * places}{self._suffix}{room}"

    def width(self) -> int:
        decimals = self._needed()[-1]
        return len(f"{self._largest // self._unit:,}") + self._sign + (decimals + 1 if decimals else 0)

    def write(self, column: pd.Series[Any], ink: Ink) -> list[str]:
        numbers = whole_numbers(column)
        needed, unit = self._needed(), self._unit
        heads = []
        for places in needed:
            style = ink.styles.id(dataclasses.replace(NUMBER, number_format=self._format(places)))
            heads.append(f' s="{style}"><v>')
        empty = heads[-1].replace("><v>", "/>")
        known = column.fillna(0).to_numpy(np.int64)
        chosen = np.full(len(known), len(needed) - 1)
        for at in reversed(range(len(needed))):
            chosen[known % self._step(needed[at]) == 0] = at
        cells = [
            empty
            if number is None
            else f"{heads[at]}{number // unit}</v></c>"
            if number % unit == 0
            else f"{heads[at]}{number / unit!r}</v></c>"
            for number, at in zip(numbers, chosen.tolist(), strict=True)
        ]
        if self._largest >= 10**EXACT_DIGITS:
            self._as_text_where_inexact(cells, numbers, ink)
        return cells

    def _as_text_where_inexact(self, cells: list[str], numbers: list[int | None], ink: Ink) -> None:
        for row, number in enumerate(numbers):
            if number is not None and len(str(abs(number)).rstrip("0")) > EXACT_DIGITS:
                digits = decimal_text(number) if self._unit == MICRO else str(number)
                cells[row] = ink.text(digits, dataclasses.replace(NUMBER, quoted=True))
                ink.numbers_as_text += 1


class TimeCells:
    """Times of the venue, or days, as Excel has them; one that Excel has no number for is text."""

    right = False

    def __init__(self, number_format: str) -> None:
        self._format = number_format

    def measure(self, column: pd.Series[Any]) -> None:
        """All times are equally wide."""

    def width(self) -> int:
        return len(self._format)

    def write(self, column: pd.Series[Any], ink: Ink) -> list[str]:
        times = column.to_numpy("datetime64[s]")
        days = times.astype(np.int64) / _DAY_SECONDS + _EXCEL_EPOCH_DAYS
        style = ink.styles.id(dataclasses.replace(BODY, number_format=self._format))
        cells = [f' s="{style}"><v>{day!r}</v></c>' for day in days.tolist()]
        for row in np.flatnonzero((days < _FIRST_DAY) | (days >= _LAST_DAY + 1) | np.isnat(times)):
            cells[row] = ink.text("" if np.isnat(times[row]) else str(times[row]), BODY)
        return cells


def whole_numbers(column: pd.Series[Any]) -> list[int | None]:
    """A column of integers as Python integers, None where missing."""
    if isinstance(column.dtype, pd.Int64Dtype):
        known: list[int | None] = column.array.to_numpy(dtype=object, na_value=None).tolist()
        return known
    numbers: list[int | None] = column.to_numpy(np.int64).tolist()
    return numbers


MakeCells: TypeAlias = Callable[[Language], Cells]
"""How a column is written, for a workbook in a language."""


def text(_: Language) -> TextCells:
    """Texts from outside, as they are."""
    return TextCells()


def long_text(_: Language) -> TextCells:
    """Sentences, wrapped, as they are."""
    return TextCells(LONG)


def ours(language: Language) -> TextCells:
    """Our own texts, in the workbook's language."""
    return TextCells(language=language)


def long_ours(language: Language) -> TextCells:
    """Our own sentences, wrapped, in the workbook's language."""
    return TextCells(LONG, language=language)


def label(language: Language) -> TextCells:
    """Status words, in the workbook's language and their colours."""
    return TextCells(language=language, labels=True)


def ids(_: Language) -> IdCells:
    """Ids, as text."""
    return IdCells()


def time(_: Language) -> TimeCells:
    """Times of the venue."""
    return TimeCells("yyyy-mm-dd hh:mm:ss")


def day(_: Language) -> TimeCells:
    """Days."""
    return TimeCells("yyyy-mm-dd")


def money(_: Language) -> NumberCells:
    """Millionths, at least two decimals."""
    return NumberCells(2, 4, 6)


def quantity(_: Language) -> NumberCells:
    """Millionths; pieces without decimals, weights with three."""
    return NumberCells(0, 3, 6)


def amount(_: Language) -> NumberCells:
    """Millionths of anything: counts without decimals, money with two."""
    return NumberCells(0, 2, 4, 6)


def number(_: Language) -> NumberCells:
    """Plain whole numbers."""
    return NumberCells(0, unit=1)


def percent(_: Language) -> NumberCells:
    """Per cent in millionths."""
    return NumberCells(1, 2, 4, suffix='"%"')
