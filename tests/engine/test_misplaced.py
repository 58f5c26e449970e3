"""What is only in the wrong place is neither over nor under, and is said once."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from reconcile.engine.misplaced.differences import Difference
from reconcile.engine.misplaced.nearest import distance, nearest_pairs
from reconcile.settings.model import RulesTable, Settings
from tests.given.day_records import COLA, DAY
from tests.given.goods_days import GoodsDay

WATER = 31002


def misplaced(line: int, due: str, found: str, severity: str = "warning") -> tuple[str, str, int, str, str]:
    return ("misplaced-write-off", severity, line, due, found)


def test_two_lines_of_a_receipt_that_cancel_are_one_note() -> None:
    day = GoodsDay()
    key = day.sell(2, [3])
    day.receipts[0]["receipt_products"].append(
        day.receipts[0]["receipt_products"][0] | {"id": 5000, "count": 1}
    )
    assert day.told() == [misplaced(1000 + key, "2", "3", "info")]


def test_differences_of_a_receipt_that_do_not_cancel_stay() -> None:
    day = GoodsDay()
    day.sell(2, [4])
    day.receipts[0]["receipt_products"].append(
        day.receipts[0]["receipt_products"][0] | {"id": 5000, "count": 1}
    )
    assert [each[0] for each in day.told()] == ["quantity-mismatch", "missing-write-off"]


def test_an_operation_with_the_line_of_another_receipt_belongs_there() -> None:
    day = GoodsDay()
    short = day.sell(1, [])
    other = day.sell(1)
    day.take(other, 1, receipt_product_id=1000 + short)
    assert day.told() == [misplaced(1000 + short, "1", "0")]


def test_an_orphan_fills_the_line_whose_receipt_closed_nearest() -> None:
    day = GoodsDay()
    far, near = day.sell(1, [], at="12:00"), day.sell(1, [], at="15:20")
    day.sell(1, [1], at="18:00")  # so that some sale of it was written off
    orphan = day.sell(1, at="15:00")
    day.take(orphan, 1, receipt_product_id=None)
    assert misplaced(1000 + near, "1", "0") in day.told()
    assert ("missing-write-off", "error", 1000 + far, "1", "0") in day.told()


def test_an_orphan_of_the_same_receipt_that_does_not_cancel_fills_no_line_of_it() -> None:
    day = GoodsDay()
    key = day.sell(1, [])
    day.take(key, 2, receipt_product_id=None)
    assert [each[0] for each in day.told()] == ["orphan-operation", "missing-write-off"]


def test_a_put_back_under_the_sale_is_that_of_the_return() -> None:
    day = GoodsDay()
    sale = day.sell(2, [2, -1])
    back = day.sell(1, [], is_returns=True, at="15:10")
    assert day.told() == [misplaced(1000 + back, "-1", "0")]
    day.operations[sale][1] |= {"quantity": -2, "total_cost": -20}
    assert [each[0] for each in day.told()] == ["quantity-mismatch", "missing-write-off"]


@pytest.mark.parametrize(
    ("entered", "is_moved"),
    [("15:20:00", True), ("15:30:00", True), ("15:30:01", False), ("15:19:59", False)],
)
def test_a_line_entered_again_within_ten_minutes_was_moved(entered: str, is_moved: bool) -> None:
    """From the deletion to ten minutes after it, both included."""
    day = GoodsDay()
    day.sell(2, [2], line_deleted_at=f"{DAY} 15:20:00")
    day.sell(1)
    moved = day.sell(2, [], at="15:40")
    day.receipts[moved - 1]["receipt_products"][0]["created_at"] = f"{DAY} {entered}"
    rules = [each[0] for each in day.told()]
    assert rules == (["misplaced-write-off"] if is_moved else ["unexpected-write-off", "missing-write-off"])


def test_another_product_in_its_place_is_one_warning() -> None:
    day = GoodsDay()
    key = day.sell(2, [])
    day.take(key, 1, product=WATER)
    day.take(key, 1, product=WATER)
    assert [each[:3] for each in day.told()] == [("wrong-product", "warning", 1000 + key)]


def test_two_products_that_could_stand_in_do_not() -> None:
    day = GoodsDay()
    key = day.sell(1, [])
    day.take(key, 1, product=WATER)
    day.take(key, 1, product=WATER + 1)
    assert sorted(each[0] for each in day.told()) == ["missing-write-off", "wrong-product", "wrong-product"]


def test_what_is_switched_off_is_left_to_the_other_rules() -> None:
    day = GoodsDay()
    short, other = day.sell(1, []), day.sell(1)
    day.take(other, 1, receipt_product_id=1000 + short)
    off = Settings(rules=RulesTable(off=frozenset({"misplaced-write-off"})))
    assert sorted(each[0] for each in day.told(off)) == ["missing-write-off", "orphan-operation"]


def difference(number: int, receipt: int, amount: int, closed_at: int | None) -> Difference:
    return Difference("lines", (number,), receipt, number, number, COLA, 0, amount, closed_at)


def greedy(surplus: list[Difference], short: list[Difference], step: int) -> set[tuple[int, int]]:
    """All pairs in the order of distance and numbers, each member once: slow, and as the rules say it."""
    pairs = [
        (distance(one, other), one.number, other.number)
        for one, other in itertools.product(surplus, short)
        if one.receipt != other.receipt and abs(one.amount + other.amount) <= step
    ]
    found: set[tuple[int, int]] = set()
    used: set[tuple[str, int]] = set()
    for _, one, other in sorted(pairs):
        if ("surplus", one) not in used and ("short", other) not in used:
            used |= {("surplus", one), ("short", other)}
            found.add((one, other))
    return found


@pytest.mark.parametrize("seed", range(200))
def test_pairs_are_those_that_looking_at_all_of_them_gives(seed: int) -> None:
    """With equal times, unknown ones, the same receipt on both sides, and amounts that differ within the step."""
    chance = random.Random(seed)
    step = chance.choice([0, 1, 2])

    def some(sign: int, first: int) -> list[Difference]:
        return [
            difference(
                first + place, chance.randint(1, 6), sign * chance.randint(5, 8),
                chance.choice([None, *range(0, 40, chance.choice([1, 10]))]),
            )
            for place in range(chance.randint(0, 9))
        ]  # fmt: skip

    surplus, short = some(1, 100), some(-1, 200)
    found = {(one.number, other.number) for one, other in nearest_pairs(surplus, short, step)}
    assert found == greedy(surplus, short, step)


def test_over_and_under_do_not_hold_what_is_misplaced() -> None:
    day = GoodsDay()
    short, other = day.sell(1, []), day.sell(1)
    day.take(other, 1, receipt_product_id=1000 + short)
    control: Any = day.judged().control
    assert (control.value["over"], control.value["under"]) == (0, 0)
    assert control.lines["flagged"] == 1
