"""Preparations: taken as themselves or as their recipes, as their `inventory_behavior` says or the other way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.given.day_records import Raw
from tests.given.dish_records import (
    DOUGH,
    EGG,
    FLOUR,
    LAMB,
    PILAF,
    RICE,
    STUFFING,
    DishDay,
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


RIGHT = {BY_ITSELF: AS_ITSELF, BY_RECIPE: AS_RECIPE}


@pytest.mark.parametrize(
    ("behavior", "took", "expected", "actual", "value"),
    [
        (BY_ITSELF, AS_RECIPE, "1", "0", 26_000_000 - 10_000_000),
        (
            BY_ITSELF,
            {DOUGH: "0.4", FLOUR: "0.36", EGG: "1.2", LAMB: "0.1"},
            "1",
            "0.4",
            19_600_000 - 10_000_000,
        ),
        (BY_ITSELF, {LAMB: "0.1"}, "1", "0", -10_000_000),
        (BY_RECIPE, AS_ITSELF, "0", "1", 10_000_000 - 26_000_000),
        (
            BY_RECIPE,
            {DOUGH: "0.4", FLOUR: "0.36", EGG: "1.2", LAMB: "0.1"},
            "0",
            "0.4",
            19_600_000 - 26_000_000,
        ),
        (BY_RECIPE, {DOUGH: "1", FLOUR: "0.6", EGG: "2", LAMB: "0.1"}, "0", "1", 10_000_000),
        (BY_RECIPE, {LAMB: "0.1"}, "1", "0", -4_000_000),
    ],
    ids=[
        "recipe",
        "in part",
        "nothing",
        "by recipe: itself",
        "by recipe: in part",
        "by recipe: both",
        "by recipe: nothing",
    ],
)
def test_a_preparation_taken_the_other_way_is_one_finding(
    behavior: int, took: Takes, expected: str, actual: str, value: int
) -> None:
    """What is taken costs 10 a unit in these days."""
    day = sold([dough(behavior), PIE], RIGHT[behavior], RIGHT[behavior], took)
    assert told(day) == [("recipe-mismatch", DOUGH, expected, actual, value)]


@pytest.mark.parametrize("behavior", [None, BY_ITSELF, BY_RECIPE])
def test_of_a_preparation_inside_another_nothing_more_is_said(behavior: int | None) -> None:
    outer = preparation(STUFFING, (DOUGH, "0.5"), (RICE, "1"), cost_price=7)
    products = [outer, dough(behavior), dish(PILAF, (STUFFING, "1"), (LAMB, "0.1"))]
    assert told(sold(products, {LAMB: "0.1"})) == [("recipe-mismatch", STUFFING, "1", "0", -7_000_000)]


@pytest.mark.parametrize(("cost_price", "value"), [(4, -4_000_000), (None, -6_600_000)])
def test_a_preparation_without_a_cost_costs_what_its_recipe_does(cost_price: Any, value: int) -> None:
    products = [dough() | {"cost_price": cost_price}, PIE]
    assert told(sold(products, {LAMB: "0.1"})) == [("recipe-mismatch", DOUGH, "1", "0", value)]


def test_what_was_taken_costs_what_the_line_itself_paid() -> None:
    """Flour and eggs at 2 a unit on this line, 10 on another one."""
    day = sold([dough(BY_ITSELF), PIE], AS_ITSELF, AS_ITSELF, AS_RECIPE)
    day.sell(RICE, {FLOUR: 1, EGG: 1}, type_=None)
    for operation in day.operations[3][:2]:
        operation |= {"cost": 2, "before_cost": 2, "total_cost": 2 * operation["quantity"]}
    found = [each for each in told(day) if each[0] == "recipe-mismatch"]
    assert found == [("recipe-mismatch", DOUGH, "1", "0", 5_200_000 - 10_000_000)]


def test_a_preparation_whose_parts_are_due_within_the_step_is_not_missing() -> None:
    """A gram of nothing is rounding, of the preparation as of its parts; the other difference stands."""
    pinch = preparation(DOUGH, (FLOUR, "0.5"), (EGG, "0.5"))
    pie = dish(PILAF, (DOUGH, "0.002"), (LAMB, "0.1"))
    assert told(sold([pie, pinch], {LAMB: "0.1"})) == []
    assert [each[:4] for each in told(sold([pie, pinch], {LAMB: "0.2"}))] == [
        ("recipe-mismatch", LAMB, "0.1", "0.2")
    ]
