"""One cause, one row: findings of one dish, ingredient and ratio are one decision."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given

from reconcile.model.judged import Causes
from reconcile.report import findings_json
from tests.given.dish_records import LAMB, PILAF, RICE, TEA, DishDay, dish
from tests.given.goods_days import GoodsDay
from tests.given.recipe_days import Catalogue, Sale, catalogues, day_of, many_sales


def causes(*rice: str, **fields: Any) -> pd.DataFrame:
    """Of a day of pilafs that took so much rice each."""
    day = DishDay()
    for amount in rice:
        day.sell(PILAF, {RICE: amount, LAMB: "0.12"}, **fields)
    return day.judged().result.causes


@pytest.mark.parametrize(
    ("rice", "ratio", "words"),
    [
        ("150", 1000_000_000, "a thousand times too much: grams taken for kilograms"),
        ("0.3", 2_000_000, "twice as much as is due"),
        ("0.075", 500_000, "half of what is due"),
        ("0", 0, "none of it was written off"),
        ("0.0002", 1_000, "a thousandth of what is due: kilograms taken for grams"),
        ("-0.15", -1_000_000, "put back instead of written off"),
        ("0.12", 800_000, "a different amount than is due: perhaps another recipe"),
    ],
)
def test_a_ratio_is_told_in_words(rice: str, ratio: int, words: str) -> None:
    (cause,) = causes(rice, rice, "0.15").to_dict("records")
    assert (cause["ratio"], cause["words"], cause["findings"]) == (ratio, words, 2)
    assert (cause["dish_id"], cause["product_id"]) == (PILAF, RICE)


@pytest.mark.parametrize(
    ("rice", "ratio"), [("0.301", 2_000_000), ("0.299", 2_000_000), ("0.302", 2_013_000)]
)
def test_a_named_ratio_fits_up_to_the_quantity_step_and_with_it(rice: str, ratio: int) -> None:
    """Of 0.15: twice as much is 0.3, and the step is 0.001."""
    assert causes(rice, "0.15")["ratio"].tolist() == [ratio]


def test_amounts_and_values_of_one_cause_are_added_up() -> None:
    """Of different counts too: the ratio is the same."""
    day = DishDay()
    for count in (1, 2, 3):
        day.sell(PILAF, {RICE: f"{0.3 * count:.1f}", LAMB: f"{0.12 * count:.2f}"}, count)
    (cause,) = day.judged().result.causes.to_dict("records")
    assert (cause["expected"], cause["actual"], cause["value"]) == (900_000, 1_800_000, 9_000_000)


def test_what_differs_in_dish_ingredient_ratio_rule_or_severity_is_another_cause() -> None:
    day = DishDay()
    day.sell(PILAF, {RICE: "0.3", LAMB: "0.24", TEA: "0.01"})
    day.sell(PILAF, {RICE: "0.6", LAMB: "0.12", TEA: "0.02"})
    day.sell(PILAF, {})
    day.sell(PILAF, {}, receipt_x_is_returns=True)
    day.sell(31001, {}, type_="GOODS")
    found = day.judged().result.causes
    assert sorted(zip(found["rule"].astype(str), found["product_id"], found["findings"], strict=True)) == [
        ("missing-write-off", 31001, 1),
        ("missing-write-off", PILAF, 1),
        ("missing-write-off", PILAF, 1),
        ("recipe-mismatch", RICE, 1),
        ("recipe-mismatch", RICE, 1),
        ("recipe-mismatch", LAMB, 1),
        ("wrong-product", TEA, 2),
    ]
    assert found["id"].is_unique


def test_ratios_are_told_apart_by_three_decimals() -> None:
    assert sorted(causes("0.1215", "0.126", "0.126")["ratio"]) == [810_000, 840_000]


def test_where_nothing_is_due_there_is_no_ratio() -> None:
    """A foreign product, and an ingredient whose gross is 0."""
    day = DishDay()
    day.products[-2] = dish(PILAF, (RICE, "0.150"), (LAMB, "0.000"))
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.1", TEA: "0.01"})
    found = day.judged().result.causes
    assert dict(zip(found["product_id"], found["words"], strict=True)) == {
        LAMB: "nothing of it is due",
        TEA: "not part of what was sold",
    }
    assert found["ratio"].isna().all()


def test_a_cause_keeps_its_id_tomorrow() -> None:
    today, tomorrow = causes("0.3"), causes("0.15", "0.3", "0.3")
    assert today["id"].tolist() == tomorrow["id"].tolist()


def test_all_that_a_voided_dish_took_is_one_cause() -> None:
    """And each voided line is one of its own."""
    day = DishDay()
    for _ in range(2):
        day.sell(PILAF, {RICE: "0.15", LAMB: "0.12"}, deleted_at="2026-01-19 15:00:00")
    result = day.judged().result
    assert result.findings["rule"].tolist() == ["unexpected-write-off"] * 4
    found = result.causes
    assert found["findings"].tolist() == [2, 2]
    assert set(zip(found["dish_id"], found["product_id"], found["words"], strict=True)) == {
        (PILAF, PILAF, "nothing was sold")
    }
    assert found["expected"].isna().all(), "kilograms and litres are not added up"
    assert found["value"].sum() == result.findings["value"].sum()


def test_what_stands_under_one_other_receipt_is_one_cause() -> None:
    """Of whatever products; what stands under a third receipt is another."""
    day = GoodsDay()
    short, other, third = day.sell(1, []), day.sell(1), day.sell(1)
    second_line = day.receipts[0]["receipt_products"][0] | {"id": 5000, "product_id": 31002}
    day.receipts[0]["receipt_products"].append(second_line)
    day.take(other, 1, receipt_product_id=1000 + short)
    day.take(other, 1, receipt_product_id=5000, product=31002)
    lonely = day.sell(1, [])
    day.take(third, 1, receipt_product_id=1000 + lonely)
    result = day.judged()
    of_rule = result.findings[result.findings["rule"] == "misplaced-write-off"]
    assert of_rule["receipt_id"].tolist() == [short, short, lonely]
    found = result.causes.set_index("id")
    assert found.loc[of_rule["cause"], "findings"].tolist() == [2, 2, 1]
    assert set(found["words"]) == {"it is only in another place"}


@given(catalogue=catalogues(), sold=many_sales)
def test_every_finding_of_goods_sold_is_in_just_one_cause(catalogue: Catalogue, sold: list[Sale]) -> None:
    """The counts and the values of the causes are those of their findings; the JSON names each one's cause."""
    day = day_of(catalogue, sold, list(range(7)))
    for key, operations in day.operations.items():
        for operation in operations[:: 1 + key % 2]:
            operation["quantity"] *= 2
    result = day.judged().result
    findings, found = result.findings, Causes.validate(result.causes)
    has_cause = findings[findings["cause"].notna()]
    assert set(has_cause["cause"]) == set(found["id"])
    assert found["findings"].sum() == len(has_cause)
    assert found["value"].sum() == has_cause["value"].sum()
    document = json.loads(findings_json.render(result))
    assert [each["cause"] for each in document["findings"]] == [
        None if pd.isna(cause) else cause for cause in findings["cause"]
    ]
