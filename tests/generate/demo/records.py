"""The demo day as the API would give it, and as evidence holds it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.generate.demo.book import Book, number, time
from tests.generate.demo.menu import GROUPS, MENU, MODIFIERS, Product
from tests.generate.demo.notation import Line, Receipt

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
        "product": product_record(product),
        "receipt_product_modificators": [
            {"id": line_id * 10 + place, "modificator_id": mod[0], "name": mod[1], "count": 1}
            for place, mod in enumerate(mods)
        ],
        **line.raw,
    }  # fmt: skip


def product_record(product: Product) -> dict[str, Any]:
    """A product as the API embeds it."""
    return {
        "id": product.id, "parent_id": product.parent_id, "type": product.type, "name": product.name,
        "full_name": product.name, "unit_id": 2 if product.unit == "kg" else 1,
        "unit": {"name": product.unit, "symbol": product.unit}, "inventory_behavior": product.behavior,
        "cost_price": number(Decimal(product.cost)), "sold_by_weight": product.by_weight,
        "updated_at": product.updated, "deleted_at": product.deleted_at,
    }  # fmt: skip


def catalogue() -> Iterator[dict[str, Any]]:
    """The products as the catalogue lists them."""
    for name, product in sorted(MENU.items(), key=lambda item: item[1].id):
        if product.is_listed:
            groups = [(key, *group) for key, group in GROUPS.items() if name in group[3]]
            yield {
                **product_record(product), "category_id": product.category[0],
                "category": dict(zip(("id", "name"), product.category, strict=True)),
                "net_output": number(Decimal(product.net_output)), "modifications": [],
                "modificator_groups": [group_record(*group) for group in groups],
                "recipe": [row for part in product.recipe.items() for row in recipe_rows(product, *part)],
            }  # fmt: skip


def recipe_rows(product: Product, name: str, gross: str) -> list[dict[str, Any]]:
    """An ingredient's row of a recipe; or two, half and half."""
    ingredient, rows = MENU[name], 2 if name == product.twice else 1
    pivot = {
        "dish_id": product.id,
        "ingredient_id": ingredient.id,
        "net": "0.000",
        "gross": f"{Decimal(gross) / rows:.3f}",
    }
    return [{"id": ingredient.id, "name": ingredient.name, "type": ingredient.type, "pivot": pivot}] * rows


def group_record(
    key: int, name: str, is_scaled: bool, modifiers: tuple[str, ...], _: tuple[str, ...]
) -> dict[str, Any]:
    """A group of modifiers."""
    return {
        "id": key, "name": name, "type": 0, "adjust_to_portion": is_scaled,
        "modificators": [modifier_record(*MODIFIERS[each]) for each in modifiers],
    }  # fmt: skip


def modifier_record(key: int, name: str, takes: str, brutto: str) -> dict[str, Any]:
    """A modifier, linked to an ingredient, to a dish or to nothing."""
    linked = MENU[takes] if takes else None
    field = "dish_id" if linked is not None and linked.type == "DISH" else "ingredient_id"
    ids = {"ingredient_id": None, "dish_id": None} | {field: linked.id if linked else None}
    return {"id": key, "name": name, **ids, "brutto": number(Decimal(brutto))}


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
    products = list(catalogue())
    for product in products:
        yield {"record": "product", "product": product}
    yield {"record": "catalogue", "total": len(products)}
    pages = -(-len(listed) // 100) + -(-len(products) // 100)
    requests = 1 + pages + len(due_ids) + len(asked)
    yield {"record": "end", "finished_at": "2026-01-20T02:10:31Z", "requests": requests}
