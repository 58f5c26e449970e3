"""What goes wrong with a whole receipt; see `mixed_days`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.given.mixed_bills import Bill
from tests.given.mixed_faults import (
    elsewhere,
    given_back,
    minutes,
    negative_count,
    nothing,
    put_back,
    put_back_under_the_sale,
    times,
)
from tests.given.stock_movements import Raw, written


def _all(bill: Bill, post: Callable[[Bill, Raw], Any]) -> None:
    for line in list(bill.lines):
        post(bill, line)


def _return(bill: Bill) -> None:
    bill.raw["is_returns"] = True
    _all(bill, given_back)


def _negative_receipt(bill: Bill) -> None:
    _all(bill, negative_count)


def _cancelled(bill: Bill) -> None:
    bill.raw["order_status"] = "CANCELLED"
    if bill.chance.random() < 0.2:
        bill.lines[0]["count"] = 0
    _taken_and_perhaps_put_back(bill)


def _deleted(bill: Bill) -> None:
    bill.raw["deleted_at"] = written(bill.closed + minutes(1))
    _taken_and_perhaps_put_back(bill)


def _taken_and_perhaps_put_back(bill: Bill) -> None:
    for line in bill.lines:
        bill.take(line)
        put_back(bill, line, bill.due(line))


def _not_posted(bill: Bill) -> None:
    bill.raw["is_returns"] = bill.chance.random() < 0.3


def _same_cid(bill: Bill) -> None:
    other = bill.earlier()
    bill.raw["cid"] = bill.chance.choice([other.raw["cid"] if other else "", "", "shared"])
    if bill.chance.random() < 0.7:
        _all(bill, Bill.take)


def _till_cost(bill: Bill) -> None:
    """`totalCost`: right, wrong, or right but for a line that is missing or written off twice."""
    costs = [bill.due(line) * bill.register.cost(line["product_id"]) for line in bill.lines]
    bill.raw["totalCost"] = round(sum(costs, Decimal(bill.chance.choice(["0", "0", "0", "5", "0.02"]))), 6)
    first, *others = bill.lines
    ways: list[Callable[[Bill, Raw], None]] = [Bill.take, Bill.take, nothing, times(2), elsewhere]
    bill.chance.choice(ways)(bill, first)
    for line in others:
        bill.take(line)


def _back_under_the_sale(bill: Bill) -> None:
    put_back_under_the_sale(bill, bill.lines[0])


def _moved(bill: Bill) -> None:
    """A line deleted, and entered again on another receipt within ten minutes, or later."""
    first, *others = bill.lines
    _all_of(bill, others)
    old, new = bill.earlier() or bill, bill.created - minutes(bill.chance.choice([1, 9, 10, 11]))
    amount = first["count"] + bill.chance.choice([0, 0, 0, 1])
    line = old.add(first["product_id"], amount, deleted_at=written(new))
    old.take(line, old.due(line) if old.raw["is_returns"] is bill.raw["is_returns"] else None)


def _all_of(bill: Bill, lines: list[Raw]) -> None:
    for line in lines:
        bill.take(line)


OF_A_RECEIPT: dict[str, Callable[[Bill], None]] = {
    "return": _return,
    "another return": _return,
    "negative receipt": _negative_receipt,
    "cancelled": _cancelled,
    "deleted": _deleted,
    "not posted": _not_posted,
    "same cid": _same_cid,
    "till's cost": _till_cost,
    "till's cost again": _till_cost,
    "back under the sale": _back_under_the_sale,
    "moved": _moved,
}
