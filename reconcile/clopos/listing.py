"""The list of receipts, read into the evidence until it is proven complete.

Pages are turned until one is empty or brings nothing new. A list of one page is complete then, one of several if two
passes in a row give the same receipts: if one receipt is removed and another added between two pages, a third can move
from the one page to the other unread. The stated total ends nothing; where more is stated than came, it is a doubt.
"""

from __future__ import annotations

import dataclasses
import zlib
from datetime import timedelta
from typing import Any

from reconcile.clopos.client import PermanentError, TransientError
from reconcile.clopos.previous_day import PreviousDay
from reconcile.clopos.receipt_list import MOST_PAGES, ReceiptList
from reconcile.clopos.recheck import Recheck
from reconcile.core.errors import DayUnavailable
from reconcile.evidence.log import EvidenceLog
from reconcile.evidence.proof import identity, updated_at

_MAX_PASSES = 4
"""How often the list is read before it counts as incomplete: rows move while pages are read."""
_GIVE_UP_AFTER = 3
"""Failed pages in a row that end a pass."""


class Listing:
    """Reads the list of receipts created in the days around a business day, in as many passes as it needs."""

    def __init__(self, receipt_list: ReceiptList, log: EvidenceLog, recheck: Recheck | None = None) -> None:
        self._receipt_list = receipt_list
        self._log = log
        self._recheck = recheck
        window = timedelta(days=log.header.window_days)
        self._first, self._last = log.header.date - window, log.header.date + window
        self._got_older_version = False
        """Whether a receipt arrived in an older version than the evidence holds."""

    async def read(self, previous_day: PreviousDay | None = None) -> str:
        """Bring the evidence's list up to date. Returns why it is in doubt; empty if it is proven complete.

        A list that an earlier run proved, or the one before a recheck, counts as the pass before: its receipts are
        compared with those of today, as their number would prove nothing.

        Raises `DayUnavailable` where the first page can't be fetched.
        """
        first = self._first
        proven = None if self._recheck is None else self._recheck.proven_list
        if self._log.list_total is not None:
            proven = set(self._log.listed)
        reused = self._reuse(previous_day) if previous_day is not None else set()
        listed, doubt = await self._read_until_complete(None if proven is None else proven - reused)
        if not doubt and (self._got_older_version or self._log.listed.keys() - listed - reused):
            # the list lacks a receipt that is held, or has an older version of it: start again without what is held
            self._log.start_over()
            self._first, reused = first, set()
            listed, doubt = await self._read_until_complete()
        if not doubt and self._log.list_total != len(reused | listed):
            self._log.append({"record": "listed", "total": len(reused | listed)})
        return doubt

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

    async def _read_until_complete(self, proven: set[int | str] | None = None) -> tuple[set[int | str], str]:
        """The receipts listed, and why the list is in doubt, if it is. `proven`: those of an earlier run's list."""
        if self._first > self._last:
            return set(), ""
        before: _Pass | None = None
        for _ in range(_MAX_PASSES):
            current = await self._read_pages(before)
            seen_before = proven if before is None else before.seen
            if current.complete and (current.pages < 2 or seen_before == current.seen):
                return current.seen, ""
            if current.pages >= MOST_PAGES:
                break
            before = current
        doubt = current.failed or "the list of receipts kept changing while it was read"
        if not current.failed and not current.complete:
            doubt = f"the list said {current.total} receipts and gave {len(current.seen)}"
        return current.seen, doubt

    async def _read_pages(self, before: _Pass | None) -> _Pass:
        """Read the list once, until a page adds nothing new or the receipts of the pass before have come again."""
        current, page, failures = _Pass(), 1, 0
        while True:
            try:
                receipts, total = await self._receipt_list.page((self._first, self._last), page)
            except (TransientError, PermanentError) as error:
                if page == 1 and before is None:
                    raise DayUnavailable(
                        f"the list of receipts could not be fetched ({error}); run the same command again later"
                    ) from None
                if isinstance(error, PermanentError) and current.has_its_total:
                    return current  # some services refuse a page after the last
                failures += 1
                current.failed = f"page {page} of the list of receipts could not be had ({error})"
                if isinstance(error, PermanentError) or failures == _GIVE_UP_AFTER:
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
            if not new or (before and before.complete and current.seen == before.seen):
                return current
            page += 1

    def _store(self, receipt: Any) -> None:
        if not self._log.holds(receipt):
            held = self._log.listed.get(identity(receipt))
            self._got_older_version |= held is not None and updated_at(receipt) < held.as_of
            if self._recheck is not None:
                receipt = self._recheck.as_before(receipt)
            self._log.append({"record": "receipt", "asked": "list", "receipt": receipt})


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

    @property
    def has_its_total(self) -> bool:
        return not self.failed and self.total is not None and len(self.seen) >= self.total
