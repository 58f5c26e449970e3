"""Values of raw records as exact numbers, times and ids; what can't be read is `Unreadable`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

LARGEST = Fraction(2**63 - 1, 10**6)
"""The largest number that fits a count of millionths."""


class UnreadableError(ValueError):
    """A field that is missing or holds no such value."""


def six(value: Fraction) -> Fraction:
    """The value with six decimals, half to even."""
    return round(value, 6)


def number(value: Any) -> Fraction:
    """A number; raises `UnreadableError` where it is missing, not finite or too large."""
    if value is None or isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise UnreadableError(repr(value)[:40])
    try:
        read = Decimal(value) if isinstance(value, int) else Decimal(str(value).strip())
    except InvalidOperation:
        raise UnreadableError(repr(value)[:40]) from None
    if not read.is_finite() or read.adjusted() > 30 or abs(Fraction(read)) > LARGEST:
        raise UnreadableError(repr(value)[:40])
    return six(Fraction(read))


def number_or(value: Any, otherwise: Fraction | None = None) -> Fraction | None:
    """A number, or `otherwise` where there is none."""
    try:
        return number(value)
    except UnreadableError:
        return otherwise


def identifier(value: Any) -> int:
    """An id; raises `UnreadableError` where it is none."""
    read = number(value)
    if read.denominator != 1:
        raise UnreadableError(repr(value)[:40])
    return int(read)


def identifier_or_none(value: Any) -> int | None:
    """An id, or None where there is none."""
    try:
        return identifier(value)
    except UnreadableError:
        return None


def moment(value: Any, zone: ZoneInfo | None) -> datetime | None:
    """A time of the venue; None where it is missing, unreadable, or of an unknown zone."""
    if not isinstance(value, str) or not value:
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    if read.tzinfo is None:
        return read
    return None if zone is None else read.astimezone(zone).replace(tzinfo=None)
