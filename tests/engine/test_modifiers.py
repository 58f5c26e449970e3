"""Modifiers: what they add to what a dish owes, however they are counted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.given.dish_records import (
    DOUGH,
    DUMPLING,
    EGG,
    FLOUR,
    LAMB,
    PILAF,
    RICE,
    TEA,
    chosen,
    dish,
    group,
    modifier,
    one,
    preparation,
)

EXTRA = group(modifier(501, LAMB, "0.050"), modifier(502), modifier(503, None, 1, dish_id=DUMPLING))
WITH_EXTRA = [
    preparation(DOUGH, (FLOUR, "0.600"), (EGG, "2.000")),
    dish(DUMPLING, (DOUGH, "0.100"), (LAMB, "0.080")),
    dish(PILAF, (RICE, "0.150"), (LAMB, "0.120"), modificator_groups=[EXTRA]),
]


def test_a_modifier_adds_its_ingredient_or_a_dish_or_nothing() -> None:
    for keys, took in (
        ((501,), {RICE: "0.15", LAMB: "0.17"}),
        ((502,), {RICE: "0.15", LAMB: "0.12"}),
        ((503,), {RICE: "0.15", LAMB: "0.2", DOUGH: "0.1"}),
        ((501, 502, 503), {RICE: "0.15", LAMB: "0.25", FLOUR: "0.06", EGG: "0.2"}),
    ):
        day = one(WITH_EXTRA, took, modificators=chosen(*keys))
        assert day.judged().told == [], keys


@pytest.mark.parametrize("lamb", ["0.29", "0.34"], ids=["once for the line", "once for each portion"])
def test_a_modifiers_count_may_be_of_the_line_or_of_a_portion(lamb: str) -> None:
    assert one(WITH_EXTRA, {RICE: "0.3", LAMB: lamb}, 2, modificators=chosen(501)).judged().told == []


def test_where_no_reading_fits_the_nearest_tells_the_difference() -> None:
    day = one(WITH_EXTRA, {RICE: "0.3", LAMB: "0.35"}, 2, modificators=chosen(501))
    assert day.judged().told == [("recipe-mismatch", "error", LAMB, "0.34", "0.35")]


@pytest.mark.parametrize(("is_scaled", "fits"), [(True, False), (False, True), (None, True)])
def test_a_group_adjusted_to_the_portion_is_scaled_by_it(is_scaled: bool | None, fits: bool) -> None:
    """A whole extra for half a portion is right, unless the catalogue says that it is scaled."""
    extra = group(modifier(501, LAMB, "0.050"), is_scaled=is_scaled)
    products = [dish(PILAF, (RICE, "0.150"), modificator_groups=[extra])]
    halved = {RICE: "0.075", LAMB: "0.025"}
    assert one(products, halved, portion_size="0.5", modificators=chosen(501)).judged().told == []
    whole = {RICE: "0.075", LAMB: "0.05"}
    assert (one(products, whole, portion_size="0.5", modificators=chosen(501)).judged().told == []) is fits


@pytest.mark.parametrize("lamb", ["0.05", "0.15", "0.025", "0.075"])
def test_each_reading_of_a_modifiers_count_is_accepted(lamb: str) -> None:
    """Three half portions with an extra of 0.05: once, × count, × portion size, × both. All four amounts differ."""
    products = [dish(PILAF, (RICE, "0.150"), modificator_groups=[group(modifier(501, LAMB, "0.050"))])]
    day = one(products, {RICE: "0.225", LAMB: lamb}, 3, portion_size="0.5", modificators=chosen(501))
    assert day.judged().told == []


def test_modifiers_come_in_either_list_and_by_name_too() -> None:
    took = {RICE: "0.15", LAMB: "0.17"}
    by_name = [{"id": 1, "name": "modifier 501", "count": "1.000"}]
    both: dict[str, Any] = {"modificators": chosen(501), "receipt_product_modificators": chosen(501)}
    for fields in (
        both,
        {"modificators": by_name},
        {"receipt_product_modificators": chosen(501), "modificators": []},
    ):
        assert one(WITH_EXTRA, took, **fields).judged().told == []


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        (chosen(599), "the modifier 'modifier 599' is not in the catalogue"),
        ([{"name": "Extra", "count": 1}], "the modifier 'Extra' is not in the catalogue"),
        (chosen(501, count="a lot"), "the count of the modifier 'modifier 501' can't be read"),
        (["extra"], "the count of the modifier 'extra' can't be read"),
    ],
)
def test_an_unknown_modifier_leaves_the_line_unverified(choice: Any, why: str) -> None:
    """It may take anything: nothing is wrong, and nothing is proven. It is said which it is."""
    judged = one(WITH_EXTRA, {RICE: "0.15", TEA: "0.01"}, modificators=choice).judged()
    assert (judged.told, judged.classes, judged.because) == ([], ["unverified"], why)


def test_where_modifiers_take_away_all_that_is_due_nothing_is_missing() -> None:
    less = group(modifier(501, RICE, "-0.200"))
    day = one([dish(PILAF, (RICE, "0.150"), modificator_groups=[less])], {}, modificators=chosen(501))
    day.sell(PILAF, {RICE: "0.15"})
    judged = day.judged()
    assert (judged.told, judged.classes) == ([], ["untracked", "matched"])
    day.sell(PILAF, {})
    assert [told[:3] for told in day.judged().told] == [("missing-write-off", "error", PILAF)]
