"""The format of the documented API: query parameters, paging, embedded parts, the two envelopes."""

from __future__ import annotations

import dataclasses
import json
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Self, TypeVar

from starlette.responses import Response

from reconcile.core.exact_json import encode_json
from reconcile.evidence.structs import Raw
from reconcile.sandbox.behaviour import Behaviour

_FILTERS = frozenset({"status", "sale_type_id", "terminal_id"})
_PRODUCT_PARTS = frozenset({"unit", "category", "modifications", "modificator_groups", "recipe", "packages"})
_T = TypeVar("_T")


class ApiError(Exception):
    """A request that gets an error; `args`: status, error id, message."""


@dataclasses.dataclass(frozen=True)
class Page:
    """`page` and `limit` of a list."""

    number: int
    limit: int

    @classmethod
    def of(cls, query: Mapping[str, str], cap: int, most: int) -> Self:
        """By default page 1 of 50; a larger `limit` than the cap is lowered silently, one above `most` is refused."""
        number, limit = (_positive(query, name, default) for name, default in (("page", 1), ("limit", 50)))
        if limit > most:
            raise ApiError(400, "The limit field is too large", f"limit must be at most {most}")
        return cls(number, min(limit, cap))

    def cut(self, rows: Sequence[_T]) -> Sequence[_T]:
        """The rows of this page."""
        return rows[(self.number - 1) * self.limit : self.number * self.limit]


def _positive(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise ApiError(400, "bad_request", f"{name} must be a positive whole number")
    return int(text)


def created_between(query: Mapping[str, str]) -> tuple[str, str]:
    """First and last day of creation: `date[0]`, `date[1]`, or `date_from`, `date_to` of one public client."""
    first = query.get("date[0]", query.get("date_from", "0001-01-01"))[:10]
    last = query.get("date[1]", query.get("date_to", "9999-12-31"))[:10]
    for day in (first, last):
        try:
            date.fromisoformat(day)
        except ValueError:
            raise ApiError(400, "bad_request", "date must be YYYY-MM-DD") from None
    return first, last


def sort_order(query: Mapping[str, str], behaviour: Behaviour) -> tuple[str, bool]:
    """The field to sort by, one of those allowed, and whether in descending order: `sort[0]`, `sort[1]`.

    An empty field is the order of the store.
    """
    sorts = behaviour.sorts
    field, direction = query.get("sort[0]", "" if "id" not in sorts else "id"), query.get("sort[1]", "1")
    if field not in sorts and (not field or behaviour.ignores_other_sorts):
        return "", False
    if field not in sorts or direction not in ("1", "-1"):
        raise ApiError(400, "bad_request", f"sort[0] must be one of {', '.join(sorts)}, sort[1] 1 or -1")
    return field, direction == "-1"


def sort_key(receipt: Raw, field: str) -> tuple[Any, ...]:
    """Sorts by the field, then by id; numbers come before other values. An empty field: as they are."""
    if not field:
        return ()
    return tuple(
        (0, value, "") if isinstance(value, int | Decimal) else (1, 0, str(value))
        for value in (receipt.get(field), receipt.get("id"))
    )


def filters(query: Mapping[str, str]) -> dict[str, str]:
    """`filters[N][0]=field&filters[N][1]=value`, as values by field."""
    parts: dict[str, dict[str, str]] = {}
    for name, value in query.items():
        if match := re.fullmatch(r"filters\[(\d+)\]\[([01])\]", name):
            parts.setdefault(match[1], {})[match[2]] = value
    pairs = {pair.get("0", ""): pair.get("1", "") for pair in parts.values()}
    if not pairs.keys() <= _FILTERS:
        raise ApiError(400, "bad_request", f"filters can be on {', '.join(sorted(_FILTERS))}")
    return pairs


def embedded_parts(query: Mapping[str, str], behaviour: Behaviour) -> list[str]:
    """The parts that are requested. Raises `ApiError` for one that is refused."""
    parts = [value for name, value in query.items() if name.startswith("with[")]
    if refused := sorted(set(parts) & behaviour.refused_parts):
        raise ApiError(400, f"Call to undefined relationship [{refused[0][:40]}]", "with is not supported")
    return parts


def endless_page(rows: Sequence[Raw], page: Page) -> list[Raw]:
    """A page of a list that never ends: copies of its records, with new ids on each page."""
    shift = page.number * 10**9
    return [row | {"id": shift + place} for place, row in enumerate(rows[: page.limit])]


def receipt_view(receipt: Raw, query: Mapping[str, str], behaviour: Behaviour, listed: bool) -> Raw:
    """A receipt with the parts that `with[…]` requests and the behaviour allows. Raises `ApiError`."""
    embedded = embedded_parts(query, behaviour)
    view = dict(receipt)
    with_lines = any(part.startswith("receipt_products") for part in embedded)
    if not with_lines or (listed and not behaviour.lists_lines):
        view.pop("receipt_products", None)
    lines = view.get("receipt_products")
    if not isinstance(lines, list):
        return view
    with_products = behaviour.embeds_products and any(
        part.startswith("receipt_products.product") for part in embedded
    )
    view["receipt_products"] = [
        _line_view(line, with_products, behaviour.modifier_lists)
        for line in lines
        if behaviour.lists_deleted_lines or not (listed and isinstance(line, dict) and line.get("deleted_at"))
    ]
    return view


def _line_view(line: Any, with_product: bool, modifier_lists: frozenset[str]) -> Any:
    if not isinstance(line, dict):
        return line
    view = line if with_product else {name: value for name, value in line.items() if name != "product"}
    chosen = view.get("receipt_product_modificators")
    if chosen is None or modifier_lists == {"receipt_product_modificators"}:
        return view
    others = {name: value for name, value in view.items() if name != "receipt_product_modificators"}
    return others | dict.fromkeys(sorted(modifier_lists), chosen)


def product_view(product: Raw, query: Mapping[str, str], behaviour: Behaviour) -> Raw:
    """A product with the parts that `with[…]` requests. Raises `ApiError` for a part that is refused."""
    left_out = _PRODUCT_PARTS - set(embedded_parts(query, behaviour))
    return {name: value for name, value in product.items() if name not in left_out}


def login_body(token: str, life_seconds: float) -> Raw:
    """The body of a successful `POST /auth`."""
    return {
        "success": True,
        "token": token,
        "token_type": "Bearer",
        "expires_in": life_seconds if life_seconds % 1 else int(life_seconds),
        "expires_at": int(time.time() + life_seconds),
        "message": "Authenticated",
    }


def envelope(data: Any, **more: Any) -> Raw:
    """The envelope of a success, with the timestamps that the public client expects."""
    now = datetime.now(UTC)
    stamp = {"time": 1, "timestamp": now.isoformat(timespec="seconds"), "unix": int(now.timestamp())}
    return {"success": True, "data": data, **more, **stamp}


def json_response(body: Any, status: int = 200) -> Response:
    """A JSON response with exact numbers; lone surrogates are written as escapes."""
    try:
        content = encode_json(body)
    except UnicodeEncodeError:
        content = json.dumps(body, ensure_ascii=True, default=str).encode()
    return Response(content, status, media_type="application/json")


def numbers_as_text(value: Any) -> Any:
    """The value with every number as a string."""
    match value:
        case bool():
            return value
        case int() | float() | Decimal():
            return str(value)
        case list():
            return [numbers_as_text(item) for item in value]
        case dict():
            return {key: numbers_as_text(item) for key, item in value.items()}
    return value
