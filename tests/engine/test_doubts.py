"""Where a difference from the recipe is accepted, or only a warning: changed cards, modifiers, returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from reconcile.settings.model import Settings, Thresholds
from tests.given.dish_records import (
    DOUGH,
    EGG,
    FLOUR,
    LAMB,
    LARDER,
    OIL,
    PILAF,
    RICE,
    TEA,
    DishDay,
    Takes,
    chosen,
    dish,
    group,
    modifier,
    preparation,
)

CHANGED_AT = "2026-01-19 18:00:00"
CAPPUCCINO = 32003
OAT = group(modifier(501, OIL, "0.200"), modifier(502, TEA, "0.010"))
LATTE = dish(PILAF, (RICE, "0.200"), (LAMB, "0.018"), modificator_groups=[OAT])
"""Rice stands for milk, lamb for coffee; modifier 501 is oil for oat milk."""
WITH_OAT: Takes = {LAMB: "0.018", OIL: "0.2"}
"""The oat milk, and no milk."""


def changed(*sales: tuple[str, Takes], **fields: Any) -> list[tuple[Any, ...]]:
    """What is told of pilafs whose card was changed at six; each sale with the hour of its closing."""
    day = DishDay(products=[*LARDER, dish(PILAF, (RICE, "0.150"), (LAMB, "0.120"), updated_at=CHANGED_AT)])
    for hour, took in sales:
        times = dict.fromkeys(("receipt_x_created_at", "receipt_x_closed_at"), f"2026-01-19 {hour}:07:49")
        day.sell(PILAF, took, **times, **fields)
    return [told for told in day.judged().told if told[0] in ("recipe-mismatch", "wrong-product")]


def lattes(*sales: Takes, key: int = 501, products: Sequence[Any] = (LATTE,)) -> DishDay:
    """A day of lattes with a modifier."""
    day = DishDay(products=[*LARDER, *products])
    for took in sales:
        day.sell(PILAF, took, modificators=chosen(key))
    return day


def test_a_line_before_the_change_that_agrees_shows_that_the_recipe_was_the_same() -> None:
    wrong, right = {RICE: "0.3", LAMB: "0.12"}, {RICE: "0.15", LAMB: "0.1"}
    of_rice = ("recipe-mismatch", "error", RICE, "0.15", "0.3")
    of_lamb = ("recipe-mismatch", "error", LAMB, "0.12", "0.1")
    assert changed(("12", wrong), ("13", right)) == [of_rice, of_lamb], (
        "each agrees in what the other does not"
    )
    assert {told[1] for told in changed(("12", wrong), ("19", right))} == {"warning", "error"}, (
        "too late to show it"
    )
    assert [told[1] for told in changed(("12", wrong), ("13", wrong))] == ["warning", "warning"]
    assert [told[1] for told in changed(("12", wrong), ("13", {}))] == ["warning"], (
        "without operations it shows nothing"
    )


def test_of_what_is_not_in_the_recipe_another_line_has_none() -> None:
    right, with_tea = {RICE: "0.15", LAMB: "0.12"}, {RICE: "0.15", LAMB: "0.12", TEA: "0.01"}
    assert [told[:3] for told in changed(("12", with_tea), ("13", right))] == [
        ("wrong-product", "error", TEA)
    ]
    both = changed(("12", with_tea), ("13", with_tea))
    assert [told[:3] for told in both] == [("wrong-product", "warning", TEA)] * 2


def test_what_a_modifier_may_have_replaced_is_a_warning() -> None:
    day = lattes(WITH_OAT)
    assert day.judged().told == [("recipe-mismatch", "warning", RICE, "0.2", "0")]
    assert "perhaps replaced" in day.judged().findings["message"].iloc[0]


@pytest.mark.parametrize(
    "took",
    [
        {OIL: "0.2"},
        {LAMB: "0.018", OIL: "0.3"},
        {LAMB: "0.018", OIL: "0.2", RICE: "0.1"},
        {LAMB: "0.018"},
    ],
    ids=["two ingredients lack", "another amount", "some of it", "nothing of its own"],
)
def test_nothing_was_replaced(took: Takes) -> None:
    assert {told[1] for told in lattes(took).judged().told} == {"error"}


def test_what_most_lines_with_a_modifier_do_without_is_right() -> None:
    """Three lines or more with it and an operation, over half without the milk."""
    both: Takes = {RICE: "0.2", **WITH_OAT}
    assert lattes(WITH_OAT, WITH_OAT, WITH_OAT).judged().told == []
    day = lattes(WITH_OAT, WITH_OAT, WITH_OAT, both).judged()
    assert day.told == [("recipe-mismatch", "warning", RICE, "0", "0.2")]
    assert day.classes == ["matched", "matched", "matched", "flagged"]
    assert (
        lattes(WITH_OAT, WITH_OAT, both, both).judged().told
        == [("recipe-mismatch", "warning", RICE, "0.2", "0")] * 2
    )
    assert len(lattes(WITH_OAT, WITH_OAT, {}).judged().told) == 3, "two have an operation, and one is missing"


def test_a_preparation_replaces_as_what_it_is_made_of() -> None:
    oat = group(modifier(501, DOUGH, "0.200"))
    products = [
        preparation(DOUGH, (FLOUR, "0.500"), (EGG, "2.000")),
        dish(PILAF, (RICE, "0.200"), (LAMB, "0.018"), modificator_groups=[oat]),
    ]
    made = {LAMB: "0.018", FLOUR: "0.1", EGG: "0.4"}
    assert lattes(made, products=products).judged().told == [("recipe-mismatch", "warning", RICE, "0.2", "0")]


def test_lines_of_another_dish_with_the_modifier_count_where_the_ingredient_is_in_their_recipe() -> None:
    day = lattes(WITH_OAT, WITH_OAT)
    day.products.append(dish(CAPPUCCINO, (RICE, "0.100"), modificator_groups=[OAT]))
    for _ in range(2):
        day.sell(CAPPUCCINO, {RICE: "0.1", OIL: "0.2"}, modificators=chosen(501))
    assert [told[1] for told in day.judged().told] == ["warning", "warning"], "two of four are no majority"
    day.products[-1] = dish(CAPPUCCINO, (TEA, "0.100"), modificator_groups=[OAT])
    day.operations = {number: each for number, each in day.operations.items() if number < 3}
    day.receipts = day.receipts[:2]
    day.sell(PILAF, WITH_OAT, modificators=chosen(501))
    for _ in range(3):
        day.sell(CAPPUCCINO, {TEA: "0.1", OIL: "0.2"}, modificators=chosen(501))
    assert day.judged().told == [], "no milk is due there"


@pytest.mark.parametrize(
    ("rice", "told", "line_class"),
    [
        ("0.2", [], "matched"),
        ("0.6", [], "unverified"),
        ("0.7", [("recipe-mismatch", "warning", RICE, "0.2", "0.7")], "flagged"),
        ("-0.1", [("recipe-mismatch", "warning", RICE, "0.2", "-0.1")], "flagged"),
    ],
)
def test_an_unknown_modifier_explains_from_nothing_to_three_times(
    rice: str, told: list[Any], line_class: str
) -> None:
    judged = lattes({LAMB: "0.018", RICE: rice}, key=599).judged()
    assert (judged.told, judged.classes) == (told, [line_class])


def test_beside_an_unknown_modifier_any_other_product_is_accepted() -> None:
    judged = lattes({LAMB: "0.018", RICE: "0.2", FLOUR: "7"}, key=599).judged()
    assert (judged.told, judged.classes) == ([], ["unverified"])


@pytest.mark.parametrize(
    ("lamb", "severity"), [("-0.06", "warning"), ("0", "warning"), ("-0.2", "error"), ("0.12", "error")]
)
def test_of_a_dish_that_came_back_less_may_be_put_back(lamb: str, severity: str) -> None:
    """But no more than came back, and it is not taken again."""
    day = DishDay()
    day.sell(PILAF, {RICE: "-0.15", LAMB: lamb}, receipt_x_is_returns=True)
    for operation in day.operations[1]:
        operation["quantity"] = abs(operation["quantity"])
    assert [told[1] for told in day.judged().told] == [severity]
    thrown_away = Settings(thresholds=Thresholds(returns_restock=False))
    judged = day.judged(thrown_away)
    assert [told[1] for told in judged.told] == ([] if severity == "warning" else ["error"])
    assert judged.classes == ["matched" if severity == "warning" else "flagged"]


def test_nothing_of_an_ingredient_says_what_stands_under_the_line_instead() -> None:
    message = lattes({LAMB: "0.018"}, key=502).judged().findings["message"]
    assert "operations under the line: 1, of product 33002" in message.iloc[0]
