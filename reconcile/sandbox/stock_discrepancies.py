"""Discrepancies of operations: their stock, their balances, their cost and their time."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from decimal import Decimal

from reconcile.evidence.structs import Raw
from reconcile.sandbox.discrepancy_targets import Target, later, name_of, quantity_of, set_quantity
from reconcile.sandbox.generated_stock import total_cost
from reconcile.sandbox.menu import BY_ID
from reconcile.sandbox.menu_records import number

_DAYS_LATE, _MINUTES_MORE = 2, 7
"""Neither the business day nor the day of closing, which may be the next; and no whole quarters of an hour, as the
distance of another time zone is."""
_DEARER = Decimal("1.4")
_MONEY = 750
_GRAM = Decimal("0.001")
_SECONDS_APART = 3
_FEWEST_OF_A_STOCK = 5
"""Operations of the product that a stock belongs to."""


def another_product(target: Target) -> str:
    """Write off another product in place of the one that was sold."""
    operation, chains = target.operation, target.planting.chains
    if len(target.line_deductions) > 1 or not target.planting.claims.take(target.line, "moved"):
        return ""
    for other in _of_other_products(target):
        cost = BY_ID[other["product_id"]].cost
        foreign = copy.deepcopy(operation) | {
            "id": next(target.planting.unused_ids), "product_id": other["product_id"], "product": other["product"],
            "stock_id": other["stock_id"], "storage_id": other["storage_id"], "stock": other["stock"],
            "cost": number(cost), "before_cost": number(cost),
            "total_cost": number(total_cost(cost, quantity_of(operation))),
        }  # fmt: skip
        if chains.add(foreign):
            _replace(target, foreign)
            return f"{name_of(foreign)} was written off in its place"
    return ""


def _of_other_products(target: Target) -> Iterator[Raw]:
    """For each stock of another product kept in stock, an operation that its receipt has for it."""
    sold = {line["product_id"] for line in target.receipt["receipt_products"]}
    planting, at = target.planting, target.operation["operated_at"]
    for chain in target.planting.chains.all():
        own = [each for each in chain if _is_of_a_line(each) and BY_ID[each["product_id"]].is_direct]
        if planting.edges and own and not own[0]["operated_at"] < at < own[-1]["operated_at"]:
            continue  # it would be the first or the last of its stock on the day
        if len(own) >= _FEWEST_OF_A_STOCK and own[0]["product_id"] not in sold:
            yield own[0]


def _is_of_a_line(operation: Raw) -> bool:
    """Whether it is a deduction of a receipt, not of another document."""
    return operation.get("operation_id") is None and operation["receipt_product_id"] is not None


def _replace(target: Target, operation: Raw) -> None:
    """Replace the target's operation by one that is in its stock already."""
    target.planting.chains.take_out(target.operation)
    target.operations[target.operations.index(target.operation)] = operation
    target.operation = operation


def of_another_stock(target: Target) -> str:
    """Take the product from the stock of another one."""
    for other in _of_other_products(target):
        moved = copy.deepcopy(target.operation) | {
            name: other[name] for name in ("stock_id", "storage_id", "stock")
        }
        if target.planting.chains.add(moved):
            _replace(target, moved)
            return f"taken from stock {moved['stock_id']}, of {name_of(other)}"
    return ""


def two_tills(target: Target) -> str:
    """Let two tills read a stock before either wrote: the second begins where the first began."""
    operation, chains = target.operation, target.planting.chains
    first = _of_another_sale(target)
    if first is None or first["operated_at"] < target.receipt["created_at"] or quantity_of(first) <= 0:
        return ""
    if operation["before_quantity"] != first["after_quantity"]:
        return ""
    at = later(first["operated_at"], seconds=_SECONDS_APART)
    if at > operation["operated_at"]:
        return ""
    operation["operated_at"] = at
    chains.raise_from(operation, quantity_of(first))
    return f"it began at {operation['before_quantity']}, as operation {first['id']} did"


def _of_another_sale(target: Target) -> Raw | None:
    """The operation before the target's in its stock, if it is of a sale that nothing else is planted in."""
    first = target.planting.chains.before(target.operation)
    if first is None or not _is_of_a_line(first):
        return None
    others = target.planting.others(target.receipt)
    receipt = next((each for each in others if each["id"] == first["receipt_id"]), None)
    if receipt is None:
        return None
    target.changed = [receipt]
    return first


def broken_balance(target: Target) -> str:
    due = target.operation["after_quantity"]
    target.operation["after_quantity"] = due + 1
    return f"stock after is {due + 1} instead of {due}"


def wrong_total(target: Target) -> str:
    due = target.operation["total_cost"]
    target.operation["total_cost"] = due + (_MONEY if due > 0 else -_MONEY)
    return f"total cost is {target.operation['total_cost']} instead of {due}"


def dearer(target: Target) -> str:
    operation = target.operation
    cost = Decimal(operation["before_cost"]) * _DEARER
    operation["cost"] = number(cost.quantize(Decimal("0.0001")))
    set_quantity(operation, quantity_of(operation))
    return f"unit cost is {operation['cost']} where it was {operation['before_cost']}"


def dearer_unsaid(target: Target) -> str:
    """The same, and the operation does not say what the cost was: the one before it in the stock does."""
    first = _of_another_sale(target)
    if first is None:
        return ""
    dearer(target)
    target.operation["before_cost"] = None
    return f"unit cost is {target.operation['cost']}; that of operation {first['id']} was {first['cost']}"


def no_cost(target: Target) -> str:
    target.operation["cost"] = target.operation["total_cost"] = 0
    return "unit cost is 0"


def cost_below_zero(target: Target) -> str:
    for name in ("cost", "total_cost"):
        target.operation[name] = -target.operation[name]
    return f"unit cost is {target.operation['cost']}"


def below_zero(target: Target) -> str:
    before = (quantity_of(target.operation) / 2).quantize(_GRAM)
    target.operation["before_quantity"] = number(before)
    set_quantity(target.operation, quantity_of(target.operation))
    return f"only {number(before)} was in stock"


def days_later(target: Target) -> str:
    """Each on a day of its own: of one moment they would be told as one."""
    planting, days = target.planting, _DAYS_LATE + target.planting.late
    planting.late += 1
    planting.chains.forget(target.operation)
    target.operation["operated_at"] = later(target.operation["operated_at"], days=days, minutes=_MINUTES_MORE)
    return f"written off {days} days after the sale"
