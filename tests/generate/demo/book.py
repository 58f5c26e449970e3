"""The demo day with its numbers: ids given, stocks run from sale to sale."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.generate.demo.dishes import DISHES
from tests.generate.demo.menu import MENU, MODIFIERS, SECOND_STOCKS, STORAGES, Product
from tests.generate.demo.more_dishes import MORE_DISHES
from tests.generate.demo.notation import Line, Note, Op, Receipt
from tests.generate.demo.places import PLACES
from tests.generate.demo.sales import DELIVERIES, SALES
from tests.generate.demo.units import UNITS

OF_A_PRODUCT = {"dish-never-written-off", "goods-never-written-off", "rounding-bias", "unit-ratio"}
"""The rules that name a product of the day."""


@dataclass
class Stock:
    """What a storage holds of one product."""

    id: int
    storage: str
    balance: Decimal
    cost: Decimal


@dataclass
class Move:
    """An operation on its way into the file: whose it is, and when."""

    op: Op
    receipt: Receipt
    receipt_id: int
    line_id: int | None
    at: str
    record: dict[str, Any] = field(default_factory=dict)


def time(text: str) -> str:
    """`14:40`, `20 01:30` or an ISO time, as the API gives it."""
    if "T" in text:
        return text
    day, _, clock = text.rpartition(" ")
    return f"2026-01-{day or '19'} {clock}{':00' if clock.count(':') == 1 else ''}"


def number(value: Decimal) -> int | float:
    """A decimal as JSON numbers come: whole or float."""
    return int(value) if value == value.to_integral_value() else float(value)


def balance(product: Product, value: Decimal) -> int | float:
    """A balance, with the noise of binary floats where the product has it."""
    return math.nextafter(float(value), math.inf) if product.noisy else number(value)


def due(line: Line) -> tuple[Op, ...]:
    """What a line takes by the menu: itself, or its ingredients and those of its modifiers."""
    product, count = MENU[line.product], Decimal(line.count) * Decimal(line.portion)
    if line.ops is not None or product.behavior == 3:
        return line.ops or ()
    if product.behavior != 0:
        return (Op(line.product, str(count)),)
    takes = [*product.recipe.items(), *(MODIFIERS[name][2:] for name in line.mods if MODIFIERS[name][2])]
    return tuple(Op(name, str(Decimal(gross) * count)) for name, gross in takes if Decimal(gross))


class Book:
    """The day with its numbers: ids given, stocks run, records made."""

    def __init__(self) -> None:
        self.stocks: dict[tuple[str, str], Stock] = {}
        places = [((name, each.storage), each.opening) for name, each in MENU.items() if each.opening]
        for place, opening in (*places, *SECOND_STOCKS.items()):
            cost = Decimal(MENU[place[0]].cost)
            self.stocks[place] = Stock(5001 + len(self.stocks), place[1], Decimal(opening), cost)
        self.receipts: list[tuple[int, Receipt, list[tuple[int, Line]]]] = []
        self.moves: list[Move] = []
        line_id = 3000
        for position, receipt in enumerate((*SALES, *DISHES, *PLACES, *UNITS, *MORE_DISHES)):
            receipt_id = receipt.id or 201 + position
            lines = []
            for line in receipt.lines:
                line_id += 1
                lines.append((line.id or line_id, line))
            self.receipts.append((receipt_id, receipt, lines))
            if receipt.kind == "reconciled":
                owned = [(key, op) for key, line in lines for op in due(line)]
                for key, op in (*owned, *((None, op) for op in receipt.strays)):
                    at = time(op.at or receipt.closed or receipt.created)
                    self.moves.append(Move(op, receipt, receipt_id, key, at))
        self._run()

    def _run(self) -> None:
        """Let the day happen: every operation in the order of time, deliveries between."""
        events: list[Move | tuple[str, str, str]] = [
            *self.moves,
            *((time(at), name, q) for at, name, q in DELIVERIES),
        ]
        events.sort(key=lambda event: event.at if isinstance(event, Move) else event[0])
        following = 7001
        for event in events:
            if isinstance(event, Move):
                following += event.op.id is None
                self._take(event, event.op.id or following - 1)
            else:
                self.stocks[event[1], MENU[event[1]].storage].balance += Decimal(event[2])

    def _take(self, move: Move, operation_id: int) -> None:
        op, product = move.op, MENU[move.op.product]
        stock = self.stocks[op.stock_of or op.product, op.store or product.storage]
        q, before = Decimal(op.q), stock.balance if op.before is None else Decimal(op.before)
        after = Decimal(op.after) if op.after else before + (q if op.up else -q)
        cost = stock.cost if op.cost is None else Decimal(op.cost)
        before_cost = stock.cost if op.before_cost is None else Decimal(op.before_cost)
        total = Decimal(op.total) if op.total else (cost * q).quantize(Decimal("0.01"), ROUND_HALF_UP)
        storage_id, storage = STORAGES[op.shown_store or stock.storage]
        move.record = {
            "id": operation_id, "receipt_id": move.receipt_id, "receipt_product_id": move.line_id,
            "product_id": product.id, "stock_id": stock.id, "storage_id": storage_id, "quantity": number(q),
            "before_quantity": balance(product, before), "after_quantity": balance(product, after),
            "cost": number(cost), "before_cost": number(before_cost), "total_cost": number(total),
            "operated_at": move.at, "product": {"id": product.id, "name": product.name},
            "stock": {"id": stock.id, "storage": {"id": storage_id, "name": storage}},
            **({"operation_id": None} if stock.storage == "bar" else {}), **op.raw,
        }  # fmt: skip
        stock.balance, stock.cost = after, cost if cost > 0 else stock.cost

    def notes(self) -> Iterator[tuple[Note, dict[str, int | str]]]:
        """Every note with the ids of the record that it is about."""
        for receipt_id, receipt, lines in self.receipts:
            for note in receipt.notes:
                yield note, {"what": "receipt", "receipt_id": receipt_id}
            for line_id, line in lines:
                for note in line.notes:
                    ids: dict[str, int | str] = {
                        "what": "line",
                        "receipt_id": receipt_id,
                        "receipt_product_id": line_id,
                    }
                    if note.rule in OF_A_PRODUCT:
                        ids = {"what": "product", "product_id": MENU[line.product].id}
                    if note.of:
                        ids["product_id"] = MENU[note.of].id
                    yield note, ids
        for move in self.moves:
            for note in move.op.notes:
                yield (
                    note,
                    {"what": "operation", "receipt_id": move.receipt_id, "operation_id": move.record["id"]},
                )
