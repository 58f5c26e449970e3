"""A made-up run of days, and what its records said on the evening of each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple, TypeAlias

from reconcile.evidence.structs import Raw
from reconcile.sandbox.store import Store

Nature: TypeAlias = Literal["fault", "change", "document"]


class Version(NamedTuple):
    """A receipt with its operations, as they are from the evening of a day on."""

    since: date
    receipt: Raw | None
    """None: it was deleted."""
    operations: Sequence[Any]


@dataclass
class PlantedInMonth:
    """One thing that was planted: a row of the list."""

    day: date
    """The business day that it is of."""
    seen_from: date
    """The first evening on which the records say so."""
    seen_until: date | None
    """The last one; None: it stays."""
    nature: Nature
    """`fault`: there from the first evening; `change`: made later; `document`: a movement of stock that is right."""
    rule: str | None
    """The rule that must find it; None: none of them does."""
    fault: str
    receipt_id: int | None = None
    receipt_product_id: int | None = None
    operation_id: int | None = None
    product_id: int | None = None
    storage_id: int | None = None
    quantity: Any = None
    """How much a document added to the stock."""
    cost: Any = None
    """Its unit cost."""
    document_id: int | None = None
    at: str = ""
    """When the document was posted, or the change made: `YYYY-MM-DD HH:mm:ss`."""
    what: str = ""

    def is_seen(self, evening: date) -> bool:
        """Whether the records say so on the evening of a day."""
        return self.seen_from <= evening <= (self.seen_until or evening)


@dataclass
class MadeMonth:
    """Days one after another. Records are shared between evenings and must not be changed."""

    first: date
    days: int
    products: list[Raw] = field(default_factory=list)
    versions: dict[int, list[Version]] = field(default_factory=dict)
    """By receipt id: each later one replaces those before it."""
    planted: list[PlantedInMonth] = field(default_factory=list)

    @property
    def last(self) -> date:
        return self.first + timedelta(self.days - 1)

    def all_days(self) -> list[date]:
        """Its days in order."""
        return [self.first + timedelta(number) for number in range(self.days)]

    def as_of(self, evening: date) -> Store:
        """All records on the evening of a business day, after its last receipt was closed."""
        store = Store(products=self.products)
        for receipt_id in sorted(self.versions):
            known = [version for version in self.versions[receipt_id] if version.since <= evening]
            if known and known[-1].receipt is not None:
                store.receipts.append(known[-1].receipt)
                store.operations[receipt_id] = list(known[-1].operations)
        return store

    def findings_of(self, day: date, evening: date) -> list[PlantedInMonth]:
        """What the rules must find in a business day that is judged as of an evening."""
        return [each for each in self.planted if each.rule and each.day == day and each.is_seen(evening)]
