"""The list of receipts, read into the evidence until it is proven complete.

A list of one page is complete if it has as many receipts as its stated total; a list of several pages, if two passes
in a row give the same receipts. A total alone proves nothing: if one receipt is removed and another added between two
pages, a third can move from the one page to the other unread, and the count is still right.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from reconcile.clopos.client import CloposClient, PermanentError, TransientError
from reconcile.core.errors import DayUnavailable
from reconcile.core.exact import positive_int
from reconcile.evidence.log import EvidenceLog, identity, listed_receipts, updated_at
from reconcile.evidence.privacy import kept_receipt
from reconcile.evidence.records import Raw

EMBEDDED = {
    "with[0]": "receipt_products",
    "with[1]": "receipt_products.modificators",
    "with[2]": "receipt_products.product.unit",
}
_MAX_PASSES = 4
"""How often the list is read before it counts as incomplete: rows move while pages are read."""
_GIVE_UP_AFTER = 3
"""Failed pages in a row that end a pass."""
_ORDER_SHOWS_FROM = 8
"""With this many different times in descending order, the service sorted the list as requested."""


@dataclasses.dataclass(frozen=True)
class PreviousDay:
    """The day fetched just before, its list proven complete: its evidence holds a part of this day's list."""

    path: Path
    """Its finished evidence."""
    first: date
    last: date
    """The days it listed that were over by then: no more receipts are created on them."""

    def receipts(self, first: date, last: date) -> Iterator[Raw]:
        """Its receipts created from `first` to `last`. Raises ValueError where a time can't be read."""
        for receipt in listed_receipts(self.path):
            created = datetime.strptime(receipt["created_at"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  the venue's own
            if first <= created.date() <= last:
                yield receipt


class Page(NamedTuple):
    """One page of the list of receipts."""

    receipts: list[Any]
    """Without the fields that are not kept."""
    total: int | None
    """The stated total, if it is a number."""
    sorts: frozenset[str]
    """The fields by which the service says that it sorts."""


async def fetch_page(
    client: CloposClient,
    venue: int | None,
    *,
    days: tuple[date, date],
    sort: tuple[str, int],
    page: int,
    size: int,
) -> Page:
    """A page of the receipts created from the first to the last of `days`, by a field, ascending (1) or not (-1).

    Raises as `CloposClient.get`, and `PermanentError` where there is no list in the response.
    """
    query: dict[str, str | int] = {
        "page": page,
        "limit": size,
        "date[0]": days[0].isoformat(),
        "date[1]": days[1].isoformat(),
        "sort[0]": sort[0],
        "sort[1]": sort[1],
        **EMBEDDED,
    }
    body = await client.get("/receipts", query, venue)
    if not isinstance(body.get("data"), list):
        raise PermanentError("it came without its data")
    total = 0 if body.get("total") in (0, "0") else positive_int(body.get("total"))
    sorts = body["sorts"] if isinstance(body.get("sorts"), list) else []
    return Page([kept_receipt(row) for row in body["data"]], total, frozenset(map(str, sorts)))


class Listing:
    """Reads the list of receipts created in the days around a business day, in as many passes as it needs."""

    def __init__(self, client: CloposClient, log: EvidenceLog, page_size: int) -> None:
        self._client = client
        self._log = log
        self._page_size = page_size
        window = timedelta(days=log.header.window_days)
        self._first, self._last = log.header.date - window, log.header.date + window
        self.sorts: frozenset[str] = frozenset()
        """The fields by which the service says that it sorts the list."""
        self._got_older_version = False
        """Whether a receipt arrived in an older version than the evidence holds."""

    async def read(self, previous_day: PreviousDay | None = None) -> str:
        """Bring the evidence's list up to date. Returns why it is in doubt; empty if it is proven complete.

        Raises `DayUnavailable` where its first page can't be fetched.
        """
        if self._log.list_total is not None and await self._is_still_complete():
            if len(self._log.listed) != self._log.list_total:
                self._log.append({"record": "listed", "total": len(self._log.listed)})
            return ""
        first = self._first
        reused = self._reuse(previous_day) if previous_day is not None else set()
        listed, doubt = await self._read_until_complete()
        if not doubt and (self._got_older_version or self._log.listed.keys() - listed - reused):
            # the list lacks a receipt that is held, or has an older version of it: start again without what is held
            self._log.start_over()
            self._first, reused = first, set()
            listed, doubt = await self._read_until_complete()
        if not doubt:
            self._log.append({"record": "listed", "total": len(reused | listed)})
        return doubt

    # -------------------------------------------- what is already held

    def _reuse(self, previous_day: PreviousDay) -> set[int | str]:
        """Copy the days that both lists share from the previous day's evidence. Returns the receipts copied."""
        last = min(previous_day.last, self._last)
        reused: set[int | str] = set()
        if not previous_day.first <= self._first <= last:
            return reused
        try:
            for receipt in previous_day.receipts(self._first, last):
                self._store(receipt)
                reused.add(identity(receipt))
        except (OSError, EOFError, KeyError, TypeError, ValueError, zlib.error):
            return reused  # the whole list is read from the service instead
        self._first = last + timedelta(days=1)
        return reused

    async def _is_still_complete(self) -> bool:
        """Whether the held list, with the changes since then added, is as long as the service states.

        The latest changes are requested first, so one page is usually enough.
        """
        newest = max((listed.as_of for listed in self._log.listed.values()), default="")
        stamps: list[str] = []
        seen: set[int | str] = set()
        page = 1
        while True:
            try:
                rows, total = await self._fetch_page(page, "updated_at", -1)
            except (TransientError, PermanentError):
                return False
            stamps += [updated_at(receipt) for receipt in rows]
            if stamps != sorted(stamps, reverse=True) or "" in stamps or newest > max(stamps, default=""):
                return False  # not in the requested order, so it proves nothing
            in_order = len(set(stamps)) >= _ORDER_SHOWS_FROM  # fewer may be in order by chance
            caught_up = in_order and any(self._log.holds(row) and updated_at(row) < newest for row in rows)
            for receipt in rows:
                self._store(receipt)
            seen |= {identity(receipt) for receipt in rows}
            if caught_up:
                return total == len(self._log.listed) and not self._got_older_version
            if not rows or total is None or len(stamps) >= total:
                return total == len(self._log.listed) == len(seen) and not self._got_older_version
            page += 1

    # ----------------------------------------------- the whole list

    async def _read_until_complete(self) -> tuple[set[int | str], str]:
        """The receipts listed, and why the list is in doubt, if it is."""
        if self._first > self._last:
            return set(), ""
        before: _Pass | None = None
        for _ in range(_MAX_PASSES):
            current = await self._read_pages()
            if current.complete and (current.pages < 2 or (before and before.seen == current.seen)):
                return current.seen, ""
            before = current
        doubt = current.failed or "the list of receipts kept changing while it was read"
        if not current.failed and not current.complete:
            doubt = f"the list said {current.total} receipts and gave {len(current.seen)}"
        return current.seen, doubt

    async def _read_pages(self) -> _Pass:
        """Read the list once: until a page that is not full reaches its total, or a page adds nothing new."""
        current, page, full, failures = _Pass(), 1, self._page_size, 0
        while True:
            try:
                receipts, total = await self._fetch_page(page, "id", 1)
            except (TransientError, PermanentError) as error:
                if page == 1 or isinstance(error, PermanentError):
                    raise DayUnavailable(
                        f"the list of receipts could not be fetched ({error}); run the same command again later"
                    ) from None
                failures += 1
                current.failed = f"page {page} of the list of receipts could not be had ({error})"
                if page * full >= (current.total or 0) or failures == _GIVE_UP_AFTER:
                    return current
                page += 1
                continue
            failures = 0
            current.pages += bool(receipts)
            current.total = current.total if total is None else total
            new = {identity(receipt) for receipt in receipts} - current.seen
            current.seen |= new
            for receipt in receipts:
                self._store(receipt)
            reached = current.total is not None and len(current.seen) >= current.total
            if not new or (reached and len(receipts) < full):
                return current
            page, full = page + 1, len(receipts) if page == 1 else full

    def _store(self, receipt: Any) -> None:
        if not self._log.holds(receipt):
            held = self._log.listed.get(identity(receipt))
            self._got_older_version |= held is not None and updated_at(receipt) < held.as_of
            self._log.append({"record": "receipt", "asked": "list", "receipt": receipt})

    async def _fetch_page(self, page: int, field: str, direction: int) -> tuple[list[Any], int | None]:
        """The receipts of a page, and the stated total if it is a number."""
        venue, days, size = self._log.header.venue_id, (self._first, self._last), self._page_size
        found = await fetch_page(
            self._client, venue, days=days, sort=(field, direction), page=page, size=size
        )
        self.sorts |= found.sorts
        return found.receipts, found.total


@dataclasses.dataclass
class _Pass:
    """One pass over the pages of the list."""

    seen: set[int | str] = dataclasses.field(default_factory=set)
    total: int | None = None
    """The last total that the service stated as a number."""
    pages: int = 0
    """Pages with at least one receipt."""
    failed: str = ""
    """The page that could not be fetched, and why."""

    @property
    def complete(self) -> bool:
        return not self.failed and len(self.seen) >= (self.total or 0)
