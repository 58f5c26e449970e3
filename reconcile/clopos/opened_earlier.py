"""Receipts opened before the days that are listed: a banquet, a pre-order, a tab that stayed open.

The list goes by the time of creation, so it lacks them. Those that earlier evidence shows as open are requested by
id. Others are found among the receipts created before the listed days, sorted by closing: the latest come first, and
few close so late, so one page is enough on a common day.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta

from reconcile.clopos.client import PermanentError, TransientError
from reconcile.clopos.receipt_list import ReceiptList
from reconcile.core.calendar import EARLIEST_DAY
from reconcile.evidence.log import EvidenceLog
from reconcile.evidence.proof import identity
from reconcile.evidence.structs import Raw

DAYS_BACK = 7
"""Receipts of an earlier day are not looked for by their closing: too many have closed since."""
_NOT_SORTED = "the service does not sort the list by closed_at"


@dataclasses.dataclass(frozen=True)
class OpenedEarlier:
    """What is looked for besides the list."""

    ids: frozenset[int] = frozenset()
    """Receipts to request by id, unless they are listed."""
    is_recent: bool = False
    """Whether the day is at most `DAYS_BACK` days back."""


async def read_by_closing(receipt_list: ReceiptList, log: EvidenceLog, is_due: Callable[[Raw], bool]) -> str:
    """Find due receipts by their closing, back to the first day listed, and add those not held to the evidence.

    Returns why receipts may be missing; empty where none is. Raises `TransientError` where a page can't be fetched.
    """
    if "closed_at" not in receipt_list.sorts:
        return _NOT_SORTED
    listed_from = log.header.date - timedelta(days=log.header.window_days)
    days = (EARLIEST_DAY, listed_from - timedelta(days=1))
    closed: list[str] = []
    seen: set[int | str] = set()
    total: int | None = None
    page = 1
    while True:
        try:
            rows, total = await receipt_list.latest_first("closed_at", days, page)
        except PermanentError as error:
            if page == 1:
                return f"the service refuses the list sorted by closed_at: {error}"
            rows = []  # some services refuse a page after the last
        new = {key: row for row in rows if (key := identity(row)) not in seen}
        seen |= new.keys()
        unknown = (row for key, row in new.items() if isinstance(key, int) and key not in log)
        for receipt in filter(is_due, unknown):
            log.append({"record": "receipt", "asked": "closed_at", "receipt": receipt})
        closed += [str(row["closed_at"]) for row in rows if isinstance(row, dict) and row.get("closed_at")]
        if closed != sorted(closed, reverse=True):
            return _NOT_SORTED
        if closed and closed[-1][:10] < listed_from.isoformat():
            return ""
        if not new:
            break
        page += 1
    if len(seen) < (total or 0):
        raise TransientError(f"the list said {total} receipts and gave {len(seen)}")
    return ""
