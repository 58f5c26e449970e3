"""What differs from the earlier evidence of a day, field by field.

Compared are the fields that judging reads, as they were read: `1` and `1.0` are the same. A receipt that was reconciled
both times is compared with its lines and its stock operations; a line or an operation that is there on one side alone
is one row, of its `count` or its `quantity`. A receipt that was reconciled on one side alone is one row of its
`receipt_class`, and one of what its operations are worth. A receipt that failed on one side is not known there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import pandas as pd

from reconcile.core.exact import decimal_text, sum_of_known
from reconcile.frames import Day
from reconcile.model.changed import WRITTEN_OFF, ChangedField

_Values: TypeAlias = tuple[Any, ...]
_Texts: TypeAlias = tuple[str | None, str | None]
"""Before and after."""


def _id(value: int) -> str | None:
    return str(value) if value else None


def _flag(value: bool) -> str:
    return "true" if value else "false"


RECEIPT_FIELDS: Mapping[str, Callable[[Any], str | None]] = {
    "deleted_at": str, "is_cancelled": _flag, "is_return": _flag, "total": decimal_text, "total_cost": decimal_text,
    "created_at": str, "closed_at": str, "cid": str,
}  # fmt: skip
"""Each with its text. The value of a receipt stands at the first of them that decides it."""
LINE_FIELDS: Mapping[str, Callable[[Any], str | None]] = {
    "count": decimal_text, "portion_size": decimal_text, "product_id": _id, "price": decimal_text,
    "subtotal": decimal_text, "sale_amount": decimal_text, "discount": decimal_text, "is_gift": _flag,
    "modifiers": str, "created_at": str, "deleted_at": str,
}  # fmt: skip
OPERATION_FIELDS: Mapping[str, Callable[[Any], str | None]] = {
    "total_cost": decimal_text, "quantity": decimal_text, "before_quantity": decimal_text,
    "after_quantity": decimal_text, "cost": decimal_text, "before_cost": decimal_text, "receipt_id": _id,
    "receipt_product_id": _id, "of_document": _flag, "product_id": _id, "stock_id": _id, "storage_id": _id,
    "operated_at": str,
}  # fmt: skip
_DECIDES_A_SALE = ("deleted_at", "is_cancelled", "is_return", "total")
_DECIDES_A_COST = ("total_cost", "quantity", "before_quantity", "after_quantity")
_DELETED = "true"
"""In place of a time of deletion that is not known."""


class Totals(NamedTuple):
    """Sums of the values of rows, in millionths."""

    stock: int
    """Change of the cost of what left the stocks."""
    sales: int


def totals(rows: Iterable[ChangedField]) -> Totals:
    """The sums of the known values: costs of stock and sale amounts each on their own."""
    rows = list(rows)
    stock, sales = ([row.value for row in rows if row.is_of_stock == of_stock] for of_stock in (True, False))
    return Totals(sum_of_known(stock) or 0, sum_of_known(sales) or 0)


def changed_since(before: Day, after: Day) -> tuple[ChangedField, ...]:
    """The rows, by receipt, line, operation and field. The order of the frames' rows does not matter."""
    classes = [dict(_columns(day.receipts, "receipt_id", "receipt_class")) for day in (before, after)]
    both = {key for key, name in classes[0].items() if name == classes[1].get(key) == "reconciled"}
    rows = [
        *_classes(classes, before, after),
        *_receipts(both, before, after),
        *_lines(both, before, after),
        *_operations(both, before, after),
    ]
    return tuple(sorted(rows, key=lambda row: [each or 0 for each in row[:3]] + [row.field]))


def _classes(classes: list[dict[int, str]], before: Day, after: Day) -> Iterator[ChangedField]:
    sales, costs = (_sales(before), _sales(after)), (_costs_by_receipt(before), _costs_by_receipt(after))
    for key in {**classes[0], **classes[1]}:
        names = (classes[0].get(key), classes[1].get(key))
        if names[0] == names[1] or not {"reconciled", "failed"} & set(names):
            continue
        is_known = "failed" not in names
        old, new = (of[key] if name == "reconciled" else 0 for of, name in zip(sales, names, strict=True))
        yield _of_receipt(key, "receipt_class", names, _change(old, new) if is_known else None)
        taken = (costs[0].get(key), costs[1].get(key))
        if is_known and taken != (None, None):
            value = (taken[1] or 0) - (taken[0] or 0)
            yield _of_receipt(key, WRITTEN_OFF, (_known(taken[0]), _known(taken[1])), value)


def _known(count: int | None) -> str | None:
    return None if count is None else decimal_text(count)


def _change(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before


def _of_receipt(key: int, field: str, texts: _Texts, value: int | None) -> ChangedField:
    return ChangedField(key, None, None, field, texts[0], texts[1], value)


def _receipts(both: set[int], before: Day, after: Day) -> Iterator[ChangedField]:
    old_sales, new_sales = _sales(before), _sales(after)
    old, new = _receipt_values(before.receipts), _receipt_values(after.receipts)
    for key in both:
        fields = list(_differing(old[key], new[key], RECEIPT_FIELDS))
        change = _change(old_sales[key], new_sales[key]) or None
        for field, texts, value in _valued(fields, _DECIDES_A_SALE, change):
            yield _of_receipt(key, field, texts, value)


def _lines(both: set[int], before: Day, after: Day) -> Iterator[ChangedField]:
    keys = ("receipt_id", "receipt_product_id")
    old, new = (_of(both, _with_deletions(day.lines), keys, LINE_FIELDS) for day in (before, after))
    for key in {**old, **new}:
        for field, texts in _differing(old.get(key), new.get(key), LINE_FIELDS, alone="count"):
            yield ChangedField(key[0], key[1], None, field, texts[0], texts[1], None)


def _operations(both: set[int], before: Day, after: Day) -> Iterator[ChangedField]:
    keys = ("asked_receipt_id", "operation_id")
    old, new = (_of(both, day.operations, keys, OPERATION_FIELDS) for day in (before, after))
    place = list(OPERATION_FIELDS).index("receipt_product_id")
    for key in {**old, **new}:
        sides = (old.get(key), new.get(key))
        fields = list(_differing(sides[0], sides[1], OPERATION_FIELDS, alone="quantity"))
        worth = [0 if side is None else _worth(*side[:4]) for side in sides]
        lines = {side[place] for side in sides if side is not None}
        of_line = (lines.pop() or None) if len(lines) == 1 else None
        for field, texts, value in _valued(fields, _DECIDES_A_COST, (worth[1] - worth[0]) or None):
            yield ChangedField(key[0], of_line, key[1], field, texts[0], texts[1], value)


def _differing(
    before: _Values | None,
    after: _Values | None,
    fields: Mapping[str, Callable[[Any], str | None]],
    alone: str = "",
) -> Iterator[tuple[str, _Texts]]:
    """Each field that differs, with its texts; of a record that is on one side alone, the field `alone`."""
    nothing = (None,) * len(fields)
    is_alone = before is None or after is None
    for (field, text), old, new in zip(fields.items(), before or nothing, after or nothing, strict=True):
        if old != new and (field == alone or not is_alone):
            yield field, (None if old is None else text(old), None if new is None else text(new))


def _valued(
    fields: list[tuple[str, _Texts]], decide: tuple[str, ...], value: int | None
) -> Iterator[tuple[str, _Texts, int | None]]:
    """The fields, the first of those that decide the value with it."""
    first = next((field for field, _ in fields if field in decide), None)
    for field, texts in fields:
        yield field, texts, value if field == first else None


def _worth(total_cost: int, quantity: int, before: int, after: int) -> int:
    """|total_cost| with the sign of the movement: above 0 for what left the stock."""
    moved = before - after or quantity
    return abs(total_cost) * ((moved > 0) - (moved < 0))


def _costs_by_receipt(day: Day) -> dict[int, int]:
    costs: dict[int, int] = {}
    rows = _columns(day.operations, "asked_receipt_id", *_DECIDES_A_COST)
    for key, *amounts in rows:
        costs[key] = costs.get(key, 0) + _worth(*amounts)
    return costs


def _sales(day: Day) -> dict[int, int | None]:
    """What each receipt brought in: below 0 for a return, 0 for a dead one, None where its total is not known."""
    rows = _columns(day.receipts, "receipt_id", "total", "is_return", "is_dead")
    return {
        key: 0 if is_dead else None if total is None else -abs(total) if is_return else total
        for key, total, is_return, is_dead in rows
    }


def _receipt_values(receipts: pd.DataFrame) -> dict[int, _Values]:
    is_cancelled = receipts["is_dead"] & ~receipts["is_deleted"]
    frame = _with_deletions(receipts.assign(is_cancelled=is_cancelled))
    return {key: tuple(values) for key, *values in _columns(frame, "receipt_id", *RECEIPT_FIELDS)}


def _with_deletions(frame: pd.DataFrame) -> pd.DataFrame:
    """`deleted_at` as text: a deletion whose time is not known is one too."""
    times, is_deleted = frame["deleted_at"].tolist(), frame["is_deleted"].tolist()
    texts = [
        str(time) if time is not pd.NaT else _DELETED if deleted else None
        for time, deleted in zip(times, is_deleted, strict=True)
    ]
    return frame.assign(deleted_at=pd.Series(texts, frame.index, dtype=object))


def _of(
    receipts: set[int], frame: pd.DataFrame, keys: tuple[str, str], fields: Iterable[str]
) -> dict[tuple[int, int], _Values]:
    rows = _columns(frame, *keys, *fields)
    return {(row[0], row[1]): tuple(row[2:]) for row in rows if row[0] in receipts}


def _columns(frame: pd.DataFrame, *names: str) -> Iterator[Any]:
    """The rows of some columns as Python values; None for what is missing, an empty text too."""
    columns = []
    for name in names:
        values = frame[name].astype(object).where(frame[name].notna(), None).tolist()
        columns.append([None if each == "" else each for each in values])
    return zip(*columns, strict=True)
