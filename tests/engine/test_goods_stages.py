"""Direction, units, repeats, and what was not posted, each at its edges."""

from __future__ import annotations

from typing import Any

import pytest

from reconcile.language.messages import note_texts
from reconcile.language.translate import PLAIN
from reconcile.settings.model import RulesTable, Settings
from tests.given.day_records import COLA
from tests.given.goods_days import GoodsDay


def q_of(day: GoodsDay) -> list[int]:
    return [int(each) // 10**6 for each in day.judged().operations["q"]]


@pytest.mark.parametrize(
    ("quantity", "before", "after", "taken"),
    [(1, 5, 4, 1), (1, 5, 6, -1), (-1, 5, 6, -1), (-1, 5, 4, 1), (1, 5, 5, -1), (-1, 5, 5, -1)],
)
def test_on_a_return_the_stock_tells_the_sign(quantity: int, before: int, after: int, taken: int) -> None:
    """Where the stock did not move, a return puts back."""
    day = GoodsDay()
    day.sell(1, [quantity], is_returns=True)
    day.operations[1][0] |= {"before_quantity": before, "after_quantity": after}
    assert q_of(day) == [taken]


def test_on_a_live_sale_the_sign_is_as_written() -> None:
    day = GoodsDay()
    day.sell(1, [1])
    day.operations[1][0] |= {"before_quantity": 5, "after_quantity": 6}
    assert q_of(day) == [1]


def test_a_correction_without_its_sign_is_one_where_the_line_agrees_with_it() -> None:
    """The first operation of the line is none, and of several the lowest ids are it."""
    day = GoodsDay()
    day.sell(2, [3, 1, 1, 1])
    for each in day.operations[1][1:]:
        each |= {"before_quantity": 5, "after_quantity": 6}
    assert q_of(day) == [3, -1, -1, 1]
    day.operations[1].pop()
    day.operations[1].pop()
    assert q_of(day) == [3, -1]
    day.receipts[0]["receipt_products"][0]["count"] = 3
    assert q_of(day) == [3, 1], "with it the line does not agree"


def test_what_cancels_is_set_aside_before_repeats_are_looked_for() -> None:
    day = GoodsDay()
    day.sell(1, [1, -1, 1, 1])
    assert [each[0] for each in day.told()] == ["duplicate-write-off"]
    assert day.judged().findings["operation_id"].dropna().tolist()[0] == 4


@pytest.mark.parametrize("ratio", [2, 6, 59, 60, 0.5, 0.25])
def test_most_lines_at_one_ratio_are_another_unit(ratio: Any) -> None:
    day = GoodsDay()
    for _ in range(3):
        day.sell(1, [ratio])
    day.sell(1, [1])
    ((rule, severity, _, expected, actual),) = day.told()
    assert (rule, severity, expected, actual) == ("unit-ratio", "warning", "1", str(ratio))


@pytest.mark.parametrize(("ratio", "lines"), [(10, 3), (61, 3), (1.5, 3), (0.1, 3), (6, 2)])
def test_a_slip_of_a_digit_or_two_lines_are_no_unit(ratio: Any, lines: int) -> None:
    day = GoodsDay()
    for _ in range(lines):
        day.sell(1, [ratio])
    assert {each[0] for each in day.told()} == {"quantity-mismatch"}
    assert len(day.told()) == lines


def test_half_of_the_lines_are_no_majority() -> None:
    day = GoodsDay()
    for took in (6, 6, 1, 1):
        day.sell(1, [took])
    assert [each[0] for each in day.told()] == ["quantity-mismatch"] * 2


def test_a_missing_line_of_such_a_product_is_due_in_the_other_unit() -> None:
    day = GoodsDay()
    for took in ([6], [6], [6], []):
        day.sell(1, took)
    assert [each[0::3] for each in day.told()] == [("unit-ratio", "1"), ("missing-write-off", "6")]


def test_two_lines_of_a_receipt_without_operations_are_one_finding() -> None:
    day = GoodsDay()
    day.sell(1)
    key = day.sell(1, [])
    lines = day.receipts[key - 1]["receipt_products"]
    lines.append(lines[0] | {"id": 5000})
    assert [each[0::3] for each in day.told()] == [("receipt-not-posted", "2")]
    lines.pop()
    assert [each[0] for each in day.told()] == ["missing-write-off"]


def test_three_lines_without_any_write_off_are_a_setting_and_two_are_not() -> None:
    day = GoodsDay()
    for _ in range(3):
        key = day.sell(1, [])
        day.receipts[key - 1]["receipt_products"].append(
            day.receipts[key - 1]["receipt_products"][0] | {"id": 5000 + key, "product_id": COLA + 1}
        )
        day.take(key, 1, product=COLA + 1, receipt_product_id=5000 + key)
    assert [each[0] for each in day.told()] == ["goods-never-written-off"]
    day.receipts.pop()
    day.operations.pop(3)
    assert [each[0] for each in day.told()] == ["missing-write-off"] * 2


@pytest.mark.parametrize(("receipts", "found"), [(2, 1), (5, 4), (6, 0)])
def test_a_cid_on_more_than_five_receipts_is_not_believed(receipts: int, found: int) -> None:
    day = GoodsDay()
    for _ in range(receipts):
        day.sell(1, cid="the same")
    assert [each[0] for each in day.told()] == ["duplicate-receipt"] * found
    told = note_texts(day.judged().not_believed, PLAIN)
    assert told == ([] if found else ["cid of the till: the same on more than five receipts (cids: 1)"])


def test_each_stage_leaves_to_the_others_what_its_rule_switched_off_would_claim() -> None:
    day = GoodsDay()
    day.sell(1, cid="the same")
    day.sell(2, [1], cid="the same")
    assert [each[0] for each in day.told()] == ["duplicate-receipt"]
    off = Settings(rules=RulesTable(off=frozenset({"duplicate-receipt"})))
    assert [each[0] for each in day.told(off)] == ["quantity-mismatch"]
