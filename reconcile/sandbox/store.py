"""What a brand holds: receipts, stock operations, products, venues; and the part of it that a request may see."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from reconcile.core.exact import positive_int
from reconcile.evidence.log import identity
from reconcile.evidence.records import Evidence, Raw

HOME_VENUE = 1
"""The venue that the token fixes, unless the records are of another."""


@dataclasses.dataclass
class Store:
    """Raw records as the API gives them. May be changed while they are served."""

    receipts: list[Raw] = dataclasses.field(default_factory=list)
    operations: dict[int, list[Any]] = dataclasses.field(default_factory=dict)
    """By receipt; those of other documents (`operation_id` set) stand among them, and are not shown."""
    products: list[Raw] = dataclasses.field(default_factory=list)
    venues: list[Raw] = dataclasses.field(default_factory=list)
    """Empty: whichever is asked for is there."""
    home_venue: int = HOME_VENUE

    def receipts_of(self, venue: int, first: str, last: str, filters: Mapping[str, str]) -> list[Raw]:
        """Receipts of a venue that were created from `first` to `last` (`YYYY-MM-DD`, both included)."""
        return [
            each
            for each in self.receipts
            if first <= str(each.get("created_at"))[:10] <= last
            and _is_of(venue, each)
            and all(str(each.get(field)) == value for field, value in filters.items())
        ]

    def receipt(self, venue: int, key: str) -> Raw | None:
        """One receipt of a venue by its id."""
        wanted = int(key) if key.isascii() and key.isdigit() else key
        return next(
            (each for each in self.receipts if each.get("id") == wanted and _is_of(venue, each)), None
        )

    def deductions(self, receipt_id: int) -> list[Any]:
        """A receipt's own deductions: `operation_id` null, `receipt_product_id` set. No other is ever shown."""
        return [each for each in self.operations.get(receipt_id, ()) if _is_own_deduction(each)]


def _is_of(venue: int, receipt: Raw) -> bool:
    return bool(receipt.get("venue_id", venue) == venue)


def _is_own_deduction(operation: Any) -> bool:
    if not isinstance(operation, dict):  # what is no record can't be told apart
        return True
    return operation.get("operation_id") is None and operation.get("receipt_product_id") is not None


def store_of(evidence: Evidence) -> Store:
    """A store that holds what a day's evidence holds: the fullest version of each receipt, and its operations."""
    receipts: dict[int | str, Raw] = {}
    for asked, receipt in evidence.receipts:
        if isinstance(receipt, dict) and (asked == "id" or identity(receipt) not in receipts):
            receipts[identity(receipt)] = receipt
    held = list(receipts.values())
    venues = Counter(each["venue_id"] for each in held if isinstance(each.get("venue_id"), int))
    home = evidence.header.venue_id or (venues.most_common(1)[0][0] if venues else HOME_VENUE)
    products = evidence.products or catalogue_of(held)
    return Store(held, dict(evidence.operations), products, home_venue=home)


def catalogue_of(receipts: Iterable[Raw]) -> list[Raw]:
    """The products that stand in the lines, each once, in the order of their ids."""
    listed = (receipt.get("receipt_products") for receipt in receipts)
    lines = (line for each in listed if isinstance(each, list) for line in each if isinstance(line, dict))
    products = (line["product"] for line in lines if isinstance(line.get("product"), dict))
    known = {key: product for product in products if (key := positive_int(product.get("id"))) is not None}
    return [known[key] for key in sorted(known)]
