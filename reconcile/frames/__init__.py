"""Converts raw records to typed, valid frames; what can't be read exactly is quarantined with its reason."""

from reconcile.frames.day import Day, RawCounts, build_day
from reconcile.frames.operations import names_unknown_line
from reconcile.frames.receipts import business_day, is_due, is_open, lacks_lines

__all__ = [
    "Day",
    "RawCounts",
    "build_day",
    "business_day",
    "is_due",
    "is_open",
    "lacks_lines",
    "names_unknown_line",
]
