"""Discrepancies planted in a made-up day, each of one cause, and the list of what must be found.

All else of a receipt is kept consistent: what is planted is found once, by its own rule, and by no other.
"""

from __future__ import annotations

import copy
import csv
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

from reconcile.evidence import Raw
from reconcile.sandbox.made_day import CLOSED, settle
from reconcile.sandbox.made_stock import total_cost
from reconcile.sandbox.menu import BY_ID, number
from reconcile.sandbox.store import Store

_DAYS_LATE = 2  # neither the business day nor the day of closing, which may be the next
_DEARER = Decimal("1.4")
_MONEY = 750


@dataclass(frozen=True)
class Planted:
    """One discrepancy: the rule that must find it, and the records that its finding must name."""

    rule: str
    receipt_id: int
    receipt_product_id: int | None
    operation_id: int | None
    product_id: int | None
    what: str


@dataclass
class _Target:
    """A receipt, and one of its lines that is itself kept in stock and was written off."""

    receipt: Raw
    line: Raw
    own: list[Raw]
    """The line's own operations."""
    operation: Raw
    """The one that is changed: the first, unless one is added."""
    operations: list[Raw]
    """All that the store holds for the receipt; those of other documents are left as they are."""
    fresh_ids: Iterator[int]
    """Of operations and lines that nothing else has."""
    what: str = ""


_Fault: TypeAlias = Callable[[_Target], bool]
"""Changes the records and says what was done; False: it does not suit them, and nothing is changed."""


def plant(store: Store, day: date, share: Decimal, seed: int) -> list[Planted]:
    """Change so large a share of the day's live closed receipts, one fault each, the kinds in turn.

    The store must be as `made_day.make_day` gives it, and is changed in place. Fewer are planted only where no
    fault suits the receipts that are left. The same arguments give the same faults.
    """
    chance = random.Random(f"{day} {share} {seed}")  # noqa: S311  a made-up day needs no secrecy
    live = [receipt for receipt in store.receipts if _is_live(receipt, day)]
    wanted = round(share * len(live))
    chance.shuffle(live)
    fresh_ids = itertools.count(1 + _largest_id(store))
    kinds = list(KINDS)
    found: list[Planted] = []
    while len(found) < wanted and kinds:
        kind = kinds.pop(0)
        planted = _first_that_suits(kind, live, store, fresh_ids)
        if planted is not None:
            found.append(planted)
            kinds.append(kind)
    return sorted(found, key=lambda each: each.receipt_id)


def write_planted(path: Path, planted: Sequence[Planted]) -> None:
    """The list as CSV: a header row, then a row each; what a discrepancy does not name is empty."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow([each.name for each in fields(Planted)])
        rows.writerows(astuple(each) for each in planted)


def _is_live(receipt: Raw, day: date) -> bool:
    is_of_day = receipt["shift_date"] == str(day) and receipt["status"] == CLOSED
    return is_of_day and receipt["order_status"] != "CANCELLED" and not receipt["deleted_at"]


def _largest_id(store: Store) -> int:
    operations = (operation["id"] for each in store.operations.values() for operation in each)
    lines = (line["id"] for receipt in store.receipts for line in receipt["receipt_products"])
    return max(itertools.chain(operations, lines), default=0)


def _first_that_suits(kind: str, live: list[Raw], store: Store, fresh_ids: Iterator[int]) -> Planted | None:
    """Plant it in the first receipt that it suits; that receipt is used up."""
    for place, receipt in enumerate(live):
        if kind in _SALES_ONLY and receipt.get("is_returns"):
            continue
        for target in _targets(receipt, store, fresh_ids):
            if _FAULTS[kind](target):
                del live[place]
                if kind not in _OF_RECEIPTS:
                    settle(receipt, store.deductions(receipt["id"]))
                return _planted(kind, target)
    return None


def _targets(receipt: Raw, store: Store, fresh_ids: Iterator[int]) -> Iterator[_Target]:
    deductions = store.deductions(receipt["id"])
    for line in receipt["receipt_products"]:
        own = [each for each in deductions if each["receipt_product_id"] == line["id"]]
        if own and BY_ID[line["product_id"]].is_direct:
            yield _Target(receipt, line, own, own[0], store.operations[receipt["id"]], fresh_ids)


def _planted(kind: str, target: _Target) -> Planted:
    line_id, operation_id = target.operation["receipt_product_id"], target.operation["id"]
    product_id = target.operation["product_id"]
    names: tuple[int | None, int | None, int | None] = (line_id, operation_id, product_id)
    if kind in _OF_LINES:
        names = (line_id, None, product_id)
    elif kind in _OF_RECEIPTS:
        names = (None, None, None)
    return Planted(kind, target.receipt["id"], *names, target.what)


def _wrong_quantity(target: _Target) -> bool:
    operation = target.operation
    more = Decimal(1) if BY_ID[operation["product_id"]].unit == "dona" else Decimal("0.1")
    quantity = Decimal(operation["quantity"]) + (more if operation["id"] % 2 else -more)
    if quantity <= 0 or operation["before_quantity"] < quantity:
        return False
    target.what = f"written off {number(quantity)} instead of {operation['quantity']}"
    _requantify(operation, quantity)
    return True


def _requantify(operation: Raw, quantity: Decimal) -> None:
    """Another quantity, and what follows from it."""
    operation["quantity"] = number(quantity)
    operation["after_quantity"] = number(operation["before_quantity"] - quantity)
    operation["total_cost"] = number(total_cost(Decimal(operation["cost"]), quantity))


def _nothing_written_off(target: _Target) -> bool:
    for operation in target.own:
        target.operations.remove(operation)
    target.what = "its write-off was taken away"
    return True


def _written_off_twice(target: _Target) -> bool:
    first = target.operation["id"]
    target.what = f"operation {first} was written off once more"
    return _repeat(target)


def _repeat(target: _Target, **changed: int) -> bool:
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


def _voided_afterwards(target: _Target) -> bool:
    target.line["deleted_at"] = target.line["updated_at"] = target.receipt["closed_at"]
    target.what = "the line was voided, its write-off stayed"
    return True


def _of_no_line(target: _Target) -> bool:
    line_id = next(target.fresh_ids)
    target.what = f"written off for line {line_id}, which no receipt has"
    return _repeat(target, receipt_product_id=line_id)


def _broken_balance(target: _Target) -> bool:
    due = target.operation["after_quantity"]
    target.operation["after_quantity"] = due + 1
    target.what = f"stock after is {due + 1} instead of {due}"
    return True


def _wrong_total(target: _Target) -> bool:
    due = target.operation["total_cost"]
    target.operation["total_cost"] = due + (_MONEY if due > 0 else -_MONEY)
    target.what = f"total cost is {target.operation['total_cost']} instead of {due}"
    return True


def _drifted_cost(target: _Target) -> bool:
    operation = target.operation
    cost = Decimal(operation["before_cost"]) * _DEARER
    operation["cost"] = number(cost.quantize(Decimal("0.0001")))
    _requantify(operation, Decimal(operation["quantity"]))
    target.what = f"unit cost is {operation['cost']} where it was {operation['before_cost']}"
    return True


def _no_cost(target: _Target) -> bool:
    target.operation["cost"] = target.operation["total_cost"] = 0
    target.what = "unit cost is 0"
    return True


def _below_zero(target: _Target) -> bool:
    before = (Decimal(target.operation["quantity"]) / 2).quantize(Decimal("0.001"))
    target.operation["before_quantity"] = number(before)
    _requantify(target.operation, Decimal(target.operation["quantity"]))
    target.what = f"only {number(before)} was in stock"
    return True


def _days_later(target: _Target) -> bool:
    target.operation["operated_at"] = _later(target.operation["operated_at"], timedelta(days=_DAYS_LATE))
    target.what = f"written off {_DAYS_LATE} days after the sale"
    return True


def _later(time: str, by: timedelta) -> str:
    return str(datetime.fromisoformat(time) + by)


def _wrong_receipt_cost(target: _Target) -> bool:
    due = target.receipt["totalCost"]
    target.receipt["totalCost"] = due + _MONEY
    target.what = f"the receipt's totalCost is {due + _MONEY} instead of {due}"
    return True


_FAULTS: dict[str, _Fault] = {
    "quantity-mismatch": _wrong_quantity,
    "missing-write-off": _nothing_written_off,
    "duplicate-write-off": _written_off_twice,
    "unexpected-write-off": _voided_afterwards,
    "orphan-operation": _of_no_line,
    "balance-broken": _broken_balance,
    "total-cost-mismatch": _wrong_total,
    "cost-drift": _drifted_cost,
    "zero-cost": _no_cost,
    "negative-stock": _below_zero,
    "cut-off": _days_later,
    "receipt-cost-mismatch": _wrong_receipt_cost,
}
KINDS = tuple(_FAULTS)
"""The rules that something is planted for, in turn."""
_OF_LINES = frozenset({"quantity-mismatch", "missing-write-off", "unexpected-write-off"})
_OF_RECEIPTS = frozenset({"receipt-cost-mismatch"})
_SALES_ONLY = frozenset({"quantity-mismatch", "balance-broken", "negative-stock"})
"""Faults that are another thing, or none, on a return."""
