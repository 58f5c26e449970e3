"""A collection by day: the receipts that changed since the last one, and the operations of those that are due.

The list is read by the time of change, the latest first, down to a receipt that an earlier collection has: mostly one
request. A receipt's operations are asked for once it has not changed for a while, as the till may post them late. What
this can't tell (a receipt that was deleted, sent late, or changed without its time) the night finds, which reads the
whole list.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from reconcile.clopos.accepted import Queries
from reconcile.clopos.client import CloposClient, PermanentError, TransientError
from reconcile.clopos.each_receipt import EachReceipt
from reconcile.clopos.receipt_list import Page, ReceiptList
from reconcile.clopos.receipt_requests import ReceiptChecks, ReceiptRequests
from reconcile.core.errors import DayUnavailable
from reconcile.evidence.collection import Collection
from reconcile.evidence.proof import identity, updated_at
from reconcile.evidence.venue import OneVenue
from reconcile.settings.model import Api

logger = logging.getLogger(__name__)
_CHANGED = "updated_at"


class Collected(NamedTuple):
    """What became of one venue's day."""

    receipts: int
    """Whose operations were asked for, and had."""
    waiting: int
    """Closed, and changed too lately to be asked for."""
    missing: int
    """Whose operations were to be had, and were not."""
    requests: int


async def collect_day(
    client: CloposClient,
    log: Collection,
    api: Api,
    *,
    checks: ReceiptChecks,
    venue: OneVenue,
    queries: Queries,
    settled_after: timedelta,
) -> Collected:
    """Bring a collection up to date. The time of its file is that of its last turn, whether or not that was a success.

    Raises `AccessRefused`, `OtherVenue`, and `DayUnavailable` where the list can't be read.
    """
    requests_before = client.counts.requests
    try:
        await _ChangedReceipts(client, log, queries).read()
        requests = ReceiptRequests(client, log, checks, queries)
        wanted, waiting = dict[int, str](), 0
        for key, receipt in log.unanswered():
            venue.check(receipt)
            if not checks.is_due(receipt):
                continue
            if log.is_settled(key, settled_after):
                wanted[key] = updated_at(receipt)
            else:
                waiting += 1
        await EachReceipt(log, api.connections, requests.fetch_operations).run(wanted)
        await requests.ask_unproven_again(api.connections)
        had = sum(map(log.is_answered, wanted))
        return Collected(had, waiting, len(wanted) - had, client.counts.requests - requests_before)
    finally:
        count = log.requests + client.counts.requests - requests_before
        finished_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        log.append({"record": "end", "finished_at": finished_at, "requests": count})


class _ChangedReceipts:
    """Reads the list into the collection as far as it changed; all of it where the service can't sort it so."""

    def __init__(self, client: CloposClient, log: Collection, queries: Queries) -> None:
        self._list = ReceiptList(client, log.header.venue_id, queries)
        self._log = log
        window = timedelta(days=log.header.window_days)
        self._days = log.header.date - window, log.header.date + window

    async def read(self) -> None:
        """Raises `AccessRefused`, and `DayUnavailable` where the list can't be had."""
        try:
            if not await self._is_read_by_change():
                logger.debug("the service does not sort the list by %s: all of it is read", _CHANGED)
                await self._turn_pages(self._list.page)
        except (TransientError, PermanentError) as error:
            raise DayUnavailable(f"the list of receipts could not be fetched ({error})") from None
        if not self._log.is_list_whole:
            self._log.append({"record": "listed", "total": len(self._log.listed)})

    async def _is_read_by_change(self) -> bool:
        """Whether the list could be read by the time of change, the latest first."""
        times = list[str]()

        def is_enough(rows: list[Any]) -> bool:
            times.extend(map(updated_at, rows))
            if _CHANGED not in self._list.sorts or times != sorted(times, reverse=True):
                raise _NotSortedError
            return any(map(self._log.is_of_whole_list, rows[-1:]))

        try:
            await self._turn_pages(partial(self._list.latest_first, _CHANGED), is_enough)
        except (_NotSortedError, PermanentError):
            return False
        return True

    async def _turn_pages(
        self,
        ask: Callable[[tuple[date, date], int], Awaitable[Page]],
        is_enough: Callable[[list[Any]], bool] = lambda _: False,
    ) -> None:
        """Add what is not held to the collection, until a page brings nothing new, or is enough."""
        seen, stated = set[int | str](), None
        for page in itertools.count(1):
            try:
                rows, total = await ask(self._days, page)
            except PermanentError:
                if page == 1 or stated is None or len(seen) < stated:
                    raise
                return  # some services refuse a page after the last
            stated = stated if total is None else total
            new = {identity(row) for row in rows} - seen
            enough = is_enough(rows)
            for row in rows:
                if not self._log.holds(row):
                    self._log.append({"record": "receipt", "asked": "list", "receipt": row})
            if enough or not new:
                return
            seen |= new


class _NotSortedError(Exception):
    """The list is not in the order that was asked for."""
