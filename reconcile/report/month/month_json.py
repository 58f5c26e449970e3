"""The close as JSON, for other programs. Quantities and money are texts of plain decimals, null where unknown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from reconcile.close.month import Month
from reconcile.close.obstacles import Obstacle
from reconcile.core.exact import decimal_text
from reconcile.ledger.item import Item

SCHEMA_VERSION = 1


def render(month: Month) -> bytes:
    """The document in UTF-8, one row a line. Same month, same bytes."""
    head: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "from": month.first.isoformat(),
        "to": month.last.isoformat(),
        "venue_id": month.series.venue_id or None,
        "demo": bool(month.series.demo),
        "closed": month.closed,
    }
    lists = {
        "in_the_way": map(_obstacle, month.obstacles),
        "days": _rows(
            month.days.assign(
                changed_since=[each.date() in set(month.ledger.changed) for each in month.days["date"]]
            ),
            texts=("date", "verdict", "signed_by"),
            plain=("complete", "errors", "warnings", "receipts", "open_items", "changed_since"),
            amounts=("sales", "expected_cost", "actual_cost", "written_off", "over", "under", "net"),
        ),
        "products": _rows(
            month.usage.rename(columns={"due": "theoretical", "q": "actual", "difference": "variance"}),
            texts=("product", "storage", "unit", "class_"),
            plain=("product_id", "storage_id"),
            amounts=("theoretical", "actual", "variance", "value"),
        ),
        "repeating": _rows(
            month.repeating,
            texts=("cause", "rule", "product", "on_days"),
            plain=("product_id", "days", "findings"),
            amounts=("value", "a_year"),
        ),
        "counts": _counts(month.counts),
        "corrections": map(_correction, month.corrections.items),
        "open_items": (_open_item(item, month.last) for item in month.ledger.items),
    }
    parts = [f" {_text(name)}: {_text(value)}" for name, value in head.items()]
    parts += [f" {_text(name)}: [{_lines(rows)}]" for name, rows in lists.items()]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _obstacle(each: Obstacle) -> dict[str, Any]:
    value = None if each.value is None else decimal_text(each.value)
    return {
        "date": each.date.isoformat(),
        "reason": each.reason,
        "what": each.what,
        "item_ids": [item.id for item in each.items],
        "value": value,
    }


def _counts(counts: pd.DataFrame | None) -> list[Mapping[str, Any]]:
    """Book stock against counted; empty without counts."""
    return (
        []
        if counts is None
        else _rows(
            counts.rename(columns={"left_on": "last_operation_on", "cost": "unit_cost"}),
            texts=("date", "storage", "product", "unit", "last_operation_on", "result"),
            plain=("storage_id", "product_id"),
            amounts=("book", "counted", "difference", "unit_cost", "value"),
        )
    )


def _correction(item: Item) -> dict[str, Any]:
    """What to take from stock (positive) or put back, and what the cost of sales becomes more by it."""
    return {
        "product_id": item.product_id,
        "storage": item.storage,
        "quantity": decimal_text(-(item.difference or 0)),
        "cost": None if item.value is None else decimal_text(-item.value),
        "reason": item.answer.reason,
        "finding_id": item.id,
    }


def _open_item(item: Item, last: date) -> dict[str, Any]:
    return {
        "id": item.id,
        "rule": item.rule,
        "first_day": item.first_day.isoformat(),
        "age_days": (last - item.first_day).days,
        "status": item.answer.status,
        "value": None if item.value is None else decimal_text(item.value),
        "comment": item.answer.comment,
    }


def _rows(
    frame: pd.DataFrame, *, texts: Iterable[str], plain: Iterable[str], amounts: Iterable[str]
) -> list[Mapping[str, Any]]:
    """One dict a row: days and texts, numbers as they are, amounts as text of plain decimals."""
    columns: dict[str, list[Any]] = {}
    for name in texts:
        values = frame[name]
        is_day = values.dtype.kind == "M"
        columns[name.rstrip("_")] = [
            None if pd.isna(each) else each.date().isoformat() if is_day else str(each) for each in values
        ]
    for name in plain:
        columns[name] = [None if pd.isna(each) else each for each in frame[name].tolist()]
    for name in amounts:
        columns[name] = [None if pd.isna(each) else decimal_text(int(each)) for each in frame[name].tolist()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _lines(rows: Iterable[Any]) -> str:
    lines = ",".join(f"\n  {_text(row)}" for row in rows)
    return f"{lines}\n " if lines else ""
