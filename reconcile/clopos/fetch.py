"""The fetch of one business day: the list a day either side, then each due receipt's stock operations.

Every record goes to the evidence as it arrives. A receipt that can't be had is recorded as a failure, and
the others go on; refused access and a dead service end the fetch.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from reconcile.clopos.catalogue import CatalogueAnswer
from reconcile.clopos.client import Clopos, Passing, Refused
from reconcile.clopos.listing import EMBEDDED, Listing, Neighbour
from reconcile.clopos.progress import FetchProgress
from reconcile.evidence.log import EvidenceLog, identity
from reconcile.evidence.privacy import kept_operation, kept_receipt
from reconcile.evidence.records import Raw
from reconcile.settings.model import Api

_GIVE_UP_AFTER = 5
"""Receipts in a row that could not be had because the service did not answer: then it is gone."""


@dataclasses.dataclass(frozen=True)
class Meaning:
    """What the fetch must know of records, told by those who know."""

    is_due: Callable[[Raw], bool]
    """Whether a receipt is to be reconciled on the day."""
    names_unknown_line: Callable[[Raw, Sequence[Any]], bool]
    """Whether some operation is of a line that the receipt, as held, does not show."""


async def fetch_day(
    client: Clopos,
    log: EvidenceLog,
    api: Api,
    *,
    meaning: Meaning,
    progress: FetchProgress,
    catalogue: Callable[[], Awaitable[CatalogueAnswer]],
    neighbour: Neighbour | None = None,
) -> bool:
    """Fetch a day into the evidence; whether its list was proven whole. A day without sales needs no catalogue.

    Raises `AccessRefused` or `DayUnavailable` where nothing can be had.
    """
    asked_before = client.tally.requests
    doubt = await Listing(client, log, api.page_size).read(neighbour)
    due = {key: log.listed[key] for key, receipt in log.receipts() if meaning.is_due(receipt)}
    if due and not log.has_catalogue:
        for record in (await catalogue()).records():
            log.append(record)
    missing = {key: each.as_of for key, each in due.items() if log.answered.get(key) != each.digest}
    progress.plan(len(due), len(due) - len(missing))
    await _ReceiptFetch(client, log, api, meaning, progress).run(missing)
    if doubt:  # said at the end: a run that goes on from a cut-off one reads the list again
        log.append({"record": "failure", "receipt_id": None, "reason": doubt})
    requests = log.requests + client.tally.requests - asked_before
    log.append({"record": "end", "finished_at": _now(), "requests": requests})
    return not doubt


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _ReceiptFetch:
    """Asks for several receipts at a time, once more for those that got no answer, and gives up when time is up
    or the service is gone.
    """

    def __init__(
        self, client: Clopos, log: EvidenceLog, api: Api, meaning: Meaning, progress: FetchProgress
    ) -> None:
        self._client = client
        self._log = log
        self._api = api
        self._meaning = meaning
        self._progress = progress
        self._unanswered_in_a_row = 0
        self._unanswered: dict[int, str] = {}
        self._ends = time.monotonic() + api.run_deadline_minutes * 60

    async def run(self, receipts: Mapping[int, str]) -> None:
        """Ask for each receipt's operations; what can't be had is recorded as a failure."""
        await self._round(receipts)
        await self._round({key: receipts[key] for key in self._unanswered})
        for key, reason in self._unanswered.items():
            self._fail(key, receipts[key], reason)

    async def _round(self, receipts: Mapping[int, str]) -> None:
        waiting = iter(receipts.items())

        async def work() -> None:
            for key, as_of in waiting:
                await self._one(key, as_of)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._api.connections):
                    group.create_task(work())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None  # the first to end it says why

    def _gives_up(self) -> str:
        """Why nothing more is asked for, if so."""
        if self._unanswered_in_a_row >= _GIVE_UP_AFTER:
            return "the service had stopped answering"
        if time.monotonic() >= self._ends:
            return f"the fetch had gone on for {self._api.run_deadline_minutes:g} minutes"
        return ""

    async def _one(self, key: int, as_of: str) -> None:
        if why := self._gives_up():
            self._unanswered.setdefault(key, f"not asked for: {why}")
            return
        try:
            await self._operations(key, as_of)
        except Passing as error:
            self._unanswered_in_a_row += 1
            self._unanswered[key] = f"no answer: {error}"
            return
        except Refused as error:
            self._fail(key, as_of, str(error))
        self._unanswered_in_a_row = 0
        self._unanswered.pop(key, None)
        self._progress.advance()

    async def _operations(self, key: int, as_of: str) -> None:
        """One receipt's operations; the receipt itself again by id where lines are missing or unknown."""
        known = self._log.receipt(key)
        asked_by_id = not isinstance(known.get("receipt_products"), list)
        if asked_by_id:
            known = await self._by_id(key)
        venue = self._log.header.venue_id
        body = await self._client.get(f"/receipts/{key}/stock-operations", venue=venue)
        given = body.get("data")
        if not isinstance(given, list):
            raise Refused("its stock operations came without their data")
        operations = [kept_operation(operation) for operation in given]
        if not asked_by_id and self._meaning.names_unknown_line(known, operations):
            await self._by_id(key)
        self._log.append(
            {"record": "operations", "receipt_id": key, "as_of": as_of, "operations": operations}
        )

    async def _by_id(self, key: int) -> Raw:
        body = await self._client.get(f"/receipts/{key}", EMBEDDED, self._log.header.venue_id)
        receipt = kept_receipt(body.get("data"))
        if identity(receipt) != key:
            raise Refused("the receipt came back without its data, or as another one")
        self._log.append({"record": "receipt", "asked": "id", "receipt": receipt})
        return dict(receipt)

    def _fail(self, key: int, as_of: str, reason: str) -> None:
        self._log.append({"record": "failure", "receipt_id": key, "as_of": as_of, "reason": reason})
