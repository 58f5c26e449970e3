"""Random days for the laws: clean ones, and faults to plant in them, one of each kind."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from reconcile.evidence.day import Evidence, Header

DAY = date(2026, 1, 19)
OPENING = datetime(2026, 1, 19, 9, 0)  # noqa: DTZ001  the venue's own time, as the API gives it
PRODUCTS = {31042: Decimal(8000), 31046: Decimal(1500), 31050: Decimal("12.3456"), 31051: Decimal("0.05")}
OPENING_STOCK = Decimal(100_000)

quantities = st.integers(1, 5_000).map(lambda thousandths: Decimal(thousandths).scaleb(-3))
portions = st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.25")])
sale_lines = st.tuples(st.sampled_from(sorted(PRODUCTS)), quantities, portions)
sales = st.tuples(st.lists(sale_lines, min_size=1, max_size=4), st.booleans())
"""Lines, and whether the receipt is a return."""


@dataclasses.dataclass
class RandomDay:
    """Raw records of a day, and their evidence."""

    receipts: list[dict[str, Any]]
    operations: dict[int, list[dict[str, Any]]]

    def evidence(self) -> Evidence:
        listed = [("list", receipt) for receipt in self.receipts]
        header = Header(DAY, "clopos", program="reconcile", started_at="2026-01-20T02:10:00Z")
        return Evidence(
            header, len(listed), listed, dict(self.operations), finished_at="2026-01-20T02:11:00Z"
        )

    def every_operation(self) -> list[dict[str, Any]]:
        return [operation for key in sorted(self.operations) for operation in self.operations[key]]


def clock(minutes: int) -> str:
    return (OPENING + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S")


def build(drawn: list[tuple[list[tuple[int, Decimal, Decimal]], bool]]) -> RandomDay:
    """A day on which everything sold was written off once, at the right cost."""
    day = RandomDay([], {})
    stock = dict.fromkeys(PRODUCTS, OPENING_STOCK)
    number = 0
    for place, (lines, is_return) in enumerate(drawn):
        receipt_id = place + 1
        raw_lines, operations = [], []
        for product, count, portion in lines:
            number += 1
            raw_lines.append(
                {
                    "id": 1000 + number,
                    "receipt_id": receipt_id,
                    "product_id": product,
                    "count": count,
                    "portion_size": portion,
                    "product": {"id": product, "type": "GOODS", "name": f"Məhsul {product}"},
                }
            )
            moved = -count * portion if is_return else count * portion
            before, stock[product] = stock[product], stock[product] - moved
            operations.append(
                {
                    "id": 5000 + number,
                    "receipt_id": receipt_id,
                    "receipt_product_id": 1000 + number,
                    "product_id": product,
                    "stock_id": product + 1,
                    "storage_id": 3,
                    "quantity": moved,
                    "before_quantity": before,
                    "after_quantity": before - moved,
                    "cost": PRODUCTS[product],
                    "before_cost": PRODUCTS[product],
                    "total_cost": PRODUCTS[product] * moved,
                    "operated_at": clock(place + 3),
                    "product": {"id": product, "name": f"Məhsul {product}"},
                    "stock": {"id": product + 1, "storage": {"id": 3, "name": "Main Storage"}},
                }
            )
        day.receipts.append(
            {
                "id": receipt_id,
                "status": 2,
                "is_returns": is_return,
                "created_at": clock(place),
                "closed_at": clock(place + 3),
                "shift_date": DAY.isoformat(),
                "receipt_products": raw_lines,
            }
        )
        day.operations[receipt_id] = operations
    return day


clean_days = st.lists(sales, min_size=1, max_size=8).map(build)

Target = tuple[dict[str, Any], dict[str, Any]]
"""The receipt and the operation in which a fault is planted."""

GARBAGE: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        "",
        "x",
        "NaN",
        "Infinity",
        "1e400",
        10**30,
        -1,
        0,
        True,
        "12",
        "0.1",
        [],
        {},
        "2026-13-01",
        "\x00",
    ]
)
"""What replaces a field of a record."""


def pick(day: RandomDay, data: st.DataObject) -> Target:
    """Any receipt of the day and any of its operations."""
    receipt = data.draw(st.sampled_from(day.receipts), label="receipt")
    operation = data.draw(st.sampled_from(day.operations[receipt["id"]]), label="operation")
    return receipt, operation


def _wrong_quantity(day: RandomDay, target: Target) -> None:
    _move_more(target[1], Decimal(1))


def _move_more(operation: dict[str, Any], more: Decimal) -> None:
    operation["quantity"] += more
    operation["after_quantity"] -= more
    operation["total_cost"] = operation["cost"] * operation["quantity"]


def _nothing_written_off(day: RandomDay, target: Target) -> None:
    day.operations[target[0]["id"]].remove(target[1])


def _written_off_twice(day: RandomDay, target: Target) -> None:
    again = copy.deepcopy(target[1])
    again |= {"id": 9999, "before_quantity": again["after_quantity"]}
    again["after_quantity"] = again["before_quantity"] - again["quantity"]
    day.operations[target[0]["id"]].append(again)


def _voided_line(day: RandomDay, target: Target) -> None:
    line = next(
        line for line in target[0]["receipt_products"] if line["id"] == target[1]["receipt_product_id"]
    )
    line["deleted_at"] = clock(30)


def _of_no_line(day: RandomDay, target: Target) -> None:
    orphan = copy.deepcopy(target[1])
    orphan |= {"id": 9999, "receipt_product_id": None, "before_quantity": orphan["after_quantity"]}
    orphan["after_quantity"] = orphan["before_quantity"] - orphan["quantity"]
    day.operations[target[0]["id"]].append(orphan)


def _broken_balance(day: RandomDay, target: Target) -> None:
    target[1]["after_quantity"] += Decimal("0.5") + 2 * abs(target[1]["quantity"])


def _wrong_total(day: RandomDay, target: Target) -> None:
    target[1]["total_cost"] += (1 if target[1]["total_cost"] >= 0 else -1) * Decimal(10)


def _drifted_cost(day: RandomDay, target: Target) -> None:
    target[1]["before_cost"] *= 2


def _no_cost(day: RandomDay, target: Target) -> None:
    target[1]["cost"] = target[1]["total_cost"] = 0


def _below_zero(day: RandomDay, target: Target) -> None:
    quantity = abs(target[1]["quantity"])
    target[1].update(quantity=quantity, before_quantity=quantity / 2, after_quantity=-quantity / 2)


def _on_another_day(day: RandomDay, target: Target) -> None:
    target[1]["operated_at"] = "2026-01-21 12:00:00"


def _wrong_receipt_cost(day: RandomDay, target: Target) -> None:
    cost = sum(abs(operation["total_cost"]) for operation in day.operations[target[0]["id"]])
    target[0]["totalCost"] = cost + 1


FAULTS: dict[str, Callable[[RandomDay, Target], None]] = {
    "quantity-mismatch": _wrong_quantity,
    "missing-write-off": _nothing_written_off,
    "duplicate-write-off": _written_off_twice,
    "unexpected-write-off": _voided_line,
    "orphan-operation": _of_no_line,
    "balance-broken": _broken_balance,
    "total-cost-mismatch": _wrong_total,
    "cost-drift": _drifted_cost,
    "zero-cost": _no_cost,
    "negative-stock": _below_zero,
    "cut-off": _on_another_day,
    "receipt-cost-mismatch": _wrong_receipt_cost,
}
SALES_ONLY = frozenset({"quantity-mismatch", "balance-broken", "negative-stock"})
"""Faults that are another thing, or none, on a return."""
