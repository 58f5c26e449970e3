"""The live API for a whole run: one event loop, one client, one quota, whatever the days and the venues."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from tqdm.contrib.logging import logging_redirect_tqdm

from reconcile.clopos.catalogue import CatalogueAnswer, read_catalogue
from reconcile.clopos.client import Clopos, Tally
from reconcile.clopos.fetch import Meaning, fetch_day
from reconcile.clopos.listing import Neighbour
from reconcile.clopos.progress import FetchProgress, counted
from reconcile.evidence.log import EvidenceLog, finished_path
from reconcile.evidence.records import Header
from reconcile.settings.environment import Credentials
from reconcile.settings.model import Api

log = logging.getLogger(__name__)


class Session:
    """Fetches day after day into their evidence. Use as a context manager.

    A day's list overlaps with that of the day before: what both share is taken from the other's evidence. The
    catalogue is read once.
    """

    def __init__(self, credentials: Credentials, api: Api, shown: bool) -> None:
        """`shown`: whether progress is told while it goes."""
        self.credentials = credentials
        self._api = api
        self._shown = shown
        self._client = Clopos(credentials, api)
        self._runner = asyncio.Runner()
        self._neighbours: dict[int | None, Neighbour] = {}
        self._catalogues: dict[int | None, CatalogueAnswer] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._runner:
            self._runner.run(self._client.aclose())

    def fetch(self, evidence_log: EvidenceLog, meaning: Meaning) -> Neighbour | None:
        """Fetch one day of one venue; what its list, if proven whole, will be to the next day's.

        Raises `AccessRefused` or `DayUnavailable` where nothing can be had.
        """
        tally = self._client.tally = Tally()
        progress = FetchProgress(self._shown, self._client)
        neighbour = self._neighbours.pop(evidence_log.header.venue_id, None)
        listed_on = datetime.now(UTC).date()
        try:
            with logging_redirect_tqdm():  # lines and the bar keep out of each other's way
                whole = self._runner.run(self._fetch(evidence_log, meaning, progress, neighbour))
        finally:
            progress.close()
            retries = ", ".join(f"{count} for {cause}" for cause, count in tally.retries.items()) or "none"
            log.info(
                "%s, %s, retries: %s, %.0f s waited for the quota",
                counted(progress.receipts, "receipt"), counted(tally.requests, "request"), retries,
                progress.waited_seconds,
            )  # fmt: skip
        return _neighbour(evidence_log.path, evidence_log.header, listed_on) if whole else None

    def keep(self, neighbour: Neighbour | None, venue: int | None) -> None:
        """The day's evidence is finished: from now on the next day's list may be taken from it."""
        if neighbour is not None:
            self._neighbours[venue] = neighbour

    async def _fetch(
        self,
        evidence_log: EvidenceLog,
        meaning: Meaning,
        progress: FetchProgress,
        neighbour: Neighbour | None,
    ) -> bool:
        telling = asyncio.create_task(progress.tell())
        try:
            return await fetch_day(
                self._client,
                evidence_log,
                self._api,
                meaning=meaning,
                progress=progress,
                catalogue=lambda: self._catalogue(evidence_log.header.venue_id),
                neighbour=neighbour,
            )
        finally:
            telling.cancel()

    async def _catalogue(self, venue: int | None) -> CatalogueAnswer:
        """A venue's catalogue, asked for once a run unless it fails."""
        known = self._catalogues.get(venue)
        if known is None or known.failed:
            known = self._catalogues[venue] = await read_catalogue(self._client, venue)
        return known


def _neighbour(path: Path, header: Header, listed_on: date) -> Neighbour:
    """What this day's list is to the next day's: the days that were over, in any zone, when it was read."""
    window = timedelta(days=header.window_days)
    over = listed_on - timedelta(days=2)
    return Neighbour(finished_path(path), header.date - window, min(header.date + window, over))
