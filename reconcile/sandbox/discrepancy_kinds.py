"""The kinds of discrepancies in a made-up day: each a function that changes records, and the rule that must find it.

The rest of the receipt stays consistent, so that no other rule finds anything.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from reconcile.evidence.records import Raw
from reconcile.sandbox.generated_stock import total_cost
from reconcile.sandbox.menu import BY_ID, number
from reconcile.sandbox.store import Store

_DAYS_LATE = 2  # neither the business day nor the day of closing, which may be the next
_DEARER = Decimal("1.4")
_MONEY = 750
_GRAM = Decimal("0.001")
"""Amounts are rounded to this; a difference must exceed it."""


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
    operations: list[Raw]
    """All operations in the store under the receipt; those of other documents are not changed."""
    unused_ids: Iterator[int]
    """Unused ids for operations and lines."""

    @property
    def by_recipe(self) -> list[Raw]:
        """The line's operations of ingredients that no chosen modifier adds to: their amount is certain."""
        chosen = {modifier["modificator_id"] for modifier in self.line["receipt_product_modificators"]}
        offered = (each for group in BY_ID[self.line["product_id"]].groups for each in group.modifiers)
        added = {modifier.ingredient_id for modifier in offered if modifier.id in chosen}
        return [operation for operation in self.line_deductions if operation["product_id"] not in added]


Change: TypeAlias = Callable[[Target], str]
"""Changes the records and returns what was done; where it does not apply, changes nothing and returns ''."""


@dataclass(frozen=True)
class DiscrepancyKind:
    """A discrepancy, and how it must be found."""

    rule: str
    record: Literal["line", "ingredient", "operation", "receipt"]
    change: Change
    line_type: Literal["goods", "dish"] = "goods"
    """The lines that it is planted in: products kept in stock, or dishes with a recipe."""
    sales_only: bool = False
    """Not planted in returns, where it would be another discrepancy, or none."""


def targets(receipt: Raw, store: Store, kind: DiscrepancyKind, unused_ids: Iterator[int]) -> Iterator[Target]:
    """The lines of a receipt that this kind of discrepancy may be planted in."""
    if kind.sales_only and receipt.get("is_returns"):
        return
    deductions = store.deductions(receipt["id"])
    for line in receipt["receipt_products"]:
        of_line = [each for each in deductions if each["receipt_product_id"] == line["id"]]
        if of_line and BY_ID[line["product_id"]].is_direct == (kind.line_type == "goods"):
            operations = store.operations[receipt["id"]]
            yield Target(receipt, line, deductions, of_line, of_line[0], operations, unused_ids)


def _wrong_quantity(target: Target) -> str:
    operation = target.operation
    more = Decimal(1) if BY_ID[operation["product_id"]].unit == "dona" else Decimal("0.1")
    due = Decimal(operation["quantity"])
    quantity = due + (more if operation["id"] % 2 else -more)
    if quantity <= 0 or operation["before_quantity"] < quantity:
        return ""
    _set_quantity(operation, quantity)
    return f"written off {number(quantity)} instead of {number(due)}"


def _set_quantity(operation: Raw, quantity: Decimal) -> None:
    """Set the quantity, and the balance and total cost with it."""
    operation["quantity"] = number(quantity)
    operation["after_quantity"] = number(operation["before_quantity"] - quantity)
    operation["total_cost"] = number(total_cost(Decimal(operation["cost"]), quantity))


def _times(*factors: str) -> Change:
    """Multiply the amount of one ingredient, by the first factor for which the stock suffices."""

    def change(target: Target) -> str:
        for factor, operation in itertools.product(map(Decimal, factors), target.by_recipe):
            due = Decimal(operation["quantity"])
            quantity = (due * factor).quantize(_GRAM)
            if abs(quantity - due) > _GRAM and quantity <= operation["before_quantity"]:
                target.operation = operation
                _set_quantity(operation, quantity)
                return f"written off {number(quantity)} of {_name(operation)} instead of {number(due)}"
        return ""

    return change


def _name(operation: Raw) -> str:
    return BY_ID[operation["product_id"]].full_name


def _one_left_out(target: Target) -> str:
    """Remove one of several ingredients; no preparation, whose own ingredients would then be expected instead."""
    for left_out in target.by_recipe:
        product_id = left_out["product_id"]
        removed = [each for each in target.line_deductions if each["product_id"] == product_id]
        if len(removed) < len(target.line_deductions) and not BY_ID[product_id].recipe:
            for operation in removed:
                target.operations.remove(operation)
            target.operation = left_out
            return f"the write-off of {_name(left_out)} was taken away"
    return ""


def _other_lines_ingredient(target: Target) -> str:
    """Write off an ingredient of another line for this one too."""
    known = {each["product_id"] for each in target.line_deductions}
    for other in target.deductions:
        if other["product_id"] not in known and BY_ID[other["product_id"]].type == "INGREDIENT":
            target.operation = other
            if _repeat(target, receipt_product_id=target.line["id"]):
                return f"{_name(other)} of line {other['receipt_product_id']} was written off here too"
    return ""


def _nothing_written_off(target: Target) -> str:
    for operation in target.line_deductions:
        target.operations.remove(operation)
    return "its write-off was taken away"


def _written_off_twice(target: Target) -> str:
    first = target.operation["id"]
    return f"operation {first} was written off once more" if _repeat(target) else ""


def _repeat(target: Target, **changed: int) -> bool:
    """Add the operation again 2 seconds later. Returns False where the stock does not suffice."""
    again = copy.deepcopy(target.operation)
    if again["after_quantity"] < again["quantity"]:
        return False
    again |= {
        "id": next(target.unused_ids), "before_quantity": again["after_quantity"],
        "before_cost": again["cost"], "operated_at": _later(again["operated_at"], timedelta(seconds=2)), **changed,
    }  # fmt: skip
    again["after_quantity"] = again["before_quantity"] - again["quantity"]
    target.operations.append(again)
    target.operation = again
    return True


def _voided_afterwards(target: Target) -> str:
    target.line["deleted_at"] = target.line["updated_at"] = target.receipt["closed_at"]
    return "the line was voided, its write-off stayed"


def _of_no_line(target: Target) -> str:
    line_id = next(target.unused_ids)
    is_done = _repeat(target, receipt_product_id=line_id)
    return f"written off for line {line_id}, which no receipt has" if is_done else ""


def _broken_balance(target: Target) -> str:
    due = target.operation["after_quantity"]
    target.operation["after_quantity"] = due + 1
    return f"stock after is {due + 1} instead of {due}"


def _wrong_total(target: Target) -> str:
    due = target.operation["total_cost"]
    target.operation["total_cost"] = due + (_MONEY if due > 0 else -_MONEY)
    return f"total cost is {target.operation['total_cost']} instead of {due}"


def _changed_cost(target: Target) -> str:
    operation = target.operation
    cost = Decimal(operation["before_cost"]) * _DEARER
    operation["cost"] = number(cost.quantize(Decimal("0.0001")))
    _set_quantity(operation, Decimal(operation["quantity"]))
    return f"unit cost is {operation['cost']} where it was {operation['before_cost']}"


def _no_cost(target: Target) -> str:
    target.operation["cost"] = target.operation["total_cost"] = 0
    return "unit cost is 0"


def _below_zero(target: Target) -> str:
    before = (Decimal(target.operation["quantity"]) / 2).quantize(_GRAM)
    target.operation["before_quantity"] = number(before)
    _set_quantity(target.operation, Decimal(target.operation["quantity"]))
    return f"only {number(before)} was in stock"


def _days_later(target: Target) -> str:
    target.operation["operated_at"] = _later(target.operation["operated_at"], timedelta(days=_DAYS_LATE))
    return f"written off {_DAYS_LATE} days after the sale"


def _later(time: str, by: timedelta) -> str:
    return str(datetime.fromisoformat(time) + by)


def _wrong_receipt_cost(target: Target) -> str:
    due = target.receipt["totalCost"]
    target.receipt["totalCost"] = due + _MONEY
    return f"the receipt's totalCost is {due + _MONEY} instead of {due}"


KINDS = {
    "wrong-quantity": DiscrepancyKind("quantity-mismatch", "line", _wrong_quantity, sales_only=True),
    "nothing": DiscrepancyKind("missing-write-off", "line", _nothing_written_off),
    "nothing-of-a-dish": DiscrepancyKind("missing-write-off", "line", _nothing_written_off, line_type="dish"),
    "twice": DiscrepancyKind("duplicate-write-off", "operation", _written_off_twice),
    "voided-afterwards": DiscrepancyKind("unexpected-write-off", "line", _voided_afterwards),
    "of-no-line": DiscrepancyKind("orphan-operation", "operation", _of_no_line),
    "too-much": DiscrepancyKind("recipe-mismatch", "ingredient", _times("1000", "2"), line_type="dish"),
    "half": DiscrepancyKind("recipe-mismatch", "ingredient", _times("0.5"), line_type="dish"),
    "left-out": DiscrepancyKind("recipe-mismatch", "ingredient", _one_left_out, line_type="dish"),
    "put-back": DiscrepancyKind(
        "recipe-mismatch", "ingredient", _times("-1"), line_type="dish", sales_only=True
    ),
    "foreign": DiscrepancyKind("wrong-product", "operation", _other_lines_ingredient, line_type="dish"),
    "wrong-balance": DiscrepancyKind("balance-broken", "operation", _broken_balance, sales_only=True),
    "wrong-total": DiscrepancyKind("total-cost-mismatch", "operation", _wrong_total),
    "dearer": DiscrepancyKind("cost-drift", "operation", _changed_cost),
    "no-cost": DiscrepancyKind("zero-cost", "operation", _no_cost),
    "below-zero": DiscrepancyKind("negative-stock", "operation", _below_zero, sales_only=True),
    "days-later": DiscrepancyKind("cut-off", "operation", _days_later),
    "wrong-receipt-cost": DiscrepancyKind("receipt-cost-mismatch", "receipt", _wrong_receipt_cost),
}
"""By name (the column `fault`), in the order of planting."""
