"""The kinds of discrepancies in a made-up day: each a function that changes records, and the rule that must find it.

The rest of the receipt stays consistent, so that no other rule finds anything. Here: amounts that are wrong.
"""

from __future__ import annotations

import itertools
from decimal import Decimal

from reconcile.sandbox import receipt_discrepancies as of_receipt
from reconcile.sandbox import stock_discrepancies as of_stock
from reconcile.sandbox.discrepancy_targets import (
    Change,
    DiscrepancyKind,
    Target,
    name_of,
    quantity_of,
    repeat,
    repeated,
    set_quantity,
)
from reconcile.sandbox.menu import BY_ID
from reconcile.sandbox.menu_records import number

_GRAM = Decimal("0.001")
"""Amounts are rounded to this; a difference must exceed it."""


def _wrong_quantity(target: Target) -> str:
    operation = target.operation
    more = Decimal(1) if BY_ID[operation["product_id"]].unit == "dona" else Decimal("0.1")
    due, is_more = quantity_of(operation), bool(operation["id"] % 2)
    quantity = due + (more if is_more else -more)
    if quantity <= 0 or operation["before_quantity"] < quantity:
        return ""
    if not target.planting.claims.take(target.line, "over" if is_more else "short", amount=1):
        return ""
    set_quantity(operation, quantity)
    return f"written off {number(quantity)} instead of {number(due)}"


def _miscounted(target: Target) -> str:
    """Count one more than was paid for and written off."""
    line = target.line
    if line["portion_size"] != 1 or not target.planting.claims.take(line, "short", amount=1):
        return ""
    line["count"] = number(Decimal(line["count"]) + 1)
    return f"the count is {line['count']}; one less was paid for and written off"


def _times(*factors: str) -> Change:
    """Multiply the amount of one ingredient, by the first factor for which the stock suffices."""

    def change(target: Target) -> str:
        for factor, operation in itertools.product(map(Decimal, factors), target.by_recipe):
            due = quantity_of(operation)
            quantity = (due * factor).quantize(_GRAM)
            if abs(quantity - due) > _GRAM and quantity <= operation["before_quantity"]:
                target.operation = operation
                set_quantity(operation, quantity)
                return f"written off {number(quantity)} of {name_of(operation)} instead of {number(due)}"
        return ""

    return change


def _one_left_out(target: Target) -> str:
    """Remove one of several ingredients; none that a modifier may have replaced."""
    if any(target.chosen):
        return ""
    for left_out in target.by_recipe:
        removed = [each for each in target.line_deductions if each["product_id"] == left_out["product_id"]]
        if len(removed) < len(target.line_deductions):
            for operation in removed:
                target.operations.remove(operation)
                target.planting.chains.forget(operation)
            target.operation = left_out
            return f"the write-off of {name_of(left_out)} was taken away"
    return ""


def _other_lines_ingredient(target: Target) -> str:
    """Write off an ingredient of another line for this one too."""
    known = {each["product_id"] for each in target.line_deductions}
    for preparation, _ in BY_ID[target.line["product_id"]].recipe:
        known |= {part for part, _ in BY_ID[preparation].recipe}
    for other in target.deductions:
        if other["product_id"] not in known and BY_ID[other["product_id"]].type == "INGREDIENT":
            target.operation = other
            if repeat(target, receipt_product_id=target.line["id"]):
                return f"{name_of(other)} of line {other['receipt_product_id']} was written off here too"
    return ""


def _nothing_written_off(target: Target) -> str:
    if not of_receipt.may_lack(target.line, target):
        return ""
    for operation in target.line_deductions:
        target.operations.remove(operation)
        target.planting.chains.take_out(operation)
    return "its write-off was taken away"


def _written_off_twice(target: Target) -> str:
    first = target.operation["id"]
    is_done = target.planting.claims.take(target.line, target.if_added) and repeat(target)
    return f"operation {first} was written off once more" if is_done else ""


def _dish_twice(target: Target) -> str:
    again = [repeated(operation, target) for operation in target.line_deductions]
    if len({each["product_id"] for each in again}) < len(again) or not target.planting.chains.add(*again):
        return ""
    target.operations.extend(again)
    target.operation = again[0]
    return "all of it was written off once more"


KINDS = {
    "wrong-quantity": DiscrepancyKind("quantity-mismatch", "line", _wrong_quantity, sales_only=True),
    "miscounted": DiscrepancyKind("quantity-mismatch", "line", _miscounted, sales_only=True),
    "nothing": DiscrepancyKind("missing-write-off", "line", _nothing_written_off),
    "nothing-of-a-dish": DiscrepancyKind("missing-write-off", "line", _nothing_written_off, line_type="dish"),
    "not-posted": DiscrepancyKind("receipt-not-posted", "receipt", of_receipt.not_posted, line_type="any"),
    "sent-twice": DiscrepancyKind("duplicate-receipt", "receipt", of_receipt.sent_twice, line_type="any"),
    "twice": DiscrepancyKind("duplicate-write-off", "operation", _written_off_twice),
    "twice-a-dish": DiscrepancyKind("duplicate-write-off", "operation", _dish_twice, line_type="dish"),
    "voided-afterwards": DiscrepancyKind("unexpected-write-off", "ingredient", of_receipt.voided_afterwards),
    "cancelled-afterwards": DiscrepancyKind(
        "unexpected-write-off", "ingredient", of_receipt.cancelled_afterwards
    ),
    "of-no-line": DiscrepancyKind("orphan-operation", "operation", of_receipt.of_no_line),
    "under-another-receipt": DiscrepancyKind(
        "misplaced-write-off", "ingredient", of_receipt.under_another_receipt, sales_only=True
    ),
    "without-its-line": DiscrepancyKind(
        "misplaced-write-off", "ingredient", of_receipt.without_its_line, sales_only=True
    ),
    "moved-to-another-table": DiscrepancyKind(
        "misplaced-write-off", "ingredient", of_receipt.moved_to_another_table, sales_only=True
    ),
    "too-much": DiscrepancyKind("recipe-mismatch", "ingredient", _times("1000", "2"), line_type="dish"),
    "half": DiscrepancyKind("recipe-mismatch", "ingredient", _times("0.5"), line_type="dish"),
    "left-out": DiscrepancyKind("recipe-mismatch", "ingredient", _one_left_out, line_type="dish"),
    "put-back": DiscrepancyKind(
        "recipe-mismatch", "ingredient", _times("-1"), line_type="dish", sales_only=True
    ),
    "foreign": DiscrepancyKind("wrong-product", "operation", _other_lines_ingredient, line_type="dish"),
    "another-product": DiscrepancyKind(
        "wrong-product", "operation", of_stock.another_product, sales_only=True
    ),
    "wrong-balance": DiscrepancyKind("balance-broken", "operation", of_stock.broken_balance, sales_only=True),
    "of-another-stock": DiscrepancyKind(
        "wrong-stock", "operation", of_stock.of_another_stock, sales_only=True
    ),
    "two-tills": DiscrepancyKind(
        "stock-gap", "operation", of_stock.two_tills, line_type="any", sales_only=True
    ),
    "wrong-total": DiscrepancyKind("total-cost-mismatch", "operation", of_stock.wrong_total),
    "dearer": DiscrepancyKind("cost-drift", "operation", of_stock.dearer),
    "dearer-unsaid": DiscrepancyKind("cost-drift", "operation", of_stock.dearer_unsaid),
    "no-cost": DiscrepancyKind("zero-cost", "operation", of_stock.no_cost),
    "cost-below-zero": DiscrepancyKind("negative-cost", "operation", of_stock.cost_below_zero),
    "underpriced": DiscrepancyKind(
        "cost-above-price", "ingredient", of_receipt.underpriced, line_type="any", sales_only=True
    ),
    "below-zero": DiscrepancyKind("negative-stock", "operation", of_stock.below_zero, sales_only=True),
    "days-later": DiscrepancyKind("cut-off", "operation", of_stock.days_later),
    "wrong-receipt-cost": DiscrepancyKind("receipt-cost-mismatch", "receipt", of_receipt.wrong_receipt_cost),
}
"""By name (the column `fault`), in the order of planting."""
