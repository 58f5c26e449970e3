"""Which fields of a record are kept: an allow-list.

Customer, phone, address, card and free text are not needed to reconcile and are never written to disk.
"""

from __future__ import annotations

from typing import Any

_NAMED = {"id": 1, "name": 1}
_UNIT = {"id": 1, "name": 1, "symbol": 1}
_PRODUCT = dict.fromkeys(
    "id parent_id category_id type name full_name unit_id inventory_behavior cost_price sold_by_weight "
    "updated_at deleted_at".split(),
    1,
) | {"unit": _UNIT}
_LISTED_PRODUCT = (
    _PRODUCT
    | {"net_output": 1, "modifications": _PRODUCT}
    | {
        "recipe": _PRODUCT
        | {"net_output": 1, "pivot": dict.fromkeys("dish_id ingredient_id net gross".split(), 1)},
        "modificator_groups": {
            "id": 1,
            "name": 1,
            "type": 1,
            "adjust_to_portion": 1,
            "modificators": dict.fromkeys("id name ingredient_id dish_id brutto cost_price".split(), 1)
            | {"ingredient": _PRODUCT},
        },
    }
)
_MODIFIER = dict.fromkeys("id modificator_id name count".split(), 1)
_LINE = dict.fromkeys(
    "id cid receipt_id product_id product_hash count portion_size price subtotal total cost is_gift "
    "discount_type discount_value discount_rate total_discount created_at updated_at deleted_at".split(),
    1,
) | {
    "meta": {"product": {"name": 1, "sold_by_weight": 1}},
    "product": _PRODUCT,
    "receipt_product_modificators": _MODIFIER,
    "modificators": _MODIFIER,
}
_RECEIPT = dict.fromkeys(
    "id cid venue_id status order_status is_returns inventory_status sale_type_id source total subtotal "
    "total_discount totalCost created_at updated_at closed_at shift_date deleted_at lock".split(),
    1,
) | {"receipt_products": _LINE}
_OPERATION = dict.fromkeys(
    "id receipt_id receipt_product_id operation_id product_id stock_id storage_id quantity before_quantity "
    "after_quantity cost before_cost total_cost operated_at".split(),
    1,
) | {"product": _NAMED, "stock": {"id": 1, "storage": _NAMED}}


def kept(value: Any, allowed: Any) -> Any:
    """The allowed fields of a JSON value. A value of the wrong kind is replaced by its kind, such as `<a list>`."""
    if isinstance(allowed, dict):
        if isinstance(value, dict):
            return {key: kept(value[key], inner) for key, inner in allowed.items() if key in value}
        if isinstance(value, list):
            return [_kind(item) if isinstance(item, list) else kept(item, allowed) for item in value]
        return value if value is None else _kind(value)
    return _kind(value) if isinstance(value, dict | list) else value


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return f"<{names.get(type(value), 'a number')}>"


def kept_receipt(receipt: Any) -> Any:
    """A receipt and its lines without the fields that are not needed (customer, address, payment, free text)."""
    return kept(receipt, _RECEIPT)


def kept_product(product: Any) -> Any:
    """A catalogue product with its variants, modifiers and recipe, without the fields that are not needed."""
    return kept(product, _LISTED_PRODUCT)


def kept_operation(operation: Any) -> Any:
    """A stock operation without the fields that are not needed."""
    return kept(operation, _OPERATION)
