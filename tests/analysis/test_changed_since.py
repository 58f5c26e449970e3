"""What differs from the earlier evidence: each change is named by its field, and nothing else is."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.analysis.changed_since import (
    LINE_FIELDS,
    OPERATION_FIELDS,
    RECEIPT_FIELDS,
    changed_since,
    totals,
)
from reconcile.core.exact import MICRO, decimal_text, micros
from reconcile.engine.day import reconcile_day
from reconcile.evidence.day import Evidence
from reconcile.frames import Day, build_day
from reconcile.model.changed import WRITTEN_OFF, ChangedField
from reconcile.report.sheets.changed_since import FIELDS
from reconcile.settings.model import Settings
from tests.given.random_days import RandomDay, build, sales
from tests.given.schemas import schema

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


# ------------------------------------------------- one change each: what is done to a receipt, and the rows it makes


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


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_named_and_nothing_else(name: str) -> None:
    before = day_of([([(31042, Decimal(2), Decimal(1)), (31046, Decimal(1), Decimal(1))], False)] * 3)
    after = copy.deepcopy(before)
    expected = plant(after, [name])
    found = changed_since(frames(before), frames(after))
    assert [as_planted(row) for row in found] == sorted(expected)


@given(drawn=days, names=planted, seed=st.integers(0, 10**6))
def test_all_changes_are_named_in_any_order_of_the_records(drawn: Any, names: list[str], seed: int) -> None:
    """Several at once; and the order in which receipts and operations came says nothing."""
    before = day_of(drawn)
    after = copy.deepcopy(before)
    expected = plant(after, names)
    found = changed_since(frames(before), frames(after))
    assert sorted(map(as_planted, found), key=str) == sorted(expected, key=str)
    chance = random.Random(seed)
    for day in (before, after):
        chance.shuffle(day.receipts)
        for operations in day.operations.values():
            chance.shuffle(operations)
    assert changed_since(frames(before), frames(after)) == found


@given(drawn=days)
def test_where_nothing_changed_there_is_nothing(drawn: Any) -> None:
    """Numbers that are written otherwise, products of another name and receipts of other days are no change."""
    before = day_of(drawn)
    after = copy.deepcopy(before)
    for receipt in after.receipts:
        receipt["total"] = f"{receipt['total']}.00"
        receipt["customer"] = {"name": "Somebody"}
        for line in receipt["receipt_products"]:
            line["count"] = str(line["count"])
            line["product"] |= {"name": "renamed"}
    for operation in after.every_operation():
        operation["product"] = {"id": operation["product_id"], "name": "renamed"}
    other = copy.deepcopy(after.receipts[0]) | {"id": 77_777, "shift_date": "2026-01-18"}
    after.receipts.append(other)
    assert changed_since(frames(before), frames(after)) == ()


@given(drawn=days, names=planted)
def test_the_other_way_round_all_is_the_other_way_round(drawn: Any, names: list[str]) -> None:
    before = day_of(drawn)
    after = copy.deepcopy(before)
    plant(after, names)
    there = changed_since(frames(before), frames(after))
    back = changed_since(frames(after), frames(before))
    swapped = [
        row._replace(before=row.after, after=row.before, value=None if row.value is None else -row.value)
        for row in there
    ]
    assert list(back) == swapped


@given(drawn=days, names=planted)
def test_the_values_add_up_to_what_the_totals_changed_by(drawn: Any, names: list[str]) -> None:
    """Costs: the change of the control total. Sales: that of the totals of all receipts that count."""
    before = day_of(drawn)
    after = copy.deepcopy(before)
    plant(
        after, [name for name in names if name != "turned_into_stock"]
    )  # which quantity and balances contradict
    found = totals(changed_since(frames(before), frames(after)))
    written_off = [
        reconcile_day(day.evidence(), SETTINGS).control.value["written_off"] for day in (before, after)
    ]
    assert found.stock == written_off[1] - written_off[0]
    of_receipts = [
        sum(
            sale(each)
            for each in day.receipts
            if not each.get("deleted_at")
            and each.get("order_status") != "CANCELLED"
            and each.get("shift_date", "2026-01-19") == "2026-01-19"
            and each.get("status") != 1
        )
        for day in (before, after)
    ]
    assert found.sales == (of_receipts[1] - of_receipts[0]) * MICRO


@pytest.mark.parametrize("failed_before", [True, False])
def test_a_receipt_that_failed_on_one_side_is_not_known_there(failed_before: bool) -> None:
    """One row without a value: nothing can be said of its lines and operations."""
    day = day_of([([(31042, Decimal(2), Decimal(1))], False)] * 2)
    whole, broken = day.evidence(), day.evidence()
    del broken.operations[1]
    broken.reasons[1] = "504"
    names = ("failed", "reconciled") if failed_before else ("reconciled", "failed")
    sides = (broken, whole) if failed_before else (whole, broken)
    found = changed_since(frames(sides[0]), frames(sides[1]))
    assert found == (ChangedField(1, None, None, "receipt_class", *names, None),)


def test_a_total_that_is_not_known_has_no_value() -> None:
    before = day_of([([(31042, Decimal(2), Decimal(1))], False)])
    after = copy.deepcopy(before)
    after.receipts[0]["total"] = None
    (row,) = changed_since(frames(before), frames(after))
    assert (row.before, row.after, row.value) == ("1000", None, None)


def test_the_fields_are_those_that_the_schema_and_the_sheet_name() -> None:
    fields = {*RECEIPT_FIELDS, *LINE_FIELDS, *OPERATION_FIELDS, "receipt_class", WRITTEN_OFF}
    assert set(schema("report")["$defs"]["changed_field"]["properties"]["field"]["enum"]) == fields
    assert set(FIELDS) == fields


@given(drawn=days, names=planted)
def test_a_row_is_the_same_when_read_back(drawn: Any, names: list[str]) -> None:
    before = day_of(drawn)
    after = copy.deepcopy(before)
    plant(after, names)
    for row in changed_since(frames(before), frames(after)):
        assert ChangedField.of(json.loads(json.dumps(row.record()))) == row


@pytest.mark.parametrize(
    "spoilt",
    [
        {"receipt_id": "1"}, {"receipt_id": True}, {"operation_id": 1.5}, {"field": None}, {"before": 1},
        {"after": []}, {"value": "x"}, {"value": []}, {"value": "NaN"},
    ],
)  # fmt: skip
def test_a_row_that_is_none_is_refused(spoilt: dict[str, Any]) -> None:
    row = ChangedField(1, None, None, "total", "1", "2", MICRO).record()
    with pytest.raises((TypeError, ValueError)):
        ChangedField.of(row | spoilt)
