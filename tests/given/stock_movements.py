"""Movements of stocks, and the operations that a server would write of them: one unbroken chain a stock."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

Raw = dict[str, Any]


@dataclasses.dataclass
class Movement:
    """What one posting takes from a stock. Without `listed` it is of another document: it leaves only a gap."""

    stock: int
    q: Decimal
    time: datetime
    product: int = 0
    listed: int | None = None
    """The receipt under which its operation is listed."""
    receipt: int | None = None
    """The receipt that the operation names."""
    carries: int | None = None
    """The line id that the operation carries."""
    cost: Decimal = Decimal(0)
    unsigned: bool = False
    """Whether the quantity is written as its magnitude."""
    clock_off: timedelta = timedelta(0)
    """How far the time written is from the time it happened."""
    is_lost_update: bool = False
    """Whether it begins where the operation before it in its stock began."""
    fields: Raw = dataclasses.field(default_factory=dict)
    """What is written otherwise than it should be."""
    broken_by: Decimal = Decimal(0)
    """What is added to the quantity that is said to be left."""


def post(
    movements: Iterable[Movement],
    opening: Decimal,
    *,
    whole_money: bool = False,
    shift: timedelta = timedelta(0),
) -> dict[int, list[Raw]]:
    """The operations by the receipt they are listed under, in the order in which they happened."""
    left: dict[int, Decimal] = {}
    began: dict[int, Decimal] = {}
    listed: dict[int, list[Raw]] = {}
    in_order = sorted(enumerate(movements), key=lambda each: (each[1].time, each[0]))
    for number, (_, movement) in enumerate(in_order, start=5001):
        before = left.get(movement.stock, opening)
        if movement.is_lost_update:
            before = began.get(movement.stock, before)
        left[movement.stock] = before - movement.q
        if movement.listed is not None:
            began[movement.stock] = before
            raw = _operation(number, movement, before, whole_money) | movement.fields
            raw["operated_at"] = written(movement.time + movement.clock_off + shift)
            listed.setdefault(movement.listed, []).append(raw)
    return listed


def _operation(number: int, movement: Movement, before: Decimal, whole_money: bool) -> Raw:
    quantity = abs(movement.q) if movement.unsigned else movement.q
    total = quantity * movement.cost
    storage = 3 + movement.stock % 2
    return {
        "id": number,
        "receipt_id": movement.receipt,
        "receipt_product_id": movement.carries,
        "operation_id": None,
        "product_id": movement.product,
        "stock_id": movement.stock,
        "storage_id": storage,
        "quantity": quantity,
        "before_quantity": before,
        "after_quantity": before - movement.q + movement.broken_by,
        "cost": movement.cost,
        "before_cost": movement.cost,
        "total_cost": round(total) if whole_money else round(total, 6),
        "product": {"id": movement.product, "name": f"Product {movement.product}"},
        "stock": {"id": movement.stock, "storage": {"id": storage, "name": f"Storage {storage}"}},
    }


def written(time: datetime) -> str:
    """A time as the API gives it."""
    return time.strftime("%Y-%m-%d %H:%M:%S")
