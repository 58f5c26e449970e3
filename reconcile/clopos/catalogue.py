"""The catalogue: every product with its recipe, variants and modifiers, about one request for a hundred of them.

A day is reconciled without it too, only dishes less well. So no failure here ends a fetch: a refused catalogue is
left out, and an incomplete one is recorded, so that the next run of the day requests it again.
"""

from __future__ import annotations

import dataclasses
import logging
from typing import Any

from reconcile.clopos.accepted import Queries, Query, accepted
from reconcile.clopos.client import CloposClient, PermanentError, TransientError
from reconcile.clopos.receipt_list import MOST_PAGES, stated_total
from reconcile.core.errors import AccessRefused, CredentialsRefused
from reconcile.evidence.privacy import kept_product
from reconcile.evidence.proof import identity
from reconcile.evidence.structs import Raw

log = logging.getLogger(__name__)
PRODUCTS_SCOPE = "products:read"
_MAX_PASSES = 2
"""How often it is read before it counts as incomplete: products may be added or deleted between two pages."""


@dataclasses.dataclass(frozen=True)
class CatalogueResponse:
    """The products, without the fields that are not kept; or why there are none."""

    products: tuple[Raw, ...] = ()
    total: int = 0
    """The `total` that the service states."""
    refused: str = ""
    """Why it was refused for good."""
    failed: str = ""
    """Why it is incomplete; a later run may get it."""
    without: tuple[str, ...] = ()
    """What the service refuses of the query for it, one sentence each."""

    def records(self) -> list[Raw]:
        """Its lines of the evidence."""
        end = {"total": self.total} if self.products or not (self.refused or self.failed) else {}
        why = {"refused": self.refused, "failed": self.failed, "without": list(self.without)}
        return [
            *({"record": "product", "product": product} for product in self.products),
            {"record": "catalogue", **end, **{name: text for name, text in why.items() if text}},
        ]


async def read_catalogue(client: CloposClient, venue: int | None, queries: Queries) -> CatalogueResponse:
    """All pages of the catalogue. Raises `CredentialsRefused`."""
    pages = _Pages(client, venue, queries)
    response = CatalogueResponse()
    for _ in range(_MAX_PASSES):
        try:
            products, total = await pages.read()
        except CredentialsRefused:
            raise
        except AccessRefused:
            return _refused(f"the token lacks the scope {PRODUCTS_SCOPE}")
        except PermanentError as error:
            return _refused(f"the service gives none: {error}")
        except TransientError as error:
            response = CatalogueResponse(failed=f"it could not be had ({error})")
            continue
        response = CatalogueResponse(tuple(products.values()), total, without=queries.products.refused)
        if len(products) >= total:
            return response
        failed = f"the service said {total} products and gave {len(products)}"
        response = dataclasses.replace(response, failed=failed)
    log.warning("the catalogue is incomplete: %s; the day is INCOMPLETE", response.failed)
    return response


def _refused(why: str) -> CatalogueResponse:
    log.info("no catalogue: %s; dishes are compared with one another, not with their recipes", why)
    return CatalogueResponse(refused=why)


@dataclasses.dataclass(frozen=True)
class _Pages:
    """The pages of a venue's catalogue, asked for as the service takes them."""

    client: CloposClient
    venue: int | None
    queries: Queries

    async def read(self) -> tuple[dict[int | str, Any], int]:
        """One pass, until a page is empty or adds nothing: products by identity, and the stated total, or their number.

        Raises `PermanentError` where the first page is refused, `TransientError` where a page can't be had.
        """
        try:
            rows, total = await self._page(1)
        except PermanentError:
            self.queries.products = await accepted(lambda query: self._body(query, 1), self.queries.products)
            rows, total = await self._page(1)
        products, page = dict[int | str, Any](), 1
        while new := {key: row for row in rows if (key := identity(row)) not in products}:
            products |= new
            page += 1
            try:
                rows, stated = await self._page(page)
            except PermanentError as error:  # some services refuse a page after the last
                if total is None or len(products) < total:
                    raise TransientError(f"page {page}: {error}") from None
                break
            total = total if stated is None else stated
        return products, len(products) if total is None else total

    async def _page(self, page: int) -> tuple[list[Any], int | None]:
        body = await self._body(self.queries.products, page)
        return [kept_product(product) for product in body["data"]], stated_total(body)

    async def _body(self, query: Query, page: int) -> Raw:
        if page > MOST_PAGES:
            raise TransientError(f"the list goes on after {MOST_PAGES} pages")
        body = await self.client.get("/products", {"page": page, **query.parameters()}, self.venue)
        if not isinstance(body.get("data"), list):
            raise PermanentError("it came without its data")
        return body
