"""What a dish owes: its recipe, its preparations, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from reconcile.settings.model import Settings, Untracked
from tests.given.dish_records import (
    DOUGH,
    DUMPLING,
    EGG,
    FLOUR,
    LAMB,
    MENU,
    PILAF,
    RICE,
    STUFFING,
    TEA,
    DishDay,
    Takes,
    chosen,
    dish,
    group,
    modifier,
    one,
    preparation,
    product,
)


def test_a_dish_that_took_what_its_recipe_says_is_matched() -> None:
    day = DishDay()
    day.sell(PILAF, {RICE: "0.3", LAMB: "0.24"}, 2)
    judged = day.judged()
    assert judged.told == []
    assert judged.classes == ["matched"]


def test_each_ingredient_that_differs_is_a_finding_of_its_own() -> None:
    day = DishDay()
    day.sell(PILAF, {RICE: "150", LAMB: 0})
    assert day.judged().told == [
        ("recipe-mismatch", "error", RICE, "0.15", "150"),
        ("recipe-mismatch", "error", LAMB, "0.12", "0"),
    ]


def test_a_dish_without_any_operation_is_missing_alone() -> None:
    """Its value is what its ingredients cost that day."""
    day = DishDay()
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.12"})
    day.sell(PILAF, {}, 2)
    judged = day.judged()
    assert judged.told == [("missing-write-off", "error", PILAF, "2", "0")]
    assert judged.findings["value"].tolist() == [-5_400_000], "2 × 0.27 at 10 a unit"


def test_one_unknown_cost_makes_the_value_of_the_whole_dish_unknown() -> None:
    day = DishDay()
    day.sell(DUMPLING, {DOUGH: "0.1", LAMB: "0.08"})
    day.sell(PILAF, {})  # no rice was taken that day, and the catalogue has no price for it
    assert day.judged().findings["value"].isna().tolist() == [True]


@pytest.mark.parametrize(
    "took",
    [
        {DOUGH: "0.1", LAMB: "0.08"},
        {FLOUR: "0.06", EGG: "0.2", LAMB: "0.08"},
    ],
    ids=["as itself", "as what it is made of"],
)
def test_a_preparation_is_due_as_itself_or_as_what_it_is_made_of(took: Takes) -> None:
    day = DishDay()
    day.sell(DUMPLING, took)
    assert day.judged().told == []


def test_what_was_not_moved_that_day_costs_what_the_catalogue_says() -> None:
    day = DishDay(products=[product(RICE, cost_price="18000"), product(LAMB, cost_price=95000), MENU[-2]])
    day.sell(PILAF, {})
    assert day.judged().findings["value"].tolist() == [-14_100_000_000], "0.15 × 18000 + 0.12 × 95000"


def test_a_difference_is_worth_what_the_line_itself_paid() -> None:
    """Not what the ingredient cost on average that day."""
    day = DishDay()
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.12"})
    day.sell(PILAF, {RICE: "0.3", LAMB: "0.12"})
    day.operations[2][0] |= {"cost": 20, "before_cost": 20, "total_cost": 6}
    findings = day.judged().findings
    assert findings.loc[findings["rule"] == "recipe-mismatch", "value"].tolist() == [3_000_000]


def test_a_line_that_lost_an_operation_is_not_judged() -> None:
    """Nobody knows what the unreadable one took."""
    day = DishDay()
    day.sell(PILAF, {RICE: "0.3", LAMB: "0.12"})
    day.operations[1][1]["quantity"] = "x"
    judged = day.judged()
    assert (judged.told, judged.classes) == ([], ["unverified"])


def test_a_preparation_taken_both_ways_is_taken_once_too_often() -> None:
    """As the line wrote off the dough itself, the flour of it is not due."""
    day = DishDay()
    day.sell(DUMPLING, {DOUGH: "0.1", FLOUR: "0.06", LAMB: "0.08"})
    assert [(rule, key) for rule, _, key, _, _ in day.judged().told] == [("wrong-product", FLOUR)]


def test_a_preparation_is_scaled_by_its_net_output() -> None:
    """2.5 kg of dough take 0.6 of flour: 0.1 kg takes 0.024."""
    made = [preparation(DOUGH, (FLOUR, "0.600"), net_output="2.500"), dish(PILAF, (DOUGH, "0.100"))]
    assert one(made, {FLOUR: "0.024"}).judged().told == []
    assert one(made, {FLOUR: "0.06"}).judged().told == [("recipe-mismatch", "error", FLOUR, "0.024", "0.06")]


def test_depth_makes_no_difference() -> None:
    """A thousand preparations, each half of the next but one."""
    first, depth = 40_000, 1000
    chain = [preparation(first + at, (first + at + 1, "1.000")) for at in range(depth)]
    chain.append(preparation(first + depth, (FLOUR, "0.500")))
    products = [*chain, dish(PILAF, (first, "1.000"))]
    assert one(products, {FLOUR: "0.5"}).judged().told == []
    assert one(products, {first + 700: "1"}).judged().told == []


def test_what_thirds_leave_is_rounded_once() -> None:
    """Three portions of a third of a third are a third, to the sixth decimal."""
    made = [
        preparation(DOUGH, (FLOUR, "1.000"), net_output=3),
        preparation(STUFFING, (DOUGH, "1.000"), net_output=3),
        dish(PILAF, (STUFFING, "1.000")),
    ]
    assert one(made, {FLOUR: "1"}, 3).judged().told == [("recipe-mismatch", "error", FLOUR, "0.333333", "1")]


def test_a_half_portion_and_a_weight_take_their_part() -> None:
    day = DishDay()
    day.sell(PILAF, {RICE: "0.075", LAMB: "0.06"}, portion_size="0.5")
    day.sell(PILAF, {RICE: "0.055", LAMB: "0.044"}, "0.365")  # 0.05475 and 0.0438: grams are rounded
    assert day.judged().told == []


def test_a_return_puts_back_what_is_due() -> None:
    day = DishDay()
    day.sell(PILAF, {RICE: "-0.15", LAMB: "-0.12"}, receipt_x_is_returns=True)
    day.sell(PILAF, {}, receipt_x_is_returns=True)
    assert day.judged().told == [("missing-write-off", "warning", PILAF, "-1", "0")]


def test_a_voided_dish_owes_nothing() -> None:
    day = DishDay()
    day.sell(PILAF, {}, deleted_at="2026-01-19 15:01:00")
    day.sell(PILAF, {TEA: "1"}, deleted_at="2026-01-19 15:01:00")
    judged = day.judged()
    assert judged.told == [("unexpected-write-off", "error", TEA, "0", "1")], "one cause, one finding"


def test_goods_take_themselves_alone() -> None:
    """With a catalogue, something else under a bottle is a wrong product; its modifiers are not."""
    cola = 31001
    extra = [group(modifier(501, TEA, "0.010"))]
    products = [product(cola, "GOODS", modificator_groups=extra)]
    day = one(products, {cola: 1, TEA: "0.01"}, key=cola, type_="GOODS", modificators=chosen(501))
    assert day.judged().told == []
    day = one(products, {31002: 1}, key=cola, type_="GOODS")
    assert [told[:3] for told in day.judged().told] == [("wrong-product", "warning", 31002)]
    other = one([], {cola: 1, 31002: 1}, key=cola, type_="GOODS")
    assert [told[:3] for told in other.judged().told] == [("wrong-product", "error", 31002)], (
        "by its own type"
    )


def test_goods_with_an_unknown_modifier_may_take_anything_besides() -> None:
    cola = 31001
    products = [product(cola, "GOODS")]
    day = one(products, {cola: 1, TEA: "0.01"}, key=cola, type_="GOODS", modificators=chosen(501))
    assert day.judged().told == []


def test_a_dish_kept_in_stock_that_took_its_ingredients_is_one_finding() -> None:
    """As its recipe, or with a preparation of it as itself."""
    kept = dish(DUMPLING, (DOUGH, "0.100"), (LAMB, "0.080"), inventory_behavior=1)
    for took in ({DOUGH: "0.1", LAMB: "0.08"}, {FLOUR: "0.06", EGG: "0.2", LAMB: "0.08"}):
        day = DishDay(products=[*MENU[:-1], kept])
        for each in ({DUMPLING: 1}, {DUMPLING: 1}, took):
            day.sell(DUMPLING, each)
        assert day.judged().told == [("missing-write-off", "error", DUMPLING, "1", "0")]


@pytest.mark.parametrize(
    ("recipe", "took", "found"),
    [
        (((RICE, "1"),), {PILAF: 1}, [(PILAF, 8_000_000)]),
        (((RICE, "1"), (LAMB, "0.1")), {PILAF: 1}, [(PILAF, 7_000_000)]),
        (((RICE, "1"), (LAMB, "0.1")), {PILAF: 1, TEA: 1}, [(PILAF, 7_000_000), (TEA, 10_000_000)]),
        (((RICE, "1"), (LAMB, "0.1")), {PILAF: 1, RICE: 1, LAMB: "0.1"}, [(PILAF, 10_000_000)]),
        (((RICE, "1"), (LAMB, "0.1")), {PILAF: 1, LAMB: "0.1"}, [(RICE, -2_000_000), (PILAF, 10_000_000)]),
    ],
    ids=["one ingredient", "two", "and something else", "besides its recipe", "besides a part of it"],
)
def test_a_dish_made_to_order_that_took_itself(
    recipe: Any, took: Takes, found: list[tuple[int, int]]
) -> None:
    """Instead of its recipe: the one finding. It costs 10; rice costs 2, lamb 10."""
    made = dish(PILAF, *recipe, inventory_behavior=0)
    day = DishDay(products=[product(RICE, cost_price=2), product(LAMB), product(TEA), made])
    for each in (dict(recipe), dict(recipe), took):
        day.sell(PILAF, each)
    for operation in (each for some in day.operations.values() for each in some):
        if operation["product_id"] == RICE:
            operation |= {"cost": 2, "before_cost": 2, "total_cost": 2 * operation["quantity"]}
    findings = day.judged().findings
    assert list(zip(findings["product_id"], findings["value"], strict=True)) == found
    assert set(findings["severity"]) == {"error"}


def test_what_is_not_tracked_hides_no_second_set() -> None:
    day = DishDay()
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.12", TEA: 1})
    day.operations[1] += [each | {"id": each["id"] + 50} for each in day.operations[1]]
    judged = day.judged(Settings(untracked=Untracked(products=frozenset({TEA}))))
    assert [told[0] for told in judged.told if told[0] != "balance-broken"] == ["duplicate-write-off"]


def test_of_a_product_named_untracked_nothing_is_wrong() -> None:
    settings = Settings(untracked=Untracked(products=frozenset({PILAF})))
    day = DishDay()
    day.sell(PILAF, {TEA: 1})
    assert [told[0] for told in day.judged().told] == ["recipe-mismatch", "recipe-mismatch", "wrong-product"]
    assert day.judged(settings).told == []


def test_what_moved_nothing_is_no_wrong_product() -> None:
    day = DishDay()
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.12", TEA: 0})
    assert day.judged().told == []


def test_the_catalogue_tells_the_type_where_the_line_does_not() -> None:
    day = DishDay()
    day.sell(PILAF, {}, type_=None)
    judged = day.judged()
    assert judged.kinds == ["composite"]
    assert [told[0] for told in judged.told] == ["missing-write-off"]
