"""What the program did not expect of the API's answers, named by field, never by value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reconcile.core.exact import micros, positive_int
from reconcile.doctor.checks import Check, ok, skipped, warn
from reconcile.doctor.requests import Contact
from reconcile.frames import reading

_Test = Callable[[Any], bool]
_MOST_NAMED = 12


def _is_time(value: Any) -> bool:
    return value is None or not reading.times([value], None)[2][0]


def _is_number(value: Any) -> bool:
    return micros(value) is not None


def _is_id(value: Any) -> bool:
    return positive_int(value) is not None


def _is_id_or_none(value: Any) -> bool:
    return value in (None, 0, "0") or _is_id(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_RECEIPT: Mapping[str, _Test] = {
    "id": _is_id, "venue_id": _is_id, "status": _is_id, "created_at": _is_time, "updated_at": _is_time,
    "closed_at": _is_time, "shift_date": _is_time, "receipt_products": _is_list,
}  # fmt: skip
_LINE: Mapping[str, _Test] = {
    "id": _is_id, "product_id": _is_id, "count": _is_number, "price": _is_number, "meta": _is_object,
    "product": _is_object,
}  # fmt: skip
_OPERATION: Mapping[str, _Test] = {
    "id": _is_id, "receipt_id": _is_id, "receipt_product_id": _is_id, "product_id": _is_id, "stock_id": _is_id,
    "storage_id": _is_id_or_none, "quantity": _is_number, "before_quantity": _is_number,
    "after_quantity": _is_number, "cost": _is_number, "total_cost": _is_number, "operated_at": _is_time,
}  # fmt: skip
_PRODUCT: Mapping[str, _Test] = {"id": _is_id, "type": _is_text, "name": _is_text}
_VENUE: Mapping[str, _Test] = {"id": _is_id, "name": _is_text}
_ENVELOPE: Mapping[str, _Test] = {
    "total": lambda value: value in (0, "0") or _is_id(value),
    "timestamp": _is_text, "unix": _is_id, "sorts": _is_list,
}  # fmt: skip


def check_answers(found: Contact) -> Check:
    """Fields that are missing or of another kind than the program expects."""
    if found.receipts is None and found.products is None:
        return skipped("answers", "receipts")
    receipts = found.receipts or []
    lines = [
        line
        for receipt in receipts
        if isinstance(receipt, dict) and isinstance(receipt.get("receipt_products"), list)
        for line in receipt["receipt_products"]
    ]
    odd = [
        *_odd("envelope", [found.envelope], _ENVELOPE),
        *_odd("venue", (found.venues or {}).get("data", ()), _VENUE),
        *_odd("receipt", receipts, _RECEIPT),
        *_odd("line", lines, _LINE),
        *_odd("operation", found.operations or (), _OPERATION),
        *_odd("product", found.products or (), _PRODUCT),
    ]
    if not odd:
        return ok("answers", "all fields that are read are there, of the kinds expected")
    more = f"; and {len(odd) - _MOST_NAMED} more" if len(odd) > _MOST_NAMED else ""
    todo = "run one day, and see Not judged in the workbook; send the vendor, or this program's maintainers, this line"
    return warn("answers", "; ".join(odd[:_MOST_NAMED]) + more, todo)


def _odd(what: str, records: Iterable[Any], expected: Mapping[str, _Test]) -> list[str]:
    missing: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    no_object = count = 0
    for record in records:
        count += 1
        if not isinstance(record, dict):
            no_object += 1
            continue
        for field, fits in expected.items():
            if field not in record:
                missing[field] += 1
            elif not fits(record[field]):
                wrong[field] += 1
    return [
        *([f"{no_object} of {count} {what}s no object"] if no_object else []),
        *(f"{what}.{field} missing in {number} of {count}" for field, number in missing.items()),
        *(f"{what}.{field} of another kind in {number} of {count}" for field, number in wrong.items()),
    ]
