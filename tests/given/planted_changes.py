"""Changes to the receipts of a day, and the rows by which each is to be named."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from hypothesis import strategies as st

from reconcile.core.exact import MICRO, decimal_text, micros
from reconcile.evidence.day import Evidence
from reconcile.frames import Day, build_day
from reconcile.model.changed import WRITTEN_OFF, ChangedField
from reconcile.settings.model import Settings
from tests.given.random_days import RandomDay, build, sales

SETTINGS = Settings()
LATER = "2026-01-21 11:00:00"
Row: TypeAlias = tuple[str, str | None, str | None, Decimal | None]
"""Field, before, after, value."""


def text(number: Any) -> str:
    """As the rows have it."""
    count = micros(number)
    assert count is not None
    return decimal_text(count)


def day_of(drawn: Any) -> RandomDay:
    """The day, with what each receipt came to."""
    day = build(drawn)
    for place, receipt in enumerate(day.receipts):
        receipt["total"] = 1000 + place
    return day


def frames(day: RandomDay | Evidence) -> Day:
    return build_day(day.evidence() if isinstance(day, RandomDay) else day, SETTINGS)


def sale(receipt: dict[str, Any]) -> Decimal:
    return Decimal(-receipt["total"] if receipt.get("is_returns") else receipt["total"])


def worth(operation: dict[str, Any]) -> Decimal:
    moved = operation["before_quantity"] - operation["after_quantity"]
    return Decimal(text(abs(operation["total_cost"]))) * (1 if moved > 0 else -1)


def taken(day: RandomDay, receipt: dict[str, Any]) -> Decimal:
    return sum((worth(each) for each in day.operations[receipt["id"]]), Decimal(0))


def total(_: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    before, receipt["total"] = sale(receipt), receipt["total"] + 7
    return [("total", text(abs(before)), text(receipt["total"]), sale(receipt) - before)]


def dead(_: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    receipt["deleted_at"] = LATER
    return [("deleted_at", None, LATER, -sale(receipt))]


def cancelled(_: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    receipt["order_status"] = "CANCELLED"
    return [("is_cancelled", "false", "true", -sale(receipt))]


def turned_round(_: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    before, receipt["is_returns"] = sale(receipt), not receipt.get("is_returns")
    was, now = ("false", "true") if receipt["is_returns"] else ("true", "false")
    return [("is_return", was, now, sale(receipt) - before)]


def closed_later(_: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    before, receipt["closed_at"] = receipt["closed_at"], "2026-01-19 23:59:58"
    return [("closed_at", before, "2026-01-19 23:59:58", None)]


def moved_to_another_day(day: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    receipt["shift_date"] = "2026-01-20"
    return out_of_the_day(day, receipt, "other_day")


def opened_again(day: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    receipt["status"] = 1
    return out_of_the_day(day, receipt, "open")


def removed(day: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    rows = out_of_the_day(day, receipt, None)
    day.receipts.remove(receipt)
    del day.operations[receipt["id"]]
    return rows


def out_of_the_day(day: RandomDay, receipt: dict[str, Any], now: str | None) -> list[Row]:
    cost = taken(day, receipt)
    return [
        ("receipt_class", "reconciled", now, -sale(receipt)),
        (WRITTEN_OFF, text(cost), None, -cost),
    ]


def line_void(_: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    receipt["receipt_products"][0]["deleted_at"] = LATER
    return [("deleted_at", None, LATER, None)]


def line_counted(_: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    line = receipt["receipt_products"][0]
    before, line["count"] = line["count"], line["count"] + 1
    return [("count", text(before), text(line["count"]), None)]


def line_added(_: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    line = copy.deepcopy(receipt["receipt_products"][0]) | {"id": 9_000_000 + receipt["id"], "count": 3}
    receipt["receipt_products"].append(line)
    return [("count", None, "3", None)]


def line_priced(_: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    receipt["receipt_products"][0]["price"] = Decimal("12.5")
    return [("price", None, "12.5", None)]


def line_modified(_: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    receipt["receipt_products"][0]["modificators"] = [{"modificator_id": 4, "name": "=1+1", "count": 2}]
    return [("modifiers", None, json.dumps([[4, "=1+1", 2 * MICRO]]), None)]


def recosted(day: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    operation = day.operations[receipt["id"]][0]
    before, was = dict(operation), worth(operation)
    operation["cost"], operation["total_cost"] = before["cost"] + 1, before["total_cost"] + 5
    return [
        ("cost", text(before["cost"]), text(operation["cost"]), None),
        ("total_cost", text(before["total_cost"]), text(operation["total_cost"]), worth(operation) - was),
    ]


def operation_gone(day: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    gone = day.operations[receipt["id"]].pop()
    return [("quantity", text(gone["quantity"]), None, -worth(gone))]


def operation_added(day: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    operations = day.operations[receipt["id"]]
    added = operations[0] | {"id": 9_000_000 + receipt["id"]}
    operations.append(added)
    return [("quantity", None, text(added["quantity"]), worth(added))]


def put_elsewhere(day: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    operation = day.operations[receipt["id"]][0]
    operation["storage_id"] = 44
    return [("storage_id", "3", "44", None)]


def turned_into_stock(day: RandomDay, receipt: dict[str, Any]) -> list[Row]:
    """What left the stock goes into it, or the other way round: the sign of the movement alone."""
    operation = day.operations[receipt["id"]][0]
    before, was = dict(operation), worth(operation)
    operation["after_quantity"] = 2 * before["before_quantity"] - before["after_quantity"]
    now = text(operation["after_quantity"])
    value = worth(operation) - was
    return [("after_quantity", text(before["after_quantity"]), now, value or None)]


CHANGES: dict[str, Callable[[RandomDay, dict[str, Any]], list[Row]]] = {
    each.__name__: each
    for each in (
        total, dead, cancelled, turned_round, closed_later, moved_to_another_day, opened_again, removed, line_void,
        line_counted, line_added, line_priced, line_modified, recosted, operation_gone, operation_added,
        put_elsewhere, turned_into_stock,
    )
}  # fmt: skip
planted = st.lists(st.sampled_from(sorted(CHANGES)), max_size=6)
days = st.lists(sales, min_size=6, max_size=9)


def plant(day: RandomDay, names: list[str]) -> list[tuple[int, Row]]:
    """Each change to a receipt of its own."""
    receipts = list(day.receipts)
    return [
        (receipts[place]["id"], row)
        for place, name in enumerate(names)
        for row in CHANGES[name](day, receipts[place])
    ]


def as_planted(row: ChangedField) -> tuple[int, Row]:
    value = None if row.value is None else Decimal(row.value) / MICRO
    return row.receipt_id, (row.field, row.before, row.after, value)
