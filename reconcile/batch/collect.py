"""`--collect`: what was closed since the last collection is asked for, venue by venue, within a share of the quota.

Nothing is judged. The collection of a day is a file beside its reports; the night that judges the day goes on from it.
The day of a venue whose turn was longest ago comes first, whatever came of that turn, so that none waits for ever.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from reconcile.batch.collected import collection_path
from reconcile.batch.live import header_of
from reconcile.clopos.collect import Collected
from reconcile.clopos.receipt_requests import ReceiptChecks
from reconcile.clopos.session import Session
from reconcile.core.files import not_writable
from reconcile.core.logs import about
from reconcile.evidence.collection import Collection
from reconcile.frames import is_due, lacks_lines, names_unknown_line
from reconcile.settings.model import Settings

log = logging.getLogger(__name__)


class VenueDay(NamedTuple):
    """A day of a venue to collect; `venue`: None is the token's own."""

    day: date
    venue: int | None

    def __str__(self) -> str:
        return f"{self.day}" if self.venue is None else f"{self.day}, venue {self.venue}"


@dataclasses.dataclass
class Collecting:
    """One collection of several venues, one after the other. The caller holds the folder's lock."""

    session: Session
    settings: Settings
    folder: Path

    def days(self, venues: Iterable[int | None], asked: Sequence[date] = ()) -> list[VenueDay]:
        """The days asked for, else today and, of a venue whose night is still to come, yesterday; in their order."""
        today = self.settings.today()
        found = []
        for venue in venues:
            yesterday = VenueDay(today - timedelta(days=1), venue)
            still_open = [yesterday] if self._path(yesterday).exists() else []
            found += [VenueDay(day, venue) for day in asked] or [*still_open, VenueDay(today, venue)]
        return sorted(found, key=self._last_turn)

    def _last_turn(self, of: VenueDay) -> float:
        """When its file was written last; 0 where there is none."""
        try:
            return self._path(of).stat().st_mtime
        except OSError:
            return 0.0

    def _path(self, of: VenueDay) -> Path:
        return collection_path(self.folder, header_of(*of, self.session.credentials, self.settings))

    def collect(self, of: VenueDay, minutes: float) -> Collected:
        """Give one day its turn, of so many minutes at most.

        Raises `AccessRefused`, `DayUnavailable` and `NotWritable`; what was collected until then stays.
        """
        settings, path = self.settings, self._path(of)
        header = header_of(*of, self.session.credentials, settings)
        checks = ReceiptChecks(
            lambda receipt: is_due(receipt, of.day, settings.zone), lacks_lines, names_unknown_line
        )
        settled_after = timedelta(minutes=settings.thresholds.late_minutes)
        try:
            with about(of.day, of.venue), contextlib.closing(Collection(path, header)) as collection:
                collected = self.session.collect(collection, checks, settled_after, round(minutes, 2))
        except OSError as error:
            raise not_writable(Path(error.filename2 or error.filename or path), error) from None
        log.debug("%s: %s", of, collected)
        return collected
