"""The catalogue: every product with its recipe, variants and modifiers, about one request for a hundred of them.

Without it the day is judged all the same, only dishes less well. So nothing here ends a fetch: what the service
refuses is done without, and what it fails to give is named, to be asked for again by the next run of the day.
"""

from __future__ import annotations

import dataclasses
import logging
from typing import Any

from reconcile.clopos.client import Clopos, Passing, Refused
from reconcile.core.errors import ScopeRefused
from reconcile.core.exact import positive_int
from reconcile.evidence.log import identity
from reconcile.evidence.privacy import kept_product
from reconcile.evidence.records import Raw

log = logging.getLogger(__name__)
PRODUCTS_SCOPE = "products:read"
_PARTS = {
    f"with[{n}]": part for n, part in enumerate(("unit", "modifications", "modificator_groups", "recipe"))
}
_PAGE = 100
"""The largest page that is documented."""
_READINGS = 2
"""How often it is tried before it is called incomplete: a product may come or go while pages are turned."""


@dataclasses.dataclass(frozen=True)
class CatalogueAnswer:
    """What the service gave, less what is not kept; or why it gave nothing."""

    products: tuple[Raw, ...] = ()
    total: int = 0
    """How many it said there are."""
    refused: str = ""
    """Asking again is useless."""
    failed: str = ""
    """Asking again may help."""

    def records(self) -> list[Raw]:
        """Its lines of the evidence."""
        end = {"total": self.total} if self.products or not (self.refused or self.failed) else {}
        why = {"refused": self.refused, "failed": self.failed}
        return [
            *({"record": "product", "product": product} for product in self.products),
            {"record": "catalogue", **end, **{name: text for name, text in why.items() if text}},
        ]


async def read_catalogue(client: Clopos, venue: int | None) -> CatalogueAnswer:
    """All pages of the catalogue. Raises `AccessRefused` where the service lets nobody in any more."""
    answer = CatalogueAnswer()
    for _ in range(_READINGS):
        try:
            found, total = await _turn_pages(client, venue)
        except ScopeRefused:
            return _refused(f"the token lacks the scope {PRODUCTS_SCOPE}")
        except Refused as error:
            return _refused(f"the service gives none: {error}")
        except Passing as error:
            answer = CatalogueAnswer(failed=f"it could not be had ({error})")
            continue
        answer = CatalogueAnswer(tuple(found.values()), total)
        if len(found) >= total:
            return answer
        answer = dataclasses.replace(
            answer, failed=f"the service said {total} products and gave {len(found)}"
        )
    log.warning("the catalogue is not whole: %s; the day is INCOMPLETE", answer.failed)
    return answer


def _refused(why: str) -> CatalogueAnswer:
    log.info("no catalogue: %s; dishes are judged by one another, not by their recipes", why)
    return CatalogueAnswer(refused=why)


async def _turn_pages(client: Clopos, venue: int | None) -> tuple[dict[int | str, Any], int]:
    """One reading, until nothing new comes: the products by what tells them apart, and how many there should be."""
    found: dict[int | str, Any] = {}
    page = 1
    while True:
        body = await client.get("/products", {"page": page, "limit": _PAGE, **_PARTS}, venue)
        given = body.get("data")
        if not isinstance(given, list):
            raise Refused("it came without its data")
        before = len(found)
        found |= {identity(product): product for product in map(kept_product, given)}
        total = positive_int(body.get("total"))
        if len(found) == before or (total is not None and len(found) >= total):
            return found, total or len(found)
        page += 1
