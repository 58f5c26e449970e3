"""The warehouse of the made-up day: stock moves, and the running balances that make them stock operations."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from reconcile.evidence.structs import Raw
from reconcile.sandbox.menu import BY_ID, MENU, STORAGES
from reconcile.sandbox.menu_records import number

HOUR, MINUTE = 3600, 60
_CENT, _COST_STEP = Decimal("0.01"), Decimal("0.0001")
_FIRST_OPERATION, _FIRST_STOCK, _FIRST_DOCUMENT = 9_000_001, 5001, 40_001
_STOCK_IDS = {
    place: _FIRST_STOCK + position
    for position, place in enumerate(
        (product.id, storage) for product in MENU for storage in product.storages
    )
}
_SALES_PER_CORRECTION = 400
_STOCKS_PER_DELIVERY = 3
_LARGEST_CHANGE = 20  # thousandths of the cost
_PRICE_CHANGES = ((-_LARGEST_CHANGE, _LARGEST_CHANGE), (5, _LARGEST_CHANGE), (-_LARGEST_CHANGE, -5))
"""In a run of days: prices that move about, that rise and that fall."""
_DELIVERED_AT = 6 * HOUR
_DAYS_PER_DELIVERY = 5

Place: TypeAlias = tuple[int, int]
"""The ids of a product and of the storage that it is in."""


@dataclass(frozen=True, slots=True)
class Move:
    """A quantity of a product that leaves a storage; negative: it enters."""

    at: int
    """Seconds after the midnight that begins the business day."""
    receipt_id: int
    line_id: int | None
    product_id: int
    storage_id: int
    quantity: Decimal
    document_id: int | None = None
    """The document that caused it; None: the receipt itself, if there is a line."""
    is_delivery: bool = False


@dataclass(slots=True)
class Stock:
    """The balance of a product in a storage, and its unit cost, a weighted average."""

    id: int
    balance: Decimal
    cost: Decimal
    cost_before: Decimal
    """The `before_cost` of the next operation: the average that applied to the last one."""
    price_change: tuple[int, int] = (-_LARGEST_CHANGE, _LARGEST_CHANGE)
    """The least and the most by which the price of a delivery differs from the cost, in thousandths of it."""


@dataclass(slots=True)
class Opening:
    """What a day in a run of days takes over from the days before it."""

    first_id: int
    """The first id of its receipts, of its lines and of its operations."""
    first_document: int
    stocks: dict[Place, Stock]
    off_the_menu: int
    """From this second of the day on, the deleted product is not sold."""
    menu_from: date
    """The first day of the run: the menu's products were last changed before its evening."""


def time_of(day: date, seconds: int) -> str:
    """So many seconds after the midnight that begins the day, as `YYYY-MM-DD HH:mm:ss`."""
    return str(datetime.combine(day, time()) + timedelta(seconds=seconds))


def stock_operations(
    sales: Sequence[Move], day: date, chance: random.Random, opening: Opening | None = None
) -> dict[int, list[Raw]]:
    """All operations of a day by receipt id: of its sales, and of other documents that move the same stocks.

    Balances are continuous in the order of `operated_at`, then `id`. Changes the opening's stocks to those at its end.
    """
    if opening is not None:
        return _operations_after(opening, sales, day, chance)
    deliveries = _deliveries(sales, chance)
    corrections = _corrections(sales, _FIRST_DOCUMENT + len(deliveries), chance)
    moves = sorted([*sales, *deliveries, *corrections], key=lambda move: move.at)
    return _posted(moves, _opening_balances(moves, chance), _FIRST_OPERATION, day, chance)


def _operations_after(
    opening: Opening, sales: Sequence[Move], day: date, chance: random.Random
) -> dict[int, list[Raw]]:
    """The same for a day in a run: between days only deliveries move the stocks, before it opens."""
    times: dict[Place, list[int]] = defaultdict(list)
    for sale in sales:
        times[sale.product_id, sale.storage_id].append(sale.at)
    corrections = [
        each
        for each in _corrections(sales, opening.first_document, chance)
        if min(times[each.product_id, each.storage_id])
        < each.at
        < max(times[each.product_id, each.storage_id])
    ]
    opening.first_document += len(corrections) + 1
    moves, stocks, deliveries = [*sales, *corrections], opening.stocks, list[Move]()
    for place, stock in _opening_balances(moves, chance).items():
        known, (product_id, storage_id) = stocks.setdefault(place, stock), place
        if known is stock:
            known.price_change = _PRICE_CHANGES[product_id % len(_PRICE_CHANGES)]
        elif known.balance < stock.balance:
            amount = Decimal(int(stock.balance) * _DAYS_PER_DELIVERY)
            document = opening.first_document + len(deliveries)
            deliveries.append(
                Move(
                    _DELIVERED_AT, sales[0].receipt_id, None, product_id, storage_id, -amount, document, True
                )
            )
    opening.first_document += len(deliveries)
    return _posted(
        sorted([*deliveries, *moves], key=lambda move: move.at), stocks, opening.first_id, day, chance
    )


def _posted(
    moves: Sequence[Move], stocks: Mapping[Place, Stock], first_id: int, day: date, chance: random.Random
) -> dict[int, list[Raw]]:
    """The operations of moves in the order of time, by receipt id; ids rise from the first. Changes the stocks."""
    operations: dict[int, list[Raw]] = defaultdict(list)
    for operation_id, move in enumerate(moves, start=first_id):
        stock = stocks[move.product_id, move.storage_id]
        operations[move.receipt_id].append(_post(operation_id, move, stock, day, chance))
    return dict(operations)


def _deliveries(sales: Sequence[Move], chance: random.Random) -> list[Move]:
    """Deliveries during opening hours, each under a random receipt id."""
    places = sorted({(move.product_id, move.storage_id) for move in sales})
    documents: list[Move] = []
    for product_id, storage_id in chance.sample(places, -(-len(places) // _STOCKS_PER_DELIVERY)):
        at, amount = chance.randrange(8 * HOUR, 18 * HOUR), Decimal(chance.randrange(10, 60))
        near = chance.choice(sales).receipt_id
        documents.append(
            Move(at, near, None, product_id, storage_id, -amount, _FIRST_DOCUMENT + len(documents), True)
        )
    return documents


def _corrections(sales: Sequence[Move], first_document: int, chance: random.Random) -> list[Move]:
    """Manual corrections during opening hours, each under a random receipt id."""
    if not sales:
        return []
    documents: list[Move] = []
    for place in range(3 + len(sales) // _SALES_PER_CORRECTION):
        sale, at = chance.choice(sales), chance.randrange(10 * HOUR, 23 * HOUR)
        of_document, of_line = ((True, False), (False, False), (True, True))[place % 3]
        documents.append(
            Move(
                at, sale.receipt_id, sale.line_id if of_line else None, sale.product_id, sale.storage_id,
                chance.choice((1, -1)) * _least(sale.product_id),
                first_document + len(documents) if of_document else None,
            )
        )  # fmt: skip
    return documents


def _least(product_id: int) -> Decimal:
    """A small quantity of a product: a piece, or a quarter of a kg or l."""
    return Decimal(1) if BY_ID[product_id].unit == "dona" else Decimal("0.25")


def _opening_balances(moves: Sequence[Move], chance: random.Random) -> dict[Place, Stock]:
    """Opening balances, large enough that none falls below zero."""
    leaving: dict[Place, Decimal] = defaultdict(Decimal)
    for move in moves:
        leaving[move.product_id, move.storage_id] += max(move.quantity, Decimal(0))
    stocks = {}
    for place, amount in sorted(leaving.items()):
        product, reserve = BY_ID[place[0]], Decimal(chance.randrange(5_000, 25_000)).scaleb(-3)
        balance = amount + reserve
        stocks[place] = Stock(
            id=_STOCK_IDS[place],
            balance=Decimal(int(balance)) if product.unit == "dona" else balance,
            cost=product.cost,
            cost_before=product.cost,
        )
    return stocks


def _post(operation_id: int, move: Move, stock: Stock, day: date, chance: random.Random) -> Raw:
    """Apply the move to the stock. Returns the operation."""
    quantity, before = move.quantity, stock.balance
    cost, cost_before = stock.cost, stock.cost_before
    stock.balance, stock.cost_before = before - quantity, cost
    if move.is_delivery:
        least, most = stock.price_change
        change = Decimal(1000 + chance.randrange(least, most + 1)).scaleb(-3)
        cost = (stock.cost * change).quantize(_COST_STEP, ROUND_HALF_UP)
        worth = before * stock.cost - quantity * cost
        stock.cost = (worth / stock.balance).quantize(_COST_STEP, ROUND_HALF_UP)
    product, storage = BY_ID[move.product_id], STORAGES[move.storage_id]
    return {
        "id": operation_id, "receipt_id": move.receipt_id, "receipt_product_id": move.line_id,
        **({"operation_id": move.document_id} if move.document_id else {}),
        "product_id": product.id, "stock_id": stock.id, "storage_id": move.storage_id,
        "quantity": number(quantity), "before_quantity": number(before), "after_quantity": number(stock.balance),
        "cost": number(cost), "before_cost": number(cost_before), "total_cost": number(total_cost(cost, quantity)),
        "operated_at": time_of(day, move.at), "product": {"id": product.id, "name": product.full_name},
        "stock": {"id": stock.id, "storage": {"id": move.storage_id, "name": storage}},
    }  # fmt: skip


def total_cost(cost: Decimal, quantity: Decimal) -> Decimal:
    """Unit cost times quantity, rounded half up to 2 decimals."""
    return (cost * quantity).quantize(_CENT, ROUND_HALF_UP)
