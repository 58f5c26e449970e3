"""Stock operations as they are read: what counts as absent, and what is quarantined."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from reconcile.evidence.day import Evidence
from reconcile.frames import Day, build_day
from reconcile.settings.model import Settings
from tests.given.random_days import RandomDay, build

SALE = ([(31042, Decimal(1), Decimal(1)), (31046, Decimal(2), Decimal(1))], False)
ABSENT = object()


def read(changed: Any, field: str) -> Day:
    """A day of two operations whose first has this value in a field, or lacks the field."""
    day: RandomDay = build([SALE])
    operation = day.operations[1][0]
    if changed is ABSENT:
        operation.pop(field, None)
    else:
        operation[field] = changed
    evidence: Evidence = day.evidence()
    return build_day(evidence, Settings())


@pytest.mark.parametrize("value", [ABSENT, None, 0])
def test_a_cost_before_that_is_absent_is_zero_and_keeps_the_operation(value: Any) -> None:
    day = read(value, "before_cost")
    assert day.operations["before_cost"].tolist()[0] == 0
    assert not len(day.quarantine)


@pytest.mark.parametrize("value", ["x", [], "1e400"])
def test_a_cost_before_that_is_no_number_quarantines_the_operation(value: Any) -> None:
    day = read(value, "before_cost")
    assert len(day.operations) == len(day.quarantine) == 1


@pytest.mark.parametrize("field", ["quantity", "before_quantity", "after_quantity", "cost", "total_cost"])
def test_any_other_number_that_is_absent_quarantines_the_operation(field: str) -> None:
    day = read(None, field)
    assert day.quarantine["reason"].tolist() == [f"{field} is missing"]


@pytest.mark.parametrize("value", [ABSENT, None, 0, "0", Decimal("0.0")])
def test_an_operation_id_of_zero_means_no_other_document(value: Any) -> None:
    assert read(value, "operation_id").operations["of_document"].tolist() == [False, False]


@pytest.mark.parametrize("value", [12, "12", "c0ffee", -1, ""])
def test_any_other_operation_id_names_another_document(value: Any) -> None:
    assert read(value, "operation_id").operations["of_document"].tolist() == [True, False]
