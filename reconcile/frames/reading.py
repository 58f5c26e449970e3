"""Readers of raw JSON values, one column at a time: numbers, ids, times, texts and flags.

A reader takes the raw values of one field and returns a typed column and a mask of unreadable rows. The `…_problem`
functions give the reason for one such value.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from reconcile.core.categories import coded
from reconcile.core.exact import MICRO, BoolArray, IntArray, Times, micros, positive_int
from reconcile.core.positions import Positions
from reconcile.core.text import shown
from reconcile.model.catalogue import NO_TIME

_NUMBERS = {int, float, Decimal}


def _one_by_one(values: Sequence[Any], read: Callable[[Any], int | None]) -> tuple[IntArray, BoolArray]:
    """Each value read on its own (0 if unreadable), and the mask of unreadable ones."""
    found = list(map(read, values))
    bad = np.array([number is None for number in found], dtype=np.bool_)
    return np.array([number or 0 for number in found], dtype=np.int64), bad


def numbers(
    values: Sequence[Any], default: int | None = None, given: Callable[[int], Any] | None = None
) -> tuple[IntArray, BoolArray]:
    """Millionths; bad if missing (unless there is a default), not a number, not finite or too large.

    A value may be the float of a text; `given` gives the exact value of a row. Else a float stands for itself.
    """
    kinds = set(map(type, values))
    if default is not None and kinds == {type(None)}:
        return np.full(len(values), default, dtype=np.int64), np.zeros(len(values), dtype=np.bool_)
    if default is not None and None in values:
        plain = default / MICRO
        values = [plain if value is None else value for value in values]
    numeric = values
    if not kinds <= _NUMBERS:
        numeric = [value if type(value) in _NUMBERS else np.nan for value in values]
    found, certain = _micros_from_floats(numeric)
    bad = np.zeros(len(values), dtype=np.bool_)
    doubtful = np.flatnonzero(~certain).tolist()
    if doubtful:
        exact = [given(row) if given and type(values[row]) is float else values[row] for row in doubtful]
        found[doubtful], bad[doubtful] = _one_by_one(exact, micros)
    return found, bad


def known_numbers(values: Sequence[Any], given: Callable[[int], Any] | None = None) -> pd.arrays.IntegerArray:
    """Millionths; NA where missing, not a number, not finite or too large."""
    if set(map(type, values)) == {type(None)}:
        return pd.arrays.IntegerArray(np.zeros(len(values), np.int64), np.ones(len(values), np.bool_))
    found, bad = numbers(values, None, given)
    return pd.arrays.IntegerArray(np.where(bad, 0, found), bad)


def _micros_from_floats(values: Sequence[int | float | Decimal]) -> tuple[IntArray, BoolArray]:
    """Millionths computed with floats, and a mask of rows where they are certainly exact.

    Below 2^50 millionths the float error is below 1/4. So if the float is within 1/5 of a whole number, the decimal
    is within 1/2 of it and rounds to it. The other rows must be read as decimals.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            scaled = np.array(values, dtype=np.float64) * MICRO
        except (OverflowError, ValueError):  # an integer too large, a signalling NaN
            scaled = np.full(len(values), np.nan)
        nearest = np.rint(scaled)
        certain = (np.abs(nearest) < 2**50) & (np.abs(scaled - nearest) < 0.2)
    return np.where(certain, nearest, 0).astype(np.int64), certain


def number_problem(field: str, value: Any) -> str:
    """Why a number can't be read."""
    if value is None:
        return f"{field} is missing"
    try:
        number = Decimal(str(value).strip())
    except ArithmeticError:
        return f"{field} is not a number: {shown(value)}"
    if isinstance(value, bool) or not number.is_finite():
        return f"{field} is not a finite number: {shown(value)}"
    return f"{field} is too large to be exact: {shown(value)}"


def ids(values: Sequence[Any], optional: bool = False) -> tuple[IntArray, BoolArray]:
    """Positive whole numbers; 0 where missing (bad unless optional) or unreadable (bad)."""
    kinds = set(map(type, values))
    if optional and kinds == {type(None)}:
        return np.zeros(len(values), dtype=np.int64), np.zeros(len(values), dtype=np.bool_)
    if kinds == {int}:
        try:
            found = np.array(values, dtype=np.int64)
        except OverflowError:
            found = np.zeros(len(values), dtype=np.int64)
        if (found > 0).all():
            return found, np.zeros(len(values), dtype=np.bool_)
    found, bad = _one_by_one(values, positive_int)
    if optional and bad.any():
        bad &= np.array([value is not None for value in values], dtype=np.bool_)
    return found, bad


def id_problem(field: str, value: Any) -> str:
    """Why an id can't be read."""
    return (
        f"{field} is missing" if value is None else f"{field} is not a positive whole number: {shown(value)}"
    )


_TIME = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
"""Every form of a date or a time that is read; anything else is unreadable."""
_FIRST = np.datetime64("0001-01-01", "s")
_ZEROS = re.compile(r"0000-00-00([ T]00:00:00(\.0+)?Z?)?")
"""What a database writes for no time."""
_PATTERNS = {len(pattern): pattern for pattern in ("dddd-dd-dd dd:dd:dd", "dddd-dd-dd")}


def are_standard(values: Sequence[Any]) -> bool:
    """Whether all are texts of the form `YYYY-MM-DD HH:mm:ss`."""
    return _length_of_all(values) == 19


def _length_of_all(values: Sequence[Any]) -> int:
    """19 if all are texts of the form `YYYY-MM-DD HH:mm:ss`, 10 if all are `YYYY-MM-DD`, else 0."""
    lengths = set(map(len, values)) if set(map(type, values)) == {str} else set()
    if len(lengths) != 1 or not (lengths <= set(_PATTERNS)):
        return 0
    (length,) = lengths
    letters = np.array(values, dtype=f"U{length}").view(np.uint32).reshape(len(values), length)
    pattern = np.array([_PATTERNS[length]]).view(np.uint32)
    is_digit = pattern == ord("d")
    digits = letters[:, is_digit]
    fits = ((digits >= ord("0")) & (digits <= ord("9"))).all() and (
        letters[:, ~is_digit] == pattern[~is_digit]
    ).all()
    return length if fits else 0


def is_no_time(value: Any) -> bool:
    """Whether a value says that there is no time: null, empty, zero, or a date of zeros."""
    return not value or value == "0" or (type(value) is str and _ZEROS.fullmatch(value) is not None)


def times(values: Sequence[Any], zone: ZoneInfo | None) -> tuple[Times, BoolArray, BoolArray]:
    """Local times to the second, a mask of times with an offset that can't be converted, a mask of unreadable ones.

    No time (`is_no_time`) is NaT and not bad. A time with an offset is converted if the venue's `zone` is known; one
    that this would take off the calendar is unreadable.
    """
    found = np.full(len(values), NO_TIME)
    zoned, bad = (np.zeros(len(values), dtype=np.bool_) for _ in range(2))
    given = values if all(values) else [value for value in values if value]
    if not given:
        return found, zoned, bad
    distinct, which = _distinct(given) if set(map(type, given)) == {str} else ([], np.empty(0, dtype=np.intp))
    if _length_of_all(distinct):
        with contextlib.suppress(ValueError):  # some are not on the calendar: read one by one below
            read = np.array(distinct, dtype="datetime64[s]")
            if read.min() >= _FIRST:
                found[[bool(value) for value in values] if len(given) < len(values) else slice(None)] = read[
                    which
                ]
                return found, zoned, bad
    for row, value in enumerate(values):
        if is_no_time(value):
            continue
        try:
            time = _time(value)
            if time.tzinfo is not None:
                zoned[row] = zone is None
                time = time.astimezone(zone or time.tzinfo)
        except (TypeError, ValueError, OverflowError):
            bad[row] = True
            continue
        found[row] = np.datetime64(time.replace(tzinfo=None, microsecond=0), "s")
    return found, zoned, bad


def _time(value: Any) -> datetime:
    """Raises TypeError or ValueError where it is no time."""
    if not _TIME.fullmatch(value):
        raise ValueError(value)
    return datetime.fromisoformat(value)


def time_problem(field: str, value: Any) -> str:
    """Why a time can't be read."""
    return f"{field} is not a time: {shown(value)}"


def texts(values: Sequence[Any]) -> pd.Categorical[Any]:
    """Texts as a categorical column; null is the empty text, other values are converted."""
    if not set(map(type, values)) <= {str}:
        values = [value if type(value) is str else "" if value is None else str(value) for value in values]
    names, codes = _distinct(values)
    return coded(codes, names)


def _distinct(values: Sequence[Any]) -> tuple[list[Any], Positions]:
    """The distinct values in the order in which they come, and for each value which of them it is."""
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    return list(places), np.fromiter(map(places.__getitem__, values), np.intp, len(values))


def flags(values: Sequence[Any]) -> BoolArray:
    """True for true, 1 and the texts "true" and "1"."""
    return np.array(list(map(_is_true, values)), dtype=np.bool_)


def _is_true(value: Any) -> bool:
    return bool(value) and (value == 1 or str(value).lower() in ("true", "1"))


def flag_problem(field: str, value: Any) -> str:
    """Why a flag is neither true nor false; empty if it is one of them, or missing."""
    is_clear = not value or _is_true(value) or str(value).lower() in ("false", "0")
    return "" if is_clear else f"{field} is neither true nor false: {shown(value)}"


def deletions(values: Sequence[Any]) -> tuple[BoolArray, BoolArray]:
    """Masks: which values of `deleted_at` say that a record is deleted (a time, or true), and which can't be read."""
    if not any(values):
        return (np.zeros(len(values), dtype=np.bool_),) * 2
    _, _, bad = times(values, None)
    bad &= ~flags(values)
    return ~bad & ~np.array(list(map(is_no_time, values)), dtype=np.bool_), bad
