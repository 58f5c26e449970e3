"""Actual against theoretical usage by product: what it adds up to, and on which row each difference stands."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.analysis.bridge import bridge
from reconcile.analysis.differences import REST, day_differences
from reconcile.analysis.products import by_category, by_product
from reconcile.core.exact import MICRO, half_even
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.rulebook.rules import RULES
from reconcile.sandbox.discrepancies import plant
from reconcile.sandbox.generated_day import make_day
from reconcile.settings.model import RulesTable, Settings, Thresholds
from tests.given.demo_day import demo_result
from tests.given.dish_records import (
    DUMPLING,
    EGG,
    FLOUR,
    LAMB,
    LARDER,
    PILAF,
    RICE,
    TEA,
    DishDay,
    dish,
    product,
)
from tests.given.made_days import DAY, judged, seeds
from tests.given.random_days import FAULTS, GARBAGE, RandomDay, build, clean_days, pick
from tests.given.recipe_days import Catalogue, Sale, catalogues, day_of, many_sales

COLA = 31042
CELLAR = {"storage_id": 9, "stock_id": 9, "stock": {"id": 9, "storage": {"id": 9, "name": "Cellar"}}}


def holds(result: Result) -> None:
    """The values are those of the bridge, the largest first; the quantities those of all operations that are judged."""
    made, table = bridge(result), by_product(result)
    found = sum(each.over + each.under for each in made.by_rule.values())
    assert made.rest == 0
    assert table["value"].dropna().sum() == found + made.rounding
    is_judged = day_differences(result).part != REST
    taken = result.operations[is_judged].groupby("product_id")["q"].sum()
    assert table.groupby("product_id")["q"].sum().reindex(taken.index).tolist() == taken.tolist()
    assert (table["difference"] == table["q"] - table["due"]).all()
    known = table["value"].dropna()
    assert known.index.tolist() == list(range(len(table) - len(known), len(table))), "unknown ones first"
    assert known.abs().is_monotonic_decreasing
    assert by_category(table)["value"].sum() == table["value"].dropna().sum()
    assert by_category(table)["products"].sum() == len(table)


def test_the_values_of_the_demo_are_over_under_and_rounding() -> None:
    result = demo_result()
    value = result.control.value
    holds(result)
    assert by_product(result)["value"].sum() == value["over"] + value["under"] + bridge(result).rounding


@given(day=clean_days, data=st.data())
def test_whatever_is_wrong_the_values_are_those_of_the_bridge(day: RandomDay, data: st.DataObject) -> None:
    broken = data.draw(st.lists(st.sampled_from(day.receipts), max_size=4, unique_by=lambda each: each["id"]))
    for receipt in broken:
        operation = data.draw(st.sampled_from(day.operations[receipt["id"]]))
        FAULTS[data.draw(st.sampled_from(sorted(FAULTS)))](day, (receipt, operation))
    holds(reconcile_day(day.evidence(), Settings()))


@given(day=clean_days, data=st.data())
def test_on_any_garbage_too(day: RandomDay, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        receipt, operation = pick(day, data)
        line = data.draw(st.sampled_from(receipt["receipt_products"]))
        record = data.draw(st.sampled_from([operation, line]))
        field = data.draw(st.sampled_from(sorted(set(record) - {"receipt_products"})))
        record[field] = data.draw(GARBAGE)
    holds(reconcile_day(day.evidence(), Settings()))


def test_a_day_of_operations_without_any_readable_line() -> None:
    """The operation of a receipt whose only line can't be read: it is judged by nothing, and the sheet is written."""
    day = build([([(COLA, Decimal(1), Decimal(1))], False)])
    day.receipts[0]["receipt_products"] = [None]
    holds(reconcile_day(day.evidence(), Settings()))
    day.receipts[0]["receipt_products"] = []
    holds(reconcile_day(day.evidence(), Settings()))


@given(
    catalogue=catalogues(),
    sold=many_sales,
    factor=st.sampled_from([Decimal(0), Decimal(3), Decimal("1.001")]),
)
def test_over_recipes_too(catalogue: Catalogue, sold: list[Sale], factor: Decimal) -> None:
    """Dishes by their recipes, with amounts that are wrong, or off by less than the quantity step."""
    day = day_of(catalogue, sold, list(range(7)))
    for operations in day.operations.values():
        operations[0]["quantity"] *= factor
    holds(day.judged().result)


took = st.dictionaries(
    st.sampled_from([RICE, LAMB, TEA, FLOUR, EGG, PILAF, DUMPLING]),
    st.sampled_from(["0.12", "0.15", "1", "0.001", "-1"]),
    max_size=3,
)


@given(sales=st.lists(st.tuples(st.sampled_from([PILAF, DUMPLING]), took, st.sampled_from([1, 2, -1, 0]))))
def test_whatever_dishes_took_instead(sales: list[tuple[int, dict[int, str], int]]) -> None:
    """Other products alone, themselves, nothing: also of a dish that took nothing that is due."""
    day = DishDay()
    for key, takes, count in sales:
        day.sell(key, takes, count)
    holds(day.judged().result)


@given(seed=seeds)
def test_on_made_days_with_every_kind_of_fault(seed: int) -> None:
    store = make_day(DAY, 60, seed)
    plant(store, DAY, Decimal("0.5"), seed)
    holds(judged(store))


def rows(result: Result) -> dict[tuple[int, str], Any]:
    """By product and storage."""
    return {(row["product_id"], row["storage"]): row for row in by_product(result).to_dict("records")}


def goods(*sales: tuple[int, int | None], **thresholds: Any) -> dict[str, Any]:
    """The one row of a day on which these were sold, and so many taken for each."""
    day = build([([(COLA, Decimal(abs(sold)), Decimal(1))], sold < 0) for sold, _ in sales])
    for key, (_, taken) in enumerate(sales, 1):
        if taken is None:
            day.operations[key] = []
        else:
            (only,) = day.operations[key]
            after = only["before_quantity"] - taken
            only |= {"quantity": taken, "total_cost": 8000 * taken, "after_quantity": after}
    result = reconcile_day(day.evidence(), Settings(thresholds=Thresholds(**thresholds)))
    ((_, row),) = rows(result).items()
    return dict(row)


@pytest.mark.parametrize(
    ("sales", "expected"),
    [
        ([(2, 2), (1, 1)], (3, 3, 0, 0, 0)),
        ([(2, 3), (1, 1)], (3, 4, 8000, 333_333, 0)),
        ([(2, 2), (1, None)], (3, 2, -8000, -333_333, 0)),
        ([(3, 3), (-1, -1)], (2, 2, 0, 0, -1)),
        ([(3, 3), (-1, None)], (2, 3, 8000, 500_000, 0)),
        ([(2, 3), (2, 1)], (4, 4, 0, 0, 0)),
    ],
)
def test_goods_stand_beside_what_was_sold(
    sales: list[tuple[int, int | None]], expected: tuple[int, ...]
) -> None:
    """Due, written off, value, share (millionths) and returned, at 8000 a piece; what offsets another is in no sum."""
    due, q, value, share, returned = expected
    row = goods(*sales)
    told = [row[name] / MICRO for name in ("due", "q", "difference", "value", "returned", "unit_cost")]
    assert told == [due, q, q - due, value, returned, 8000]
    assert (row["share"], row["lines"]) == (share, 2)


@pytest.mark.parametrize("put_back", [1, 0])
def test_what_came_back_and_need_not_be_put_back_is_set_apart(put_back: int) -> None:
    row = goods((3, 3), (-2, -put_back), returns_restock=False)
    left = (2 - put_back) * MICRO
    assert (row["difference"], row["apart"], row["value"]) == (left, left, 0)


def test_a_quantity_that_is_wrong_at_no_known_cost_has_no_value() -> None:
    day = build([([(COLA, Decimal(2), Decimal(1))], False)])
    ((only,),) = day.operations.values()
    only |= {"quantity": 3, "cost": 0, "total_cost": 0, "after_quantity": only["before_quantity"] - 3}
    result = reconcile_day(day.evidence(), Settings())
    assert "quantity-mismatch" in set(result.findings["rule"])
    ((_, row),) = rows(result).items()
    assert row["difference"] == MICRO
    assert pd.isna(row["value"])


def test_each_storage_has_a_row_and_the_biggest_part_bears_the_difference() -> None:
    day = DishDay()
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.2"})
    (first,) = (each for each in day.operations[1] if each["product_id"] == LAMB)
    day.operations[1].append(first | CELLAR | {"id": 777, "quantity": "0.05", "total_cost": "0.5"})
    found = rows(day.judged().result)
    assert (found[LAMB, "Cellar"]["due"], found[LAMB, "Cellar"]["difference"]) == (50_000, 0)
    assert (found[LAMB, "Main Storage"]["due"], found[LAMB, "Main Storage"]["difference"]) == (
        70_000,
        130_000,
    )
    lines = [found[LAMB, name]["lines"] for name in ("Main Storage", "Cellar")]
    assert lines == [1, 0], "one line, counted once"


def test_a_dish_that_took_nothing_is_due_as_its_ingredients_where_they_lie() -> None:
    """What the dish is worth is divided among them, to the millionth."""
    day = DishDay()
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.12"})
    day.sell(PILAF, {})
    result = day.judged().result
    found = rows(result)
    rice, lamb = found[RICE, "Main Storage"], found[LAMB, "Main Storage"]
    assert (rice["due"], rice["q"], rice["lines"]) == (300_000, 150_000, 2)
    assert (rice["value"], lamb["value"]) == (-1_500_000, -1_200_000)
    assert result.findings["value"].tolist() == [rice["value"] + lamb["value"]]
    assert (PILAF, "") not in found


def test_a_dish_of_unknown_recipe_that_took_nothing_stands_for_itself() -> None:
    day = DishDay(products=[])
    day.sell(PILAF, {RICE: "0.15"})
    day.sell(PILAF, {})
    row = rows(day.judged().result)[PILAF, ""]
    assert (row["due"], row["q"], row["value"]) == (MICRO, 0, -1_500_000)


def test_a_product_in_place_of_another_is_set_apart_on_both_rows() -> None:
    day = DishDay(products=[*LARDER, dish(PILAF, (RICE, "0.150"), (LAMB, "0.120"))])
    day.sell(PILAF, {RICE: "0.15", TEA: "0.12"})
    found = rows(day.judged().result)
    told = {key: (row["difference"], row["apart"], row["value"]) for (key, _), row in found.items()}
    assert told == {RICE: (0, 0, 0), LAMB: (-120_000, -120_000, 0), TEA: (120_000, 120_000, 0)}


def test_what_was_due_of_a_dish_that_took_itself_is_set_apart() -> None:
    """The dish is over or under by what it took less what was due; its ingredients are due, and in no sum."""
    made = dish(PILAF, (RICE, "0.150"), (LAMB, "0.120"), inventory_behavior=0)
    day = DishDay(products=[*LARDER, made])
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.12"})
    day.sell(PILAF, {PILAF: "1"})
    found = rows(day.judged().result)
    told = {key: (row["due"], row["q"], row["apart"], row["value"]) for (key, _), row in found.items()}
    assert told[RICE] == (300_000, 150_000, -150_000, 0)
    assert told[LAMB] == (240_000, 120_000, -120_000, 0)
    assert told[PILAF][:2] == (0, MICRO)


def test_a_write_off_of_nothing_is_due_as_nothing() -> None:
    """Beside a recipe that does not have the product."""
    day = DishDay()
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.12", TEA: "0"})
    row = rows(day.judged().result)[TEA, "Main Storage"]
    assert (row["due"], row["q"], row["apart"], row["value"]) == (0, 0, 0, 0)


def test_what_is_put_back_under_a_line_that_sold_nothing_is_returned() -> None:
    day = DishDay()
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.12"})
    day.sell(PILAF, {RICE: "-0.05"}, 0)
    row = rows(day.judged().result)[RICE, "Main Storage"]
    assert (row["q"], row["returned"]) == (100_000, -50_000)


def test_a_storage_without_a_cost_that_can_be_relied_on_has_the_unit_cost_of_the_others() -> None:
    day = DishDay()
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.2"})
    (first,) = (each for each in day.operations[1] if each["product_id"] == LAMB)
    day.operations[1].append(first | CELLAR | {"id": 777, "quantity": "0.05", "cost": 0, "total_cost": 0})
    found = rows(day.judged().result)
    assert found[LAMB, "Cellar"]["unit_cost"] == found[LAMB, "Main Storage"]["unit_cost"] == 10 * MICRO


@pytest.mark.parametrize("crashes", [False, True])
def test_what_a_rule_that_did_not_run_would_have_said_stays_visible(crashes: bool) -> None:
    """Whether it is off or crashed: as a difference that nothing explains, and in the table."""

    def crash(*_: Any) -> Any:
        raise ZeroDivisionError

    name = "unexpected-write-off"
    rules = [dataclasses.replace(rule, judge=crash) if rule.name == name else rule for rule in RULES]
    day = DishDay()
    day.sell(PILAF, {RICE: "0.15"}, 0)
    settings = Settings(rules=RulesTable(off=frozenset() if crashes else frozenset({name})))
    result = reconcile_day(day.evidence(), settings, rules if crashes else RULES)
    assert result.not_run == {name}
    assert bridge(result).rest == by_product(result)["value"].sum() == 1_500_000


def test_a_product_of_no_known_unit_cost_has_no_value() -> None:
    """It is no 0, and stands first."""
    day = DishDay(products=[*LARDER, product(COLA, "GOODS")])
    day.sell(PILAF, {RICE: "0.15"})
    day.sell(COLA, {}, type_="GOODS")
    table = by_product(day.judged().result)
    first = table.iloc[0]
    assert (first["product_id"], first["difference"]) == (COLA, -MICRO)
    assert pd.isna(first["value"])
    assert pd.isna(first["unit_cost"])
    totals = by_category(table)
    assert totals[totals["storage"] == ""]["value"].isna().all()


@pytest.mark.parametrize(("amounts", "unit_cost"), [(("0.25", "0.16"), 10), (("0.25", "0.05"), 10)])
def test_value_is_unit_cost_times_difference_where_all_goes_one_way(
    amounts: tuple[str, str], unit_cost: int
) -> None:
    day = DishDay()
    for amount in amounts:
        day.sell(PILAF, {RICE: amount, LAMB: "0.12"})
    row = rows(day.judged().result)[RICE, "Main Storage"]
    assert row["unit_cost"] == unit_cost * MICRO
    assert row["value"] == half_even(row["difference"] * row["unit_cost"], MICRO)


def test_the_category_is_that_of_the_catalogue() -> None:
    named = product(RICE, category_id=7, category={"id": 7, "name": "Cereals"})
    day = DishDay(products=[named, product(LAMB), dish(PILAF, (RICE, "0.150"), (LAMB, "0.120"))])
    day.sell(PILAF, {RICE: "0.25", LAMB: "0.12"})
    table = by_product(day.judged().result)
    assert dict(zip(table["product_id"], table["category"], strict=True)) == {RICE: "Cereals", LAMB: ""}
    totals = by_category(table)[["category", "storage", "products", "differing", "value"]]
    assert totals.to_numpy().tolist() == [
        ["", "Main Storage", 1, 0, 0],
        ["Cereals", "Main Storage", 1, 1, MICRO],
    ]


def test_what_a_rule_that_is_off_would_say_still_has_its_value() -> None:
    day = build([([(COLA, Decimal(1), Decimal(1))], False)] * 3)
    operation = day.operations[2][0]
    operation |= {"quantity": 2, "total_cost": 16_000, "after_quantity": operation["before_quantity"] - 2}
    off = Settings(rules=RulesTable(off=frozenset({"quantity-mismatch"})))
    (row,) = by_product(reconcile_day(day.evidence(), off)).to_dict("records")
    assert row["value"] == 8000 * MICRO
