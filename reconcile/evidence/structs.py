"""The fields of receipts and stock operations that are judged, as structs that msgspec decodes from JSON.

A number is a float where it was decoded straight. A float is only trusted where it proves the millionths of its text
(`reconcile.frames.reading`); elsewhere the raw record has the exact digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar

import msgspec

Raw: TypeAlias = dict[str, Any]
"""One JSON object of the API; numbers are int or Decimal, never float."""
Number: TypeAlias = float | str | bool | None
"""Decoded straight; made of a raw record it may be any JSON value, as may be the fields of type Any."""


_Struct = TypeVar("_Struct", bound="Struct")


class Struct(msgspec.Struct, gc=False):
    """Some fields of a JSON object; None where it lacks one. All other fields are skipped."""

    @classmethod
    def inner(cls, field: str) -> type[Struct]:
        """The kind of the objects in a field."""
        return _INNER[cls][field]


class Named(Struct):
    name: Any = None


class Stock(Struct):
    storage: Named | None = None


class Operation(Struct):
    """A stock operation."""

    id: Any = None
    receipt_id: Any = None
    receipt_product_id: Any = None
    operation_id: Any = None
    product_id: Any = None
    stock_id: Any = None
    storage_id: Any = None
    quantity: Number = None
    before_quantity: Number = None
    after_quantity: Number = None
    cost: Number = None
    before_cost: Number = None
    total_cost: Number = None
    operated_at: Any = None
    product: Named | None = None
    stock: Stock | None = None


class Unit(Struct):
    symbol: Any = None
    name: Any = None


class LineProduct(Struct):
    name: Any = None
    full_name: Any = None
    type: Any = None
    inventory_behavior: Any = None
    cost_price: Number = None
    unit: Unit | None = None
    category_id: Any = None


class Meta(Struct):
    product: Named | None = None


class Line(Struct):
    """A sale line."""

    id: Any = None
    product_id: Any = None
    product_hash: Any = None
    count: Number = None
    portion_size: Number = None
    price: Number = None
    subtotal: Number = None
    total: Number = None
    total_discount: Number = None
    is_gift: Any = None
    created_at: Any = None
    deleted_at: Any = None
    meta: Meta | None = None
    product: LineProduct | None = None
    receipt_product_modificators: Any = None
    modificators: Any = None


class Receipt(Struct):
    """A receipt. `receipt_products` is None where it is not a list."""

    id: Any = None
    venue_id: Any = None
    updated_at: Any = None
    cid: Any = None
    status: Any = None
    order_status: Any = None
    is_returns: Any = None
    totalCost: Number = None  # noqa: N815  the API's own name
    total: Number = None
    sale_type_id: Any = None
    terminal_id: Any = None
    source: Any = None
    shift_date: Any = None
    closed_at: Any = None
    created_at: Any = None
    deleted_at: Any = None
    receipt_products: list[Line] | None = None


_INNER: Mapping[type[Struct], Mapping[str, type[Struct]]] = {
    Operation: {"product": Named, "stock": Stock},
    Stock: {"storage": Named},
    LineProduct: {"unit": Unit},
    Meta: {"product": Named},
    Line: {"meta": Meta, "product": LineProduct},
}


def of_raw(kind: type[_Struct], raw: Any) -> _Struct:
    """A struct with the values of a raw record as they are; what is not an object counts as empty."""
    if not isinstance(raw, dict):
        return kind()
    found = kind(*map(raw.get, kind.__struct_fields__))
    for name, inner in _INNER.get(kind, {}).items():
        value = raw.get(name)
        setattr(found, name, of_raw(inner, value) if isinstance(value, dict) else None)
    if isinstance(found, Receipt):
        lines = raw.get("receipt_products")
        found.receipt_products = [of_raw(Line, each) for each in lines] if isinstance(lines, list) else None
    return found
