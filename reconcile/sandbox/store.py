"""The data of a brand: receipts, stock operations, products and venues; and which of them a request may see."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from reconcile.core.exact import positive_int
from reconcile.evidence.day import Evidence
from reconcile.evidence.proof import identity
from reconcile.evidence.structs import Raw

HOME_VENUE = 1
"""The token's own venue, unless the records are of another."""


@dataclasses.dataclass
class Store:
    """Raw records in the API's format. May be changed while the server runs."""

    receipts: list[Raw] = dataclasses.field(default_factory=list)
    operations: dict[int, list[Any]] = dataclasses.field(default_factory=dict)
    """By receipt id; includes those of other documents (`operation_id` not 0), which are not served."""
    products: list[Raw] = dataclasses.field(default_factory=list)
    venues: list[Raw] = dataclasses.field(default_factory=list)
    """Empty: every venue id is accepted."""
    home_venue: int = HOME_VENUE

    def receipts_of(
        self, venue: int | None, first: str, last: str, filters: Mapping[str, str], hours_behind: int = 0
    ) -> list[Raw]:
        """Receipts of a venue (None: of all) that were created from `first` to `last` (`YYYY-MM-DD`, both included).

        The days are those of a clock that is so many hours behind the times of the receipts.
        """
        return [
            receipt
            for receipt in self.receipts
            if first <= _day_of(str(receipt.get("created_at")), hours_behind) <= last
            and _is_of(venue, receipt)
            and all(str(receipt.get(field)) == value for field, value in filters.items())
        ]

    def receipt(self, venue: int | None, key: str) -> Raw | None:
        """One receipt of a venue by its id."""
        wanted = positive_int(key) or key
        found = (each for each in self.receipts if each.get("id") == wanted and _is_of(venue, each))
        return next(found, None)

    def deductions(self, receipt_id: int) -> list[Any]:
        """A receipt's own deductions: `operation_id` null or 0, `receipt_product_id` set. No others are served."""
        return [each for each in self.operations.get(receipt_id, ()) if is_own_deduction(each)]


def _is_of(venue: int | None, receipt: Raw) -> bool:
    return bool(venue is None or receipt.get("venue_id", venue) == venue)


def _day_of(time: str, hours_behind: int) -> str:
    """The day of a time (`YYYY-MM-DD HH:mm:ss`) by a clock that is so many hours behind."""
    if not hours_behind:
        return time[:10]
    return str(datetime.fromisoformat(time) - timedelta(hours=hours_behind))[:10]


def is_own_deduction(operation: Any) -> bool:
    """Whether an operation is served: a receipt's own, not that of another document."""
    if not isinstance(operation, dict):  # malformed on purpose: served as it is
        return True
    return operation.get("operation_id") in (None, 0, "0") and operation.get("receipt_product_id") is not None


def store_of(evidence: Evidence) -> Store:
    """A store of a day's evidence: each receipt as fetched by id, else as last listed, with its operations."""
    receipts: dict[int | str, Raw] = {}
    for asked, receipt in evidence.receipts:
        if isinstance(receipt, dict) and (asked == "id" or identity(receipt) not in receipts):
            receipts[identity(receipt)] = receipt
    records = list(receipts.values())
    venues = Counter(receipt["venue_id"] for receipt in records if isinstance(receipt.get("venue_id"), int))
    home = evidence.header.venue_id or (venues.most_common(1)[0][0] if venues else HOME_VENUE)
    products = evidence.products or catalogue_of(records)
    return Store(records, dict(evidence.operations), products, home_venue=home)


def catalogue_of(receipts: Iterable[Raw]) -> list[Raw]:
    """The products embedded in the lines, each once, ordered by id."""
    listed = (receipt.get("receipt_products") for receipt in receipts)
    lines = (line for each in listed if isinstance(each, list) for line in each if isinstance(line, dict))
    products = (line["product"] for line in lines if isinstance(line.get("product"), dict))
    known = {key: product for product in products if (key := positive_int(product.get("id"))) is not None}
    return [known[key] for key in sorted(known)]
