"""A made-up day of a restaurant in the API's format: receipts, stock operations, the menu.

Every sale is written off once and at the right cost; `reconcile.sandbox.discrepancies` plants what is wrong.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from reconcile.core import garbage_collection
from reconcile.evidence.structs import Raw
from reconcile.sandbox.generated_sales import Line, Sale, draw_sales, moves
from reconcile.sandbox.generated_stock import Opening, stock_operations, time_of
from reconcile.sandbox.menu import MENU
from reconcile.sandbox.menu_records import catalogue, number, product_record
from reconcile.sandbox.store import HOME_VENUE, Store

OPEN, CLOSED = 1, 2
"""Values of a receipt's `status`."""
_DISCOUNT_PERCENT = 10
_PAYMENTS = ((1, "Nağd"), (2, "Карта"), (3, "Payme"))
_SALE_TYPES = (1, 1, 1, 1, 1, 1, 2, 2, 3)
_DELIVERY = 3
_NAMES = (
    "Aygün Məmmədova",
    "Дилшод Каримов",
    "Elçin Quliyev",
    "Нодира Юсупова",
    "Ольга Ким",
    "Rəşad Həsənli",
)
_STREETS = ("Nizami küçəsi", "Амир Темур кўчаси", "ул. Навои", "28 May küçəsi")


def make_day(day: date, receipts: int, seed: int, opening: Opening | None = None) -> Store:
    """A day with so many closed receipts, including cancelled ones; the same arguments give the same day.

    It also has some open receipts, and some of the days before and after; not where it goes on from an opening.
    """
    with garbage_collection.paused():
        chance = random.Random(f"{day} {receipts} {seed}")  # noqa: S311  a made-up day needs no secrecy
        sales = draw_sales(receipts, chance, opening)
        moved = [move for sale in sales for move in moves(sale, chance)]
        menu_from = opening.menu_from if opening else day
        operations = stock_operations(moved, day, chance, opening)
        store = Store(operations=operations, products=catalogue(menu_from))
        products = {product.id: product_record(product, menu_from) for product in MENU}
        for sale in sales:
            receipt = _receipt_record(sale, day, chance)
            receipt["receipt_products"] = [
                _line_record(line, sale, products[line.product.id], day, chance) for line in sale.lines
            ]
            set_sums(receipt, store.deductions(sale.id))
            store.receipts.append(receipt)
        return store


def set_sums(receipt: Raw, deductions: Sequence[Raw]) -> None:
    """Set a receipt's sums to those of its live lines, and its cost to that of its deductions, unsigned."""
    live = [line for line in receipt["receipt_products"] if not line["deleted_at"]]
    subtotal, total = (
        sum((Decimal(line[name]) for line in live), Decimal(0)) for name in ("subtotal", "total")
    )
    cost = abs(sum((Decimal(operation["total_cost"]) for operation in deductions), Decimal(0)))
    receipt |= {
        "subtotal": number(subtotal), "total": number(total), "total_discount": number(subtotal - total),
        "totalCost": number(cost),
    }  # fmt: skip
    for payment in receipt["payment_methods"]:
        payment["amount"] = number(total)


def _receipt_record(sale: Sale, day: date, chance: random.Random) -> Raw:
    """A receipt without lines and sums."""
    created = time_of(day, sale.opened)
    closed = None if sale.closed is None else time_of(day, sale.closed)
    order_status = "CANCELLED" if sale.is_cancelled else "COMPLETED" if closed else "IN_PROGRESS"
    last_change = sale.opened if sale.closed is None else sale.closed
    sale_type = chance.choice(_SALE_TYPES)
    payment_id, payment = chance.choice(_PAYMENTS)
    is_paid = closed is not None and not sale.is_cancelled
    return {
        "id": sale.id, "cid": _cid(chance), "venue_id": HOME_VENUE, "status": CLOSED if closed else OPEN,
        "order_status": order_status, **({"is_returns": True} if sale.is_return else {}),
        "inventory_status": 1, "sale_type_id": sale_type, "source": "pos",
        "terminal_id": chance.randrange(1, 4), "total": 0, "subtotal": 0, "total_discount": 0, "totalCost": 0,
        "payment_methods": [{"id": payment_id, "name": payment, "amount": 0}] if is_paid else [],
        **_guest(sale_type == _DELIVERY, chance),
        "created_at": created, "updated_at": time_of(day, last_change + chance.randrange(1, 90)),
        "closed_at": closed, "shift_date": str(day + timedelta(days=sale.day)), "deleted_at": None, "lock": False,
    }  # fmt: skip


def _guest(is_delivery: bool, chance: random.Random) -> Raw:
    """Personal data, which the API sends and the evidence must not keep."""
    if not is_delivery and chance.randrange(15):
        return {"customer": None, "address": None}
    phone = f"+998 90 {chance.randrange(100, 1000)} {chance.randrange(10, 100)} {chance.randrange(10, 100)}"
    customer = {"id": chance.randrange(1, 900), "name": chance.choice(_NAMES), "phone": phone}
    address = f"{chance.choice(_STREETS)} {chance.randrange(1, 120)}" if is_delivery else None
    return {"customer": customer, "address": address}


def _line_record(line: Line, sale: Sale, product: Raw, day: date, chance: random.Random) -> Raw:
    """A line with its product embedded; lines share the product's record."""
    created = time_of(day, sale.opened)
    voided = time_of(day, sale.opened + chance.randrange(30, 170)) if line.is_voided else None
    price = line.product.price + sum(modifier.price for modifier in line.modifiers)
    subtotal = price * line.count * line.portion
    percent = _DISCOUNT_PERCENT if chance.randrange(30) == 0 else 0
    total = Decimal(0) if line.is_gift else subtotal * (100 - percent) / 100
    return {
        "id": line.id, "cid": _cid(chance), "receipt_id": sale.id, "product_id": line.product.id,
        "product_hash": "-".join([str(line.product.id), *(f"m{modifier.id}" for modifier in line.modifiers)]),
        "count": number(line.count), "portion_size": number(line.portion), "price": price,
        "subtotal": number(subtotal), "total": number(total), "cost": product["cost_price"],
        "is_gift": line.is_gift, "discount_type": 1 if percent else 0, "discount_value": percent,
        "total_discount": number(subtotal - total), "created_at": created, "updated_at": voided or created,
        "deleted_at": voided,
        "meta": {"product": {"name": product["full_name"], "sold_by_weight": line.product.sold_by_weight}},
        "product": product,
        "receipt_product_modificators": [
            {"id": 10 * line.id + place, "modificator_id": each.id, "name": each.name, "count": number(line.count)}
            for place, each in enumerate(line.modifiers)
        ],
    }  # fmt: skip


def _cid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
