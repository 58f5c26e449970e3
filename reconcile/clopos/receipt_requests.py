"""The requests about one receipt: the receipt by its id, and its stock operations."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Sequence
from typing import Any

from reconcile.clopos.accepted import Queries, Query, accepted
from reconcile.clopos.client import CloposClient, PermanentError
from reconcile.clopos.each_receipt import EachReceipt
from reconcile.clopos.receipt_list import stated_total
from reconcile.core.exact import positive_int
from reconcile.evidence.log import EvidenceLog
from reconcile.evidence.privacy import kept_operation, kept_receipt
from reconcile.evidence.proof import identity
from reconcile.evidence.structs import Raw

logger = logging.getLogger(__name__)
_NOT_FOUND = 404


@dataclasses.dataclass(frozen=True)
class ReceiptChecks:
    """The questions about a receipt that decide which requests are made."""

    is_due: Callable[[Raw], bool]
    """Whether the receipt is to be reconciled on the day."""
    lacks_lines: Callable[[Raw], bool]
    """Whether the receipt came without its lines."""
    names_unknown_line: Callable[[Raw, Sequence[Any]], bool]
    """Whether an operation belongs to a line that the receipt, as listed, does not have."""


@dataclasses.dataclass
class ReceiptRequests:
    """Fetches records of one receipt into the evidence. `as_of`: its `updated_at`, empty where not known."""

    client: CloposClient
    log: EvidenceLog
    checks: ReceiptChecks
    queries: Queries
    was: str = "open on an earlier day"
    """What is known of receipts that are asked for by their id."""
    gone: list[int] = dataclasses.field(default_factory=list)
    """Receipts that earlier evidence shows, and that are no longer there."""
    is_out_of_step: bool = False
    """Whether a connection gave an answer that was another receipt's."""
    unproven: dict[int, str] = dataclasses.field(default_factory=dict)
    """Receipts without stock operations, to their `updated_at`: an answer that does not say whose it is."""

    _trial: asyncio.Lock = dataclasses.field(default_factory=asyncio.Lock)
    """What the service takes is found out by one request at a time."""

    async def fetch_operations(self, key: int, as_of: str) -> None:
        """One receipt's operations; also the receipt by id, where the list lacks its lines or one of them."""
        receipt = self.log.receipt(key)
        fetched_by_id = self.checks.lacks_lines(receipt)
        if fetched_by_id and self.checks.lacks_lines(receipt := await self._fetch_by_id(key)):
            raise PermanentError("its lines did not come, neither with the list nor by its id")
        operations = await self._operations(key)
        if not operations:
            self.unproven[key] = as_of
        if not fetched_by_id and self.checks.names_unknown_line(receipt, operations):
            await self._fetch_by_id(key)
        self.log.append({"record": "operations", "receipt_id": key, "as_of": as_of, "operations": operations})

    async def ask_unproven_again(self, connections: int) -> None:
        """Where a connection was out of step, ask again for what came without operations: it may be another's."""
        if self.is_out_of_step:
            await EachReceipt(self.log, connections, self.fetch_again).run(self.unproven)

    async def fetch_again(self, key: int, as_of: str) -> None:
        """The operations of a receipt of `unproven`, over a connection of their own."""
        operations = await self._operations(key, fresh_connection=True)
        self.log.append({"record": "operations", "receipt_id": key, "as_of": as_of, "operations": operations})

    async def fetch_open(self, key: int, _: str) -> None:
        """One receipt that earlier evidence shows; it may be gone."""
        try:
            await self._fetch_by_id(key)
        except PermanentError as error:
            if error.status != _NOT_FOUND:
                raise
            logger.warning("receipt %d was %s, and is no longer there (%s)", key, self.was, error)
            self.gone.append(key)

    async def _operations(self, key: int, fresh_connection: bool = False) -> list[Any]:
        """All operations of a receipt. Raises `PermanentError` where they are another's, or fewer than stated."""
        rows, total = await self._page_of_operations(key, fresh_connection=fresh_connection)
        if _are_of_another(rows, key):
            self.is_out_of_step = True
            rows, total = await self._page_of_operations(key, fresh_connection=True)
            if _are_of_another(rows, key):
                raise PermanentError("its stock operations came as another receipt's")
        page, new = 1, rows
        while new and total is not None and len(rows) < total:
            page += 1
            more, _ = await self._page_of_operations(key, page)
            new = [row for row in more if row not in rows]
            rows = rows + new
        if total is not None and len(rows) < total:
            raise PermanentError(f"the service said {total} stock operations and gave {len(rows)}")
        return rows

    async def _page_of_operations(
        self, key: int, page: int = 1, fresh_connection: bool = False
    ) -> tuple[list[Any], int | None]:
        """One page, and the total that the service states, if it does."""
        parameters = {"page": page} if page > 1 else None
        path = f"/receipts/{key}/stock-operations"
        venue = self.log.header.venue_id
        body = await self.client.get(path, parameters, venue, fresh_connection=fresh_connection)
        if not isinstance(body.get("data"), list):
            raise PermanentError("its stock operations came without their data")
        return [kept_operation(operation) for operation in body["data"]], stated_total(body)

    async def _fetch_by_id(self, key: int) -> Raw:
        receipt = await self._receipt(key)
        if identity(receipt) != key:
            self.is_out_of_step = True
            receipt = await self._receipt(key, fresh_connection=True)
        if identity(receipt) != key:
            raise PermanentError("the receipt came back without its data, or as another one")
        self.log.append({"record": "receipt", "asked": "id", "receipt": receipt})
        return dict(receipt)

    async def _receipt(self, key: int, fresh_connection: bool = False) -> Any:
        async def ask(query: Query) -> Raw:
            return await self.client.get(
                f"/receipts/{key}",
                query.parameters(),
                self.log.header.venue_id,
                fresh_connection=fresh_connection,
            )

        query = self.queries.receipt
        try:
            body = await ask(query)
        except PermanentError as error:
            if error.status == _NOT_FOUND:
                raise
            async with self._trial:
                if self.queries.receipt is query:
                    self.queries.receipt = await accepted(ask, query)
            body = await ask(self.queries.receipt)
        return kept_receipt(body.get("data"))


def _are_of_another(operations: Sequence[Any], key: int) -> bool:
    """Whether operations name other receipts, and none of them the one that was asked for."""
    named = {positive_int(row.get("receipt_id")) for row in operations if isinstance(row, dict)} - {None}
    return bool(named) and key not in named
