"""What a dish owes: recipes, preparations, and each thing that can be odd about them."""

from __future__ import annotations

from typing import Any

import pytest

from reconcile.settings import Settings, Untracked
from tests.dish_records import (
    DOUGH,
    DUMPLING,
    EGG,
    FLOUR,
    LAMB,
    MENU,
    OIL,
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
    assert day.judged().findings["value"].tolist() == [3_000_000]


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
    assert judged.told == [("unexpected-write-off", "error", PILAF, "0", "1")], "one cause, one finding"


# --------------------------------------------------------- odd recipes


def test_a_circle_is_named_and_its_dishes_are_unverified() -> None:
    circle = [
        preparation(DOUGH, (STUFFING, "0.5"), name="Xəmir"),
        preparation(STUFFING, (DOUGH, "0.5"), (RICE, "1"), name="İç"),
        dish(PILAF, (RICE, "0.150"), (DOUGH, "0.100")),
    ]
    judged = one(circle, {RICE: "0.15", DOUGH: "0.1"}).judged()
    assert (judged.told, judged.classes) == ([], ["unverified"])
    assert judged.because == "its recipe goes in a circle: Xəmir → İç → Xəmir"


@pytest.mark.parametrize(
    ("products", "why"),
    [
        ([], "it is not in the catalogue"),
        ([product(PILAF, "DISH", None)], "its recipe was not given"),
        ([dish(PILAF, (RICE, "much"))], f"gross of ingredient {RICE} is 'much'"),
        ([dish(PILAF, (RICE, -1))], f"gross of ingredient {RICE} is '-1'"),
        ([dish(PILAF) | {"recipe": ["rice"]}], "a row of its recipe can't be read"),
        (
            [dish(PILAF) | {"recipe": [{"pivot": {"gross": 1}}]}],
            "an ingredient of its recipe has no readable id",
        ),
        (
            [preparation(DOUGH, (FLOUR, 1), net_output=0, name="Dough"), dish(PILAF, (DOUGH, 1))],
            "net_output of Dough is no positive number",
        ),
        (
            [product(DOUGH, "PREPARATION", None, name="Dough"), dish(PILAF, (DOUGH, 1))],
            "the recipe of Dough is not known: its recipe was not given",
        ),
        (
            [
                dish(PILAF)
                | {"recipe": [{"id": DOUGH, "type": "PREPARATION", "name": "Dough", "pivot": {"gross": 1}}]}
            ],
            "the recipe of Dough is not known: it is not in the catalogue",
        ),
        ([dish(PILAF, (RICE, 10**11))], "what its recipe owes is too large to be exact"),
    ],
)
def test_a_recipe_that_can_not_be_read_is_no_recipe_and_says_why(products: list[Any], why: str) -> None:
    judged = one(products, {RICE: "0.15"}, 20).judged()
    assert (judged.told, judged.classes, judged.because) == ([], ["unverified"], why)


@pytest.mark.parametrize(
    "recipe",
    [(), ((RICE, "0.000"),), ((34001, 1),), ((DOUGH, 1),)],
    ids=["empty", "of zeros", "of time sold", "of an empty preparation"],
)
def test_a_recipe_that_takes_nothing_makes_the_dish_untracked(recipe: Any) -> None:
    products = [dish(PILAF, *recipe), product(34001, "TIMER"), preparation(DOUGH)]
    judged = one(products, {}).judged()
    assert (judged.told, judged.kinds, judged.classes) == ([], ["untracked"], ["untracked"])


def test_what_a_recipe_of_nothing_took_is_a_wrong_product() -> None:
    assert [told[:3] for told in one([dish(PILAF)], {RICE: "0.15"}).judged().told] == [
        ("wrong-product", "error", RICE)
    ]


def test_an_ingredient_of_zero_may_stay_and_may_not_go() -> None:
    products = [dish(PILAF, (RICE, "0.150"), (TEA, "0.000"))]
    assert one(products, {RICE: "0.15"}).judged().told == []
    assert one(products, {RICE: "0.15", TEA: "0.01"}).judged().told == [
        ("recipe-mismatch", "error", TEA, "0", "0.01")
    ]


def test_a_recipe_of_zeros_that_took_something_is_judged_all_the_same() -> None:
    judged = one([dish(PILAF, (TEA, "0.000"))], {TEA: "0.01"}).judged()
    assert (judged.kinds, judged.told) == (["composite"], [("recipe-mismatch", "error", TEA, "0", "0.01")])


def test_an_ingredient_that_is_named_twice_is_due_twice() -> None:
    products = [dish(PILAF, (OIL, "0.010"), (OIL, "0.020"))]
    assert one(products, {OIL: "0.03"}).judged().told == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ([product(35001, deleted_at="2026-01-01 10:00:00")], "the ingredient is deleted from the catalogue"),
        ([], "the catalogue does not list the ingredient"),
    ],
)
def test_a_deleted_or_unknown_ingredient_is_due_all_the_same(more: list[Any], says: str) -> None:
    products = [dish(PILAF, (RICE, "0.150"), (35001, "0.010")), *more]
    assert one(products, {RICE: "0.15", 35001: "0.01"}).judged().told == []
    judged = one(products, {RICE: "0.15"}).judged()
    assert judged.told == [("recipe-mismatch", "error", 35001, "0.01", "0")]
    assert judged.findings["message"].iloc[0].endswith(says)


def test_an_untracked_ingredient_is_never_due_and_never_wrong() -> None:
    settings = Settings(untracked=Untracked(products=frozenset({OIL, TEA})))
    products = [dish(PILAF, (RICE, "0.150"), (OIL, "0.030"))]
    for took in ({RICE: "0.15"}, {RICE: "0.15", OIL: "5"}, {RICE: "0.15", TEA: "1"}):
        assert one(products, took).judged(settings).told == []


def test_a_recipe_changed_after_the_sale_warns_and_says_so() -> None:
    """Of the dish, or of a preparation in it; a change before the sale closed is none."""
    for updated, severity in (("2026-01-19 15:07:50", "warning"), ("2026-01-19 15:07:49", "error")):
        for products in (
            [preparation(DOUGH, (FLOUR, 1)), dish(PILAF, (DOUGH, "0.1"), updated_at=updated)],
            [preparation(DOUGH, (FLOUR, 1), updated_at=updated), dish(PILAF, (DOUGH, "0.1"))],
        ):
            judged = one(products, {FLOUR: "0.2", TEA: "0.01"}).judged()
            assert {told[:2] for told in judged.told} == {
                ("recipe-mismatch", severity),
                ("wrong-product", severity),
            }
            says = "the recipe was changed after the sale" in judged.findings["message"].iloc[0]
            assert says is (severity == "warning")


# -------------------------------------------------------- wrong products


def test_goods_take_themselves_alone() -> None:
    """With a catalogue, something else under a bottle is a wrong product; its modifiers are not."""
    cola = 31001
    extra = [group(modifier(501, TEA, "0.010"))]
    products = [product(cola, "GOODS", modificator_groups=extra)]
    day = one(products, {cola: 1, TEA: "0.01"}, key=cola, type_="GOODS", modificators=chosen(501))
    assert day.judged().told == []
    day = one(products, {31002: 1}, key=cola, type_="GOODS")
    assert [told[:3] for told in day.judged().told] == [
        ("missing-write-off", "error", cola),
        ("wrong-product", "error", 31002),
    ]
    assert one([], {cola: 1, 31002: 1}, key=cola, type_="GOODS").judged().told == [], "not in the catalogue"


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
