"""What can be wrong with a receipt of a made-up day: each a function that changes records, and the rule that finds it.

All else of the receipt is kept consistent, so that no other rule finds anything.
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
from reconcile.sandbox.made_stock import total_cost
from reconcile.sandbox.menu import BY_ID, number
from reconcile.sandbox.store import Store

_DAYS_LATE = 2  # neither the business day nor the day of closing, which may be the next
_DEARER = Decimal("1.4")
_MONEY = 750
_GRAM = Decimal("0.001")
"""What amounts are rounded to; a difference of no more is none."""


@dataclass
class Target:
    """A receipt, and one of its lines that was written off."""

    receipt: Raw
    line: Raw
    deductions: list[Raw]
    """All of the receipt's own."""
    own: list[Raw]
    """Those of the line."""
    operation: Raw
    """The one that is changed, added or taken away: the first, unless a fault chooses."""
    operations: list[Raw]
    """All that the store holds for the receipt; those of other documents are left as they are."""
    fresh_ids: Iterator[int]
    """Of operations and lines that nothing else has."""

    @property
    def by_recipe(self) -> list[Raw]:
        """The line's operations of what no chosen modifier takes: of that there is one right amount."""
        chosen = {each["modificator_id"] for each in self.line["receipt_product_modificators"]}
        offered = (each for group in BY_ID[self.line["product_id"]].groups for each in group.modifiers)
        added = {each.ingredient_id for each in offered if each.id in chosen}
        return [each for each in self.own if each["product_id"] not in added]


Fault: TypeAlias = Callable[[Target], str]
"""Changes the records and says what was done; says nothing where it does not suit them, and changes nothing."""


@dataclass(frozen=True)
class Kind:
    """A fault, and how it must be found."""

    rule: str
    names: Literal["line", "ingredient", "operation", "receipt"]
    change: Fault
    of: Literal["goods", "dish"] = "goods"
    """The lines that it is planted in: what is itself kept in stock, or what takes a recipe."""
    sales_only: bool = False
    """On a return it is another thing, or none."""


def targets(receipt: Raw, store: Store, kind: Kind, fresh_ids: Iterator[int]) -> Iterator[Target]:
    """The lines of a receipt that such a fault can be planted in, if it suits them."""
    if kind.sales_only and receipt.get("is_returns"):
        return
    deductions = store.deductions(receipt["id"])
    for line in receipt["receipt_products"]:
        own = [each for each in deductions if each["receipt_product_id"] == line["id"]]
        if own and BY_ID[line["product_id"]].is_direct == (kind.of == "goods"):
            operations = store.operations[receipt["id"]]
            yield Target(receipt, line, deductions, own, own[0], operations, fresh_ids)


def _wrong_quantity(target: Target) -> str:
    operation = target.operation
    more = Decimal(1) if BY_ID[operation["product_id"]].unit == "dona" else Decimal("0.1")
    due = Decimal(operation["quantity"])
    quantity = due + (more if operation["id"] % 2 else -more)
    if quantity <= 0 or operation["before_quantity"] < quantity:
        return ""
    _requantify(operation, quantity)
    return f"written off {number(quantity)} instead of {number(due)}"


def _requantify(operation: Raw, quantity: Decimal) -> None:
    """Another quantity, and what follows from it."""
    operation["quantity"] = number(quantity)
    operation["after_quantity"] = number(operation["before_quantity"] - quantity)
    operation["total_cost"] = number(total_cost(Decimal(operation["cost"]), quantity))


def _times(*factors: str) -> Fault:
    """So many times the amount of one ingredient: by the first factor for which some stock has enough."""

    def change(target: Target) -> str:
        for factor, operation in itertools.product(map(Decimal, factors), target.by_recipe):
            due = Decimal(operation["quantity"])
            quantity = (due * factor).quantize(_GRAM)
            if abs(quantity - due) > _GRAM and quantity <= operation["before_quantity"]:
                target.operation = operation
                _requantify(operation, quantity)
                return f"written off {number(quantity)} of {_name(operation)} instead of {number(due)}"
        return ""

    return change


def _name(operation: Raw) -> str:
    return BY_ID[operation["product_id"]].full_name


def _one_left_out(target: Target) -> str:
    """One ingredient, not the only one; without a preparation, what it is made of would be due."""
    for left_out in target.by_recipe:
        product_id = left_out["product_id"]
        gone = [each for each in target.own if each["product_id"] == product_id]
        if len(gone) < len(target.own) and not BY_ID[product_id].recipe:
            for each in gone:
                target.operations.remove(each)
            target.operation = left_out
            return f"the write-off of {_name(left_out)} was taken away"
    return ""


def _foreign_too(target: Target) -> str:
    """Raw material of another line, written off for this one as well."""
    known = {each["product_id"] for each in target.own}
    for other in target.deductions:
        if other["product_id"] not in known and BY_ID[other["product_id"]].type == "INGREDIENT":
            target.operation = other
            if _repeat(target, receipt_product_id=target.line["id"]):
                return f"{_name(other)} of line {other['receipt_product_id']} was written off here too"
    return ""


def _nothing_written_off(target: Target) -> str:
    for operation in target.own:
        target.operations.remove(operation)
    return "its write-off was taken away"


def _written_off_twice(target: Target) -> str:
    first = target.operation["id"]
    return f"operation {first} was written off once more" if _repeat(target) else ""


def _repeat(target: Target, **changed: int) -> bool:
    """The same operation once more, a little later, where the stock has enough."""
    again = copy.deepcopy(target.operation)
    if again["after_quantity"] < again["quantity"]:
        return False
    again |= {
        "id": next(target.fresh_ids), "before_quantity": again["after_quantity"],
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
    line_id = next(target.fresh_ids)
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


def _drifted_cost(target: Target) -> str:
    operation = target.operation
    cost = Decimal(operation["before_cost"]) * _DEARER
    operation["cost"] = number(cost.quantize(Decimal("0.0001")))
    _requantify(operation, Decimal(operation["quantity"]))
    return f"unit cost is {operation['cost']} where it was {operation['before_cost']}"


def _no_cost(target: Target) -> str:
    target.operation["cost"] = target.operation["total_cost"] = 0
    return "unit cost is 0"


def _below_zero(target: Target) -> str:
    before = (Decimal(target.operation["quantity"]) / 2).quantize(_GRAM)
    target.operation["before_quantity"] = number(before)
    _requantify(target.operation, Decimal(target.operation["quantity"]))
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
    "wrong-quantity": Kind("quantity-mismatch", "line", _wrong_quantity, sales_only=True),
    "nothing": Kind("missing-write-off", "line", _nothing_written_off),
    "nothing-of-a-dish": Kind("missing-write-off", "line", _nothing_written_off, of="dish"),
    "twice": Kind("duplicate-write-off", "operation", _written_off_twice),
    "voided-afterwards": Kind("unexpected-write-off", "line", _voided_afterwards),
    "of-no-line": Kind("orphan-operation", "operation", _of_no_line),
    "too-much": Kind("recipe-mismatch", "ingredient", _times("1000", "2"), of="dish"),
    "half": Kind("recipe-mismatch", "ingredient", _times("0.5"), of="dish"),
    "left-out": Kind("recipe-mismatch", "ingredient", _one_left_out, of="dish"),
    "put-back": Kind("recipe-mismatch", "ingredient", _times("-1"), of="dish", sales_only=True),
    "foreign": Kind("wrong-product", "operation", _foreign_too, of="dish"),
    "wrong-balance": Kind("balance-broken", "operation", _broken_balance, sales_only=True),
    "wrong-total": Kind("total-cost-mismatch", "operation", _wrong_total),
    "dearer": Kind("cost-drift", "operation", _drifted_cost),
    "no-cost": Kind("zero-cost", "operation", _no_cost),
    "below-zero": Kind("negative-stock", "operation", _below_zero, sales_only=True),
    "days-later": Kind("cut-off", "operation", _days_later),
    "wrong-receipt-cost": Kind("receipt-cost-mismatch", "receipt", _wrong_receipt_cost),
}
"""By the name of the fault, in turn."""
