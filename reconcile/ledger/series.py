"""A series of days: those of one venue, or of demos."""

from __future__ import annotations

from typing import NamedTuple

from reconcile.evidence.day import Header


class Series(NamedTuple):
    """The first two columns of the ledger's tables."""

    demo: int
    """1 for demos, else 0."""
    venue_id: int
    """0 where the run named no venue."""

    @classmethod
    def of(cls, header: Header) -> Series:
        """The series that a day is of."""
        return cls(int(header.demo), header.venue_id or 0)
