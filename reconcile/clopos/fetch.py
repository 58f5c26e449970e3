"""The fetch of one business day: the list of the days around it, then each due receipt's stock operations.

Every record is written to the evidence as it arrives. A receipt that can't be fetched is recorded as a failure and
the fetch goes on; refused access or a service that stops answering ends it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from reconcile.clopos.catalogue import CatalogueResponse
from reconcile.clopos.client import CloposClient, PermanentError, TransientError
from reconcile.clopos.listing import EMBEDDED, Listing, PreviousDay
from reconcile.clopos.progress import FetchProgress
from reconcile.evidence.log import EvidenceLog, Listed, identity
from reconcile.evidence.privacy import kept_operation, kept_receipt
from reconcile.evidence.records import Raw
from reconcile.evidence.venue import OneVenue
from reconcile.settings.model import Api

_GIVE_UP_AFTER = 5
"""Receipts in a row without an answer, after which the service counts as down."""


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
) -> bool:
    """Fetch a day into the evidence. Returns whether its list was proven complete.

    The catalogue is only read if the day has sales. Raises `AccessRefused` or `DayUnavailable` where nothing can be
    fetched, and `OtherVenue`.
    """
    requests_before = client.counts.requests
    list_doubt = await Listing(client, log, api.page_size).read(previous_day)
    venue, due = OneVenue(log.header.venue_id), dict[int, Listed]()
    for key, receipt in log.receipts():
        venue.check(receipt)
        if checks.is_due(receipt):
            due[key] = log.listed[key]
    if due and not log.has_catalogue:
        for record in (await catalogue()).records():
            log.append(record)
    missing = {key: listed.as_of for key, listed in due.items() if log.answered.get(key) != listed.digest}
    progress.plan(len(due), len(due) - len(missing))
    await _ReceiptFetch(client, log, api, checks, progress).run(missing)
    if list_doubt:  # recorded last: a run that resumes a cut-off one reads the list again
        log.append({"record": "failure", "receipt_id": None, "reason": list_doubt})
    requests = log.requests + client.counts.requests - requests_before
    finished_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    log.append({"record": "end", "finished_at": finished_at, "requests": requests})
    return not list_doubt


@dataclasses.dataclass
class _ReceiptFetch:
    """Fetches several receipts at a time, retries those without an answer once at the end, and stops at the deadline
    or when the service is down.
    """

    client: CloposClient
    log: EvidenceLog
    api: Api
    checks: ReceiptChecks
    progress: FetchProgress
    _unanswered_in_a_row: int = 0
    _unanswered: dict[int, str] = dataclasses.field(default_factory=dict)
    _began: float = dataclasses.field(default_factory=time.monotonic)

    async def run(self, receipts: Mapping[int, str]) -> None:
        """Fetch each receipt's operations, or record a failure. `receipts`: id to `updated_at`."""
        await self._fetch_all(receipts)
        await self._fetch_all({key: receipts[key] for key in self._unanswered})
        for key, reason in self._unanswered.items():
            self._record_failure(key, receipts[key], reason)

    async def _fetch_all(self, receipts: Mapping[int, str]) -> None:
        waiting = iter(receipts.items())

        async def work() -> None:
            for key, as_of in waiting:
                await self._fetch_receipt(key, as_of)

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

    async def _fetch_receipt(self, key: int, as_of: str) -> None:
        if why := self._stop_reason():
            self._unanswered.setdefault(key, f"not asked for: {why}")
            return
        try:
            await self._fetch_operations(key, as_of)
        except TransientError as error:
            self._unanswered_in_a_row += 1
            self._unanswered[key] = f"no answer: {error}"
            return
        except PermanentError as error:
            self._record_failure(key, as_of, str(error))
        self._unanswered_in_a_row = 0
        self._unanswered.pop(key, None)
        self.progress.advance()

    async def _fetch_operations(self, key: int, as_of: str) -> None:
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

    async def _fetch_by_id(self, key: int) -> Raw:
        body = await self.client.get(f"/receipts/{key}", EMBEDDED, self.log.header.venue_id)
        receipt = kept_receipt(body.get("data"))
        if identity(receipt) != key:
            raise PermanentError("the receipt came back without its data, or as another one")
        self.log.append({"record": "receipt", "asked": "id", "receipt": receipt})
        return dict(receipt)

    def _record_failure(self, key: int, as_of: str, reason: str) -> None:
        self.log.append({"record": "failure", "receipt_id": key, "as_of": as_of, "reason": reason})
