"""How the modifiers and the preparations of a line are read: in one way for the whole line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.given.dish_records import (
    DOUGH,
    EGG,
    FLOUR,
    LAMB,
    OIL,
    PILAF,
    RICE,
    STUFFING,
    TEA,
    Takes,
    chosen,
    dish,
    group,
    modifier,
    one,
    preparation,
    product,
)

TWO_EXTRAS = [
    dish(
        PILAF,
        (RICE, "0.150"),
        modificator_groups=[group(modifier(501, LAMB, "0.050"), modifier(502, OIL, "0.020"))],
    )
]
MADE = [preparation(DOUGH, (FLOUR, "0.600"), (EGG, "2.000")), dish(PILAF, (DOUGH, "0.100"), (LAMB, "0.080"))]
Told = tuple[int, str | None, str | None]


def mismatches(products: list[Any], took: Takes, count: Any = 1, **fields: Any) -> list[Told]:
    """Ingredient, due and written off of each recipe-mismatch, which must be all that is told."""
    told = one(products, took, count, **fields).judged().told
    assert {rule for rule, *_ in told} <= {"recipe-mismatch"}, told
    return [(key, due, taken) for _, _, key, due, taken in told]


@pytest.mark.parametrize("times", [1, 3], ids=["once for the line", "for each portion"])
def test_all_modifiers_of_a_line_count_in_one_way(times: int) -> None:
    took = {RICE: "0.45", LAMB: Decimal("0.05") * times, OIL: Decimal("0.02") * times}
    assert mismatches(TWO_EXTRAS, took, 3, modificators=chosen(501, 502)) == []


def test_where_no_way_fits_the_one_that_leaves_least_in_money_tells_the_difference() -> None:
    """Oil at 10 a unit: 0.04 too much by one way; lamb at 10, 0.1 too little by the other."""
    took = {RICE: "0.45", LAMB: "0.05", OIL: "0.06"}
    assert mismatches(TWO_EXTRAS, took, 3, modificators=chosen(501, 502)) == [(OIL, "0.02", "0.06")]


def test_what_costs_more_decides() -> None:
    """The same line, where oil costs a hundred times as much."""
    day = one(TWO_EXTRAS, {RICE: "0.45", LAMB: "0.05", OIL: "0.06"}, 3, modificators=chosen(501, 502))
    day.operations[1][2] |= {"cost": 1000, "before_cost": 1000, "total_cost": 60}
    assert [told[2:] for told in day.judged().told] == [(LAMB, "0.15", "0.05")]


def without(brutto: str, *parts: tuple[int, Any]) -> list[Any]:
    """A dish with a modifier that takes rice away."""
    return [dish(PILAF, *parts, modificator_groups=[group(modifier(501, RICE, brutto))])]


@pytest.mark.parametrize("brutto", ["-0.150", "-0.500"], ids=["as much", "more than there is"])
def test_a_modifier_takes_away_no_more_than_there_is(brutto: str) -> None:
    products = without(brutto, (RICE, "0.150"), (LAMB, "0.120"))
    assert mismatches(products, {LAMB: "0.12"}, modificators=chosen(501)) == []
    took = {LAMB: "0.12", RICE: "0.15"}
    assert mismatches(products, took, modificators=chosen(501)) == [(RICE, "0", "0.15")]


def test_a_modifier_takes_away_a_part() -> None:
    products = without("-0.050", (RICE, "0.150"))
    assert mismatches(products, {RICE: "0.2"}, 2, modificators=chosen(501)) == []


def test_a_modifier_that_leaves_nothing_makes_the_line_untracked() -> None:
    judged = one(without("-0.500", (RICE, "0.150")), {}, modificators=chosen(501)).judged()
    assert judged.kinds == ["untracked"]
    assert {severity for _, severity, *_ in judged.told} <= {"info"}


def test_a_dish_of_which_a_modifier_leaves_nothing_has_no_emptied_card() -> None:
    products = without("-0.500", (RICE, "0.150"))
    assert mismatches(products, {RICE: "0.15"}, modificators=chosen(501)) == [(RICE, "0", "0.15")]


def test_a_modifier_takes_away_a_preparation_whichever_way_it_is_taken() -> None:
    made = [
        preparation(DOUGH, (FLOUR, "0.600")),
        dish(
            PILAF, (DOUGH, "0.100"), (FLOUR, "0.050"),
            modificator_groups=[group(modifier(501, DOUGH, "-0.500"))],
        ),
    ]  # fmt: skip
    assert mismatches(made, {FLOUR: "0.05"}, modificators=chosen(501)) == [], "the dish has flour besides"
    assert mismatches(made, {DOUGH: "0.1", FLOUR: "0.05"}, modificators=chosen(501)) == [(DOUGH, "0", "0.1")]
    made[1]["recipe"].append({"id": OIL, "type": "INGREDIENT", "name": "Oil", "pivot": {"gross": 0.01}})
    assert mismatches(made, {OIL: "0.01"}, modificators=chosen(501)) == [(FLOUR, "0.05", "0")]


def test_a_preparation_is_taken_in_part_as_itself() -> None:
    """Half as dough, half as flour and eggs."""
    assert mismatches(MADE, {DOUGH: "0.05", FLOUR: "0.03", EGG: "0.1", LAMB: "0.08"}) == []


def test_what_is_missing_of_the_other_part_is_told() -> None:
    took = {DOUGH: "0.05", FLOUR: "0.03", LAMB: "0.08"}
    assert mismatches(MADE, took) == [(EGG, "0.1", "0")]


def test_parts_and_modifiers_are_chosen_together() -> None:
    """The dough in part as itself, and the extra once for each of two portions."""
    made = [
        MADE[0],
        dish(PILAF, (DOUGH, "0.100"), modificator_groups=[group(modifier(501, FLOUR, "0.010"))]),
    ]
    took = {DOUGH: "0.1", FLOUR: "0.08", EGG: "0.2"}
    assert mismatches(made, took, 2, modificators=chosen(501)) == []


@pytest.mark.parametrize("inner", ["itself", "recipe", "part"])
def test_a_preparation_in_a_preparation_is_taken_in_any_way(inner: str) -> None:
    made = [
        preparation(DOUGH, (FLOUR, "0.600")),
        preparation(STUFFING, (DOUGH, "0.500"), (RICE, "0.200")),
        dish(PILAF, (STUFFING, "0.400")),
    ]
    half = {STUFFING: "0.2", RICE: "0.04"}  # the other half is 0.1 of dough
    took = {"itself": {DOUGH: "0.1"}, "recipe": {FLOUR: "0.06"}, "part": {DOUGH: "0.04", FLOUR: "0.036"}}
    assert mismatches(made, half | took[inner]) == []


def test_many_preparations_in_part_are_read_soon() -> None:
    keys = range(34_000, 34_030)
    made = [preparation(key, (key + 1000, "1.000")) for key in keys]
    products = [*made, *(product(key + 1000) for key in keys), dish(PILAF, *((key, "0.100") for key in keys))]
    halves = {key: "0.05" for each in keys for key in (each, each + 1000)}
    assert mismatches(products, halves) == []


NOTHING = [
    preparation(DOUGH, (FLOUR, "0.600"), (OIL, "0.100")),
    dish(PILAF, (DOUGH, "0.100"), (OIL, "0.020"), (LAMB, "0.080")),
]


def test_a_preparation_of_which_nothing_was_written_off_is_one_finding() -> None:
    """The oil is the dish's own. No dough cost anything that day: it is worth what its recipe would cost."""
    day = one(NOTHING, {OIL: "0.02", LAMB: "0.08"})
    day.products[4] |= {"cost_price": 5}  # flour
    judged = day.judged()
    assert judged.told == [("recipe-mismatch", "error", DOUGH, "0.1", "0")]
    assert judged.findings["value"].tolist() == [-400_000], "0.06 × 5 + 0.01 × 10"


def test_its_own_cost_goes_before_that_of_its_recipe() -> None:
    day = one([NOTHING[0] | {"cost_price": 7}, NOTHING[1]], {OIL: "0.02", LAMB: "0.08"})
    assert day.judged().findings["value"].tolist() == [-700_000]


def test_a_preparation_of_which_a_part_was_written_off_is_due_as_its_recipe() -> None:
    """There is more oil than the rest of the line is due."""
    assert mismatches(NOTHING, {OIL: "0.03", LAMB: "0.08"}) == [(FLOUR, "0.06", "0")]


def test_only_the_outer_of_two_preparations_is_told() -> None:
    made = [
        preparation(DOUGH, (FLOUR, "0.600")),
        preparation(STUFFING, (DOUGH, "0.500"), (RICE, "0.200")),
        dish(PILAF, (STUFFING, "0.400"), (LAMB, "0.080")),
    ]
    assert mismatches(made, {LAMB: "0.08"}) == [(STUFFING, "0.4", "0")]
    assert mismatches(made, {LAMB: "0.08", RICE: "0.08"}) == [(DOUGH, "0.2", "0")]


def test_what_is_missing_at_the_bottom_of_a_deep_recipe_is_told() -> None:
    """Fifty preparations in each other, each with a part of its own."""
    first, depth = 40_000, 50
    chain = [preparation(first + at, (first + at + 1, "1.000"), (OIL, "0.010")) for at in range(depth)]
    chain.append(preparation(first + depth, (FLOUR, "0.500"), (EGG, "1.000")))
    products = [*chain, dish(PILAF, (first, "1.000"))]
    assert mismatches(products, {OIL: "0.5", FLOUR: "0.5"}) == [(EGG, "1", "0")]


@pytest.mark.parametrize("tea", ["0.1", "0.3"])
def test_an_ingredient_without_a_cost_counts_by_its_quantity(tea: str) -> None:
    """Of two ways that leave nothing in money, the one that leaves less tea."""
    extra = group(modifier(501, TEA, "0.100"))
    day = one([dish(PILAF, (RICE, "0.150"), modificator_groups=[extra])], {RICE: "0.46", TEA: tea}, 3,
              modificators=chosen(501))  # fmt: skip
    day.operations[1][1] |= {"cost": 0, "before_cost": 0, "total_cost": 0}
    told = [each for each in day.judged().told if each[0] == "recipe-mismatch"]
    assert [each[2:] for each in told] == [(RICE, "0.45", "0.46")]
