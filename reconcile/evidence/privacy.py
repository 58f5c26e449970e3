"""Which fields of a record are kept: an allow-list.

Customer, phone, address, card and free text are not needed to reconcile and are never written to disk.
"""

from __future__ import annotations

from typing import Any


def _fields(names: str, **inner: Any) -> dict[str, Any]:
    """An allow-list of plain fields, and of objects with an allow-list of their own."""
    return dict.fromkeys(names.split(), 1) | inner


_NAMED = _fields("id name")
_PRODUCT = _fields(
    "id parent_id category_id type name full_name unit_id inventory_behavior cost_price sold_by_weight "
    "updated_at deleted_at",
    unit=_fields("id name symbol"),
    category=_NAMED,
)
_LISTED_PRODUCT = _PRODUCT | _fields(
    "net_output",
    modifications=_PRODUCT,
    recipe=_PRODUCT | _fields("net_output", pivot=_fields("dish_id ingredient_id net gross")),
    modificator_groups=_fields(
        "id name type adjust_to_portion",
        modificators=_fields("id name ingredient_id dish_id brutto cost_price", ingredient=_PRODUCT),
    ),
)
_MODIFIER = _fields("id modificator_id name count")
_LINE = _fields(
    "id cid receipt_id product_id product_hash count portion_size price subtotal total cost is_gift "
    "discount_type discount_value discount_rate total_discount created_at updated_at deleted_at",
    meta={"product": _fields("name sold_by_weight")},
    product=_PRODUCT,
    receipt_product_modificators=_MODIFIER,
    modificators=_MODIFIER,
)
_RECEIPT = _fields(
    "id cid venue_id status order_status is_returns inventory_status sale_type_id terminal_id source total subtotal "
    "total_discount totalCost created_at updated_at closed_at shift_date deleted_at lock",
    receipt_products=_LINE,
)
_OPERATION = _fields(
    "id receipt_id receipt_product_id operation_id product_id stock_id storage_id quantity before_quantity "
    "after_quantity cost before_cost total_cost operated_at",
    product=_NAMED,
    stock={"id": 1, "storage": _NAMED},
)


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
