"""`inventory_behavior` of dishes and preparations: 1 takes itself, 0 its ingredients, while the day bears it out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.given.dish_records import (
    DOUGH,
    FLOUR,
    LAMB,
    LARDER,
    OIL,
    PILAF,
    RICE,
    TEA,
    DishDay,
    Judged,
    Takes,
    chosen,
    dish,
    group,
    modifier,
    preparation,
)

AS_ITSELF: Takes = {DOUGH: "0.1", LAMB: "0.08"}
AS_RECIPE: Takes = {FLOUR: "0.06", OIL: "0.01", LAMB: "0.08"}


def pies(behavior: int, *took: Takes, others: Takes, count: Any = 1) -> Judged:
    """Pies of dough and lamb: two that took the `others`, and these. Dough costs 20 a unit, everything else 10."""
    made = preparation(DOUGH, (FLOUR, "0.600"), (OIL, "0.100"), inventory_behavior=behavior, cost_price=20)
    day = DishDay(products=[*LARDER, made, dish(PILAF, (DOUGH, "0.100"), (LAMB, "0.080"))])
    for each in (others, others):
        day.sell(PILAF, each)
    for each in took:
        day.sell(PILAF, each, count)
    for operations in day.operations.values():
        for operation in operations:
            if operation["product_id"] == DOUGH:
                operation |= {"cost": 20, "before_cost": 20, "total_cost": float(operation["quantity"]) * 20}
    return day.judged()


def test_a_preparation_kept_in_stock_is_taken_as_itself() -> None:
    assert pies(1, AS_ITSELF, others=AS_ITSELF).told == []


def test_one_that_is_not_is_taken_as_its_recipe() -> None:
    assert pies(0, AS_RECIPE, others=AS_RECIPE).told == []


@pytest.mark.parametrize(
    ("took", "actual", "value"),
    [
        (AS_RECIPE, "0", -1_300_000),  # 0.7 for 2
        ({DOUGH: "0.05", FLOUR: "0.03", OIL: "0.005", LAMB: "0.08"}, "0.05", -650_000),  # 1 + 0.35 for 2
    ],
    ids=["all of it", "in part"],
)
def test_one_kept_in_stock_that_was_taken_as_its_recipe_is_one_finding(
    took: Takes, actual: str, value: int
) -> None:
    judged = pies(1, took, others=AS_ITSELF)
    assert judged.told == [("recipe-mismatch", "error", DOUGH, "0.1", actual)]
    assert judged.findings["value"].tolist() == [value]


def test_one_not_kept_that_was_taken_as_itself_is_one_finding() -> None:
    judged = pies(0, AS_ITSELF, others=AS_RECIPE)
    assert judged.told == [("recipe-mismatch", "error", DOUGH, "0", "0.1")]
    assert judged.findings["value"].tolist() == [1_300_000], "2 for 0.7"


def test_one_not_kept_that_was_taken_both_ways_is_too_much_by_itself() -> None:
    judged = pies(0, AS_ITSELF | AS_RECIPE, others=AS_RECIPE)
    assert judged.told == [("recipe-mismatch", "error", DOUGH, "0", "0.1")]
    assert judged.findings["value"].tolist() == [2_000_000]


@pytest.mark.parametrize("behavior", [0, 1])
def test_one_of_which_nothing_was_taken_is_due_in_full(behavior: int) -> None:
    judged = pies(behavior, {LAMB: "0.08"}, others=AS_ITSELF if behavior else AS_RECIPE)
    assert judged.told == [("recipe-mismatch", "error", DOUGH, "0.1", "0")]
    assert judged.findings["value"].tolist() == [-2_000_000]


@pytest.mark.parametrize(("behavior", "took"), [(0, AS_ITSELF), (1, AS_RECIPE)])
def test_what_most_of_the_day_contradicts_is_not_believed(behavior: int, took: Takes) -> None:
    assert pies(behavior, took, others=took).told == []


def test_half_of_the_day_is_not_most_of_it() -> None:
    assert [told[2] for told in pies(1, AS_RECIPE, AS_RECIPE, others=AS_ITSELF).told] == [DOUGH, DOUGH]


def cakes(*took: Takes, behavior: int = 1, count: Any = 1, **fields: Any) -> Judged:
    """Two cakes taken as they should be, and these. A cake costs 20, everything else 10."""
    extra = [group(modifier(501, TEA, "0.010"))]
    made = dish(
        PILAF, (RICE, "0.150"), (LAMB, "0.120"), inventory_behavior=behavior, modificator_groups=extra
    )
    day = DishDay(products=[*LARDER, made])
    for _ in range(2):
        day.sell(PILAF, {PILAF: 1} if behavior else {RICE: "0.15", LAMB: "0.12"})
    for each in took:
        day.sell(PILAF, each, count, **fields)
    for operations in day.operations.values():
        for operation in operations:
            if operation["product_id"] == PILAF:
                operation |= {"cost": 20, "before_cost": 20, "total_cost": float(operation["quantity"]) * 20}
    return day.judged()


def test_a_dish_kept_in_stock_that_took_its_ingredients_is_one_missing_write_off() -> None:
    judged = cakes({RICE: "0.3", LAMB: "0.24"}, count=2)
    assert judged.told == [("missing-write-off", "error", PILAF, "2", "0")]
    assert judged.findings["value"].tolist() == [-34_600_000], "5.4 for 40"


def test_what_is_not_in_its_recipe_is_a_wrong_product_all_the_same() -> None:
    told = [each[:3] for each in cakes({RICE: "0.15", OIL: "0.2"}).told]
    assert told == [("missing-write-off", "error", PILAF), ("wrong-product", "error", OIL)]


def test_one_that_took_itself_and_its_ingredients_took_wrong_products() -> None:
    told = [each[:3] for each in cakes({PILAF: 1, RICE: "0.15", LAMB: "0.12"}).told]
    assert told == [("wrong-product", "error", RICE), ("wrong-product", "error", LAMB)]


def test_its_modifiers_may_be_taken_and_may_be_left_out() -> None:
    for took in ({PILAF: 1, TEA: "0.01"}, {PILAF: 1}):
        assert cakes(took, modificators=chosen(501)).told == []


def test_a_modifier_that_is_unknown_may_have_taken_what_stands_there() -> None:
    judged = cakes({PILAF: 1, OIL: "0.2"}, modificators=chosen(599))
    assert (judged.told, judged.classes[-1]) == ([], "unverified")


def test_a_dish_that_is_not_kept_and_took_itself_is_one_wrong_product() -> None:
    judged = cakes({PILAF: 1}, behavior=0)
    assert [each[:3] for each in judged.told] == [("wrong-product", "error", PILAF)]
    assert judged.findings["value"].tolist() == [17_300_000], "20 for 2.7"


def test_one_that_took_its_recipe_besides_took_itself_too_much() -> None:
    judged = cakes({PILAF: 1, RICE: "0.15", LAMB: "0.12"}, behavior=0)
    assert [each[:3] for each in judged.told] == [("wrong-product", "error", PILAF)]
    assert judged.findings["value"].tolist() == [20_000_000]


def test_what_a_preparation_of_its_recipe_costs_is_that_of_its_parts() -> None:
    """Nothing of the dough was written off: the pie would have cost what flour and oil do."""
    made = preparation(DOUGH, (FLOUR, "0.600"), (OIL, "0.100"), inventory_behavior=0)
    day = DishDay(
        products=[*LARDER, made, dish(PILAF, (DOUGH, "0.100"), (LAMB, "0.080"), inventory_behavior=0)]
    )
    for took in (AS_RECIPE, AS_RECIPE, {PILAF: 1}):
        day.sell(PILAF, took)
    judged = day.judged()
    assert [each[:3] for each in judged.told] == [("wrong-product", "error", PILAF)]
    assert judged.findings["value"].tolist() == [8_500_000], "10 for 0.6, 0.1 and 0.8"
