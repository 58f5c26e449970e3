"""The list of receipts, read into the evidence until it is proven whole.

Whole is one page that gives as many receipts as the list says there are; and of several pages, the same receipts twice
in a row. A count alone proves nothing: where one receipt goes and another comes while pages are turned, a third slips
between two of them, and the number is right.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from reconcile.clopos.client import Clopos, Passing, Refused
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
_READINGS = 4
"""How often the list is read before it is called incomplete: rows move while pages are turned."""
_GIVE_UP_AFTER = 3
"""Pages in a row that could not be had: the rest of this reading is not asked for."""

_ORDER_SHOWS_FROM = 8
"""So many different times in falling order are no accident: the list is in the order that was asked for."""


@dataclasses.dataclass(frozen=True)
class Neighbour:
    """The evidence of a day reconciled just before, whose list was proven whole: a part of this day's list."""

    path: Path
    """Its finished evidence."""
    first: date
    last: date
    """The days it listed, but for those that were not over: on the others nothing more is created."""

    def receipts(self, first: date, last: date) -> Iterator[Raw]:
        """Its receipts that were created on those days. Raises ValueError where it can't tell."""
        for receipt in listed_receipts(self.path):
            created = datetime.strptime(receipt["created_at"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  the venue's own
            if first <= created.date() <= last:
                yield receipt


class Listing:
    """One reading after another of the receipts created in the days around a business day."""

    def __init__(self, client: Clopos, log: EvidenceLog, page_size: int) -> None:
        self._client = client
        self._log = log
        self._page_size = page_size
        window = timedelta(days=log.header.window_days)
        self._first, self._last = log.header.date - window, log.header.date + window
        self._went_back = False
        """Whether a receipt came in a version that is older than the one that is held."""

    async def read(self, neighbour: Neighbour | None = None) -> str:
        """Bring the evidence's list up to date; why it is in doubt, or nothing if it is proven whole.

        Raises `DayUnavailable` where it can't be had at all.
        """
        if self._log.list_total is not None and await self._is_still_whole():
            return ""
        first = self._first
        known = self._take_over(neighbour) if neighbour is not None else set()
        listed, doubt = await self._until_whole()
        if not doubt and (self._went_back or self._log.listed.keys() - listed - known):
            # a receipt that is held is in the list no more, or as it was before: begin without what is held
            self._log.start_over()
            self._first, known = first, set()
            listed, doubt = await self._until_whole()
        if not doubt:
            self._log.append({"record": "listed", "total": len(known | listed)})
        return doubt

    # ------------------------------------------------ what is known already

    def _take_over(self, neighbour: Neighbour) -> set[int | str]:
        """Take the days that both lists share from the neighbour's; which receipts these are."""
        last = min(neighbour.last, self._last)
        known: set[int | str] = set()
        if not neighbour.first <= self._first <= last:
            return known
        try:
            for receipt in neighbour.receipts(self._first, last):
                self._take(receipt)
                known.add(identity(receipt))
        except (OSError, EOFError, KeyError, TypeError, ValueError, zlib.error):
            return known  # it is all read from the service, then
        self._first = last + timedelta(days=1)
        return known

    async def _is_still_whole(self) -> bool:
        """Whether the list, with what was changed since taken in, is as long as it says.

        What changed last is asked for first, so that one page is mostly enough.
        """
        newest = max((each.as_of for each in self._log.listed.values()), default="")
        stamps: list[str] = []
        seen: set[int | str] = set()
        page = 1
        while True:
            try:
                rows, total = await self._page(page, "updated_at", -1)
            except (Passing, Refused):
                return False
            stamps += [updated_at(receipt) for receipt in rows]
            if stamps != sorted(stamps, reverse=True) or "" in stamps or newest > max(stamps, default=""):
                return False  # not in the order that was asked for: it proves nothing
            in_order = len(set(stamps)) >= _ORDER_SHOWS_FROM  # fewer may stand so by chance
            settled = in_order and any(self._log.holds(row) and updated_at(row) < newest for row in rows)
            for receipt in rows:
                self._take(receipt)
            seen |= {identity(receipt) for receipt in rows}
            if settled:
                return bool(total == len(self._log.listed)) and not self._went_back
            if not rows or total is None or len(stamps) >= total:
                return bool(total == len(self._log.listed) == len(seen)) and not self._went_back
            page += 1

    # -------------------------------------------------------- reading it all

    async def _until_whole(self) -> tuple[set[int | str], str]:
        """What the list has, and why that is in doubt, if so."""
        before: _Reading | None = None
        if self._first > self._last:
            return set(), ""
        for _ in range(_READINGS):
            reading = await self._turn_pages()
            if reading.whole and (reading.pages < 2 or (before is not None and before.seen == reading.seen)):
                return reading.seen, ""
            before = reading
        if reading.failed:
            return reading.seen, reading.failed
        if len(reading.seen) < reading.total:
            said = f"the list said {reading.total} receipts and gave {len(reading.seen)}"
            return reading.seen, said
        return reading.seen, "the list of receipts kept changing while it was read"

    async def _turn_pages(self) -> _Reading:
        """Read the list once, until its total is reached by a page that is not full, or a page brings nothing new."""
        reading, page, full, failures = _Reading(), 1, self._page_size, 0
        while True:
            try:
                receipts, total = await self._page(page, "id", 1)
            except (Passing, Refused) as error:
                if page == 1 or isinstance(error, Refused):
                    raise DayUnavailable(
                        f"the list of receipts could not be had ({error}); run the same command again later"
                    ) from None
                failures += 1
                reading.failed = f"page {page} of the list of receipts could not be had ({error})"
                if page * full >= reading.total or failures == _GIVE_UP_AFTER:
                    return reading
                page += 1
                continue
            failures = 0
            reading.pages += bool(receipts)
            keys = [identity(receipt) for receipt in receipts]
            new = reading.take(keys, total)
            for receipt in receipts:
                self._take(receipt)
            if not new or (reading.has_total and len(reading.seen) >= reading.total and len(keys) < full):
                reading.total = reading.total if reading.has_total else len(reading.seen)
                return reading
            page, full = page + 1, len(keys) if page == 1 else full

    def _take(self, receipt: Any) -> None:
        if not self._log.holds(receipt):
            held = self._log.listed.get(identity(receipt))
            self._went_back |= held is not None and updated_at(receipt) < held.as_of
            self._log.append({"record": "receipt", "asked": "list", "receipt": receipt})

    async def _page(self, page: int, field: str, direction: int) -> tuple[list[Any], int | None]:
        """One page: the receipts, less what is not kept, and the total that it states, if that is a number."""
        query: dict[str, str | int] = {
            "page": page,
            "limit": self._page_size,
            "date[0]": self._first.isoformat(),
            "date[1]": self._last.isoformat(),
            "sort[0]": field,
            "sort[1]": direction,
            **EMBEDDED,
        }
        body = await self._client.get("/receipts", query, self._log.header.venue_id)
        if not isinstance(body.get("data"), list):
            raise Refused("it came without its data")
        stated = body.get("total")
        return [kept_receipt(row) for row in body["data"]], positive_int(stated) if stated not in (
            0,
            "0",
        ) else 0


@dataclasses.dataclass
class _Reading:
    """The list read once, as far as it has been read."""

    seen: set[int | str] = dataclasses.field(default_factory=set)
    total: int = 0
    has_total: bool = False
    pages: int = 0
    """That had any receipts on them."""
    failed: str = ""
    """Which page could not be had, and why."""

    @property
    def whole(self) -> bool:
        return not self.failed and len(self.seen) >= self.total

    def take(self, keys: Sequence[int | str], stated: int | None) -> bool:
        """Take in a page; whether it brought anything new. A total that is no number is what has been seen."""
        new = set(keys) - self.seen
        self.seen |= new
        if stated is not None:
            self.total, self.has_total = stated, True
        return bool(new)
