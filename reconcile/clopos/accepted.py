"""What the service takes of a query: the page size, the sort, the parts. Found by trial where it refuses one.

The vendor's pages differ on the largest page and on the fields of a sort, and the parts vary by the server's version.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

from reconcile.clopos.client import PermanentError
from reconcile.evidence.structs import Raw
from reconcile.settings.model import Api

log = logging.getLogger(__name__)
_SMALLER_PAGE = 50
"""The documented default: a server that refuses a larger page takes it."""
_SORTS = ("id", "created_at", "updated_at", "closed_at", "total")
"""The fields to sort by, the ones that change least first."""
# of the parts the last is the one that a server is most likely not to know
RECEIPT_PARTS = ("receipt_products", "receipt_products.modificators", "receipt_products.product.unit")
_PRODUCT_PARTS = ("recipe", "modificator_groups", "modifications", "category", "unit")
_PRODUCTS_PAGE = 100
"""The largest page of products that is documented."""


@dataclasses.dataclass(frozen=True)
class Query:
    """How records are asked for."""

    limit: int = 0
    """Records a page; 0: the service's own number."""
    sort: str = ""
    """The field to sort by; empty: in the service's own order."""
    parts: tuple[str, ...] = ()
    """What is embedded in each record."""
    refused: tuple[str, ...] = ()
    """What the service refuses, and what is asked for instead, one sentence each."""

    def parameters(self, descending: bool = False) -> dict[str, str | int]:
        """The query's parameters."""
        limit: dict[str, str | int] = {"limit": self.limit} if self.limit else {}
        sort = {"sort[0]": self.sort, "sort[1]": -1 if descending else 1} if self.sort else {}
        return {**limit, **sort, **{f"with[{place}]": part for place, part in enumerate(self.parts)}}


class Queries:
    """The queries of a run: as wanted, or as the service turned out to take them."""

    def __init__(self, api: Api) -> None:
        self.receipts = Query(api.page_size, _SORTS[0], RECEIPT_PARTS)
        self.receipt = Query(parts=RECEIPT_PARTS)
        self.products = Query(_PRODUCTS_PAGE, parts=_PRODUCT_PARTS)

    def refused(self) -> list[str]:
        """What the service refuses of the queries for receipts."""
        return list(dict.fromkeys(self.receipts.refused + self.receipt.refused))


Ask: TypeAlias = Callable[[Query], Awaitable[Raw]]
"""Sends a query for the first page; returns the body of its answer."""


async def accepted(ask: Ask, wanted: Query) -> Query:
    """The nearest to a query that was refused. Raises `PermanentError` where even the bare query is refused."""
    if wanted.parts:
        *most, last = wanted.parts
        refused = (*wanted.refused, f"the part {last} is refused")
        almost = dataclasses.replace(wanted, parts=tuple(most), refused=refused)
        with contextlib.suppress(PermanentError):
            await ask(almost)
            return _told(almost)
    return _told(await _by_trial(ask, wanted))


async def _by_trial(ask: Ask, wanted: Query) -> Query:
    """Each piece of the query that the service takes, beside those taken before."""
    found, refused = Query(), list(wanted.refused)

    async def first_taken(candidates: Iterable[Query]) -> tuple[Query, str]:
        """The first that is taken, else what was found before; and why the first of all was refused, if it was."""
        reason = ""
        for query in candidates:
            try:
                await ask(query)
            except PermanentError as error:
                reason = reason or str(error)
            else:
                return query, reason
        return found, reason

    body = await ask(Query())
    sizes = dict.fromkeys(size for size in (wanted.limit, _SMALLER_PAGE) if 0 < size <= wanted.limit)
    found, why = await first_taken(dataclasses.replace(found, limit=size) for size in sizes)
    if why:
        refused.append(f"pages of {wanted.limit} records are refused ({why}): {_page_size(found)} instead")
    if wanted.sort:
        fields = _sorts_to_try(wanted.sort, named_sorts(body))
        found, why = await first_taken(dataclasses.replace(found, sort=field) for field in fields)
        if found.sort != wanted.sort:
            refused.append(_other_sort(wanted.sort, found, why))
    for part in wanted.parts:
        found, why = await first_taken([dataclasses.replace(found, parts=(*found.parts, part))])
        if why:
            refused.append(f"the part {part} is refused ({why})")
    return dataclasses.replace(found, refused=tuple(refused))


def sorted_as_it_can_be(query: Query, sorts: frozenset[str]) -> Query:
    """The query sorted by a field that the service names, where it takes one that it does not name and ignores it."""
    fields = [field for field in _sorts_to_try(query.sort, sorts) if field != query.sort]
    other = dataclasses.replace(query, sort=fields[0] if fields else "")
    return _told(dataclasses.replace(other, refused=(*query.refused, _other_sort(query.sort, other, ""))))


def named_sorts(body: Raw) -> frozenset[str]:
    """The fields by which an answer says that the list can be sorted."""
    return frozenset(map(str, body["sorts"])) if isinstance(body.get("sorts"), list) else frozenset()


def _sorts_to_try(wanted: str, named: frozenset[str]) -> list[str]:
    """The wanted field and others; where the service names those that it takes, only these."""
    return [field for field in dict.fromkeys((wanted, *_SORTS)) if not named or field in named]


def _other_sort(wanted: str, found: Query, why: str) -> str:
    instead = f"sorted by {found.sort}" if found.sort else "in the service's own order"
    return f"the sort by {wanted} is refused ({why or 'the service names no such sort'}): {instead} instead"


def _page_size(found: Query) -> str:
    return f"pages of {found.limit}" if found.limit else "the service's own page size"


def _told(query: Query) -> Query:
    log.warning("%s", "; ".join(query.refused))
    return query
