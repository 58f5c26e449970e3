"""Corrections: what is to be re-entered of the open items, and what is left out, and why."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given

from reconcile.analysis.corrections import corrections
from reconcile.analysis.day_items import day_items
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.ledger.item import CARRIED_FORWARD, Answer, Item
from reconcile.ledger.ledger import Ledger, carry
from reconcile.rulebook.amounts import OVER, UNDER
from reconcile.sandbox.discrepancies import plant
from reconcile.sandbox.generated_day import make_day
from reconcile.settings.model import Settings
from tests.given.answered_days import FIRST, judged_day
from tests.given.demo_day import demo_result
from tests.given.dish_records import LAMB, LARDER, PILAF, RICE, TEA, DishDay, dish
from tests.given.made_days import DAY, judged, seeds
from tests.given.random_days import build

MILLION = 10**6


def ledger_of(result: Result, **answers: Answer) -> Ledger:
    """The day's ledger, with answers by rule (dashes as underscores)."""
    ledger = carry(day_items(result), date.fromisoformat(DAY.isoformat()))
    items = [
        item._replace(answer=answers.get(item.rule.replace("-", "_"), item.answer))
        for item in ledger.open_items
    ]
    return dataclasses.replace(ledger, open_items=tuple(items))


def told(ledger: Ledger, result: Result) -> list[tuple[Any, ...]]:
    """State, document, product, quantity, amount, and the number of findings of each row."""
    names = ("state", "document", "product_id", "quantity", "amount", "findings")
    rows = corrections(ledger, result.rules).rows.to_dict("records")
    return [tuple(row[name] for name in names) for row in rows]


def holds(result: Result) -> None:
    """The amounts are minus the values of the items, and each open item of goods is in a row or left out."""
    ledger = ledger_of(result)
    found = corrections(ledger, result.rules)
    values = [item.value for item in found.items if item.value is not None]
    assert found.rows["amount"].dropna().sum() == -sum(values)
    left_out = {item.id for items in found.left_out.values() for item in items}
    taken = {key for ids in found.rows["ids"] for key in ids}
    assert taken == {item.id for item in found.items}
    assert not taken & left_out
    goods = {item.id for item in ledger.open_items if item.counts_as in (OVER, UNDER)}
    assert goods <= taken | left_out
    keys = ["state", "document", "storage", "product_id", "product", "unit"]
    assert not found.rows.duplicated(keys).any()
    assert (found.rows["quantity"] > 0).all()
    assert (found.rows["amount"].dropna() != 0).all()


def test_the_amounts_of_the_demo_are_minus_the_values_of_its_findings() -> None:
    holds(demo_result())


@given(seed=seeds)
def test_so_are_those_of_any_day(seed: int) -> None:
    store = make_day(DAY, 60, seed)
    plant(store, DAY, Decimal("0.5"), seed)
    holds(judged(store))


def test_one_product_of_a_storage_is_one_row_a_document() -> None:
    """Two findings too much are put back together; the one too little is another document."""
    day = DishDay()
    for taken in (2, 3, "0.5", 1):
        day.sell(TEA, {TEA: taken}, type_="GOODS")
    result = day.judged().result
    assert told(ledger_of(result), result) == [
        ("proposed", "write-off-more", TEA, MILLION // 2, 5 * MILLION, 1),
        ("proposed", "put-back", TEA, 3 * MILLION, -30 * MILLION, 2),
    ]


def test_what_a_person_set_to_correct_comes_first_with_its_reason() -> None:
    result = judged_day(FIRST, "twice", "missing")
    ledger = ledger_of(result, quantity_mismatch=Answer("to-correct", "till-error"))
    assert told(ledger, result) == [
        ("to-correct", "put-back", 31042, MILLION, -8_000 * MILLION, 1),
        ("proposed", "write-off-more", 31042, MILLION, 8_000 * MILLION, 1),
    ]
    assert corrections(ledger, result.rules).rows["reasons"].tolist() == [("till-error",), ()]


def test_what_is_cleared_is_not_corrected_again() -> None:
    result = judged_day(FIRST, "twice")
    (item,) = ledger_of(result).open_items
    cleared = dataclasses.replace(ledger_of(result), open_items=(item._replace(closing="cleared"),))
    assert told(cleared, result) == []


def left_out(result: Result) -> dict[str, list[str]]:
    """The rules of the items that are left out, by the reason; and of those that are taken."""
    found = corrections(ledger_of(result), result.rules)
    rules = {code: sorted(item.rule for item in items) for code, items in found.left_out.items()}
    return rules | {"taken": sorted(item.rule for item in found.items)}


def test_what_stands_in_another_place_is_left_out() -> None:
    """One sale took two and another none, both of one receipt or of two: the stock is right."""
    result = demo_result()
    found = left_out(result)
    assert set(found["misplaced"]) == {"misplaced-write-off"}
    assert "misplaced-write-off" not in found["taken"]


def test_what_was_deducted_under_another_receipt_is_left_out() -> None:
    """Between the sales before and after it the stock fell by just what is missing."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)] * 3)
    (gone,) = day.operations[2]
    day.operations[2] = []
    result = reconcile_day(day.evidence(), Settings())
    assert gone["quantity"] == 1
    assert left_out(result) == {"elsewhere": ["missing-write-off"], "taken": []}


def test_what_was_never_deducted_is_written_off() -> None:
    day = DishDay()
    for taken in ({TEA: 1}, {}, {TEA: 1}):
        day.sell(TEA, taken, type_="GOODS")
    assert left_out(day.judged().result) == {"taken": ["missing-write-off"]}


def test_what_was_put_back_since_is_left_out() -> None:
    """The sale took two too many, and the next one begins where they are back."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)] * 3)
    (wrong,) = day.operations[1]
    after = wrong["before_quantity"] - 3
    wrong |= {"quantity": 3, "total_cost": 24_000, "after_quantity": after}
    result = reconcile_day(day.evidence(), Settings())
    assert left_out(result) == {"put-back-since": ["quantity-mismatch"], "taken": []}


def test_another_product_is_put_back_at_what_it_took() -> None:
    """It is no quantity that was due; what its operation took is known all the same."""
    day = DishDay()
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.12", TEA: "0.3"})
    result = day.judged().result
    assert told(ledger_of(result), result) == [
        ("proposed", "put-back", TEA, 300_000, -3_000_000, 1),
    ]


def test_a_product_in_place_of_another_is_neither_over_nor_under() -> None:
    day = DishDay(products=[*LARDER, dish(PILAF, (RICE, "0.150"), (LAMB, "0.120"))])
    day.sell(PILAF, {RICE: "0.15", TEA: "0.12"})
    assert left_out(day.judged().result)["taken"] == []


def test_a_dish_that_took_itself_is_no_document_of_one_product() -> None:
    """The dish is to be put back, and its ingredients are to be written off."""
    day = DishDay(products=[*LARDER, dish(PILAF, (RICE, "0.150"), (LAMB, "0.120"), inventory_behavior=0)])
    for _ in range(3):
        day.sell(PILAF, {RICE: "0.15", LAMB: "0.12"})
    day.sell(PILAF, {PILAF: "1"})
    assert left_out(day.judged().result)["several"] == ["wrong-product"]


def test_a_receipt_that_was_not_posted_is_corrected_as_a_whole() -> None:
    two = [(31042, Decimal(1), Decimal(1)), (31046, Decimal(2), Decimal(1))]
    day = build([(two, False)] * 3)
    day.operations[2] = []
    found = left_out(reconcile_day(day.evidence(), Settings()))
    assert found["taken"] == []
    assert [rule for rules in found.values() for rule in rules] == ["receipt-not-posted"]


def test_a_value_that_is_not_known_leaves_the_amount_empty() -> None:
    item = Item(
        "0" * 16, "missing-write-off", "error", 1, "Tea", "Bar", MILLION, 0, None, FIRST, FIRST,
        is_quantity=True, difference=-MILLION, unit="kg", product_id=5,
    )  # fmt: skip
    result = judged_day(FIRST)
    ledger = dataclasses.replace(ledger_of(result), open_items=(item,))
    (row,) = corrections(ledger, result.rules).rows.to_dict("records")
    assert (row["document"], row["quantity"]) == ("write-off-more", MILLION)
    assert pd.isna(row["amount"])
    assert pd.isna(row["unit_cost"])


def test_an_amount_beside_one_that_is_not_known_is_exact() -> None:
    """Of more digits than a float has."""
    known = Item(
        "1" * 16, "missing-write-off", "error", 1, "Rice", "Bar", MILLION, 0, -65_000_136_630_400_295, FIRST, FIRST,
        counts_as=UNDER, is_quantity=True, difference=-MILLION, unit="kg", product_id=2**62 + 1,
    )  # fmt: skip
    unknown = known._replace(id="0" * 16, value=None, counts_as="", product="Tea", product_id=None)
    result = judged_day(FIRST)
    ledger = dataclasses.replace(ledger_of(result), open_items=(known, unknown))
    rows = corrections(ledger, result.rules).rows
    assert rows["amount"].dropna().tolist() == [65_000_136_630_400_295]
    assert rows["product_id"].dropna().tolist() == [2**62 + 1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"is_quantity": False}, "several"),
        ({"difference": None}, "several"),
        ({"left_out": "elsewhere"}, "elsewhere"),
        ({}, None),
    ],
)
def test_an_item_that_was_brought_forward_says_itself_why_it_is_left_out(
    change: dict[str, Any], code: str | None
) -> None:
    """Its day is not at hand any more."""
    item = Item(
        "0" * 16, "missing-write-off", "error", 1, "Tea", "Bar", MILLION, 0, -5 * MILLION, FIRST, FIRST,
        counts_as=UNDER, is_quantity=True, difference=-MILLION, unit="kg", product_id=5,
    )._replace(**change)  # fmt: skip
    result = judged_day(FIRST)
    ledger = dataclasses.replace(ledger_of(result), open_items=(item,))
    found = corrections(ledger, result.rules)
    assert list(found.left_out) == ([code] if code else [])
    assert item.closing == CARRIED_FORWARD
