"""What the chain of a stock tells of a missing write-off: deducted elsewhere, never, or nobody can say."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from reconcile.engine.chain.earlier import EarlierStock, LastOperation
from reconcile.engine.day import reconcile_day
from reconcile.evidence.day import Evidence, Header
from reconcile.settings.model import Settings
from tests.given.day_records import COLA, DAY, Raw, line, operation, receipt
from tests.given.dish_records import LAMB, PILAF, RICE, DishDay
from tests.given.mixed_days import MixedDay, mixed_days

ELSEWHERE, NEVER, UNCLEAR = "elsewhere, before operation {}", "never", "unclear"


def in_short(text: str) -> str:
    """What a note says of a missing write-off: one of the three above, or the text itself."""
    if "not under this receipt" in text:
        return ELSEWHERE.format(text.rpartition(" ")[2])
    starts = {"never ": NEVER, "the stock can't tell": UNCLEAR}
    return next((short for start, short in starts.items() if text.startswith(start)), text)


class Bar:
    """Sales of one product, minute by minute, each with what its stock was before."""

    def __init__(self) -> None:
        self.receipts: list[Raw] = []
        self.operations: dict[int, list[Raw]] = {}
        self.earlier: EarlierStock | None = None

    def sell(self, minute: int, before: int | None, count: int = 1, stock: int = 1, **fields: Any) -> None:
        """A sale that its operation took from `before`; None: no operation."""
        key = len(self.receipts) + 1
        at = f"{DAY} 15:{minute:02}:00"
        self.receipts.append(receipt(key, [line(1000 + key, COLA, count)], closed_at=at, **fields))
        taken = [] if before is None else [operation(key, key, 1000 + key, COLA, count, left=before - count)]
        self.operations[key] = [each | {"stock_id": stock, "operated_at": at} for each in taken]

    def messages(self, rule: str) -> list[str]:
        """What is said of each finding of a rule, less what is said of all."""
        header = Header(date.fromisoformat(DAY), "clopos")
        listed = [("list", each) for each in self.receipts]
        evidence = Evidence(header, len(listed), listed, self.operations, finished_at="2026-01-20T02:11:00Z")
        found = reconcile_day(evidence, Settings(), earlier=self.earlier).findings
        return [
            in_short(message.partition("; ")[2]) for message in found.loc[found["rule"] == rule, "message"]
        ]

    def told(self) -> list[str]:
        """Of each missing write-off."""
        return self.messages("missing-write-off")


def test_a_stock_that_did_not_move_was_never_deducted() -> None:
    bar = Bar()
    bar.sell(1, 10)
    bar.sell(2, None)
    bar.sell(3, 9)
    assert bar.told() == [NEVER]


def test_a_gap_of_just_that_amount_was_deducted_elsewhere() -> None:
    bar = Bar()
    bar.sell(1, 10)
    bar.sell(2, None, 3)
    bar.sell(3, 6)
    assert bar.told() == [ELSEWHERE.format(3)]


def test_a_gap_of_another_amount_tells_nothing() -> None:
    bar = Bar()
    bar.sell(1, 10)
    bar.sell(2, None, 3)
    bar.sell(3, 7)
    assert bar.told() == [UNCLEAR]


def test_two_in_one_gap_are_told_apart_by_their_amounts() -> None:
    bar = Bar()
    bar.sell(1, 10)
    bar.sell(2, None, 3)
    bar.sell(3, None, 2)
    bar.sell(4, 7)
    assert bar.told() == [UNCLEAR, ELSEWHERE.format(4)]


@pytest.mark.parametrize(
    ("before", "told"), [(8, [UNCLEAR, ELSEWHERE.format(4)]), (7, [UNCLEAR] * 2), (9, [NEVER] * 2)]
)
def test_two_alike_are_told_only_where_one_answer_fits(before: int, told: list[str]) -> None:
    """A gap serves once, the nearest sale first; one of another amount shows nothing."""
    bar = Bar()
    bar.sell(1, 10)
    bar.sell(2, None)
    bar.sell(3, None)
    bar.sell(4, before)
    assert bar.told() == told


@pytest.mark.parametrize(("before", "told"), [(4000, UNCLEAR), (7000, UNCLEAR), (10_000 - 1, NEVER)])
def test_thousands_in_one_gap_are_told_or_not_but_soon(before: int, told: str) -> None:
    """All of them, none of them, or too many ways to tell."""
    bar = Bar()
    bar.sell(1, 10_000)
    for _ in range(6000):
        bar.sell(2, None)
    bar.sell(3, before - 1 if before == 4000 else before)
    assert set(bar.told()) == {told}


def test_before_the_first_and_after_the_last_operation_nothing_is_told() -> None:
    bar = Bar()
    bar.sell(1, None)
    bar.sell(2, 10)
    bar.sell(3, None)
    assert bar.told() == [UNCLEAR, UNCLEAR]


def test_the_sale_before_the_first_operation_is_told_by_the_day_before() -> None:
    """Yesterday's last operation left eleven, today's first begins with ten."""
    bar = Bar()
    bar.sell(1, None)
    bar.sell(2, 10)
    last = LastOperation(900, date(2026, 1, 18), np.datetime64("2026-01-18T22:00:00", "s"), 1, 12, 11, 10)
    millionths = {name: 10**6 * getattr(last, name) for name in ("quantity", "before", "after", "cost")}
    bar.earlier = EarlierStock({1: last._replace(**millionths)})
    assert bar.told() == [ELSEWHERE.format(2)]


def test_where_more_of_it_was_written_off_elsewhere_the_stock_cant_tell() -> None:
    """The chain closes without it, but the one too many may be it."""
    bar = Bar()
    bar.sell(1, 10)
    bar.sell(2, None)
    bar.sell(3, 9)
    bar.sell(4, 8)
    bar.operations[4][0] |= {"quantity": 4, "after_quantity": 4, "total_cost": 40}
    assert bar.told() == [UNCLEAR]


def test_the_clock_of_a_sale_at_the_second_of_an_operation_is_after_it() -> None:
    """What lies around a sale is between the last operation by then and the next."""
    bar = Bar()
    bar.sell(1, 10)
    bar.sell(1, None)
    bar.sell(2, 8)
    assert bar.told() == [ELSEWHERE.format(3)]


def test_a_sale_without_a_time_is_told_by_no_stock() -> None:
    bar = Bar()
    bar.sell(1, 10)
    bar.sell(2, None)
    bar.sell(3, 9)
    bar.receipts[1]["closed_at"] = None
    assert bar.told() == [UNCLEAR]


def test_of_two_stocks_one_may_tell() -> None:
    """The gap lies in the second storage; the first is closed."""
    bar = Bar()
    bar.sell(1, 10)
    bar.sell(1, 50, stock=2)
    bar.sell(2, None)
    bar.sell(3, 9)
    bar.sell(3, 48, stock=2)
    assert bar.told() == [ELSEWHERE.format(5)]


def test_the_same_gap_in_two_stocks_fits_twice() -> None:
    bar = Bar()
    for before in (10, 8):
        bar.sell(1 if before == 10 else 3, before)
        bar.sell(1 if before == 10 else 3, before + 40, stock=2)
    bar.sell(2, None)
    assert bar.told() == [ELSEWHERE.format(3)]


def test_a_return_that_was_put_back_elsewhere_is_found_too() -> None:
    bar = Bar()
    bar.sell(1, 10)
    bar.sell(2, None, is_returns=True)
    bar.sell(3, 10)
    assert bar.told() == [ELSEWHERE.format(3)]


def test_a_lost_update_is_told_as_one() -> None:
    """Two sales began at the same quantity: one wrote over the other."""
    bar = Bar()
    bar.sell(1, 10)
    bar.sell(2, 10, 2)
    assert bar.messages("stock-gap") == [
        "both began at the same quantity: a lost update, one wrote over the other"
    ]


def test_a_dish_is_told_by_all_its_ingredients_together() -> None:
    """Rice and lamb are short by just one portion: it was deducted, under no receipt."""
    day = DishDay()
    for minute, left in ((1, "10"), (2, None), (3, "9.7")):
        at = f"{DAY} 15:0{minute}:00"
        took = {RICE: "0.15", LAMB: "0.12"} if left else {}
        day.sell(PILAF, took, receipt_x_closed_at=at)
        for each in day.operations[minute]:
            gone = each["quantity"] * (0 if minute == 1 else 2)
            each |= {
                "operated_at": at,
                "before_quantity": 10 - gone,
                "after_quantity": 10 - gone - each["quantity"],
            }
    (message,) = day.judged().findings["message"]
    assert in_short(message) == ELSEWHERE.format(300), message


def test_a_dish_whose_ingredients_tell_different_tales_tells_none() -> None:
    """The rice is short by a portion, the lamb is not."""
    day = DishDay()
    for minute in (1, 2, 3):
        at = f"{DAY} 15:0{minute}:00"
        day.sell(PILAF, {RICE: "0.15", LAMB: "0.12"} if minute != 2 else {}, receipt_x_closed_at=at)
        for each in day.operations[minute]:
            gone = each["quantity"] * (
                (0 if minute == 1 else 1) + (minute == 3 and each["product_id"] == RICE)
            )
            each |= {
                "operated_at": at,
                "before_quantity": 10 - gone,
                "after_quantity": 10 - gone - each["quantity"],
            }
    assert day.judged().findings["message"].tolist() == [
        "sold 1, written off 0; the stock can't tell whether it was deducted"
    ]


def test_an_ingredient_left_out_is_told_too() -> None:
    day = DishDay()
    for minute in (1, 2, 3):
        at = f"{DAY} 15:0{minute}:00"
        day.sell(
            PILAF, {RICE: "0.15", LAMB: "0.12"} if minute != 2 else {RICE: "0.15"}, receipt_x_closed_at=at
        )
        for each in day.operations[minute]:
            gone = each["quantity"] * (minute - 1 - (minute == 3 and each["product_id"] == LAMB))
            each |= {
                "operated_at": at,
                "before_quantity": 10 - gone,
                "after_quantity": 10 - gone - each["quantity"],
            }
    (message,) = day.judged().findings["message"]
    assert "; never deducted: " in message


@given(mixed_days)
def test_never_is_said_only_where_the_stock_closes_and_nothing_of_it_is_too_much(day: MixedDay) -> None:
    """No gap lies around the sale in any stock of the product, and no finding has more of it than is due."""
    result = reconcile_day(day.evidence(), Settings())
    operations, findings = result.operations, result.findings
    by_id = operations.set_index("operation_id")
    too_much = findings[findings["is_goods"] & (findings["difference"] > 0)]
    said = findings[findings["message"].str.contains("never deducted")]
    for each in said[said["rule"] != "receipt-not-posted"].to_dict("records"):
        later, earlier = (
            by_id.loc[int(number)] for number in re.findall(r"operation (\d+)", each["message"])
        )
        assert later["before_quantity"] == earlier["after_quantity"]
        assert each["product_id"] not in set(too_much["product_id"].dropna())
