"""What differs from the earlier evidence: each change is named by its field, and nothing else is."""

from __future__ import annotations

import copy
import json
import random
from decimal import Decimal
from typing import Any

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
from reconcile.core.exact import MICRO
from reconcile.engine.day import reconcile_day
from reconcile.model.changed import WRITTEN_OFF, ChangedField
from reconcile.report.sheets.changed_since import FIELDS
from tests.given.planted_changes import (
    CHANGES,
    SETTINGS,
    as_planted,
    day_of,
    days,
    frames,
    plant,
    planted,
    sale,
)
from tests.given.schemas import schema


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
