"""Unit costs along the chain of a stock, where the server gives no cost before."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from reconcile.engine.chain.earlier import EarlierStock, LastOperation
from reconcile.engine.day import reconcile_day
from reconcile.settings.model import Settings
from tests.given.day_records import COLA
from tests.given.dish_records import DishDay

STOCK = COLA + 5000


def day_of(*costs: int, before_cost: Any = None) -> DishDay:
    """A sale of one at each cost."""
    day = DishDay(products=[])
    for cost in costs:
        day.sell(COLA, {COLA: 1}, type_="GOODS")
        (operation,) = list(day.operations.values())[-1]
        operation |= {"cost": cost, "total_cost": cost, "before_cost": before_cost}
    return day


def yesterday(cost: int) -> EarlierStock:
    """Its last operation left what the first of today begins with."""
    last = LastOperation(
        operation_id=7,
        day=date(2026, 1, 18),
        operated_at=np.datetime64("2026-01-18T22:00:00", "s"),
        quantity=1_000_000,
        before=100_001_000_000,
        after=100_000_000_000,
        cost=cost * 1_000_000,
    )
    return EarlierStock({STOCK: last})


def drifts(day: DishDay, earlier: EarlierStock | None = None) -> list[tuple[Any, ...]]:
    found = reconcile_day(day.evidence(), Settings(), earlier=earlier).findings
    rows = found[found["rule"] == "cost-drift"].to_dict("records")
    return [(each["operation_id"], each["expected"], each["actual"]) for each in rows]


@pytest.mark.parametrize("before_cost", [None, 0])
def test_without_a_cost_before_the_operation_before_tells_it(before_cost: Any) -> None:
    day = day_of(100, 105, 112, before_cost=before_cost)
    assert drifts(day) == [(300, 105_000_000, 112_000_000)]


@pytest.mark.parametrize("cost", [0, -100])
def test_an_operation_without_a_cost_tells_nothing(cost: int) -> None:
    """A cost above 0 alone can be compared with."""
    assert drifts(day_of(100, cost, 112)) == [(300, 100_000_000, 112_000_000)]  # slowly, from the first


def test_the_first_of_a_day_is_compared_with_the_last_of_an_earlier_day() -> None:
    """The chain goes on; the message names the day."""
    day = day_of(110, 110)
    assert drifts(day) == []
    assert drifts(day, yesterday(100)) == [(100, 100_000_000, 110_000_000)]
    assert drifts(day, yesterday(105)) == []
    found = reconcile_day(day.evidence(), Settings(), earlier=yesterday(100)).findings
    (message,) = found.loc[found["rule"] == "cost-drift", "message"]
    assert "the operation before is the last one of 2026-01-18" in message


def test_a_cost_before_goes_before_an_earlier_day() -> None:
    assert drifts(day_of(110, 110, before_cost=110), yesterday(100)) == []
