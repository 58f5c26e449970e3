"""Exact decimals as int64 columns: every number is a whole count of millionths.

Money and quantities have up to six decimals; `1.5` is the integer 1 500 000. What a binary float adds
beyond the sixth decimal is rounded away, half to even. A number of 10^12 or more is not accepted
(`micros` gives None), so that no difference of two columns can overflow; products are guarded one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

MICRO = 1_000_000
LIMIT = 10**12 * MICRO
"""The largest magnitude that is accepted as exact, in millionths."""

_CONTEXT = Context(prec=40, rounding=ROUND_HALF_EVEN)
_LARGEST_EXPONENT = 12
_LONGEST_NUMBER = 64
_FITS = float(2**62)


def micros(number: object) -> int | None:
    """Millionths of a JSON number or a text of one; None if it is none, not finite or not below 10^12."""
    if type(number) is int:
        scaled = number * MICRO
    else:
        decimal = number if type(number) is Decimal else _decimal(number)
        if decimal is None or not decimal.is_finite() or decimal.adjusted() >= _LARGEST_EXPONENT:
            return None
        scaled = int(decimal.scaleb(6, _CONTEXT).to_integral_value(context=_CONTEXT))
    return scaled if -LIMIT < scaled < LIMIT else None


def _decimal(number: object) -> Decimal | None:
    """The decimal that a float or a text means: the shortest one that reads back the same."""
    text = str(number).strip() if isinstance(number, float | str) else ""
    if not text or len(text) > _LONGEST_NUMBER or "_" in text:
        return None
    try:
        return _CONTEXT.create_decimal(text)
    except InvalidOperation:
        return None


def plain(count: int) -> str:
    """A count of millionths as a plain decimal without trailing zeros: `1.5`, `-3000`, never an exponent."""
    whole, rest = divmod(abs(count), MICRO)
    sign = "-" if count < 0 else ""
    return f"{sign}{whole}.{rest:06d}".rstrip("0") if rest else f"{sign}{whole}"


def half_even(numerator: int, denominator: int) -> int:
    """`numerator / denominator` rounded half to even; the denominator is positive."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def total(column: IntArray) -> int:
    """The exact sum of a column, in Python integers where int64 could overflow."""
    if len(column) == 0:
        return 0
    if float(magnitude(column).sum()) < _FITS:
        return int(column.sum())
    return sum(column.tolist())


def sum_of_known(values: Iterable[Any]) -> int | None:
    """The exact sum of the values that are known; None where none is (None and NA are not)."""
    numbers: list[int] = [value for value in values if value is not None and value is not pd.NA]
    return sum(numbers) if numbers else None


def sum_by(groups: npt.NDArray[np.intp], column: IntArray, size: int) -> IntArray:
    """Sums of `column` by group number. A group that int64 can't hold sums to 0, which means unknown.

    Receipts and lines never get there (`reconcile.frames` sees to it); a product's whole day may.
    """
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, groups, column)
    if len(column) and float(magnitude(column).sum()) >= _FITS:
        magnitudes = np.bincount(groups, weights=magnitude(column), minlength=size)
        sums[magnitudes >= _FITS] = 0
    return sums


def magnitude(column: IntArray) -> npt.NDArray[np.float64]:
    """How large the numbers are, for guards alone: floats never decide whether books agree."""
    return np.abs(column.astype(np.float64))


def rows_where(test: Callable[..., Any], columns: tuple[IntArray, ...], largest: FloatArray) -> BoolArray:
    """Rows for which `test(*columns)` holds; `largest` bounds the products it forms, row by row.

    The same expression runs on int64 where that bound stays below 2^60 and on Python integers elsewhere, so
    that no product overflows silently.
    """
    fits = largest < 2**60
    if fits.all():
        return np.asarray(test(*columns), dtype=np.bool_)
    holds = np.zeros(len(fits), dtype=np.bool_)
    holds[fits] = test(*(column[fits] for column in columns))
    holds[~fits] = np.asarray(test(*(column[~fits].astype(object) for column in columns)), dtype=np.bool_)
    return holds


def known(counts: Iterable[int | None]) -> Any:
    """A nullable column (Int64 array); None, and what int64 cannot hold, is unknown."""
    values = [pd.NA if count is None or abs(count) >= 2**63 else count for count in counts]
    return pd.array(values, dtype="Int64")


def products(a: IntArray, b: IntArray) -> Any:
    """`a × b` row by row in millionths, rounded half to even; unknown where int64 can't hold it."""
    fits = magnitude(a) * magnitude(b) < _FITS
    found, unknown = np.zeros(len(a), dtype=np.int64), np.zeros(len(a), dtype=np.bool_)
    whole, rest = np.divmod(a[fits] * b[fits], MICRO)
    found[fits] = whole + ((2 * rest > MICRO) | ((2 * rest == MICRO) & (whole % 2 == 1)))
    for row in np.flatnonzero(~fits).tolist():
        exact = half_even(int(a[row]) * int(b[row]), MICRO)
        if abs(exact) < 2**63:
            found[row] = exact
        else:
            unknown[row] = True
    return pd.arrays.IntegerArray(found, unknown)


def divided(numerators: IntArray, denominators: IntArray) -> IntArray:
    """Quotients rounded half to even; numerators and denominators are below 2^62, denominators positive."""
    whole, rest = np.divmod(numerators, denominators)
    twice = 2 * rest
    up = (twice > denominators) | ((twice == denominators) & (whole % 2 == 1))
    return np.asarray(whole + up, dtype=np.int64)


def scaled(a: Any, factor: Any, divisor: Any) -> IntArray:
    """`a × factor / divisor` row by row, rounded half to even; what int64 can't hold becomes its largest number."""
    a, factor, divisor = np.broadcast_arrays(a, factor, divisor)
    factor, divisor = factor * np.sign(divisor), np.abs(divisor)
    fits = magnitude(a) * magnitude(factor) < 2**60
    found = np.zeros(len(a), dtype=np.int64)
    found[fits] = divided(a[fits] * factor[fits], divisor[fits])
    for row in np.flatnonzero(~fits).tolist():
        exact = half_even(int(a[row]) * int(factor[row]), int(divisor[row]))
        found[row] = max(min(exact, 2**63 - 1), 1 - 2**63)
    return found


def shares(a: IntArray, numerator: IntArray, denominator: IntArray) -> Any:
    """`a × numerator / denominator` in millionths, rounded half to even.

    A numerator or a denominator of 0 means that the ratio is unknown, and so is the result.
    """
    rows = zip(a.tolist(), numerator.tolist(), denominator.tolist(), strict=True)
    return known(half_even(x * n, d) if n and d else None for x, n, d in rows)


def count_of(number: Decimal) -> int:
    """Millionths of a decimal that is known to be exact (a setting, say)."""
    return int(number.scaleb(6))


def whole(number: object) -> int | None:
    """A positive whole number below 2^63, as number or text; else None."""
    match number:
        case bool():
            return None
        case int():
            found = number
        case Decimal() if (
            number.is_finite() and number.adjusted() < 19 and number == number.to_integral_value()
        ):
            found = int(number)
        case str() if number.isascii() and number.isdigit() and len(number) < 20:
            found = int(number)
        case _:
            return None
    return found if 0 < found < 2**63 else None


Times: TypeAlias = npt.NDArray[np.datetime64]
