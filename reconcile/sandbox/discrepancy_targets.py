"""What a kind of discrepancy is planted in: a line of a made-up day, and what surrounds it."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from reconcile.evidence.structs import Raw
from reconcile.sandbox.generated_stock import total_cost
from reconcile.sandbox.menu import BY_ID
from reconcile.sandbox.menu_records import number
from reconcile.sandbox.stock_chains import StockChains
from reconcile.sandbox.store import Store

Side: TypeAlias = Literal["over", "short", "moved"]


@dataclass
class Claims:
    """What was planted in each product kept in stock, so that no two discrepancies explain each other."""

    _sides: dict[int, Side] = field(default_factory=dict)
    _counts: Counter[tuple[int, str]] = field(default_factory=Counter)

    def take(self, line: Raw, side: Side, **most: int) -> bool:
        """Claim the product of a line for one side, and up to a number of discrepancies of each name given.

        Too many written off here and too few there could be one write-off in the wrong place, so a product has only one
        of these sides, and `moved` once. Returns False, and claims nothing, where that is taken.
        """
        if not self.allow(line, side, **most):
            return False
        self._sides[line["product_id"]] = side
        self._counts.update((line["product_id"], name) for name in (side, *most))
        return True

    def allow(self, line: Raw, side: Side, **most: int) -> bool:
        """Whether `take` would claim it."""
        product_id = line["product_id"]
        if side == "moved":
            most |= {side: 1}
        is_side = self._sides.get(product_id, side) == side
        return is_side and all(self._counts[product_id, name] < limit for name, limit in most.items())


@dataclass
class Planting:
    """The day that is planted in."""

    store: Store
    live: list[Raw]
    """The receipts of the day that are closed, and neither deleted nor cancelled."""
    unused_ids: Iterator[int]
    """Unused ids for receipts, lines and operations; each larger than all before."""
    chains: StockChains
    claims: Claims = field(default_factory=Claims)
    used: set[int] = field(default_factory=set)
    """Ids of receipts that a discrepancy is planted in, or that it needs as they are."""
    edges: frozenset[int] = frozenset()
    """Operations that must stay as they are: in a run of days, where the stocks of two days meet."""
    late: int = 0
    """How many operations were moved to a later day."""

    def others(self, receipt: Raw) -> Iterator[Raw]:
        """The sales that another receipt may be planted together with."""
        for other in self.live:
            if other is not receipt and other["id"] not in self.used and not other.get("is_returns"):
                yield other


@dataclass
class Target:
    """A receipt and one of its lines that was written off."""

    receipt: Raw
    line: Raw
    deductions: list[Raw]
    """The receipt's own stock operations."""
    line_deductions: list[Raw]
    """Those of the line."""
    operation: Raw
    """The operation that is changed, added or removed; by default the line's first."""
    planting: Planting
    changed: list[Raw] = field(default_factory=list)
    """Other receipts that were changed."""

    @property
    def operations(self) -> list[Raw]:
        """All operations in the store under the receipt; those of other documents are not changed."""
        return self.planting.store.operations[self.receipt["id"]]

    @property
    def is_return(self) -> bool:
        return bool(self.receipt.get("is_returns"))

    @property
    def if_lacking(self) -> Side:
        """The side of the line's product where its write-off is missing."""
        return "over" if self.is_return else "short"

    @property
    def if_added(self) -> Side:
        """The side of the line's product where its write-off is one too many."""
        return "short" if self.is_return else "over"

    @property
    def chosen(self) -> list[int | None]:
        """The ingredients of the line's modifiers; None of one that is an instruction."""
        chosen = {modifier["modificator_id"] for modifier in self.line["receipt_product_modificators"]}
        offered = (each for group in BY_ID[self.line["product_id"]].groups for each in group.modifiers)
        return [modifier.ingredient_id for modifier in offered if modifier.id in chosen]

    @property
    def by_recipe(self) -> list[Raw]:
        """The line's operations of ingredients whose amount is certain: no chosen modifier adds to it, and it is no
        preparation, whose own ingredients may be taken in part.
        """
        added = self.chosen
        return [
            each
            for each in self.line_deductions
            if each["product_id"] not in added and not BY_ID[each["product_id"]].recipe
        ]


Change: TypeAlias = Callable[[Target], str]
"""Changes the records and returns what was done; where it does not apply, changes nothing and returns ''."""


@dataclass(frozen=True)
class DiscrepancyKind:
    """A discrepancy, and how it must be found."""

    rule: str
    record: Literal["line", "ingredient", "operation", "receipt"]
    """What its finding names; `ingredient`: the line and a product."""
    change: Change
    line_type: Literal["goods", "dish", "any"] = "goods"
    """The lines that it is planted in: products kept in stock, dishes with a recipe, or either."""
    sales_only: bool = False
    """Not planted in returns, where it would be another discrepancy, or none."""


def targets(receipt: Raw, kind: DiscrepancyKind, planting: Planting) -> Iterator[Target]:
    """The lines of a receipt that this kind of discrepancy may be planted in."""
    if kind.sales_only and receipt.get("is_returns"):
        return
    deductions = planting.store.deductions(receipt["id"])
    for line in receipt["receipt_products"]:
        of_line = [each for each in deductions if each["receipt_product_id"] == line["id"]]
        line_type = "goods" if BY_ID[line["product_id"]].is_direct else "dish"
        changed = deductions if kind.record == "receipt" else of_line
        if not planting.edges.isdisjoint(each["id"] for each in changed):
            continue
        if of_line and kind.line_type in (line_type, "any"):
            yield Target(receipt, line, deductions, of_line, of_line[0], planting)


def quantity_of(operation: Raw) -> Decimal:
    """How much it took from stock."""
    return Decimal(operation["quantity"])


def set_quantity(operation: Raw, quantity: Decimal) -> None:
    """Set the quantity, and the balance and total cost with it."""
    operation["quantity"] = number(quantity)
    operation["after_quantity"] = number(operation["before_quantity"] - quantity)
    operation["total_cost"] = number(total_cost(Decimal(operation["cost"]), quantity))


def repeated(operation: Raw, target: Target, **changed: object) -> Raw:
    """The operation again, 2 seconds later, not yet in its stock."""
    again = copy.deepcopy(operation)
    return again | {
        "id": next(target.planting.unused_ids), "before_cost": again["cost"],
        "operated_at": later(again["operated_at"], seconds=2), **changed,
    }  # fmt: skip


def repeat(target: Target, **changed: object) -> bool:
    """Add the target's operation once more. Returns False where the stock does not suffice."""
    again = repeated(target.operation, target, **changed)
    if not target.planting.chains.add(again):
        return False
    target.operations.append(again)
    target.operation = again
    return True


def later(time: str, **by: int) -> str:
    """A time of the API so many days, minutes or seconds later."""
    return str(datetime.fromisoformat(time) + timedelta(**by))


def name_of(operation: Raw) -> str:
    """The name of the operation's product."""
    return BY_ID[operation["product_id"]].full_name
