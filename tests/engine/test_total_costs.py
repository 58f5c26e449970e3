"""Whole money, and which costs can be relied on: what cost × quantity and total_cost say together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from reconcile.engine.result import Result
from reconcile.model.classes import Tally
from reconcile.settings.model import RulesTable, Settings
from tests.given.day_records import COLA
from tests.given.dish_records import DishDay

COST = Decimal("3333.35")


def day_of(totals: list[Any], quantity: Any = 1, cost: Any = COST) -> DishDay:
    """A sale for each total cost."""
    day = DishDay(products=[])
    for total in totals:
        day.sell(COLA, {COLA: quantity}, quantity, type_="GOODS", price=20_000)
        (operation,) = list(day.operations.values())[-1]
        operation |= {"cost": cost, "before_cost": cost, "total_cost": total}
    return day


def found(result: Result, rule: str = "total-cost-mismatch") -> pd.DataFrame:
    return result.findings[result.findings["rule"] == rule]


def test_ten_whole_totals_of_costs_that_are_not_show_that_the_venue_rounds() -> None:
    """Nothing is found, and how much was rounded is known."""
    result = day_of([3333] * 10).judged().result
    assert len(found(result)) == 0
    assert result.rounded == Tally(10, 3_500_000)


def test_nine_do_not_show_it() -> None:
    assert len(found(day_of([3333] * 9).judged().result)) == 9


def test_costs_that_are_whole_anyway_do_not_show_it() -> None:
    """Nine that are not, and one that is."""
    day = day_of([3333] * 9)
    day.sell(COLA, {COLA: 1}, type_="GOODS")
    assert len(found(day.judged().result)) == 9


def test_one_total_that_is_not_whole_shows_that_the_venue_does_not_round() -> None:
    """The one that is right to the cent speaks against it."""
    result = day_of([*[3333] * 10, COST]).judged().result
    assert len(found(result)) == 10
    assert result.rounded == Tally(0, 0)


@pytest.mark.parametrize(("total", "expected"), [(3334, 1), (3333, 0), (3332, 1)])
def test_a_total_is_rounded_by_half_at_most(total: int, expected: int) -> None:
    """0.5 and the steps for one unit: 0.35 is rounding, 0.65 and 1.35 are not."""
    result = day_of([*[3333] * 10, total]).judged().result
    assert len(found(result)) == expected


@pytest.mark.parametrize(("cost", "expected"), [("3333.51005", 0), ("3333.510051", 1)])
def test_the_steps_are_allowed_beside_the_half(cost: str, expected: int) -> None:
    """0.5 + 0.01 + 0.0001 / 2 is the last that is rounding."""
    day = day_of([3333] * 11)
    day.operations[1][0] |= {"cost": Decimal(cost), "before_cost": Decimal(cost)}
    assert len(found(day.judged().result)) == expected


def test_a_negative_total_of_a_sale_is_an_error() -> None:
    """Its sign counts; on a return only magnitudes do."""
    day = day_of([-3333], cost=3333)
    (finding,) = found(day.judged().result).to_dict("records")
    assert (finding["expected"], finding["actual"]) == (3_333_000_000, -3_333_000_000)
    day.receipts[0]["is_returns"] = True
    assert len(found(day.judged().result)) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"total_cost": 900},
        {"cost": 0, "total_cost": 0},
        {"cost": -5000, "total_cost": -5000},
    ],
)
@pytest.mark.parametrize(
    "off", [frozenset(), frozenset({"total-cost-mismatch", "zero-cost", "negative-cost"})]
)
def test_costs_that_contradict_themselves_take_no_part_in_unit_costs(
    changed: dict[str, Any], off: frozenset[str]
) -> None:
    """What is missing is worth what sound operations cost, whether these rules are on or off."""
    day = day_of([100, 100, 100], cost=100)
    day.sell(COLA, {}, 2, type_="GOODS")
    day.operations[1][0] |= changed
    (missing,) = found(day.judged(Settings(rules=RulesTable(off=off))).result, "missing-write-off").to_dict(
        "records"
    )
    assert missing["value"] == -200_000_000
