"""The venues of the brand."""

from __future__ import annotations

from typing import Any, NamedTuple

from reconcile.clopos.client import CloposClient, PermanentError
from reconcile.core.exact import positive_int


class Venue(NamedTuple):
    """A venue of the brand. Its name is from outside: show it with `printable` or `shown`."""

    id: int
    name: str
    is_main: bool


async def read_venues(client: CloposClient) -> list[Venue]:
    """All venues, each once, by id; of one request. Raises as `CloposClient.get`.

    Also raises `PermanentError` where a venue can't be read or is left out: none may be missed in silence.
    """
    return venues_of(await client.get("/venues"))


def venues_of(body: dict[str, Any]) -> list[Venue]:
    """The venues in a response. Raises `PermanentError` where one can't be read or is left out."""
    rows = body.get("data")
    if not isinstance(rows, list):
        raise PermanentError("the venues came without their data")
    found: dict[int, Venue] = {}
    for row in rows:
        key = positive_int(row.get("id")) if isinstance(row, dict) else None
        if key is None:
            raise PermanentError("the list of venues has one without an id")
        name = row.get("name")
        is_main = row.get("is_main") in (True, 1, "1", "true")
        found[key] = Venue(key, name if isinstance(name, str) else "", is_main)
    total = positive_int(body.get("total"))
    if total is not None and total > len(rows):
        raise PermanentError(f"the service said {total} venues and gave {len(rows)}")
    return [found[key] for key in sorted(found)]
