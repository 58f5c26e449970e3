"""Dishes that were posted twice: all their write-offs stand in equal sets, of which one is right."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.given.dish_records import (
    DOUGH,
    FLOUR,
    LAMB,
    MENU,
    PILAF,
    RICE,
    DishDay,
    Judged,
    chosen,
    dish,
    group,
    modifier,
    preparation,
    product,
)


def posted(
    times: int, count: Any = 1, took: dict[int, Any] | None = None, *, products: Any = MENU, others: int = 0
) -> Judged:
    """A pilaf of which each operation stands so many times; and others that are right."""
    once = {RICE: "0.15", LAMB: "0.12"} if took is None else took
    day = DishDay(products=list(products))
    day.sell(PILAF, once, count)
    first = day.operations[1]
    for again in range(1, times):
        first += [each | {"id": each["id"] + 10 * again} for each in first[: len(once)]]
    for _ in range(others):
        day.sell(PILAF, {RICE: "0.15", LAMB: "0.12"})
    return day.judged()


def told(judged: Judged) -> list[tuple[str, int, int | None]]:
    """Rule, operation and value of each finding of goods."""
    some = judged.findings[judged.findings["is_goods"]]
    return [
        (rule, operation, value)
        for rule, operation, value in zip(some["rule"], some["operation_id"], some["value"], strict=True)
    ]


def test_the_second_set_is_one_finding_and_tells_its_operations() -> None:
    judged = posted(2)
    assert told(judged) == [("duplicate-write-off", 110, 2_700_000)]
    assert "111" in judged.findings.loc[judged.findings["is_goods"], "message"].iloc[0]


def test_each_set_but_the_first_is_a_finding() -> None:
    assert [each[1] for each in told(posted(3))] == [110, 120]


def test_a_set_of_one_operation_has_no_others_to_tell() -> None:
    judged = posted(2, took={RICE: "0.15"}, products=[dish(PILAF, (RICE, "0.150"))])
    assert told(judged) == [("duplicate-write-off", 110, 1_500_000)]


def test_portions_that_were_posted_one_by_one_are_no_repeats() -> None:
    assert told(posted(2, 2)) == []


def test_sets_of_which_one_is_not_what_is_due_are_too_much() -> None:
    judged = posted(2, took={RICE: "0.15", LAMB: "0.1"})
    assert {rule for rule, *_ in told(judged)} == {"recipe-mismatch"}


def test_what_cancels_is_set_aside() -> None:
    day = DishDay()
    day.sell(PILAF, {RICE: "0.15", LAMB: "0.12"})
    rice, lamb = day.operations[1]
    back = {
        "quantity": Decimal("-0.15"),
        "before_quantity": 0,
        "after_quantity": Decimal("0.15"),
        "total_cost": -1.5,
    }
    day.operations[1] += [rice | {"id": 110} | back, *({**each, "id": each["id"] + 20} for each in (rice, lamb)),
                          rice | {"id": 130}]  # fmt: skip
    assert told(day.judged()) == [("duplicate-write-off", 121, 2_700_000)]


@pytest.mark.parametrize(("others", "rules"), [(3, {"duplicate-write-off"}), (1, set())])
def test_without_a_recipe_one_set_has_to_be_the_usual_amounts(others: int, rules: set[str]) -> None:
    assert {rule for rule, *_ in told(posted(2, products=[], others=others))} == rules


def test_what_may_be_the_modifier_of_each_portion_is_no_repeat() -> None:
    """A bowl of what was chosen: whether that is counted for each portion, or once, is not documented."""
    bowl = dish(PILAF, modificator_groups=[group(modifier(501, RICE, "0.100"))])
    day = DishDay(products=[product(RICE), bowl])
    day.sell(PILAF, {RICE: "0.1"}, 2, modificators=chosen(501))
    day.operations[1] += [each | {"id": each["id"] + 10} for each in day.operations[1]]
    assert told(day.judged()) == []


def test_a_preparation_in_part_as_itself_is_posted_twice() -> None:
    made = [preparation(DOUGH, (FLOUR, "0.600")), dish(PILAF, (DOUGH, "0.100"), (LAMB, "0.080"))]
    took = {DOUGH: "0.05", FLOUR: "0.03", LAMB: "0.08"}
    assert [each[:2] for each in told(posted(2, took=took, products=made))] == [("duplicate-write-off", 110)]
