"""Asks the service what the checks need, in at most eight requests."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from reconcile.clopos.accepted import RECEIPT_PARTS, Query
from reconcile.clopos.client import CloposClient, PermanentError, TransientError
from reconcile.clopos.receipt_list import stated_total
from reconcile.core.calendar import EARLIEST_DAY
from reconcile.core.errors import AccessRefused, DayUnavailable
from reconcile.core.exact import positive_int
from reconcile.evidence.privacy import kept_operation, kept_product, kept_receipt
from reconcile.evidence.structs import Raw
from reconcile.frames.receipts import is_open
from reconcile.settings.environment import Credentials
from reconcile.settings.model import Settings

MOST = 8
RECENT_DAYS = 31
"""Receipts are looked for in so many days, then in all."""
_NEWEST = 20
_LONGEST_SECONDS = 60.0
"""Of one request with its attempts."""
Refusal = AccessRefused | DayUnavailable | PermanentError | TransientError


@dataclasses.dataclass
class Contact:
    """What the service answered. Records are without the fields that are not kept."""

    failed: dict[str, Refusal] = dataclasses.field(default_factory=dict)
    """By check: why there is no answer."""
    venues: Raw | None = None
    """The body of the list of venues."""
    receipts: list[Any] | None = None
    """The newest."""
    recent: int | None = None
    """How many there are of the last `RECENT_DAYS`, if that is stated."""
    sorts: list[str] = dataclasses.field(default_factory=list)
    not_sorted: bool = False
    """Whether the service refuses to sort by creation."""
    receipt: Raw | None = None
    """The newest that is closed."""
    operations: list[Any] | None = None
    products: list[Any] | None = None
    products_total: int | None = None
    yesterday: int | None = None
    """Receipts created yesterday."""
    envelope: Raw = dataclasses.field(default_factory=dict)
    """The last envelope of a list, without its data."""
    seconds_ahead: float | None = None
    """This machine's clock less the service's."""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    """Of the last response."""
    night_seconds: float | None = None
    """What yesterday's requests wait for the quota."""
    requests: int = 0


async def contact(credentials: Credentials, settings: Settings, venue: int | None) -> Contact:
    """Log in and ask for the venues, the newest receipts, the operations of one, yesterday's number and products."""
    api = settings.api
    hasty = msgspec.structs.replace(
        api,
        attempts=min(api.attempts, 2),
        request_deadline_seconds=min(api.request_deadline_seconds, _LONGEST_SECONDS),
    )
    client = CloposClient(credentials, hasty)
    client.counts.most = MOST
    asking = _Asking(client, settings, venue)
    try:
        await asking.all()
    finally:
        await client.aclose()
        asking.found.requests = client.counts.requests
    return asking.found


@dataclasses.dataclass
class _Asking:
    client: CloposClient
    settings: Settings
    venue: int | None
    found: Contact = dataclasses.field(default_factory=Contact)

    async def all(self) -> None:
        try:
            await self.client.log_in()
        except (AccessRefused, DayUnavailable, TransientError) as error:
            self.found.failed["login"] = error
            return
        self.found.venues = await self._get("venues", "/venues", {})
        await self._receipts()
        if self.found.receipt is not None:
            await self._operations()
        if self.found.recent:
            yesterday = self.settings.today() - timedelta(days=1)
            body = await self._get("quota", "/receipts", {"limit": 1, **_between(yesterday, yesterday)})
            self.found.yesterday = stated_total(body) if body else None
        await self._products()
        if self.found.yesterday is not None:
            pages = -(-3 * self.found.yesterday // self.settings.api.page_size) + 1
            catalogue = -(-(self.found.products_total or 0) // 100)
            self.found.night_seconds = self.client.quota.seconds_for(
                self.found.yesterday + 2 * pages + catalogue
            )

    async def _receipts(self) -> None:
        today, found = self.settings.today(), self.found
        body = await self._newest(today - timedelta(days=RECENT_DAYS))
        if body is None:
            return
        found.recent = stated_total(body)
        if body["data"] == []:
            found.recent = 0
            body = await self._newest(EARLIEST_DAY)
            if body is None:
                return
        found.receipts = [kept_receipt(row) for row in body["data"][:_NEWEST]]
        closed = [each for each in found.receipts if _is_closed(each)]
        found.receipt = max(closed, key=lambda each: str(each.get("closed_at") or ""), default=None)
        if found.receipt and not isinstance(found.receipt.get("receipt_products"), list):
            path = f"/receipts/{positive_int(found.receipt['id'])}"
            by_id = await self._get("answers", path, Query(parts=RECEIPT_PARTS).parameters())
            if by_id is not None and isinstance(by_id.get("data"), dict):
                found.receipt = kept_receipt(by_id["data"])

    async def _newest(self, first: date) -> Raw | None:
        """The newest receipts from a day on; sorted as the service likes where it refuses the query."""
        days = _between(first, self.settings.today() + timedelta(days=1))
        query = Query(_NEWEST, "created_at", RECEIPT_PARTS).parameters(descending=True)
        body = await self._get("receipts", "/receipts", {"page": 1, **days, **query})
        error = self.found.failed.get("receipts")
        if isinstance(error, PermanentError) and error.status == 400:
            del self.found.failed["receipts"]
            self.found.not_sorted = True
            body = await self._get(
                "receipts", "/receipts", {"page": 1, **days, **Query(parts=RECEIPT_PARTS[:1]).parameters()}
            )
        return body if "receipts" not in self.found.failed else None

    async def _operations(self) -> None:
        key = positive_int((self.found.receipt or {}).get("id"))
        body = await self._get("stock-operations", f"/receipts/{key}/stock-operations", {})
        if body is not None:
            self.found.operations = [kept_operation(row) for row in body["data"]]

    async def _products(self) -> None:
        query: dict[str, str | int] = {"page": 1, "limit": 100}
        body = await self._get("products", "/products", query)
        if body is not None:
            self.found.products = [kept_product(row) for row in body["data"]]
            self.found.products_total = stated_total(body)

    async def _get(self, check: str, path: str, query: Mapping[str, str | int]) -> Raw | None:
        """The body, its `data` a list (of a receipt by id, an object); None where the check has failed."""
        venue = None if path == "/venues" else self.venue
        try:
            began = time.time()
            body = await self.client.get(path, query, venue)
            self._see(body, (began + time.time()) / 2)
        except (AccessRefused, DayUnavailable, PermanentError, TransientError) as error:
            self.found.failed[check] = error
            return None
        if not isinstance(body.get("data"), list) and check != "answers":
            self.found.failed[check] = PermanentError("it came without its data")
            return None
        return body

    def _see(self, body: Raw, at: float) -> None:
        self.found.headers = dict(self.client.quota.last_headers)
        if "sorts" in body or "unix" in body:
            self.found.envelope = {name: value for name, value in body.items() if name != "data"}
        unix = positive_int(body.get("unix"))
        if unix is not None and unix < 2**33:
            self.found.seconds_ahead = at - unix


def _between(first: date, last: date) -> dict[str, str | int]:
    return {"date[0]": first.isoformat(), "date[1]": last.isoformat()}


def _is_closed(receipt: Any) -> bool:
    return (
        isinstance(receipt, dict)
        and positive_int(receipt.get("id")) is not None
        and bool(receipt.get("closed_at"))
        and not is_open(receipt)
    )
