"""The classes of what is judged, and plain values of a result."""

from __future__ import annotations

from typing import NamedTuple

LINE_CLASSES = ("matched", "flagged", "unverified", "untracked", "void")
OPERATION_CLASSES = ("matched", "flagged", "unverified", "repeated")
SEVERITIES = ("error", "warning", "info")


class Tally(NamedTuple):
    """How many there are, and what they add up to, in millionths."""

    number: int
    amount: int


class Failure(NamedTuple):
    """A receipt that could not be fetched or judged; without an id, a failure of the whole day."""

    receipt_id: int | None
    reason: str
