"""A till's receipts and the stock movements they cause; what goes wrong with them is in `mixed_faults`."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tests.given.stock_movements import Movement, Raw, written

COSTS = {
    101: Decimal("2.2"),
    102: Decimal("12.3456"),
    103: Decimal(40),
    104: Decimal("0.35"),
    105: Decimal("5.5"),
    106: Decimal("30.25"),
}
PACKED, NEVER, CORKAGE = 105, 106, 107
"""Sold by the pack and kept by the bottle, where the day has packs; never written off, where it has that; untracked."""
SOLD = *([101] * 3), *([102] * 2), 103, 103, 104, 105, 105, 106, 106
AMOUNTS = [Decimal(text) for text in "1 1 1 1 2 2 3 0.5 0.25 1.5".split()]
BACK = "signed", "unsigned", "negative total"
"""The ways in which a put-back is written."""


@dataclasses.dataclass
class Register:
    """All receipts of the day, and the movements of its stocks."""

    day: date
    traits: frozenset[str]
    receipts: list[Raw] = dataclasses.field(default_factory=list)
    movements: list[Movement] = dataclasses.field(default_factory=list)
    bills: list[Bill] = dataclasses.field(default_factory=list)
    changes: list[Callable[[dict[int, list[Raw]]], None]] = dataclasses.field(default_factory=list)
    """What is done to the operations once they are written."""

    def cost(self, product: int) -> Decimal:
        """What a unit costs; with decimals where totals are whole money."""
        return COSTS.get(product, Decimal(7)) + (Decimal("100.35") if "whole money" in self.traits else 0)

    def catalogue(self) -> list[Raw]:
        """The products, without one of them, and with the cost of some."""
        return [
            {
                "id": product,
                "type": "GOODS",
                "name": f"Product {product}",
                "inventory_behavior": 3 if product == CORKAGE else 1,
                "cost_price": None if product % 2 else self.cost(product),
            }
            for product in (*COSTS, CORKAGE)
            if product != 104
        ]


@dataclasses.dataclass
class Bill:
    """One receipt, as the till writes it."""

    register: Register
    chance: random.Random
    raw: Raw
    created: datetime
    closed: datetime

    @property
    def id(self) -> int:
        return int(self.raw["id"])

    @property
    def lines(self) -> list[Raw]:
        lines: list[Raw] = self.raw["receipt_products"]
        return lines

    @classmethod
    def open(cls, register: Register, chance: random.Random) -> Bill:
        """The next receipt of the day, with one to three lines, closed."""
        number = len(register.receipts) + 1
        created = datetime.combine(register.day, time(9)) + timedelta(minutes=6 * number)
        closed = created + timedelta(minutes=chance.choice([5, 5, 11, 17]))
        raw = {
            "id": number,
            "cid": f"c-{number}",
            "venue_id": 1,
            "status": 2,
            "order_status": "COMPLETED",
            "is_returns": False,
            "created_at": written(created),
            "updated_at": written(closed),
            "closed_at": written(closed),
            "shift_date": str(register.day),
            "deleted_at": None,
            "receipt_products": [],
        }
        bill = cls(register, chance, raw, created, closed)
        register.receipts.append(raw)
        register.bills.append(bill)
        for _ in range(chance.choice([1, 1, 2, 2, 3])):
            bill.add(chance.choice(SOLD), chance.choice(AMOUNTS))
        return bill

    def add(self, product: int, count: Decimal, **fields: object) -> Raw:
        """One more line."""
        price = self.register.cost(product) * 2
        line = {
            "id": 100 * self.id + len(self.lines) + 1,
            "receipt_id": self.id,
            "product_id": product,
            "count": count,
            "portion_size": 1,
            "price": price,
            "subtotal": price * count,
            "is_gift": False,
            "created_at": written(self.created),
            "deleted_at": None,
            "product": {
                "id": product,
                "type": "GOODS",
                "name": f"Product {product}",
                "inventory_behavior": 3 if product == CORKAGE else 1,
            },
        } | fields
        self.lines.append(line)
        return line

    def due(self, line: Raw) -> Decimal:
        """What the stock should give for the line; of a return negative."""
        count = Decimal(line["count"]) * Decimal(line["portion_size"])
        if line["product_id"] == PACKED and "packs" in self.register.traits:
            count *= 6
        return -abs(count) if self.raw["is_returns"] else count

    def take(self, line: Raw, q: Decimal | None = None, **how: Any) -> None:
        """Post a line's write-off, or put-back, at closing: of all that is due unless told otherwise."""
        product = how.pop("product", line["product_id"])
        if product == CORKAGE or (product == NEVER and "never written off" in self.register.traits):
            return
        self.move(self.due(line) if q is None else q, line, product, **how)

    def move(
        self, q: Decimal, line: Raw | None, product: int, *, stock: int | None = None, **how: Any
    ) -> Movement:
        """Post a movement of a product under a line, or under none; `how` sets fields of the movement."""
        way = self.chance.choice(BACK) if q < 0 and self._is_back(line) else "signed"
        movement = Movement(
            stock=stock or 10 * product + self.chance.choice([1, 1, 1, 2]),
            q=q,
            time=self.closed + timedelta(seconds=self.chance.choice([0, 0, 1, 2, 20])),
            product=product,
            listed=self.id,
            receipt=self.id,
            carries=None if line is None else line["id"],
            cost=self.register.cost(product),
            unsigned=way == "unsigned",
        )
        if way == "negative total":
            movement.fields |= {"quantity": -q, "total_cost": round(q * movement.cost, 6)}
        movement.fields |= how.pop("fields", {})
        for name, value in how.items():
            setattr(movement, name, value)
        self.register.movements.append(movement)
        return movement

    def _is_back(self, line: Raw | None) -> bool:
        """Whether the sign of a put-back under the line is told by the stock alone."""
        if line is None or self.raw["is_returns"] or self.raw["deleted_at"] or line["deleted_at"]:
            return True
        return bool(self.raw["order_status"] == "CANCELLED" or line["count"] < 0)

    def earlier(self) -> Bill | None:
        """Another receipt of the day, if there is one."""
        others = [bill for bill in self.register.bills if bill is not self]
        return self.chance.choice(others) if others else None
