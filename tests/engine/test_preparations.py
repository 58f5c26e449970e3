"""Preparations: taken as themselves or as their recipes, as their `inventory_behavior` says or the other way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.given.dish_records import (
    DOUGH,
    EGG,
    FLOUR,
    LAMB,
    PILAF,
    RICE,
    STUFFING,
    DishDay,
    Raw,
    Takes,
    chosen,
    dish,
    group,
    modifier,
    preparation,
    product,
)

COSTS = {RICE: 1, LAMB: 10, FLOUR: 1, EGG: 3}
BY_ITSELF, BY_RECIPE = 1, 0
PIE = dish(PILAF, (DOUGH, "1"), (LAMB, "0.1"))
AS_ITSELF: Takes = {DOUGH: 1, LAMB: "0.1"}
AS_RECIPE: Takes = {FLOUR: "0.6", EGG: 2, LAMB: "0.1"}


def dough(behavior: int | None = None, **fields: Any) -> Raw:
    """Costs 4 itself; by its recipe 0.6 × 1 + 2 × 3 at the catalogue's costs."""
    return preparation(DOUGH, (FLOUR, "0.6"), (EGG, "2"), inventory_behavior=behavior, cost_price=4, **fields)


def sold(products: list[Raw], *took: Takes, **fields: Any) -> DishDay:
    """A day of one sale of `PILAF` for each of `took`."""
    larder = [product(key, cost_price=cost) for key, cost in COSTS.items()]
    day = DishDay(products=[*larder, *products])
    for each in took:
        day.sell(PILAF, each, **fields)
    return day


def told(day: DishDay) -> list[tuple[str, int, str | None, str | None, Any]]:
    """Rule, product, expected, actual and value of each finding."""
    judged = day.judged()
    values = judged.findings["value"].tolist()
    return [
        (rule, key, expected, actual, value)
        for (rule, _, key, expected, actual), value in zip(judged.told, values, strict=True)
    ]


@pytest.mark.parametrize("behavior", [None, BY_ITSELF, BY_RECIPE])
@pytest.mark.parametrize("broken", [{"net_output": 0}, {"recipe": None}], ids=["net output", "recipe"])
@pytest.mark.parametrize("took", [AS_ITSELF, AS_RECIPE, {LAMB: "0.1"}, {}])
def test_no_recipe_of_a_preparation_ends_the_run(behavior: int | None, broken: Raw, took: Takes) -> None:
    inside = preparation(STUFFING, (DOUGH, 1), inventory_behavior=behavior)
    for recipe in ((DOUGH, "1"), (STUFFING, "1")):
        sold([dough(behavior) | broken, inside, dish(PILAF, recipe, (LAMB, "0.1"))], took).judged()


@pytest.mark.parametrize("by_name", [False, True])
def test_a_preparation_of_a_modifier_that_was_not_taken_is_one_finding(by_name: bool) -> None:
    extra = group(modifier(501, DOUGH, "1"))
    modifiers = [{"name": "modifier 501", "count": 1}] if by_name else chosen(501)
    products = [dough(), dish(PILAF, (LAMB, "0.1"), modificator_groups=[extra])]
    day = sold(products, {LAMB: "0.1"}, modificators=modifiers)
    assert told(day) == [("recipe-mismatch", DOUGH, "1", "0", -4_000_000)]
