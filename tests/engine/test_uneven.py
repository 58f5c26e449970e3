"""Without a recipe the day's own lines convict the odd one out, or nobody can say."""

from __future__ import annotations

from typing import Any

import pytest

from reconcile.evidence.structs import Raw
from reconcile.settings.model import RulesTable, Settings
from tests.given.dish_records import LAMB, MENU, OIL, PILAF, RICE, DishDay, Judged, Takes, chosen


def judged(*took: Takes, **fields: Any) -> Judged:
    """A day of pilafs and no catalogue."""
    day = DishDay(products=[])
    for each in took:
        day.sell(PILAF, each, **fields)
    return day.judged()


def rice(*amounts: str) -> list[Takes]:
    return [{RICE: amount} for amount in amounts]


def test_the_odd_one_of_four_is_found_and_the_others_are_matched() -> None:
    day = judged(*rice("0.15", "0.15", "0.3", "0.15"))
    assert day.told == [("uneven-recipe", "warning", RICE, "0.15", "0.3")]
    assert day.classes == ["matched", "matched", "flagged", "matched"]
    assert day.findings["value"].tolist() == [1_500_000]


@pytest.mark.parametrize(
    "amounts", [("0.15", "0.3"), ("0.15", "0.15"), ("0.15", "0.3", "0.2"), ("0.15", "0.15", "0.3", "0.3")]
)
def test_fewer_than_three_or_no_majority_prove_nothing(amounts: tuple[str, ...]) -> None:
    day = judged(*rice(*amounts))
    assert day.told == []
    assert set(day.classes) == {"unverified"}


def test_an_ingredient_that_others_took_and_one_that_they_did_not() -> None:
    day = judged({RICE: "0.15", LAMB: "0.12"}, {RICE: "0.15", LAMB: "0.12"}, {RICE: "0.15", OIL: "0.03"})
    assert sorted(day.told) == [
        ("uneven-recipe", "warning", LAMB, "0.12", "0"),
        ("uneven-recipe", "warning", OIL, "0", "0.03"),
    ]


def test_one_ingredient_without_a_majority_leaves_the_others_flagged_and_the_rest_unverified() -> None:
    took = [{RICE: "0.15", OIL: f"0.0{place}"} for place in (1, 2, 3)]
    took.append({RICE: "0.2", OIL: "0.04"})
    day = judged(*took)
    assert [told[2] for told in day.told] == [RICE]
    assert day.classes == ["unverified", "unverified", "unverified", "flagged"]


def test_amounts_are_of_a_portion() -> None:
    """Half a portion, three of them and a return take their part."""
    day = DishDay(products=[])
    day.sell(PILAF, {RICE: "0.45"}, 3)
    day.sell(PILAF, {RICE: "0.075"}, portion_size="0.5")
    day.sell(PILAF, {RICE: "-0.15"}, receipt_x_is_returns=True)
    day.sell(PILAF, {RICE: "0.15"}, 2)
    assert day.judged().told == [("uneven-recipe", "warning", RICE, "0.3", "0.15")]


def test_grams_are_rounded() -> None:
    """Half of 0.025 is 0.0125, taken as 0.013: 0.026 for a portion, and no fault."""
    day = DishDay(products=[])
    for _ in range(3):
        day.sell(PILAF, {RICE: "0.025"})
    day.sell(PILAF, {RICE: "0.013"}, portion_size="0.5")
    done = day.judged()
    assert (done.told, set(done.classes)) == ([], {"matched"})


def test_grams_rounded_on_small_lines_convict_no_large_one() -> None:
    """0.747 a portion: an eighth takes 0.093, which looks like 0.744; three quarters rightly take 0.56."""
    day = DishDay(products=[])
    for _ in range(3):
        day.sell(PILAF, {RICE: "0.093"}, "0.125")
    day.sell(PILAF, {RICE: "0.56"}, "0.75")
    assert day.judged().told == []
    day.sell(PILAF, {RICE: "0.57"}, "0.75")
    assert [told[0] for told in day.judged().told] == ["uneven-recipe"]


def test_other_modifiers_are_another_dish() -> None:
    """By the product's hash where there is one, else by the modifiers."""
    for fields in ({"modificators": chosen(501)}, {"product_hash": "32001-m501"}):
        day = DishDay(products=[])
        for _ in range(3):
            day.sell(PILAF, {RICE: "0.15"})
        day.sell(PILAF, {RICE: "0.15", LAMB: "0.05"}, **fields)
        done = day.judged()
        assert (done.told, done.classes[3]) == ([], "unverified")


def test_a_line_without_operations_is_missing_and_no_part_of_the_usual() -> None:
    day = judged(*rice("0.15", "0.15", "0.15"), {})
    assert [told[0] for told in day.told] == ["missing-write-off"]


def test_with_a_recipe_nobody_is_uneven() -> None:
    """The recipe convicts the many, not the few."""
    day = DishDay()
    for amount in ("0.3", "0.3", "0.15"):
        day.sell(PILAF, {RICE: amount, LAMB: "0.12"})
    assert [told[0] for told in day.judged().told] == ["recipe-mismatch"] * 2


@pytest.mark.parametrize(("products", "rule"), [(MENU, "recipe-mismatch"), ([], "uneven-recipe")])
@pytest.mark.parametrize("is_off", [True, False])
def test_a_rule_that_is_off_or_a_note_leaves_no_line_matched_that_did_not(
    products: list[Raw], rule: str, is_off: bool
) -> None:
    """What nobody flags as wrong is still not right: it is unverified."""
    day = DishDay(products=list(products))
    for rice in ("0.15", "0.15", "0.3", "0.15"):
        day.sell(PILAF, {RICE: rice, LAMB: "0.12"})
    assert day.judged().classes == ["matched", "matched", "flagged", "matched"]
    rules = RulesTable(off=frozenset({rule})) if is_off else RulesTable(severity={rule: "info"})
    assert day.judged(Settings(rules=rules)).classes == ["matched", "matched", "unverified", "matched"]
