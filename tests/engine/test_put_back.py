"""What was written off too much and was put back since: said with the finding, and summed apart from what is over."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from reconcile.engine.day import reconcile_day
from reconcile.evidence.day import Evidence, Header
from reconcile.report import findings_json
from reconcile.settings.model import Settings
from tests.given.day_records import COLA, DAY, Raw, line, operation, receipt
from tests.given.mixed_days import MixedDay, mixed_days

TEA = COLA + 1
SINCE = "put back since"


class Day:
    """Sales of an hour each; every operation begins where the stock stands, unless something moved it."""

    def __init__(self) -> None:
        self.receipts: list[Raw] = []
        self.operations: dict[int, list[Raw]] = {}
        self.stock = dict.fromkeys((COLA, TEA, "bar"), 100)

    def sell(self, *taken: int, product: int = COLA, sold: int = 1, stock: Any = None, **fields: Any) -> Raw:
        """A receipt of one line; each quantity taken is an operation, a minute after the one before."""
        key = len(self.receipts) + 1
        at = f"{DAY} {9 + key:02}:00:00"
        self.receipts.append(
            receipt(key, [line(1000 + key, product, sold)], created_at=at, closed_at=at, **fields)
        )
        self.operations[key] = []
        for quantity in taken:
            self.take(key, quantity, product, stock or product)
        return self.receipts[-1]

    def take(self, key: int, quantity: int, product: int, stock: Any = None, **fields: Any) -> None:
        """One more operation under the line of a receipt."""
        stock, made = stock or product, self.operations[key]
        self.stock[stock] -= quantity
        left = self.stock[stock]
        number = 9 if stock == "bar" else product + 5000
        at = f"{DAY} {9 + key:02}:{len(made):02}:00"
        fields = {"stock_id": number, "operated_at": at} | fields
        made.append(operation(100 * key + len(made), key, 1000 + key, product, quantity, left=left, **fields))

    def come(self, quantity: int, stock: Any = COLA) -> None:
        """Goods that come in by no receipt."""
        self.stock[stock] += quantity

    def judged(self) -> dict[str, Any]:
        header = Header(date.fromisoformat(DAY), "clopos")
        listed = [("list", each) for each in self.receipts]
        evidence = Evidence(header, len(listed), listed, self.operations, finished_at="2026-01-20T02:11:00Z")
        found: dict[str, Any] = json.loads(findings_json.render(reconcile_day(evidence, Settings())))
        return found

    def put_back(self) -> tuple[list[int], str]:
        """The receipts whose findings say so, and the sum."""
        found = self.judged()
        said = [each["receipt_id"] for each in found["findings"] if SINCE in each["message"]]
        return said, found["control"]["value"]["put_back"]


def test_a_repeat_that_came_back_is_an_error_still_and_says_so() -> None:
    day = Day()
    day.sell(1, 1)
    day.come(1)
    day.sell(1)
    found = day.judged()
    (repeat,) = [each for each in found["findings"] if each["rule"] == "duplicate-write-off"]
    assert (repeat["severity"], found["schema_version"]) == ("error", 2)
    assert repeat["message"].endswith(
        "put back since: the stock rose by just that amount before operation 200"
    )
    assert (found["control"]["value"]["over"], found["control"]["value"]["put_back"]) == ("10", "10")


@pytest.mark.parametrize("came", [0, 2, 12, -1])
def test_another_amount_says_nothing(came: int) -> None:
    day = Day()
    day.sell(1, 1)
    day.come(came)
    day.sell(1)
    assert day.put_back() == ([], "0")


def test_what_came_in_before_was_not_put_back_since() -> None:
    day = Day()
    day.sell(1)
    day.come(1)
    day.sell(1, 1)
    day.sell(1)
    assert day.put_back() == ([], "0")


def test_it_may_come_back_hours_and_sales_later() -> None:
    day = Day()
    day.sell(1, 1)
    day.sell(1)
    day.sell(2, sold=2)
    day.come(1)
    day.sell(1)
    assert day.put_back() == ([1], "10")


def test_a_lost_update_puts_nothing_back() -> None:
    """The next sale began where the repeat began, within the minute: it wrote over it."""
    day = Day()
    day.sell(1, 1)
    day.come(1)
    day.sell(1)
    day.operations[2][0]["operated_at"] = f"{DAY} 10:01:30"
    assert day.put_back() == ([], "0")


def test_a_gap_around_a_missing_sale_may_be_anything() -> None:
    day = Day()
    day.sell(1, 1)
    day.sell()
    day.come(1)
    day.sell(1)
    assert day.put_back() == ([], "0")


def test_a_gap_serves_once_and_the_nearest_before_it_first() -> None:
    day = Day()
    day.sell(1, 1)
    day.sell(1, 1)
    day.come(1)
    day.sell(1)
    assert day.put_back() == ([2], "10")


def test_two_gaps_serve_two() -> None:
    day = Day()
    day.sell(1, 1)
    day.sell(1, 1)
    for _ in range(2):
        day.come(1)
        day.sell(1)
    assert day.put_back() == ([1, 2], "20")


def test_too_much_on_a_line_came_back() -> None:
    day = Day()
    day.sell(3)
    day.come(2)
    day.sell(1)
    assert day.put_back() == ([1], "20")


def test_too_much_from_two_stocks_of_a_line_is_not_looked_for() -> None:
    """Out of which of the two it was too much, nobody can say."""
    day = Day()
    day.sell(2)
    day.take(1, 1, COLA, "bar")
    day.come(2)
    day.sell(1)
    assert day.put_back() == ([], "0")


def test_what_a_voided_receipt_took_came_back() -> None:
    day = Day()
    day.sell(1, deleted_at=f"{DAY} 10:30:00")
    day.come(1)
    day.sell(1)
    assert day.put_back() == ([1], "10")


def test_an_orphan_came_back() -> None:
    day = Day()
    day.sell(1)
    day.take(1, 2, COLA, receipt_product_id=None)
    day.come(2)
    day.sell(1)
    assert day.put_back() == ([1], "20")


@pytest.mark.parametrize(("tea_came", "told"), [(1, ([2], "20")), (0, ([], "0"))])
def test_a_receipt_given_twice_is_back_only_where_all_of_it_is(
    tea_came: int, told: tuple[list[int], str]
) -> None:
    day = Day()
    first, again = day.sell(1), day.sell(1)
    for key, each in enumerate((first, again), 1):
        each["receipt_products"].append(line(2000 + key, TEA, receipt_id=key))
        day.take(key, 1, TEA, receipt_product_id=2000 + key)
        each["cid"] = "the-same"
    day.come(1)
    day.come(tea_came, TEA)
    day.sell(1)
    day.sell(1, product=TEA)
    assert day.put_back() == told


def test_goods_of_a_return_that_were_put_back_in_part_came_back_later() -> None:
    day = Day()
    day.sell(-1, sold=2, is_returns=True)
    day.come(1)
    day.sell(1)
    assert day.put_back() == ([1], "10")


@given(mixed_days)
def test_no_more_is_put_back_than_was_over(day: MixedDay) -> None:
    value = json.loads(findings_json.render(reconcile_day(day.evidence(), Settings())))["control"]["value"]
    assert 0 <= float(value["put_back"]) <= float(value["over"])
