"""All receipts of a day must be of the venue that was asked for: a service may ignore which one that is."""

from __future__ import annotations

from typing import Any

from reconcile.core.errors import OtherVenue
from reconcile.core.exact import positive_int


class OneVenue:
    """Accepts receipts of one venue: the one asked for, else that of the first receipt that names one."""

    def __init__(self, asked: int | None) -> None:
        self._asked = asked
        self._venue = asked
        self._named_by = ""

    def check(self, receipt: Any) -> None:
        """Raises `OtherVenue` for a receipt of another venue. One without a readable `venue_id` is accepted."""
        venue = positive_int(receipt.get("venue_id")) if isinstance(receipt, dict) else None
        if venue is None or venue == self._venue:
            return
        key = positive_int(receipt.get("id"))
        name = f"receipt {key}" if key else "a receipt"
        if self._venue is None:
            self._venue, self._named_by = venue, name
        elif self._asked is not None:
            raise OtherVenue(
                f"{name} is of venue {venue}, but venue {self._asked} was asked for; nothing is judged. Ask the vendor "
                "why the service gives receipts of other venues, then fetch the day again"
            )
        else:
            raise OtherVenue(
                f"{self._named_by} is of venue {self._venue} and {name} of venue {venue}, and no venue was asked for; "
                f"nothing is judged. Fetch the day again with --venue {self._venue} or --venue {venue}"
            )
