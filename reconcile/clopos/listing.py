"""The list of receipts, read into the evidence until it is proven whole.

Whole is a reading in which no page moved and that gave as many receipts as the list says there are; or several
readings, all of the same total, that gave as many together. A count alone proves nothing: rows that arrive or go
while pages are turned shift the others.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from reconcile.clopos.client import Clopos, Passing, Refused
from reconcile.errors import DayUnavailable
from reconcile.evidence import Raw
from reconcile.evidence_log import EvidenceLog, identity, listed_receipts, updated_at
from reconcile.privacy import kept_receipt

EMBEDDED = {
    "with[0]": "receipt_products",
    "with[1]": "receipt_products.modificators",
    "with[2]": "receipt_products.product.unit",
}
_READINGS = 3
"""How often the list is read before it is called incomplete: rows move while pages are turned."""

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
            if first <= date.fromisoformat(str(receipt["created_at"])[:10]) <= last:
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
            self._log.begin_anew()
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
            if not rows or type(total) is not int or len(stamps) >= total:
                return bool(total == len(self._log.listed) == len(seen)) and not self._went_back
            page += 1

    # -------------------------------------------------------- reading it all

    async def _until_whole(self) -> tuple[set[int | str], str]:
        """What the list has, and why that is in doubt, if so."""
        listed: set[int | str] = set()
        if self._first > self._last:
            return listed, ""
        totals: set[int] = set()
        for _ in range(_READINGS):
            reading = await self._turn_pages()
            listed |= reading.seen
            totals |= reading.totals
            if reading.whole or (len(listed) == reading.total and len(totals) == 1):
                return reading.seen if reading.whole else listed, ""
        if reading.failed:
            return listed, reading.failed
        if len(listed) < reading.total:
            return listed, f"the list said {reading.total} receipts and gave {len(listed)}"
        return listed, "the list of receipts kept changing while it was read"

    async def _turn_pages(self) -> _Reading:
        """Read the list once, until its total is reached by a page that is not full, or a page brings nothing new."""
        reading, page, full = _Reading(), 1, self._page_size
        while True:
            try:
                receipts, total = await self._page(page, "id", 1)
            except (Passing, Refused) as error:
                if page == 1 or isinstance(error, Refused):
                    raise DayUnavailable(
                        f"the list of receipts could not be had ({error}); run the same command again later"
                    ) from None
                reading.failed = f"page {page} of the list of receipts could not be had ({error})"
                if page * full >= reading.total:
                    return reading
                page += 1
                continue
            keys = [identity(receipt) for receipt in receipts]
            new = reading.take(keys, total)
            for receipt in receipts:
                self._take(receipt)
            if not new or (reading.totals and len(reading.seen) >= reading.total and len(keys) < full):
                reading.total = reading.total if reading.totals else len(reading.seen)
                return reading
            page, full = page + 1, len(keys) if page == 1 else full

    def _take(self, receipt: Any) -> None:
        if not self._log.holds(receipt):
            held = self._log.listed.get(identity(receipt))
            self._went_back |= held is not None and updated_at(receipt) < held.as_of
            self._log.append({"record": "receipt", "asked": "list", "receipt": receipt})

    async def _page(self, page: int, field: str, direction: int) -> tuple[list[Any], Any]:
        """One page: the receipts, less what is not kept, and the total that it states."""
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
        return [kept_receipt(row) for row in body["data"]], body.get("total")


@dataclasses.dataclass
class _Reading:
    """The list read once, as far as it has been read."""

    seen: set[int | str] = dataclasses.field(default_factory=set)
    total: int = 0
    totals: set[int] = dataclasses.field(default_factory=set)
    moved: bool = False
    """A receipt came twice, or the total went down: another one may have slipped between two pages."""
    failed: str = ""
    """Which page could not be had, and why."""

    @property
    def whole(self) -> bool:
        return not (self.moved or self.failed) and len(self.seen) >= self.total

    def take(self, keys: Sequence[int | str], stated: Any) -> bool:
        """Take in a page; whether it brought anything new. A total that is no number is what has been seen."""
        new = set(keys) - self.seen
        self.moved |= len(new) < len(keys) or (type(stated) is int and stated < self.total)
        self.seen |= new
        if type(stated) is int:
            self.total = stated
            self.totals.add(stated)
        return bool(new)
