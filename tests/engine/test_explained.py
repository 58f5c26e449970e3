"""Receipts whose own cost another finding explains, and lines that cost more than they brought."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.settings.model import RulesTable, Settings, ThresholdException, Thresholds
from tests.given.day_records import COLA, Raw, line, operation, receipt
from tests.given.random_days import RandomDay

FANTA, WATER = COLA + 1, COLA + 2
PRICE = 22_000


def day_of(*sold: tuple[int, Any], total_cost: Any = None, **fields: Any) -> RandomDay:
    """One receipt; a line of one piece for each product, written off at a cost."""
    lines = [line(14 + place, product, name=f"product {product}") for place, (product, _) in enumerate(sold)]
    made = [
        operation(1001 + place, 1, 14 + place, product, cost=cost, before_cost=cost, total_cost=cost)
        for place, (product, cost) in enumerate(sold)
    ]
    return RandomDay([receipt(1, lines, totalCost=total_cost, **fields)], {1: made})


def judged(day: RandomDay, settings: Settings | None = None) -> Result:
    return reconcile_day(day.evidence(), settings or Settings())


def of_rule(result: Result, rule: str) -> list[dict[str, Any]]:
    found: list[Any] = result.findings[result.findings["rule"] == rule].to_dict("records")
    return found


def explanation(result: Result) -> tuple[str, str | None]:
    """The severity of the receipt's mismatch, and the rule and the record of what explains it."""
    (mismatch,) = of_rule(result, "receipt-cost-mismatch")
    if pd.isna(mismatch["explained_by"]):
        return mismatch["severity"], None
    (by,) = result.findings[result.findings["id"] == mismatch["explained_by"]].to_dict("records")
    return mismatch["severity"], f"{by['rule']} {by['receipt_product_id']}"


def test_a_missing_write_off_explains_what_the_operations_lack() -> None:
    day = day_of((COLA, 8000), (FANTA, 3000), total_cost=11_000)
    day.operations[1].pop()
    day.receipts[0]["receipt_products"][1]["product"]["cost_price"] = 3000
    assert explanation(judged(day)) == ("info", "missing-write-off 15")


@pytest.mark.parametrize(("total_cost", "explained"), [("11000.01", True), ("11000.010001", False)])
def test_it_explains_within_the_tolerance_of_the_receipt(total_cost: str, explained: bool) -> None:
    """0.01 for its one operation."""
    day = day_of((COLA, 8000), (FANTA, 3000), total_cost=Decimal(total_cost))
    day.operations[1].pop()
    day.receipts[0]["receipt_products"][1]["product"]["cost_price"] = 3000
    assert explanation(judged(day))[0] == ("info" if explained else "warning")


def test_a_part_explains_nothing() -> None:
    day = day_of((COLA, 8000), (FANTA, 3000), total_cost=12_000)
    day.operations[1].pop()
    day.receipts[0]["receipt_products"][1]["product"]["cost_price"] = 3000
    assert explanation(judged(day)) == ("warning", None)


def taken(day: RandomDay, place: int, quantity: int) -> None:
    """So many were taken instead of one."""
    made = day.operations[1][place]
    made |= {"quantity": quantity, "total_cost": quantity * made["cost"]}
    made["after_quantity"] = made["before_quantity"] - quantity


def test_the_largest_of_what_explains_together_is_named() -> None:
    """One cola too much and one fanta too much: the sum explains it, and the cola is worth more."""
    day = day_of((FANTA, 3000), (COLA, 8000), total_cost=11_000)
    taken(day, 0, 2)
    taken(day, 1, 2)
    assert explanation(judged(day)) == ("info", "quantity-mismatch 15")


def test_one_that_explains_alone_goes_before_a_sum() -> None:
    """Two totals that are off cancel; the fanta too much explains it, though the totals are larger."""
    day = day_of((FANTA, 3000), (COLA, 8000), (WATER, 8000), total_cost=19_000)
    taken(day, 0, 2)
    day.operations[1][1]["total_cost"] += 5000
    day.operations[1][2]["total_cost"] -= 5000
    assert explanation(judged(day)) == ("info", "quantity-mismatch 14")


def test_a_wrong_total_explains_it() -> None:
    day = day_of((COLA, 8000), (FANTA, 3000), total_cost=11_000)
    day.operations[1][0]["total_cost"] = 8500
    assert explanation(judged(day)) == ("info", "total-cost-mismatch 14")


def test_goods_and_totals_together_explain_it() -> None:
    """Neither kind does alone."""
    day = day_of((COLA, 8000), (FANTA, 3000), total_cost=11_000)
    day.operations[1][0]["total_cost"] = 8500
    taken(day, 1, 2)
    assert explanation(judged(day)) == ("info", "quantity-mismatch 15")


def test_what_a_rule_that_is_off_would_say_explains_nothing() -> None:
    day = day_of((COLA, 8000), (FANTA, 3000), total_cost=11_000)
    taken(day, 1, 2)
    off = Settings(rules=RulesTable(off=frozenset({"quantity-mismatch"})))
    assert explanation(judged(day, off)) == ("warning", None)


def test_put_back_without_a_sign_is_summed_by_worth_too() -> None:
    """Sold, voided and put back in magnitudes: as written 16000, by worth 0; the till says 0.005."""
    day = day_of((COLA, 8000), total_cost=Decimal("0.005"))
    back = dict(day.operations[1][0], id=1002, before_quantity=100, after_quantity=101)
    day.operations[1].append(back)
    day.receipts[0]["receipt_products"][0]["deleted_at"] = "2026-01-19 15:05:00"
    assert of_rule(judged(day), "receipt-cost-mismatch") == []


def dear(day: RandomDay, settings: Settings | None = None) -> list[tuple[Any, ...]]:
    """Line, product, expected and actual of each `cost-above-price`."""
    names = ("receipt_product_id", "product_id", "expected", "actual", "value")
    return [
        tuple(each[name] for name in names) for each in of_rule(judged(day, settings), "cost-above-price")
    ]


def test_a_sale_may_cost_three_times_what_it_brought() -> None:
    """A millionth more is flagged."""
    assert dear(day_of((COLA, 3 * PRICE))) == []
    cost = 3 * PRICE + Decimal("0.000001")
    assert dear(day_of((COLA, cost))) == [
        (14, COLA, 22_000_000_000, 66_000_000_001, 44_000_000_001),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"price": 0},
        {"price": None},
        {"is_gift": True},
        {"subtotal": 30_000},
        {"deleted_at": "2026-01-19 15:05:00"},
    ],
)
def test_what_brought_nothing_or_enough_is_not_dear(fields: Raw) -> None:
    """A gift, a line without a price, a subtotal that is a third of the cost, a line that was deleted."""
    day = day_of((COLA, 4 * PRICE))
    day.receipts[0]["receipt_products"][0] |= fields
    assert dear(day) == []


def test_the_subtotal_goes_before_price_times_count() -> None:
    """Half a portion at half the price."""
    day = day_of((COLA, 2 * PRICE))
    assert dear(day) == []
    day.receipts[0]["receipt_products"][0]["subtotal"] = PRICE // 2
    ((_, _, revenue, *_),) = dear(day)
    assert revenue == 11_000_000_000


def test_the_factor_is_a_setting_with_exceptions() -> None:
    day = day_of((COLA, 2 * PRICE), (FANTA, 2 * PRICE))
    settings = Settings(
        thresholds=Thresholds(
            cost_to_price=Decimal("1.5"),
            by_product={FANTA: ThresholdException(cost_to_price=Decimal(2))},
        )
    )
    assert [product for _, product, *_ in dear(day, settings)] == [COLA]


def test_a_line_of_which_another_finding_says_something_is_not_named_again() -> None:
    """Its operation has a total that is off, or the line itself took too much; an info does not count."""
    day = day_of((COLA, 100_000))
    day.operations[1][0]["total_cost"] += 500
    assert dear(day) == []
    day = day_of((COLA, 100_000))
    day.operations[1][0]["operated_at"] = "2026-01-19 18:00:00"  # late: info
    assert len(dear(day)) == 1
    taken(day, 0, 2)
    assert dear(day) == []


def test_an_orphan_that_names_the_line_of_another_receipt_is_not_of_that_line() -> None:
    """It belongs to no line, so what is said of it is not said of the line."""
    day = day_of((COLA, 100_000))
    stray = operation(1002, 2, 14, WATER)
    day.receipts.append(receipt(2, [line(20, FANTA, name="product")]))
    day.operations[2] = [stray, operation(1003, 2, 20, FANTA)]
    result = judged(day)
    assert [each["operation_id"] for each in of_rule(result, "orphan-operation")] == [1002]
    assert [each["receipt_product_id"] for each in of_rule(result, "cost-above-price")] == [14]


@pytest.mark.parametrize(("second", "named"), [(80_000, COLA), (100_000, COLA), (120_000, WATER)])
def test_of_a_dish_the_costliest_product_is_named(second: int, named: int) -> None:
    """Of equals the lowest id."""
    day = day_of((FANTA, 0))
    day.receipts[0]["receipt_products"][0]["product"]["type"] = "DISH"
    day.operations[1] = [
        operation(1001 + place, 1, 14, product, cost=cost, before_cost=cost, total_cost=cost)
        for place, (product, cost) in enumerate([(WATER, second), (COLA, 100_000)])
    ]
    assert [product for _, product, *_ in dear(day)] == [named]
