"""The demo day as the API would give it, and as evidence holds it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.demo.book import Book, number, time
from tests.demo.menu import MENU, MODIFIERS, Line, Receipt

DAY = "2026-01-19"


def line_record(line_id: int, line: Line, receipt_id: int, at: str) -> dict[str, Any]:
    """A line as the API gives it."""
    product = MENU[line.product]
    amount = Decimal(line.count) * Decimal(line.portion) * product.price
    mods = [MODIFIERS[name] for name in line.mods]
    return {
        "id": line_id, "receipt_id": receipt_id, "product_id": product.id,
        "product_hash": "-".join([str(product.id), *(f"m{mod[0]}" for mod in mods)]),
        "count": number(Decimal(line.count)), "portion_size": number(Decimal(line.portion)),
        "price": product.price,
        "subtotal": number(amount), "total": 0 if line.is_gift or line.is_free else number(amount),
        "cost": number(Decimal(product.cost)), "is_gift": line.is_gift, "created_at": at, "updated_at": at,
        "deleted_at": at if line.is_void else None,
        "meta": {"product": {"name": product.name, "sold_by_weight": product.by_weight}},
        "product": {
            "id": product.id, "parent_id": product.parent_id, "type": product.type, "name": product.name,
            "full_name": product.name, "unit_id": 2 if product.unit == "kg" else 1,
            "unit": {"name": product.unit, "symbol": product.unit}, "inventory_behavior": product.behavior,
            "cost_price": number(Decimal(product.cost)), "sold_by_weight": product.by_weight,
            "updated_at": "2025-12-02 10:00:00", "deleted_at": product.deleted_at,
        },
        "receipt_product_modificators": [
            {"id": line_id * 10 + place, "modificator_id": mod[0], "name": mod[1], "count": 1}
            for place, mod in enumerate(mods)
        ],
        **line.raw,
    }  # fmt: skip


def receipt_record(
    receipt_id: int, receipt: Receipt, lines: list[tuple[int, Line]], by_id: bool
) -> dict[str, Any]:
    """A receipt as the list, or the answer by id, gives it."""
    created = time(receipt.created)
    closed = time(receipt.closed) if receipt.closed and receipt.kind != "open" else None
    given = [
        line_record(key, line, receipt_id, created) for key, line in lines if by_id or not line.is_unlisted
    ]
    full, total = (
        sum((Decimal(str(line[name])) for line in given if not line["deleted_at"]), Decimal(0))
        for name in ("subtotal", "total")
    )
    status = "CANCELLED" if receipt.is_cancelled else "COMPLETED" if closed else "NEW"
    return {
        "id": receipt_id, "cid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"receipt {receipt_id}")), "venue_id": 1,
        "status": 2 if closed else 1, "order_status": status, "inventory_status": 1, "sale_type_id": 1,
        "source": "pos", **({"is_returns": True} if receipt.is_return else {}), "total": number(total),
        "subtotal": number(full), "total_discount": number(full - total),
        **({"totalCost": number(Decimal(receipt.total_cost))} if receipt.total_cost else {}),
        "created_at": created, "updated_at": closed or created, "closed_at": closed,
        **({"shift_date": receipt.shift} if receipt.shift else {}), "deleted_at": None,
        "receipt_products": given, **receipt.raw,
    }  # fmt: skip


def records(book: Book) -> Iterator[dict[str, Any]]:
    """The evidence, line by line."""
    start = {"format": 1, "program": "reconcile 0.1.0", "source": "demo", "date": DAY, "venue_id": None}
    yield {"record": "run", **start, "window_days": 1, "started_at": "2026-01-20T02:10:00Z"}
    yield {"record": "listed", "total": len(book.receipts)}
    listed = sorted(book.receipts, key=lambda entry: (time(entry[1].created), entry[0]))
    asked = [entry for entry in listed if entry[1].by_id]
    due_ids = [receipt_id for receipt_id, receipt, _ in listed if receipt.kind == "reconciled"]
    for entry in listed:
        yield {"record": "receipt", "asked": "list", "receipt": receipt_record(*entry, by_id=False)}
    for receipt_id in due_ids:
        given = [
            move.record for move in book.moves if move.receipt_id == receipt_id for _ in range(move.op.times)
        ]
        yield {"record": "operations", "receipt_id": receipt_id, "operations": given}
    for entry in asked:
        yield {"record": "receipt", "asked": "id", "receipt": receipt_record(*entry, by_id=True)}
    pages = -(-len(listed) // 100)
    requests = 1 + pages + len(due_ids) + len(asked)
    yield {"record": "end", "finished_at": "2026-01-20T02:10:31Z", "requests": requests}
