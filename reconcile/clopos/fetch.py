"""The fetch of one business day: its receipts, then the stock operations of each that is due.

The receipts are those in the list of the days around it, and those opened earlier.

Every record is written to the evidence as it arrives. A receipt that can't be fetched is recorded as a failure and
the fetch goes on; refused access or a service that stops answering ends it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from reconcile.clopos.catalogue import CatalogueResponse
from reconcile.clopos.client import CloposClient, PermanentError, RunOver, TransientError
from reconcile.clopos.listing import EMBEDDED, Listing, PreviousDay
from reconcile.clopos.opened_earlier import DAYS_BACK, OpenedEarlier, read_by_closing
from reconcile.clopos.progress import FetchProgress
from reconcile.evidence.log import EvidenceLog, Listed, identity
from reconcile.evidence.privacy import kept_operation, kept_receipt
from reconcile.evidence.records import Raw
from reconcile.evidence.venue import OneVenue
from reconcile.settings.model import Api

logger = logging.getLogger(__name__)
_GIVE_UP_AFTER = 5
"""Receipts in a row without an answer, after which the service counts as down."""
_NOT_FOUND = 404


@dataclasses.dataclass(frozen=True)
class ReceiptChecks:
    """The questions about a receipt that decide which requests are made."""

    is_due: Callable[[Raw], bool]
    """Whether the receipt is to be reconciled on the day."""
    names_unknown_line: Callable[[Raw, Sequence[Any]], bool]
    """Whether an operation belongs to a line that the receipt, as listed, does not have."""


async def fetch_day(
    client: CloposClient,
    log: EvidenceLog,
    api: Api,
    *,
    checks: ReceiptChecks,
    progress: FetchProgress,
    catalogue: Callable[[], Awaitable[CatalogueResponse]],
    previous_day: PreviousDay | None = None,
    opened_earlier: OpenedEarlier | None = None,
) -> bool:
    """Fetch a day into the evidence. Returns whether its list was proven complete.

    The catalogue is only read if the day has sales. Without `opened_earlier`, receipts opened before the days listed
    are not looked for. Raises `AccessRefused` or `DayUnavailable` where nothing can be fetched, and `OtherVenue`.
    """
    requests_before = client.counts.requests
    listing, receipts = Listing(client, log, api.page_size), _ReceiptRequests(client, log, checks)
    list_doubt = doubt = await listing.read(previous_day)
    if opened_earlier is not None:
        doubt = await _read_opened_earlier(receipts, api, listing.sorts, opened_earlier) or doubt
    venue, due = OneVenue(log.header.venue_id), dict[int, Listed]()
    for key, receipt in log.receipts():
        venue.check(receipt)
        if checks.is_due(receipt):
            due[key] = log.held(key)
    if due and not log.has_catalogue:
        for record in (await catalogue()).records():
            log.append(record)
    missing = {key: held.as_of for key, held in due.items() if log.answered.get(key) != held.digest}
    progress.plan(len(due), len(due) - len(missing))
    await _EachReceipt(log, api, receipts.fetch_operations, progress.advance).run(missing)
    if doubt:  # recorded last: a run that resumes a cut-off one reads the list again
        log.append({"record": "failure", "receipt_id": None, "reason": doubt})
    requests = log.requests + client.counts.requests - requests_before
    finished_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    log.append({"record": "end", "finished_at": finished_at, "requests": requests})
    return not list_doubt


async def _read_opened_earlier(
    receipts: _ReceiptRequests, api: Api, sorts: frozenset[str], wanted: OpenedEarlier
) -> str:
    """Add receipts opened before the days listed to the evidence. Returns why a later run may find more, if so."""
    client, log, failed = receipts.client, receipts.log, ""
    unlisted = sorted(key for key in wanted.ids if key not in log.listed)
    await _EachReceipt(log, api, receipts.fetch_open).run(dict.fromkeys(unlisted, ""))
    not_found = f"the day is more than {DAYS_BACK} days back"
    if wanted.is_recent:
        try:
            not_found = await read_by_closing(client, log, api.page_size, sorts, receipts.checks.is_due)
        except TransientError as error:
            not_found = failed = f"the list of receipts sorted by closed_at could not be had ({error})"
    why = {"not_found": not_found} if not_found else {}
    log.append({"record": "opened_earlier", "gone": sorted(receipts.gone), **why})
    return failed


@dataclasses.dataclass(frozen=True)
class _ReceiptRequests:
    """The requests about one receipt. `as_of`: its `updated_at`, empty where not known."""

    client: CloposClient
    log: EvidenceLog
    checks: ReceiptChecks
    gone: list[int] = dataclasses.field(default_factory=list)
    """Receipts that earlier evidence shows as open, and that are no longer there."""

    async def fetch_operations(self, key: int, as_of: str) -> None:
        """One receipt's operations; also the receipt by id, where the list lacks its lines or one of them."""
        receipt = self.log.receipt(key)
        fetched_by_id = not isinstance(receipt.get("receipt_products"), list)
        if fetched_by_id:
            receipt = await self._fetch_by_id(key)
        venue = self.log.header.venue_id
        body = await self.client.get(f"/receipts/{key}/stock-operations", venue=venue)
        rows = body.get("data")
        if not isinstance(rows, list):
            raise PermanentError("its stock operations came without their data")
        operations = [kept_operation(operation) for operation in rows]
        if not fetched_by_id and self.checks.names_unknown_line(receipt, operations):
            await self._fetch_by_id(key)
        self.log.append({"record": "operations", "receipt_id": key, "as_of": as_of, "operations": operations})

    async def fetch_open(self, key: int, _: str) -> None:
        """One receipt that earlier evidence shows as open; it may be gone."""
        try:
            await self._fetch_by_id(key)
        except PermanentError as error:
            if error.status != _NOT_FOUND:
                raise
            logger.warning("receipt %d was open on an earlier day, and is no longer there (%s)", key, error)
            self.gone.append(key)

    async def _fetch_by_id(self, key: int) -> Raw:
        body = await self.client.get(f"/receipts/{key}", EMBEDDED, self.log.header.venue_id)
        receipt = kept_receipt(body.get("data"))
        if identity(receipt) != key:
            raise PermanentError("the receipt came back without its data, or as another one")
        self.log.append({"record": "receipt", "asked": "id", "receipt": receipt})
        return dict(receipt)


@dataclasses.dataclass
class _EachReceipt:
    """Makes a request about each of several receipts, some at a time; repeats those without an answer once at the end,
    and stops at the deadline or when the service is down.
    """

    log: EvidenceLog
    api: Api
    request: Callable[[int, str], Awaitable[None]]
    """Takes the receipt's id and `updated_at`."""
    advance: Callable[[], None] = lambda: None
    """Called after each receipt that was answered, or refused for good."""
    _unanswered_in_a_row: int = 0
    _unanswered: dict[int, str] = dataclasses.field(default_factory=dict)
    _began: float = dataclasses.field(default_factory=time.monotonic)

    async def run(self, receipts: Mapping[int, str]) -> None:
        """Make each receipt's request, or record a failure. `receipts`: id to `updated_at`."""
        await self._request_all(receipts)
        await self._request_all({key: receipts[key] for key in self._unanswered})
        for key, reason in self._unanswered.items():
            self._record_failure(key, receipts[key], reason)

    async def _request_all(self, receipts: Mapping[int, str]) -> None:
        waiting = iter(receipts.items())

        async def work() -> None:
            for key, as_of in waiting:
                await self._request_one(key, as_of)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.api.connections):
                    group.create_task(work())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None  # the error that ended the group

    def _stop_reason(self) -> str:
        """Why no more requests are made; empty while they are."""
        if self._unanswered_in_a_row >= _GIVE_UP_AFTER:
            return "the service had stopped answering"
        if time.monotonic() >= self._began + self.api.run_deadline_minutes * 60:
            return f"the fetch had gone on for {self.api.run_deadline_minutes:g} minutes"
        return ""

    async def _request_one(self, key: int, as_of: str) -> None:
        if why := self._stop_reason():
            self._unanswered.setdefault(key, f"not asked for: {why}")
            return
        try:
            await self.request(key, as_of)
        except TransientError as error:
            self._unanswered_in_a_row += not isinstance(error, RunOver)
            self._unanswered[key] = f"no answer: {error}"
            return
        except PermanentError as error:
            self._record_failure(key, as_of, str(error))
        self._unanswered_in_a_row = 0
        self._unanswered.pop(key, None)
        self.advance()

    def _record_failure(self, key: int, as_of: str, reason: str) -> None:
        self.log.append({"record": "failure", "receipt_id": key, "as_of": as_of, "reason": reason})
