"""The menu of the made-up restaurant as the API gives it: products in lines, and the catalogue."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from reconcile.evidence.structs import Raw
from reconcile.sandbox.menu import (
    BY_ID,
    CATEGORIES,
    DELETED_AT,
    MENU,
    OTHER_CATEGORY,
    UNITS,
    ModifierGroup,
    Product,
)

_BEHAVIORS = {"DISH": 0, "PREPARATION": None, "TIMER": 3}
"""The `inventory_behavior` by type: its ingredients, not said, nothing. All other types take themselves (1)."""


def number(value: Decimal) -> int | Decimal:
    """A decimal as written in JSON: an integer if whole, else without trailing zeros."""
    whole = int(value)
    return whole if whole == value else value.normalize()


def product_record(product: Product, day: date) -> Raw:
    """A product as embedded in a line. No `updated_at` is after the business day `day`."""
    unit_id, unit_name = UNITS[product.unit]
    category_id, _ = CATEGORIES.get(product.type, OTHER_CATEGORY)
    updated_at = f"{day - timedelta(days=40 + product.id % 50)} 10:{product.id % 60:02}:00"
    deleted_at = f"{day} {DELETED_AT}" if product.is_deleted else None
    return {
        "id": product.id, "parent_id": product.parent_id, "category_id": category_id, "type": product.type,
        "name": product.name, "full_name": product.full_name, "unit_id": unit_id,
        "unit": {"id": unit_id, "name": unit_name, "symbol": product.unit},
        "cost_price": number(product.cost), "price": product.price, "sold_by_weight": product.sold_by_weight,
        "inventory_behavior": _BEHAVIORS.get(product.type, 1), "net_output": number(product.net_output),
        "updated_at": deleted_at or updated_at, "deleted_at": deleted_at,
    }  # fmt: skip


def catalogue(day: date) -> list[Raw]:
    """The products as in `GET /products` on that business day, ordered by id."""
    plain = {product.id: product_record(product, day) for product in MENU}
    return [
        {
            **plain[product.id],
            "category": dict(zip(("id", "name"), CATEGORIES.get(product.type, OTHER_CATEGORY), strict=True)),
            "modifications": [plain[each.id] for each in MENU if each.parent_id == product.id],
            "modificator_groups": [_group_record(group, product, plain) for group in product.groups],
            "recipe": [
                {
                    **plain[ingredient],
                    "pivot": {
                        "dish_id": product.id, "ingredient_id": ingredient, "net": "0.000", "gross": f"{gross:.3f}",
                    },
                }
                for ingredient, gross in product.recipe
            ],
            "packages": [],
        }
        for product in sorted(MENU, key=lambda each: each.id)
    ]  # fmt: skip


def _group_record(group: ModifierGroup, dish: Product, plain: dict[int, Raw]) -> Raw:
    return {
        "id": group.id, "name": group.name, "type": 1, "adjust_to_portion": group.adjust_to_portion,
        "modificators": [
            {
                "id": each.id, "name": each.name, "ingredient_id": each.ingredient_id, "dish_id": dish.id,
                "brutto": number(each.brutto), "price": each.price,
                "cost_price": number(BY_ID[each.ingredient_id].cost * each.brutto) if each.ingredient_id else 0,
                "ingredient": plain[each.ingredient_id] if each.ingredient_id else None,
            }
            for each in group.modifiers
        ],
    }  # fmt: skip
