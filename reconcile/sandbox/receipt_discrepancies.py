"""Discrepancies of receipts: not posted, sent twice, voided, or written off under another; and of what they say."""

from __future__ import annotations

import copy
from decimal import Decimal

from reconcile.evidence.structs import Raw
from reconcile.sandbox.discrepancy_targets import Target, later, repeat, repeated
from reconcile.sandbox.menu import BY_ID
from reconcile.sandbox.menu_records import number

_MONEY = 750
_MOST_MISSING = 2
"""Lines of one product without a write-off; more could be all lines of the day, which is said of the product."""
_MINUTES_BETWEEN = 4
"""From the moment a line is deleted until the guests order at another table."""
_TOO_CHEAP = 4
"""Cost divided by price."""


def may_lack(line: Raw, target: Target) -> bool:
    """Claim a line for having no write-off; lines of dishes are not limited."""
    if not BY_ID[line["product_id"]].is_direct:
        return True
    return target.planting.claims.take(line, target.if_lacking, missing=_MOST_MISSING)


def not_posted(target: Target) -> str:
    """Remove all operations of a receipt with two lines or more that were written off."""
    written_off = {each["receipt_product_id"] for each in target.deductions}
    lines = [line for line in target.receipt["receipt_products"] if line["id"] in written_off]
    is_repeated = len({line["product_id"] for line in lines}) < len(lines)
    if len(lines) < 2 or is_repeated or not all(may_lack(line, target) for line in lines):
        return ""
    for operation in target.deductions:
        target.operations.remove(operation)
        target.planting.chains.take_out(operation)
    return f"the write-offs of its {len(lines)} lines were taken away"


def sent_twice(target: Target) -> str:
    """Add a copy of the receipt with its `cid`, and of its write-offs."""
    planting, first = target.planting, target.receipt
    if any(line["deleted_at"] for line in first["receipt_products"]):
        return ""
    again = copy.deepcopy(first)
    again["id"] = next(planting.unused_ids)
    line_ids = {}
    for line in again["receipt_products"]:
        line_ids[line["id"]] = line["id"] = next(planting.unused_ids)
        line["receipt_id"] = again["id"]
    operations = [
        repeated(
            each, target, receipt_id=again["id"], receipt_product_id=line_ids[each["receipt_product_id"]]
        )
        for each in target.deductions
    ]
    if not planting.chains.add(*operations):
        return ""
    planting.store.receipts.append(again)
    planting.store.operations[again["id"]] = operations
    target.receipt = again
    return f"the same sale as receipt {first['id']}, with its cid"


def voided_afterwards(target: Target) -> str:
    if not target.planting.claims.take(target.line, target.if_added):
        return ""
    target.line["deleted_at"] = target.line["updated_at"] = target.receipt["closed_at"]
    return "the line was voided, its write-off stayed"


def cancelled_afterwards(target: Target) -> str:
    """Label a receipt of one line as cancelled."""
    if len(target.receipt["receipt_products"]) > 1:
        return ""
    if not target.planting.claims.take(target.line, target.if_added):
        return ""
    target.receipt["order_status"] = "CANCELLED"
    return "the receipt was labelled as cancelled, its write-off stayed"


def of_no_line(target: Target) -> str:
    if not target.planting.claims.take(target.line, target.if_added):
        return ""
    line_id = next(target.planting.unused_ids)
    is_done = repeat(target, receipt_product_id=line_id)
    return f"written off for line {line_id}, which no receipt has" if is_done else ""


def under_another_receipt(target: Target) -> str:
    """List the operations of a line under a receipt that was open when it was closed."""
    other = _open_at(target.receipt["closed_at"], target)
    if other is None or not target.planting.claims.take(target.line, "moved"):
        return ""
    _move(target.line_deductions, other, target)
    return f"its write-off is listed under receipt {other['id']}"


def without_its_line(target: Target) -> str:
    """List the operation of a line under another receipt, and for no line."""
    other = _open_at(target.receipt["closed_at"], target)
    if other is None or len(target.line_deductions) > 1:
        return ""
    if not target.planting.claims.take(target.line, "moved"):
        return ""
    target.operation["receipt_product_id"] = next(target.planting.unused_ids)
    _move(target.line_deductions, other, target)
    return f"its write-off is listed under receipt {other['id']}, for a line that no receipt has"


def _open_at(time: str, target: Target) -> Raw | None:
    """A sale that was open at a time, where the line may be moved."""
    if not target.planting.claims.allow(target.line, "moved"):
        return None
    others = target.planting.others(target.receipt)
    return next((each for each in others if each["created_at"] <= time <= each["closed_at"]), None)


def _move(operations: list[Raw], receipt: Raw, target: Target) -> None:
    """Give operations of the target to another receipt."""
    for operation in operations:
        target.operations.remove(operation)
        operation["receipt_id"] = receipt["id"]
    target.planting.store.operations.setdefault(receipt["id"], []).extend(operations)
    target.changed.append(receipt)


def moved_to_another_table(target: Target) -> str:
    """Delete a line that was written off, and let another receipt have it minutes later, without a write-off."""
    line, first = target.line, target.receipt
    from_, to = (later(first[name], minutes=_MINUTES_BETWEEN) for name in ("created_at", "closed_at"))
    if not target.planting.claims.allow(line, "moved"):
        return ""
    for other in target.planting.others(first):
        if from_ <= other["created_at"] <= to:
            target.planting.claims.take(line, "moved")
            moved = copy.deepcopy(line) | {
                "id": next(target.planting.unused_ids), "receipt_id": other["id"],
                "created_at": other["created_at"], "updated_at": other["created_at"],
            }  # fmt: skip
            line["deleted_at"] = line["updated_at"] = later(other["created_at"], minutes=-_MINUTES_BETWEEN)
            other["receipt_products"].append(moved)
            target.changed.append(first)
            target.receipt, target.line = other, moved
            return (
                f"line {line['id']} of receipt {first['id']} was deleted before; its write-off stayed there"
            )
    return ""


def underpriced(target: Target) -> str:
    """Give a line a price that is a small part of what was written off for it."""
    line = target.line
    sold = Decimal(line["count"]) * Decimal(line["portion_size"])
    cost = sum((Decimal(each["total_cost"]) for each in target.line_deductions), Decimal(0))
    price = int(cost / (_TOO_CHEAP * sold))
    if line["is_gift"] or line["discount_value"] or price < 1:
        return ""
    line["price"] = price
    line["subtotal"] = line["total"] = number(price * sold)
    target.operation = max(target.line_deductions, key=lambda each: (each["total_cost"], -each["product_id"]))
    return f"its price is {price}; what was written off for it cost {number(cost)}"


def wrong_receipt_cost(target: Target) -> str:
    due = target.receipt["totalCost"]
    target.receipt["totalCost"] = due + _MONEY
    return f"the receipt's totalCost is {due + _MONEY} instead of {due}"
