"""The catalogue: every product with its recipe, variants and modifiers, about one request for a hundred of them.

A day is reconciled without it too, only dishes less well. So no failure here ends a fetch: a refused catalogue is
left out, and an incomplete one is recorded, so that the next run of the day requests it again.
"""

from __future__ import annotations

import dataclasses
import logging
from typing import Any

from reconcile.clopos.client import CloposClient, PermanentError, TransientError
from reconcile.core.errors import ScopeRefused
from reconcile.core.exact import positive_int
from reconcile.evidence.log import identity
from reconcile.evidence.privacy import kept_product
from reconcile.evidence.records import Raw

log = logging.getLogger(__name__)
PRODUCTS_SCOPE = "products:read"
_PARTS = ("recipe", "modificator_groups", "modifications", "unit", "category")
"""What is requested of each product. Which of them a server knows varies by its version."""
_PAGE = 100
"""The largest page that is documented."""
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

    def records(self) -> list[Raw]:
        """Its lines of the evidence."""
        end = {"total": self.total} if self.products or not (self.refused or self.failed) else {}
        why = {"refused": self.refused, "failed": self.failed}
        return [
            *({"record": "product", "product": product} for product in self.products),
            {"record": "catalogue", **end, **{name: text for name, text in why.items() if text}},
        ]


async def read_catalogue(client: CloposClient, venue: int | None) -> CatalogueResponse:
    """All pages of the catalogue. Raises `AccessRefused` where the credentials or the token are refused."""
    response = CatalogueResponse()
    for _ in range(_MAX_PASSES):
        try:
            products, total = await _read_with_parts(client, venue)
        except ScopeRefused:
            return _refused(f"the token lacks the scope {PRODUCTS_SCOPE}")
        except PermanentError as error:
            return _refused(f"the service gives none: {error}")
        except TransientError as error:
            response = CatalogueResponse(failed=f"it could not be had ({error})")
            continue
        response = CatalogueResponse(tuple(products.values()), total)
        if len(products) >= total:
            return response
        failed = f"the service said {total} products and gave {len(products)}"
        response = dataclasses.replace(response, failed=failed)
    log.warning("the catalogue is incomplete: %s; the day is INCOMPLETE", response.failed)
    return response


def _refused(why: str) -> CatalogueResponse:
    log.info("no catalogue: %s; dishes are compared with one another, not with their recipes", why)
    return CatalogueResponse(refused=why)


async def _read_with_parts(client: CloposClient, venue: int | None) -> tuple[dict[int | str, Any], int]:
    """One pass with all parts; where the server refuses these, with each part that it does not refuse."""
    try:
        return await _read_pages(client, venue, _PARTS)
    except PermanentError:
        await _read_page(client, venue, 1, ())  # refused too: there is no catalogue
    parts: tuple[str, ...] = ()
    for part in _PARTS:
        try:
            await _read_page(client, venue, 1, (part,))
        except PermanentError as error:
            log.warning(
                "the catalogue comes without its part '%s', which the service refuses: %s", part, error
            )
        else:
            parts += (part,)
    return await _read_pages(client, venue, parts)


async def _read_pages(
    client: CloposClient, venue: int | None, parts: tuple[str, ...]
) -> tuple[dict[int | str, Any], int]:
    """One pass, until a page adds nothing or `total` is reached: products by identity, and the stated total."""
    products: dict[int | str, Any] = {}
    page = 1
    while True:
        body = await _read_page(client, venue, page, parts)
        before = len(products)
        products |= {identity(product): product for product in map(kept_product, body["data"])}
        total = positive_int(body.get("total"))
        if len(products) == before or (total is not None and len(products) >= total):
            return products, total or len(products)
        page += 1


async def _read_page(client: CloposClient, venue: int | None, page: int, parts: tuple[str, ...]) -> Raw:
    """The body of one page, its `data` a list. Raises `PermanentError` where it is refused, or is not one."""
    embedded = {f"with[{place}]": part for place, part in enumerate(parts)}
    body = await client.get("/products", {"page": page, "limit": _PAGE, **embedded}, venue)
    if not isinstance(body.get("data"), list):
        raise PermanentError("it came without its data")
    return body
