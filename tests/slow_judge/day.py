"""The records of a day as a judge reads them: receipts, their lines, and the operations given for them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from reconcile.settings.model import Settings
from tests.slow_judge.values import six

Raw = Mapping[str, Any]


class OutOfScopeError(Exception):
    """A day that this judge can't judge, such as one with dishes that take a recipe."""


@dataclasses.dataclass(eq=False)
class Operation:
    """One operation that counts; `q` is what it took from stock."""

    id: int
    receipt: Receipt
    line: Line | None
    """None of an orphan."""
    named_line: int | None
    """The line id that it carries, whether it belongs to that line or not."""
    product: int
    stock: int
    storage: int | None
    quantity: Fraction
    before: Fraction
    after: Fraction
    cost: Fraction
    before_cost: Fraction | None
    total: Fraction
    time: datetime | None
    time_text: Any
    q: Fraction = Fraction(0)
    is_correction: bool = False
    """Whether it puts back on a live sale without its sign."""

    @property
    def worth(self) -> Fraction:
        """The magnitude of its total cost, with the sign of q."""
        return abs(self.total) * sign(self.q)

    @property
    def q_at_cost(self) -> Fraction:
        """q × its cost."""
        return six(self.q * self.cost)


@dataclasses.dataclass(frozen=True)
class SetAside:
    """What is known of a quarantined operation."""

    id: int
    receipt: int
    line: int | None
    product: int | None
    stock: int | None
    time: datetime | None


@dataclasses.dataclass(eq=False)
class Line:
    """One line of a receipt."""

    id: int
    receipt: Receipt
    product: int
    is_broken: bool
    amount: Fraction
    """count × portion_size, whatever became of it."""
    count: Fraction
    portion: Fraction
    price: Fraction | None
    subtotal: Fraction | None
    is_gift: bool
    deleted: datetime | None
    is_deleted: bool
    created: datetime | None
    about: Raw
    """Its own `product`."""
    operations: list[Operation] = dataclasses.field(default_factory=list)
    is_unverified: bool = False
    kind: str = ""
    due: Fraction = Fraction(0)
    """What is due of its own product: `sold`, or that in another unit."""

    @property
    def is_return(self) -> bool:
        return self.receipt.is_return or self.amount < 0

    @property
    def is_dead(self) -> bool:
        return self.is_deleted or self.receipt.is_dead

    @property
    def is_dead_by_label(self) -> bool:
        """Whether only the label CANCELLED makes it sell nothing."""
        return self.is_dead and not (self.is_deleted or self.receipt.is_deleted or self.amount == 0)

    @property
    def ordered(self) -> Fraction:
        """What it would have sold, had nothing become of it; of a return negative."""
        return -abs(self.amount) if self.is_return else self.amount

    @property
    def sold(self) -> Fraction:
        return Fraction(0) if self.is_dead or self.is_broken else self.ordered

    @property
    def is_live(self) -> bool:
        return self.sold != 0

    @property
    def is_live_sale(self) -> bool:
        return self.sold > 0

    @property
    def own(self) -> list[Operation]:
        """The operations of its own product."""
        return [each for each in self.operations if each.product == self.product]

    def stands(self, product: int) -> Fraction:
        """What stands under it of a product."""
        return sum((each.q for each in self.operations if each.product == product), Fraction(0))

    @property
    def own_sum(self) -> Fraction:
        return self.stands(self.product)


@dataclasses.dataclass(eq=False)
class Receipt:
    """One receipt of the day."""

    id: int
    cid: str
    status: int | None
    is_return: bool
    is_deleted: bool
    is_cancelled: bool
    created: datetime | None
    closed: datetime | None
    closed_text: Any
    created_text: Any
    deleted: datetime | None
    business_day: date | None
    total_cost: Fraction | None
    lines: list[Line] = dataclasses.field(default_factory=list)
    operations: list[Operation] = dataclasses.field(default_factory=list)
    set_aside: list[SetAside] = dataclasses.field(default_factory=list)
    is_duplicate: bool = False

    @property
    def is_dead(self) -> bool:
        return self.is_deleted or self.is_cancelled

    @property
    def has_operation(self) -> bool:
        return bool(self.operations or self.set_aside)


@dataclasses.dataclass(eq=False)
class Day:
    """The reconciled receipts of a day."""

    receipts: list[Receipt]
    set_aside: list[SetAside]
    catalogue: dict[int, Raw]
    has_catalogue: bool
    settings: Settings

    @property
    def lines(self) -> list[Line]:
        return [line for receipt in self.receipts for line in receipt.lines]

    @property
    def operations(self) -> list[Operation]:
        return [operation for receipt in self.receipts for operation in receipt.operations]

    @property
    def orphans(self) -> list[Operation]:
        return [operation for operation in self.operations if operation.line is None]

    def is_on(self, rule: str) -> bool:
        return rule not in self.settings.rules.off

    def threshold(self, name: str, otherwise: str = "0") -> Fraction:
        """A threshold of the settings; `otherwise` is its default."""
        return Fraction(str(getattr(self.settings.thresholds, name, otherwise)))


def sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)
