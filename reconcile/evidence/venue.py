"""All receipts of a day must be of the venue that was asked for: a service may ignore which one that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconcile.core.errors import OtherVenue
from reconcile.core.exact import positive_int


class OneVenue:
    """Accepts receipts of one venue: the one asked for, else that of the first receipt that names one."""

    def __init__(self, asked: int | None, given_for: Mapping[int, int | None] | None = None) -> None:
        """`given_for`: receipts that were given for a venue already, by id."""
        self._asked = asked
        self._given_for = given_for or {}
        self._venue = asked
        self._named_by = ""

    @property
    def number(self) -> int | None:
        """The venue asked for, else that of the receipts checked so far; None where none of them names one."""
        return self._venue

    def check(self, receipt: Any) -> None:
        """Raises `OtherVenue` for a receipt of another venue. One without a readable `venue_id` is accepted, unless it
        was given for another venue too.
        """
        receipt = receipt if isinstance(receipt, dict) else {}
        self.check_ids(positive_int(receipt.get("id")), positive_int(receipt.get("venue_id")))

    def check_ids(self, key: int | None, venue: int | None) -> None:
        """The same by the ids of a receipt and its venue; None where they can't be read."""
        if key is not None and self._given_for.get(key, self._asked) != self._asked:
            raise OtherVenue(
                f"receipt {key} was given for venue {self._given_for[key]} and for venue {self._asked}: the service "
                f"takes no notice of the venue, and nothing of venue {self._asked} is judged. Ask the vendor which "
                "venues these credentials may read, and leave the others out"
            )
        if venue is None or venue == self._venue:
            return
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
