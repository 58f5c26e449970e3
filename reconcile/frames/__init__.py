"""Raw records become typed, valid frames; what can't be read exactly is quarantined with its reason."""

from reconcile.frames.day import Day, Given, build_day
from reconcile.frames.operations import names_unknown_line
from reconcile.frames.receipts import is_due

__all__ = ["Day", "Given", "build_day", "is_due", "names_unknown_line"]
