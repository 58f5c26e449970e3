"""The sheets Recipes and Causes: what dishes owed and took, and where to begin."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reconcile.analysis.recipes_applied import recipes_applied
from reconcile.settings.model import Settings, ThresholdException, Thresholds
from tests.given.dish_records import (
    DOUGH,
    DUMPLING,
    EGG,
    FLOUR,
    LAMB,
    PILAF,
    RICE,
    DishDay,
    chosen,
    dish,
    group,
    modifier,
)
from tests.given.workbook_reading import table, written


def recipes(day: DishDay) -> list[tuple[Any, ...]]:
    """Ingredient, the recipe's and the taken amount a portion, lines, result, first and last receipt."""
    names = ("product_id", "due", "taken", "lines", "result", "first", "last")
    return [
        tuple(row[name] for name in names) for row in recipes_applied(day.judged().result).to_dict("records")
    ]


def test_two_recipes_of_one_day_stand_out() -> None:
    """Before and after a change: each with its lines, the first and the last of them."""
    day = DishDay()
    for place, rice in enumerate(("0.15", "0.15", "0.18", "0.18", "0.18")):
        day.sell(PILAF, {RICE: rice, LAMB: "0.12"}, receipt_x_closed_at=f"2026-01-19 1{place}:00:00")
    assert recipes(day) == [
        (RICE, 150_000, 180_000, 3, "CHECK", 3, 5),
        (RICE, 150_000, 150_000, 2, "CHECK", 1, 2),
        (LAMB, 120_000, 120_000, 5, "OK", 1, 5),
    ]


def test_dishes_that_differ_come_first_as_a_whole_then_all_by_name() -> None:
    """The one ingredient to check does not part from the others of its dish."""
    day = DishDay()
    day.sell(DUMPLING, {FLOUR: "0.06", EGG: "0.2", LAMB: "0.08"})
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.2"})
    shown = recipes_applied(day.judged().result)
    assert shown["dish_id"].tolist() == [PILAF] * 2 + [DUMPLING] * 3
    assert shown["result"].tolist() == ["OK", "CHECK", "OK", "OK", "OK"]
    day.sell(DUMPLING, {FLOUR: "0.06", EGG: "0.9", LAMB: "0.08"})
    shown = recipes_applied(day.judged().result)
    names = shown["dish"].drop_duplicates().tolist()
    assert names == sorted(names, key=str.casefold)
    assert len(names) == 2


def test_a_difference_a_portion_is_worth_what_all_its_portions_took() -> None:
    """Three portions in two sales took 0.03 too much rice each, at 10 a unit; the lamb is as it should be."""
    day = DishDay()
    day.sell(PILAF, {RICE: "0.18", LAMB: "0.12"})
    day.sell(PILAF, {RICE: "0.36", LAMB: "0.24"}, 2)
    shown = recipes_applied(day.judged().result).to_dict("records")
    told = [(row["product_id"], row["difference"], row["value"]) for row in shown]
    assert told == [(RICE, 30_000, 900_000), (LAMB, 0, 0)]


def test_a_difference_is_worth_its_exact_amounts_not_those_rounded_to_a_portion() -> None:
    """0.0005 over three portions shows as 0 a portion, and is worth 0.005 all the same."""
    day = DishDay()
    day.sell(PILAF, {RICE: "0.4505", LAMB: "0.36"}, 3)
    (rice, lamb) = recipes_applied(day.judged().result).to_dict("records")
    assert (rice["difference"], rice["value"], lamb["value"]) == (0, 5_000, 0)


@pytest.mark.parametrize(("step", "results"), [("0.005", ["OK", "OK"]), ("0.004", ["CHECK", "OK"])])
def test_an_ingredient_is_checked_by_its_own_quantity_step(step: str, results: list[str]) -> None:
    day = DishDay()
    day.sell(PILAF, {RICE: "0.155", LAMB: "0.12"})
    settings = Settings(
        thresholds=Thresholds(by_product={RICE: ThresholdException(quantity_step=Decimal(step))})
    )
    assert recipes_applied(day.judged(settings).result)["result"].tolist() == results


def test_without_a_recipe_its_own_column_is_empty() -> None:
    day = DishDay(products=[])
    day.sell(PILAF, {RICE: "0.15"})
    shown = recipes_applied(day.judged().result)
    for name in ("due", "difference", "value"):
        assert shown[name].isna().all()
    assert shown["result"].tolist() == ["OK"]


def test_a_preparation_taken_in_two_ways_is_shown_in_both() -> None:
    day = DishDay()
    day.sell(DUMPLING, {DOUGH: "0.1", LAMB: "0.08"})
    day.sell(DUMPLING, {FLOUR: "0.06", EGG: "0.2", LAMB: "0.08"})
    assert {row[0] for row in recipes(day)} == {DOUGH, FLOUR, EGG, LAMB}
    assert {row[4] for row in recipes(day)} == {"OK"}


def test_modifiers_have_rows_of_their_own() -> None:
    day = DishDay()
    day.products[-2] = dish(PILAF, (RICE, "0.150"), modificator_groups=[group(modifier(501, LAMB, "0.050"))])
    day.sell(PILAF, {RICE: "0.15"})
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.1"}, modificators=chosen(501, count=2))
    shown = recipes_applied(day.judged().result)
    assert sorted(zip(shown["modifiers"], shown["product_id"], shown["due"], strict=True)) == [
        ("", RICE, 150_000),
        ("modifier 501 × 2", RICE, 150_000),
        ("modifier 501 × 2", LAMB, 100_000),
    ]


def test_a_cause_leads_to_its_first_finding_and_they_stand_together(tmp_path: Path) -> None:
    """One row for three findings; the link goes to the biggest of them, the others follow."""
    day = DishDay()
    for count in (1, 3, 2):
        day.sell(PILAF, {RICE: f"{150 * count}", LAMB: f"{0.12 * count:.2f}"}, count)
    day.sell(PILAF, {RICE: "0.15"})
    book = written(day.judged().result, tmp_path / "causes.xlsx")
    (thousand, left_out) = table(book, "Causes")
    assert (thousand["Findings"], thousand["B ÷ A: ratio"]) == (3, 1000)
    assert left_out["In words"] == "none of it was written off"
    sheet = book["Causes"]
    target = next(cell.hyperlink.location for cell in sheet["A"] if cell.value == "Error")
    place = target.rpartition("!A")[2]
    assert target.startswith("'Findings'!")
    header = [cell.value for cell in book["Findings"][int(place) - 1]]
    first = dict(zip(header, (cell.value for cell in book["Findings"][int(place)]), strict=True))
    assert first["Cause id"] == thousand["Cause id"]
    assert [row["Cause id"] for row in table(book, "Findings")][:3] == [thousand["Cause id"]] * 3


@pytest.mark.parametrize("has_catalogue", [True, False])
def test_a_day_of_no_dishes_has_the_sheets_all_the_same(tmp_path: Path, has_catalogue: bool) -> None:
    day = DishDay() if has_catalogue else DishDay(products=[])
    book = written(day.judged().result, tmp_path / "empty.xlsx")
    assert [
        table(book, name)[0][column]
        for name, column in (
            ("Causes", "Severity"),
            ("Recipes", "Dish"),
        )
    ] == ["No causes", "No dishes were written off"]
    for name in ("tblProductTotals", "tblProducts"):
        assert table(book, "Products", name)[0]["Category"] == "No sale line could be judged"  # fmt: skip
