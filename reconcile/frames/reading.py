"""Readers of raw JSON values, a column at a time: numbers, ids, times, texts, each with the rows it can't read.

A reader takes the raw values of one field and gives a typed column and a mask of bad rows; the reason for a
bad row is worked out for those rows alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.evidence import whole
from reconcile.exact import BoolArray, IntArray, micros

Times: TypeAlias = npt.NDArray[np.datetime64]
_SHOWN = 40
_micros = lru_cache(maxsize=1 << 16, typed=True)(micros)  # prices and quantities repeat all day
_whole = lru_cache(maxsize=1 << 16, typed=True)(whole)
STANDARD_LENGTH = len("2026-01-19 15:07:49")
_HASHABLE = frozenset({int, str, bool, float, type(None), Decimal})
NO_TIME = np.datetime64("NaT", "s")


def shown(value: Any) -> str:
    """A raw value as a message may show it: short, printable."""
    text = str(value)
    text = "".join(c if c.isprintable() else "\ufffd" for c in text[: _SHOWN + 1])
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]}…'"


def _hashable(values: Sequence[Any]) -> Sequence[Any]:
    if set(map(type, values)) <= _HASHABLE:
        return values
    return [value if type(value) in _HASHABLE else f"<{type(value).__name__}>" for value in values]


def _integers(values: Sequence[Any], read: Callable[[Any], int | None]) -> tuple[IntArray, BoolArray]:
    found = list(map(read, _hashable(values)))
    try:
        return np.array(found, dtype=np.int64), np.zeros(len(found), dtype=np.bool_)
    except TypeError:
        bad = np.array([value is None for value in found], dtype=np.bool_)
        return np.array([value or 0 for value in found], dtype=np.int64), bad


def numbers(values: Sequence[Any], default: int | None = None) -> tuple[IntArray, BoolArray]:
    """Millionths; bad where missing (unless there is a default), no number, not finite, too large."""
    if default is not None and None in values:
        values = [Decimal(default).scaleb(-6) if value is None else value for value in values]
    return _integers(values, _micros)


def number_problem(field: str, value: Any) -> str:
    """Why a number can't be read."""
    if value is None:
        return f"{field} is missing"
    try:
        number = Decimal(str(value).strip())
    except ArithmeticError:
        return f"{field} is no number: {shown(value)}"
    if isinstance(value, bool) or not number.is_finite():
        return f"{field} is no finite number: {shown(value)}"
    return f"{field} is too large to be exact: {shown(value)}"


def ids(values: Sequence[Any], optional: bool = False) -> tuple[IntArray, BoolArray]:
    """Positive whole numbers; 0 where missing, which is bad unless optional."""
    found, bad = _integers(values, _whole)
    if optional and bad.any():
        bad &= np.array([value is not None for value in values], dtype=np.bool_)
    return found, bad


def id_problem(field: str, value: Any) -> str:
    """Why an id can't be read."""
    return f"{field} is missing" if value is None else f"{field} is no positive whole number: {shown(value)}"


def times(values: Sequence[Any], zone: ZoneInfo | None) -> tuple[Times, BoolArray, BoolArray]:
    """Local times, a mask of those that came with a zone that can't be converted, a mask of unreadable ones.

    Missing (null or empty) is NaT and not bad. A time with `Z` becomes local where the venue's zone is known.
    """
    quiet = np.zeros(len(values), dtype=np.bool_)
    if {type(value) for value in values} <= {str} and {len(value) for value in values} <= {STANDARD_LENGTH}:
        try:
            return np.array(values, dtype="datetime64[s]"), quiet, quiet
        except ValueError:
            pass  # some text of the right length is no time: one by one, below
    found = np.full(len(values), NO_TIME)
    zoned, bad = quiet.copy(), quiet.copy()
    for row, value in enumerate(values):
        if value is None or value == "":
            continue
        try:
            time = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            bad[row] = True
            continue
        if time.tzinfo is not None:
            zoned[row] = zone is None
            time = time.astimezone(zone).replace(tzinfo=None) if zone else time.replace(tzinfo=None)
        found[row] = np.datetime64(time.replace(microsecond=0), "s")
    return found, zoned, bad


def time_problem(field: str, value: Any) -> str:
    """Why a time can't be read."""
    return f"{field} is no time: {shown(value)}"


def texts(values: Sequence[Any]) -> pd.Categorical:
    """A category of texts, empty where unknown; numbers are taken as their text."""
    plain = [value if type(value) is str else "" if value is None else str(value) for value in values]
    codes, names = pd.factorize(np.array(plain, dtype=object))
    return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="str"))


def flags(values: Sequence[Any]) -> BoolArray:
    """True for true, 1 and their texts."""
    return np.array([value in (True, 1, "1", "true", "True") for value in _hashable(values)], dtype=np.bool_)


def present(values: Sequence[Any]) -> BoolArray:
    """True where a value was given (a `deleted_at`, say)."""
    return np.array([bool(value) for value in values], dtype=np.bool_)


def nested(record: dict[str, Any], *path: str) -> Any:
    """The value at a path of objects; None where any step is missing or no object."""
    value: Any = record
    for step in path:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value
