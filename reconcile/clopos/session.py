"""The live API for a whole run: one event loop, one client and one quota for all days and venues."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Self

from tqdm.contrib.logging import logging_redirect_tqdm

from reconcile.clopos.accepted import Queries
from reconcile.clopos.catalogue import CatalogueResponse, read_catalogue
from reconcile.clopos.client import CloposClient, PermanentError, TransientError
from reconcile.clopos.collect import Collected, collect_day
from reconcile.clopos.fetch import fetch_again, fetch_day
from reconcile.clopos.opened_earlier import OpenedEarlier
from reconcile.clopos.previous_day import PreviousDay
from reconcile.clopos.progress import FetchProgress
from reconcile.clopos.receipt_requests import ReceiptChecks
from reconcile.clopos.recheck import Recheck
from reconcile.clopos.venues import read_venues
from reconcile.core.errors import DayUnavailable
from reconcile.core.text import counted
from reconcile.evidence.collection import Collection
from reconcile.evidence.day import Header
from reconcile.evidence.finished import finished_path
from reconcile.evidence.log import EvidenceLog
from reconcile.evidence.venue import OneVenue
from reconcile.settings.environment import Credentials
from reconcile.settings.model import Api

log = logging.getLogger(__name__)


class Session:
    """Fetches one day after another into evidence files. Use as a context manager.

    The lists of two days in a row overlap: receipts in both are copied from the first day's evidence. The catalogue
    is read once.
    """

    def __init__(
        self, credentials: Credentials, api: Api, show_progress: bool, share: Decimal = Decimal(1)
    ) -> None:
        """`share`: of the quota, that this run may use."""
        self.credentials = credentials
        self._api = api
        self._show_progress = show_progress
        self._client = CloposClient(credentials, api, share)
        self._runner = asyncio.Runner()
        self._previous_days: dict[int | None, PreviousDay] = {}
        self._catalogues: dict[int | None, CatalogueResponse] = {}
        self._queries = Queries(api)
        self._given_for: dict[int, int | None] = {}
        """The venue that a receipt was given for, by its id."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._runner:
            self._runner.run(self._client.aclose())

    def venues(self) -> list[int]:
        """The ids of all venues of the brand. Raises `AccessRefused`, and `DayUnavailable` where they can't be read."""
        self._client.begin_day()
        try:
            found = self._runner.run(read_venues(self._client))
        except (PermanentError, TransientError) as error:
            found, why = [], str(error)
        else:
            why = "the service gives none"
        if not found:
            raise DayUnavailable(
                f"the venues of the brand can't be read ({why}); name them with --venue ID, or run again later"
            )
        return [venue.id for venue in found]

    def fetch(
        self,
        evidence_log: EvidenceLog,
        checks: ReceiptChecks,
        opened_earlier: OpenedEarlier | None = None,
        recheck: Recheck | None = None,
    ) -> PreviousDay | None:
        """Fetch one day of one venue. Returns what the next day may reuse of its list, if that is proven complete.

        Without `opened_earlier`, receipts opened before the days listed are not looked for. With `recheck`, what it
        holds and what did not change is not asked for.

        Raises `AccessRefused` or `DayUnavailable` where nothing can be fetched.
        """
        counts = self._client.begin_day()
        progress = FetchProgress(self._show_progress, self._client)
        listed_on = datetime.now(UTC).date()
        try:
            with logging_redirect_tqdm():  # log lines must not break the bar
                list_complete = self._runner.run(
                    self._fetch(evidence_log, checks, progress, opened_earlier, recheck)
                )
        finally:
            progress.close()
            retries = ", ".join(f"{count} for {cause}" for cause, count in counts.retries.items()) or "none"
            log.info(
                "%s, %s, retries: %s, %.0f s waited for the quota",
                counted(progress.receipts, "receipt"), counted(counts.requests, "request"), retries,
                progress.waited_seconds,
            )  # fmt: skip
        return _previous_day(evidence_log.path, evidence_log.header, listed_on) if list_complete else None

    def fetch_again(self, evidence_log: EvidenceLog, checks: ReceiptChecks, keys: Iterable[int]) -> None:
        """Ask for the operations of receipts that the evidence has, once more. Raises as `fetch`."""
        self._client.begin_day()
        fetch = fetch_again(self._client, evidence_log, self._api, keys, checks=checks, queries=self._queries)
        self._runner.run(fetch)

    def collect(
        self, collection: Collection, checks: ReceiptChecks, settled_after: timedelta, minutes: float
    ) -> Collected:
        """Bring the collection of a venue's day up to date within so many minutes. Raises as `collect_day`."""
        self._client.begin_day(minutes)
        venue = collection.header.venue_id
        collected = self._runner.run(
            collect_day(
                self._client,
                collection,
                self._api,
                checks=checks,
                venue=OneVenue(venue, self._given_for),
                queries=self._queries,
                settled_after=settled_after,
            )
        )
        self._note_venue(collection)
        return collected

    def _note_venue(self, evidence_log: EvidenceLog) -> None:
        venue = evidence_log.header.venue_id
        self._given_for |= {key: venue for key in evidence_log.listed if isinstance(key, int)}

    def seconds_for(self, requests: int) -> float:
        """About how many seconds so many requests wait for the quota."""
        return self._client.quota.seconds_for(requests)

    def keep(self, previous_day: PreviousDay | None, venue: int | None) -> None:
        """Let the next day reuse this day's list; call it once the day's evidence is finished."""
        if previous_day is not None:
            self._previous_days[venue] = previous_day

    async def _fetch(
        self,
        evidence_log: EvidenceLog,
        checks: ReceiptChecks,
        progress: FetchProgress,
        opened_earlier: OpenedEarlier | None,
        recheck: Recheck | None,
    ) -> bool:
        venue = evidence_log.header.venue_id
        showing = asyncio.create_task(progress.show())
        try:
            complete = await fetch_day(
                self._client,
                evidence_log,
                self._api,
                checks=checks,
                venue=OneVenue(venue, self._given_for),
                queries=self._queries,
                progress=progress,
                catalogue=lambda: self._catalogue(venue),
                previous_day=self._previous_days.pop(venue, None),
                opened_earlier=opened_earlier,
                recheck=recheck,
            )
        finally:
            showing.cancel()
        self._note_venue(evidence_log)
        return complete

    async def _catalogue(self, venue: int | None) -> CatalogueResponse:
        """A venue's catalogue, requested once a run unless it fails."""
        known = self._catalogues.get(venue)
        if known is None or known.failed:
            known = self._catalogues[venue] = await read_catalogue(self._client, venue, self._queries)
        return known


def _previous_day(path: Path, header: Header, listed_on: date) -> PreviousDay:
    """The part of this day's list that can't grow: days that were over in every time zone when it was read."""
    window = timedelta(days=header.window_days)
    over = listed_on - timedelta(days=2)
    return PreviousDay(finished_path(path), header.date - window, min(header.date + window, over))
