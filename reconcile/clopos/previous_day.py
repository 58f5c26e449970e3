"""What the list of one day has in common with that of the day before, which need not be asked for twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from reconcile.evidence.finished import listed_receipts
from reconcile.evidence.structs import Raw


@dataclasses.dataclass(frozen=True)
class PreviousDay:
    """The day fetched just before, its list proven complete: its evidence holds a part of this day's list."""

    path: Path
    """Its finished evidence."""
    first: date
    last: date
    """The days it listed that were over by then: no more receipts are created on them."""

    def receipts(self, first: date, last: date) -> Iterator[Raw]:
        """Its receipts created from `first` to the day after `last`. Raises ValueError where a time can't be read.

        The day after, as the service may count days by another clock than the receipts' times: then its list of the
        last day holds receipts of the next morning, which its list from the next day on does not.
        """
        for receipt in listed_receipts(self.path):
            created = datetime.strptime(receipt["created_at"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  the venue's own
            if first <= created.date() <= last + timedelta(days=1):
                yield receipt
