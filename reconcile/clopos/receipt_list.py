"""One page of the list of receipts, asked for as the service takes it."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from reconcile.clopos.accepted import Queries, Query, accepted, named_sorts, sorted_as_it_can_be
from reconcile.clopos.client import CloposClient, PermanentError, TransientError
from reconcile.core.exact import positive_int
from reconcile.evidence.privacy import kept_receipt
from reconcile.evidence.structs import Raw

MOST_PAGES = 2_000
"""A list that goes on after so many pages, with 100,000 records at least, is taken to be one that never ends."""


class Page(NamedTuple):
    """One page of the list of receipts."""

    receipts: list[Any]
    """Without the fields that are not kept."""
    total: int | None
    """The stated total, if it is a number."""


class ReceiptList:
    """Asks for pages of a venue's list. What the service refuses is asked for in another way."""

    def __init__(self, client: CloposClient, venue: int | None, queries: Queries) -> None:
        self._client = client
        self._venue = venue
        self._queries = queries
        self.sorts: frozenset[str] = frozenset()
        """The fields by which the service says that it sorts."""

    async def page(self, days: tuple[date, date], page: int) -> Page:
        """A page of the receipts created from the first to the last of `days`, in an order that stays.

        Raises as `CloposClient.get`, and `PermanentError` where there is no list in the response.
        """
        try:
            found = await self._ask(self._queries.receipts, days, page)
        except PermanentError:
            if page > 1:
                raise
            self._queries.receipts = await accepted(
                lambda query: self._body(query, days, page), self._queries.receipts
            )
            found = await self._ask(self._queries.receipts, days, page)
        if page == 1 and self._ignores_sort(found.receipts):
            self._queries.receipts = sorted_as_it_can_be(self._queries.receipts, self.sorts)
            found = await self._ask(self._queries.receipts, days, page)
        return found

    async def latest_first(self, field: str, days: tuple[date, date], page: int) -> Page:
        """A page of the same receipts, the latest by a field of time first. Raises as `page`."""
        receipts = self._queries.receipts
        return await self._ask(Query(receipts.limit, field, receipts.parts), days, page, descending=True)

    def _ignores_sort(self, receipts: list[Any]) -> bool:
        """Whether the receipts are not by id, though asked for so, and the service does not name that sort."""
        if self._queries.receipts.sort != "id" or not self.sorts or "id" in self.sorts:
            return False
        ids = [positive_int(receipt.get("id")) or 0 for receipt in receipts if isinstance(receipt, dict)]
        return ids != sorted(ids)

    async def _ask(self, query: Query, days: tuple[date, date], page: int, descending: bool = False) -> Page:
        body = await self._body(query, days, page, descending)
        return Page([kept_receipt(row) for row in body["data"]], stated_total(body))

    async def _body(self, query: Query, days: tuple[date, date], page: int, descending: bool = False) -> Raw:
        if page > MOST_PAGES:
            raise TransientError(f"the list goes on after {MOST_PAGES} pages")
        created = {"date[0]": days[0].isoformat(), "date[1]": days[1].isoformat()}
        body = await self._client.get(
            "/receipts", {"page": page, **created, **query.parameters(descending)}, self._venue
        )
        if not isinstance(body.get("data"), list):
            raise PermanentError("it came without its data")
        self.sorts |= named_sorts(body)
        return body


def stated_total(body: Raw) -> int | None:
    """How many records an answer says that there are; None where that is no number."""
    return 0 if body.get("total") in (0, "0") else positive_int(body.get("total"))
