"""Exact decimals as int64 columns: every number is a whole count of millionths.

Money and quantities have up to six decimals; `1.5` is the integer 1 500 000. Digits beyond the sixth decimal
(binary float noise) are rounded half to even. A magnitude of 10^12 or more is not accepted (`micros` gives None),
so the difference of two columns can't overflow. Each product is checked for overflow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
Times: TypeAlias = npt.NDArray[np.datetime64]

MICRO = 1_000_000
LIMIT = 10**12 * MICRO
"""Accepted magnitudes are below this many millionths."""

_CONTEXT = Context(prec=40, rounding=ROUND_HALF_EVEN)
LARGEST_SUM = 2**63
"""Sums are below this many millionths, which int64 holds; they may be above `LIMIT`."""
_LARGEST_EXPONENT = 13
_LONGEST_NUMBER = 64
_EXACT_FLOATS = 2**53
"""Whole numbers below this are exact as floats."""
_FITS = float(2**62)
"""Results below this certainly fit int64, float error included."""


def micros(number: object, limit: int = LIMIT) -> int | None:
    """Millionths of a JSON number or a numeric text; None if not a number, not finite or not below the limit."""
    if type(number) is int:
        scaled = number * MICRO
    else:
        decimal = number if type(number) is Decimal else _decimal(number)
        if decimal is None or not decimal.is_finite() or decimal.adjusted() >= _LARGEST_EXPONENT:
            return None
        scaled = int(decimal.scaleb(6, _CONTEXT).to_integral_value(context=_CONTEXT))
    return scaled if -limit < scaled < limit else None


def _decimal(number: object) -> Decimal | None:
    """A float (by its shortest representation) or a text as a decimal; None if it is neither or too long."""
    text = str(number).strip() if isinstance(number, float | str) else ""
    if not text or len(text) > _LONGEST_NUMBER or "_" in text:
        return None
    try:
        return _CONTEXT.create_decimal(text)
    except ArithmeticError:  # no number, or one that no decimal holds
        return None


def decimal_text(count: int) -> str:
    """A count of millionths as a decimal without trailing zeros or exponent: `1.5`, `-3000`."""
    whole, rest = divmod(abs(count), MICRO)
    sign = "-" if count < 0 else ""
    return f"{sign}{whole}.{rest:06d}".rstrip("0") if rest else f"{sign}{whole}"


def half_even(numerator: int, denominator: int) -> int:
    """`numerator / denominator` rounded half to even; the denominator is positive."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def total(column: IntArray) -> int:
    """The exact sum of a column; Python integers are used where int64 could overflow."""
    if float(magnitude(column).sum()) < _FITS:
        return int(column.sum())
    return sum(column.tolist())


def sum_of_known(values: Iterable[Any]) -> int | None:
    """The exact sum of the values that are not None or NA; None if there are none."""
    numbers = [int(value) for value in values if value is not None and value is not pd.NA]
    return sum(numbers) if numbers else None


def sum_by(groups: npt.NDArray[np.integer[Any]], column: IntArray, size: int) -> IntArray:
    """Sums of `column` by group number (0 to `size` - 1). A sum too large for int64 becomes 0, which means unknown.

    Sums of one receipt or line always fit (`reconcile.frames` checks); the sum of a product's day may not.
    """
    largest = highest(column) * len(column)
    if largest < _EXACT_FLOATS:
        return np.bincount(groups, weights=column, minlength=size).astype(np.int64)
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, groups, column)
    if largest >= _FITS:
        magnitudes = np.bincount(groups, weights=magnitude(column), minlength=size)
        sums[magnitudes >= _FITS] = 0
    return sums


def exact_sum_by(groups: npt.NDArray[np.integer[Any]], column: IntArray, size: int) -> list[int]:
    """The same, however large the sums are."""
    if highest(column) * len(column) < _FITS:
        return [*map(int, sum_by(groups, column, size))]
    sums = np.zeros(size, dtype=object)
    np.add.at(sums, groups, column.astype(object))
    return [*map(int, sums)]


def numbers_of(column: Any) -> tuple[IntArray, BoolArray]:
    """The numbers of an Int64 array, 0 where there is none, and where there is one."""
    is_known = ~np.asarray(column.isna(), dtype=np.bool_)
    return column.to_numpy(dtype=np.int64, na_value=0), is_known


def highest(column: IntArray) -> int:
    """The largest absolute value; 0 if there are none."""
    return max(-int(column.min(initial=0)), int(column.max(initial=0)))


def magnitude(column: IntArray) -> npt.NDArray[np.float64]:
    """Absolute values as floats: for overflow checks only, never to compare amounts."""
    return np.abs(column.astype(np.float64))


def rows_where(
    test: Callable[..., Any], columns: tuple[IntArray, ...], bound: Callable[..., Any]
) -> BoolArray:
    """Rows for which `test(*columns)` is true. `bound` gives for magnitudes of the columns an upper bound of what the
    test computes, which grows with each of them.

    The test runs on int64 where the bound is below 2^60 and on Python integers elsewhere, so nothing overflows.
    """
    if bound(*map(highest, columns)) < 2**60:
        return np.asarray(test(*columns), dtype=np.bool_)
    fits = bound(*map(magnitude, columns)) < 2**60
    holds = np.zeros(len(fits), dtype=np.bool_)
    holds[fits] = test(*(column[fits] for column in columns))
    holds[~fits] = np.asarray(test(*(column[~fits].astype(object) for column in columns)), dtype=np.bool_)
    return holds


def nullable(counts: Iterable[int | None]) -> Any:
    """A nullable Int64 array; NA for None and for numbers too large for int64."""
    values = [None if count is None or abs(count) >= 2**63 else count for count in counts]
    unknown = np.array([count is None for count in values], dtype=np.bool_)
    return pd.arrays.IntegerArray(np.array([count or 0 for count in values], dtype=np.int64), unknown)


def ints_or_none(column: pd.Series[Any]) -> list[int | None]:
    """The values of a nullable integer column as Python integers; None for NA."""
    return [None if value is pd.NA else int(value) for value in column.tolist()]


def multiply(a: IntArray, b: IntArray) -> Any:
    """`a × b` row by row in millionths, rounded half to even: an Int64 array, NA where int64 can't hold it."""
    return _quotients(a, b, np.broadcast_to(MICRO, len(a)), np.zeros(len(a), dtype=np.bool_))


def _quotients(a: IntArray, factor: IntArray, divisor: IntArray, unknown: BoolArray) -> Any:
    """`a × factor / divisor` row by row, rounded half to even: an Int64 array, NA where unknown or beyond int64."""
    fit = (
        highest(a) * highest(factor) < _FITS and int(divisor.min(initial=1)) > 0 and highest(divisor) < _FITS
    )
    if fit and not unknown.any():
        return pd.arrays.IntegerArray(divide(a * factor, divisor), unknown)
    fits = ~unknown & (magnitude(a) * magnitude(factor) < _FITS) & (divisor > 0) & (divisor < _FITS)
    found = np.zeros(len(a), dtype=np.int64)
    found[fits] = divide(a[fits] * factor[fits], divisor[fits])
    for row in np.flatnonzero(~fits & ~unknown).tolist():
        exact = half_even(int(a[row]) * int(factor[row]), int(divisor[row]))
        unknown[row] = abs(exact) >= 2**63
        found[row] = 0 if unknown[row] else exact
    return pd.arrays.IntegerArray(found, unknown)


def divide(numerators: IntArray, denominators: IntArray | int) -> IntArray:
    """Quotients rounded half to even. All must be below 2^62 in magnitude, and denominators positive."""
    whole = numerators // denominators
    rest = numerators - whole * denominators
    if not rest.any():
        return np.asarray(whole, dtype=np.int64)
    twice = 2 * rest
    up = (twice > denominators) | ((twice == denominators) & (whole % 2 == 1))
    return np.asarray(whole + up, dtype=np.int64)


def multiply_divide(a: Any, factor: Any, divisor: Any) -> IntArray:
    """`a × factor / divisor` row by row, rounded half to even and clipped to int64. No divisor may be 0."""
    a, factor, divisor = np.broadcast_arrays(a, factor, divisor)
    factor, divisor = factor * np.sign(divisor), np.abs(divisor)
    fits = magnitude(a) * magnitude(factor) < 2**60
    found = np.zeros(len(a), dtype=np.int64)
    found[fits] = divide(a[fits] * factor[fits], divisor[fits])
    for row in np.flatnonzero(~fits).tolist():
        exact = half_even(int(a[row]) * int(factor[row]), int(divisor[row]))
        found[row] = max(min(exact, 2**63 - 1), 1 - 2**63)
    return found


def multiply_ratio(a: IntArray, numerator: IntArray, denominator: IntArray) -> Any:
    """`a × numerator / denominator` row by row, rounded half to even: an Int64 array.

    A numerator or denominator of 0 means that the ratio is unknown; the result is NA then.
    """
    return _quotients(a, numerator, denominator, (numerator == 0) | (denominator == 0))


def exact_micros(number: Decimal) -> int:
    """Millionths of a decimal with at most six decimals, such as a checked setting."""
    return int(number.scaleb(6))


def require_int(value: Any) -> int:
    """The value itself, if it is an int below 2^63. Raises TypeError or ValueError otherwise."""
    if type(value) is not int:
        raise TypeError("a whole number is missing")
    if not -(2**63) <= value < 2**63:
        raise ValueError("a whole number is too large")
    return value


def positive_int(number: object) -> int | None:
    """A whole number from 1 to 2^63 - 1, given as a number or as text; None for anything else."""
    if type(number) is int:  # nearly always
        return number if 0 < number < 2**63 else None
    match number:
        case Decimal() if (
            number.is_finite() and number.adjusted() < 19 and number == number.to_integral_value()
        ):
            found = int(number)
        case str() if number.isascii() and number.isdigit() and len(number) < 20:
            found = int(number)
        case _:
            return None
    return found if 0 < found < 2**63 else None
