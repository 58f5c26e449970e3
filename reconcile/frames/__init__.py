"""Converts raw records to typed, valid frames; what can't be read exactly is quarantined with its reason."""

from reconcile.frames.day import Day, RawCounts, build_day
from reconcile.frames.operations import names_unknown_line
from reconcile.frames.receipts import is_due

__all__ = ["Day", "RawCounts", "build_day", "is_due", "names_unknown_line"]
