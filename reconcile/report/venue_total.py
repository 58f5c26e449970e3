"""A venue's total over the days of one run."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple


class DayTotal(NamedTuple):
    """What a day that was reconciled adds. Values in millionths."""

    day: date
    over: int
    under: int
    complete: bool
    demo: bool
    open_items: int | None
    """Carried forward by its ledger; None where it has none, as neither a workbook nor a summary was asked for."""


@dataclasses.dataclass(frozen=True)
class VenueTotal:
    """The sum of a venue's days, in order. Values in millionths."""

    venue: int | None
    """None: the credentials' own."""
    asked: Sequence[date]
    """Days that were to be reconciled."""
    days: Sequence[DayTotal]
    """Those that were."""

    @property
    def over(self) -> int:
        return sum(each.over for each in self.days)

    @property
    def under(self) -> int:
        return sum(each.under for each in self.days)

    @property
    def not_reconciled(self) -> int:
        """Number of days in no sum."""
        return len(self.asked) - len(self.days)

    @property
    def incomplete(self) -> int:
        """Number of days that were not judged whole."""
        return sum(not each.complete for each in self.days)

    @property
    def last(self) -> DayTotal | None:
        """The last day that was reconciled: its ledger has the open items."""
        return self.days[-1] if self.days else None
