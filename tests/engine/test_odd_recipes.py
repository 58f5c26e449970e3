"""Each thing that can be odd about a recipe has its answer."""

from __future__ import annotations

from typing import Any

import pytest

from reconcile.engine.recipes.dishes import EMPTIED
from reconcile.settings.model import Settings, Untracked
from tests.given.dish_records import (
    DOUGH,
    DUMPLING,
    FLOUR,
    OIL,
    PILAF,
    RICE,
    STUFFING,
    TEA,
    dish,
    one,
    preparation,
    product,
)


def test_a_circular_recipe_is_named_and_its_dishes_are_unverified() -> None:
    cycle = [
        preparation(DOUGH, (STUFFING, "0.5"), name="Xəmir"),
        preparation(STUFFING, (DOUGH, "0.5"), (RICE, "1"), name="İç"),
        dish(PILAF, (RICE, "0.150"), (DOUGH, "0.100")),
    ]
    judged = one(cycle, {RICE: "0.15", DOUGH: "0.1"}).judged()
    assert (judged.told, judged.classes) == ([], ["unverified"])
    assert judged.because == "circular recipe: Xəmir → İç → Xəmir"


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
        ([dish(PILAF, (RICE, 10**11))], "theoretical usage by its recipe is too large to be exact"),
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
    told = [("dish-never-written-off", "info", PILAF, "1", "0")]
    assert (judged.told, judged.kinds, judged.classes) == (told, ["untracked"], ["untracked"])


def test_what_one_of_many_dishes_without_a_recipe_took_is_a_wrong_product() -> None:
    day = one([dish(PILAF)], {})
    for _ in range(2):
        day.sell(PILAF, {})
    day.sell(PILAF, {RICE: "0.15"})
    judged = day.judged()
    assert [told[:3] for told in judged.told] == [("wrong-product", "error", RICE)]
    assert judged.kinds == ["untracked", "untracked", "untracked", "composite"]


def test_an_ingredient_of_zero_may_stay_and_may_not_go() -> None:
    products = [dish(PILAF, (RICE, "0.150"), (TEA, "0.000"))]
    assert one(products, {RICE: "0.15"}).judged().told == []
    assert one(products, {RICE: "0.15", TEA: "0.01"}).judged().told == [
        ("recipe-mismatch", "error", TEA, "0", "0.01")
    ]


def test_a_card_was_emptied_where_its_dish_is_written_off_all_the_same() -> None:
    judged = one([dish(PILAF, (TEA, "0.000"))], {TEA: "0.01"}).judged()
    assert (judged.kinds, judged.told, judged.classes) == (["composite"], [], ["unverified"])
    assert judged.because == EMPTIED


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


@pytest.mark.parametrize("updated", ["2025-12-02 10:00:00", "2026-01-20 01:00:00"])
def test_where_half_took_something_or_the_card_changed_later_it_was_emptied(updated: str) -> None:
    day = one([dish(PILAF, updated_at=updated)], {RICE: "0.15"})
    for _ in range(1 if updated < "2026" else 4):
        day.sell(PILAF, {})
    judged = day.judged()
    assert "wrong-product" not in [told[0] for told in judged.told]
    assert (judged.classes[0], judged.because) == ("unverified", EMPTIED)


def test_what_is_only_in_the_wrong_place_does_not_show_that_a_card_was_emptied() -> None:
    """The rice under the only line of the dish is that of the line beside it."""
    day = one([dish(PILAF), dish(DUMPLING, (RICE, "0.150"))], {RICE: "0.15"})
    day.sell(DUMPLING, {})
    del day.operations[2]
    beside = day.receipts.pop()["receipt_products"][0]
    day.receipts[0]["receipt_products"].append(beside | {"receipt_id": 1})
    told = day.judged().told
    assert [each[:3] for each in told if each[0] != "dish-never-written-off"] == [
        ("misplaced-write-off", "info", RICE)
    ]


def test_lines_of_an_emptied_card_are_compared_with_each_other() -> None:
    day = one([dish(PILAF)], {RICE: "0.3"})
    for _ in range(3):
        day.sell(PILAF, {RICE: "0.15"})
    assert day.judged().told == [("uneven-recipe", "warning", RICE, "0.15", "0.3")]
