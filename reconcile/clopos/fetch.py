"""The fetch of one business day: the list a day either side, then each due receipt's stock operations.

Every record goes to the evidence as it arrives. A receipt that can't be had is recorded as a failure, and
the others go on; refused access and a dead service end the fetch.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from reconcile.clopos.client import Clopos, Passing, Refused
from reconcile.errors import DayUnavailable
from reconcile.evidence import Raw, whole
from reconcile.evidence_log import EvidenceLog
from reconcile.privacy import kept_operation, kept_receipt
from reconcile.settings import Api

_EMBEDDED = {
    "with[0]": "receipt_products",
    "with[1]": "receipt_products.modificators",
    "with[2]": "receipt_products.product.unit",
}
_PASSES = 3
"""How often the list is read before it is called incomplete: rows move while pages are turned."""
_GIVE_UP_AFTER = 5
"""Receipts in a row that could not be had because the service did not answer: then it is gone."""


class Progress(Protocol):
    """Is told how far the fetch is."""

    def plan(self, receipts: int, held: int) -> None:
        """So many receipts are due, so many of them are held already."""

    def advance(self) -> None:
        """One more receipt is done."""


@dataclasses.dataclass(frozen=True)
class Meaning:
    """What the fetch must know of records, told by those who know."""

    is_due: Callable[[Raw], bool]
    """Whether a receipt is to be reconciled on the day."""
    names_unknown_line: Callable[[Raw, Sequence[Any]], bool]
    """Whether some operation is of a line that the receipt, as held, does not show."""


async def fetch_day(client: Clopos, log: EvidenceLog, api: Api, meaning: Meaning, progress: Progress) -> None:
    """Fetch a day into the evidence. Raises `AccessRefused` or `DayUnavailable` where nothing can be had."""
    receipts, doubt = await _list_receipts(client, log, api)
    due = {key: receipt for key, receipt in receipts.items() if meaning.is_due(receipt)}
    evidence = log.evidence
    missing = {
        key: receipt
        for key, receipt in due.items()
        if key not in evidence.operations or evidence.as_of[key] != _as_of(receipt)
    }
    progress.plan(len(due), len(due) - len(missing))
    await _ReceiptFetch(client, log, meaning, progress).run(missing, api.connections)
    if doubt:  # said at the end: a run that goes on from a cut-off one reads the list again
        log.append({"record": "failure", "receipt_id": None, "reason": doubt})
    log.append(
        {"record": "end", "finished_at": _now(), "requests": evidence.requests + client.tally.requests}
    )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _as_of(receipt: Raw) -> str:
    return str(receipt.get("updated_at") or "")


async def _list_receipts(client: Clopos, log: EvidenceLog, api: Api) -> tuple[dict[int, Raw], str]:
    """All receipts of the window, and nothing if the list is proven whole; else why it is in doubt.

    Whole is a reading in which no page moved and that gave as many receipts as the list says there are; or
    several readings, all of the same total, that gave as many together.
    """
    held = {_identity(receipt): receipt for _, receipt in log.evidence.receipts}
    listed: dict[int | str, Raw] = {}
    totals: set[int] = set()
    for _ in range(_PASSES):
        reading = await _turn_pages(client, log, api, listed, held)
        totals |= reading.totals
        if reading.whole or (len(listed) == reading.total and len(totals) == 1):
            doubt = ""
            break
        doubt = f"the list said {reading.total} receipts and gave {len(listed)}"
        if len(listed) >= reading.total:
            doubt = "the list of receipts kept changing while it was read"
    log.append({"record": "listed", "total": reading.total})
    return {key: receipt for key, receipt in listed.items() if isinstance(key, int)}, doubt


@dataclasses.dataclass
class _Reading:
    """The list read once, as far as it has been read."""

    seen: set[int | str] = dataclasses.field(default_factory=set)
    total: int = 0
    totals: set[int] = dataclasses.field(default_factory=set)
    moved: bool = False
    """A receipt came twice, or the total went down: another one may have slipped between two pages."""

    @property
    def whole(self) -> bool:
        return not self.moved and len(self.seen) >= self.total

    def take(self, keys: Sequence[int | str], stated: Any) -> bool:
        """Take in a page; whether it brought anything new. A total that is no number is what has been seen."""
        new = set(keys) - self.seen
        self.moved |= len(new) < len(keys) or (type(stated) is int and stated < self.total)
        self.seen |= new
        if type(stated) is int:
            self.total = stated
            self.totals.add(stated)
        return bool(new)


async def _turn_pages(
    client: Clopos, log: EvidenceLog, api: Api, listed: dict[int | str, Raw], held: dict[int | str, Raw]
) -> _Reading:
    """Read the list once, until its total is reached by a page that is not full, or a page brings nothing new."""
    reading, page, full = _Reading(), 1, api.page_size
    while True:
        body = await _page(client, log, api, page)
        receipts = [kept_receipt(row) for row in body["data"]]
        keys = [_identity(receipt) for receipt in receipts]
        new = reading.take(keys, body.get("total"))
        for key, receipt in zip(keys, receipts, strict=True):
            if held.get(key) != receipt:
                log.append({"record": "receipt", "asked": "list", "receipt": receipt})
                held[key] = receipt
            listed[key] = receipt
        if not new or (reading.totals and len(reading.seen) >= reading.total and len(keys) < full):
            reading.total = reading.total if reading.totals else len(reading.seen)
            return reading
        page, full = page + 1, len(keys) if page == 1 else full


async def _page(client: Clopos, log: EvidenceLog, api: Api, page: int) -> dict[str, Any]:
    header = log.evidence.header
    window = timedelta(days=header.window_days)
    query: dict[str, str | int] = {
        "page": page,
        "limit": api.page_size,
        "date[0]": (header.date - window).isoformat(),
        "date[1]": (header.date + window).isoformat(),
        "sort[0]": "id",
        "sort[1]": 1,
        **_EMBEDDED,
    }
    try:
        body = await client.get("/receipts", query)
    except (Passing, Refused) as error:
        raise DayUnavailable(
            f"the list of receipts could not be had ({error}); run the same command again later"
        ) from None
    if not isinstance(body.get("data"), list):
        raise DayUnavailable("the list of receipts came without its data; run again later, or ask the vendor")
    return body


def _identity(receipt: Any) -> int | str:
    """What tells a receipt from another: its id; its content where that can't be read."""
    return _key(receipt) or str(receipt)


def _key(receipt: Any) -> int | None:
    return whole(receipt.get("id")) if isinstance(receipt, dict) else None


class _ReceiptFetch:
    """Asks for several receipts at a time, and gives up when the service is gone."""

    def __init__(self, client: Clopos, log: EvidenceLog, meaning: Meaning, progress: Progress) -> None:
        self._client = client
        self._log = log
        self._meaning = meaning
        self._progress = progress
        self._unanswered = 0

    async def run(self, receipts: dict[int, Raw], workers: int) -> None:
        waiting = iter(receipts.items())

        async def work() -> None:
            for key, receipt in waiting:
                await self._one(key, receipt)
                self._progress.advance()

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(workers):
                    group.create_task(work())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None  # the first to end it says why

    async def _one(self, key: int, receipt: Raw) -> None:
        if self._unanswered >= _GIVE_UP_AFTER:
            self._fail(key, receipt, "not asked for: the service had stopped answering")
            return
        try:
            await self._operations(key, receipt)
        except Passing as error:
            self._unanswered += 1
            self._fail(key, receipt, f"no answer: {error}")
        except Refused as error:
            self._unanswered = 0
            self._fail(key, receipt, str(error))
        else:
            self._unanswered = 0

    async def _operations(self, key: int, receipt: Raw) -> None:
        """One receipt's operations; the receipt itself again by id where lines are missing or unknown."""
        known, asked_by_id = receipt, not isinstance(receipt.get("receipt_products"), list)
        if asked_by_id:
            known = await self._by_id(key)
        body = await self._client.get(f"/receipts/{key}/stock-operations")
        given = body.get("data")
        if not isinstance(given, list):
            raise Refused("its stock operations came without their data")
        operations = [kept_operation(operation) for operation in given]
        if not asked_by_id and self._meaning.names_unknown_line(known, operations):
            await self._by_id(key)
        as_of = _as_of(receipt)
        self._log.append(
            {"record": "operations", "receipt_id": key, "as_of": as_of, "operations": operations}
        )

    async def _by_id(self, key: int) -> Raw:
        body = await self._client.get(f"/receipts/{key}", _EMBEDDED)
        receipt = kept_receipt(body.get("data"))
        if _key(receipt) != key:
            raise Refused("the receipt came back without its data, or as another one")
        self._log.append({"record": "receipt", "asked": "id", "receipt": receipt})
        return dict(receipt)

    def _fail(self, key: int, receipt: Raw, reason: str) -> None:
        as_of = _as_of(receipt)
        self._log.append({"record": "failure", "receipt_id": key, "as_of": as_of, "reason": reason})
