"""Reconciling items: what repeats is one, tells the largest of them, and is worth what they are worth together."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from reconcile.core.exact import MICRO, nullable
from reconcile.engine.day import reconcile_day
from reconcile.ledger.items import reconciling_items
from reconcile.settings.model import Settings
from tests.given.answered_days import FIRST, day_of, evidence_of


@pytest.mark.parametrize("costs", [(8800, 9600, 8400), (9600, 8400, 8800), (8400, 8800, 9600)])
def test_what_repeats_tells_the_largest_and_adds_up(costs: tuple[int, ...]) -> None:
    """Whichever receipt came first. Bought at 8000: at 8400 it drifts by just what is allowed."""
    day = day_of("dear", "dear", "dear")
    for receipt, cost in enumerate(costs, 1):
        day.operations[receipt][0] |= {"cost": cost, "total_cost": cost}
    result = reconcile_day(evidence_of(day, FIRST), Settings())
    (item,) = reconciling_items(result.findings, result.causes).to_dict("records")
    assert (item["rule"], item["count"]) == ("cost-drift", 2)
    assert item["receipt_id"] == costs.index(9600) + 1
    assert (item["expected"], item["actual"]) == (8000 * MICRO, 9600 * MICRO)
    assert item["value"] == Decimal(800 + 1600) * MICRO


def test_what_broke_zero_and_what_was_sold_below_it_are_two_items() -> None:
    """A warning and notes of the same product and stock: an answer to the one is none to the others."""
    day = day_of()
    for below, (operation,) in enumerate(day.operations.values()):
        operation |= {"before_quantity": 1 - below, "after_quantity": -below}
    result = reconcile_day(evidence_of(day, FIRST), Settings())
    items = reconciling_items(result.findings, result.causes)
    below_zero = items[items["rule"] == "negative-stock"]
    assert below_zero[["severity", "count"]].to_numpy().tolist() == [["warning", 1], ["info", 2]]
    assert below_zero["id"].nunique() == 2


def test_values_that_repeat_are_unknown_where_no_column_holds_them() -> None:
    """Int64 holds two values of four million million, and not two of six: it never wraps."""
    result = reconcile_day(evidence_of(day_of("free", "free"), FIRST), Settings())
    findings = result.findings[result.findings["rule"] == "zero-cost"]
    for value, sum_ in ((4 * 10**18, 8 * 10**18), (6 * 10**18, None)):
        worth = findings.assign(value=nullable([value] * 2))
        (item,) = reconciling_items(worth, result.causes).to_dict("records")
        assert item["count"] == 2
        assert (None if item["value"] is pd.NA else item["value"]) == sum_
