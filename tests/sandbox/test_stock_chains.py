"""Operations are added to a stock and removed from it as if the day had gone so."""

from __future__ import annotations

import pytest

from reconcile.evidence.structs import Raw
from reconcile.sandbox.discrepancy_targets import Claims
from reconcile.sandbox.stock_chains import StockChains
from reconcile.sandbox.store import Store

CHAIN = ((1, "10:00", 2, 10), (2, "11:00", 3, 8), (3, "12:00", 1, 5))
"""Id, time, quantity and balance before."""


@pytest.fixture(name="operations")
def _operations() -> list[Raw]:
    return [operation(*each) for each in CHAIN]


def operation(key: int, time: str, quantity: int, before: int = 0) -> Raw:
    return {
        "id": key, "stock_id": 5001, "operated_at": f"2026-01-19 {time}:00", "quantity": quantity,
        "before_quantity": before, "after_quantity": before - quantity,
    }  # fmt: skip


def balances(operations: list[Raw]) -> list[tuple[int, int]]:
    return [(each["before_quantity"], each["after_quantity"]) for each in operations]


def test_an_operation_that_is_added_lowers_the_balances_after_it(operations: list[Raw]) -> None:
    chains = StockChains(Store(operations={7: operations}))
    added = operation(9, "11:30", 2)
    assert chains.add(added)
    assert balances([*operations, added]) == [(10, 8), (8, 5), (3, 2), (5, 3)]
    assert chains.before(operations[2]) is added


def test_none_is_added_where_a_balance_would_fall_below_zero(operations: list[Raw]) -> None:
    """Nor the one before it, nor the first of a stock: no one knows where that began."""
    chains = StockChains(Store(operations={7: operations}))
    assert not chains.add(operation(8, "11:20", 1), operation(9, "11:30", 4))
    assert not chains.add(operation(9, "09:00", 1))
    assert balances(operations) == [(10, 8), (8, 5), (5, 4)]
    assert chains.before(operations[2]) is operations[1]


def test_an_operation_that_is_removed_raises_the_balances_after_it(operations: list[Raw]) -> None:
    chains = StockChains(Store(operations={7: operations}))
    chains.take_out(operations[1])
    assert balances(operations) == [(10, 8), (8, 5), (8, 7)]
    assert chains.before(operations[2]) is operations[0]


def test_a_return_whose_goods_are_gone_is_removed_without_the_balances_after_it() -> None:
    operations = [operation(1, "10:00", -3, 0), operation(2, "11:00", 2, 3)]
    chains = StockChains(Store(operations={7: operations}))
    assert not chains.remove(operations[0])
    chains.take_out(operations[0])
    assert balances(operations) == [(0, 3), (3, 1)]
    assert chains.before(operations[1]) is None


def test_a_product_is_claimed_for_one_side_alone() -> None:
    """Too much here and too little there would explain each other."""
    claims, cola, water = Claims(), {"product_id": 1}, {"product_id": 2}
    assert claims.take(cola, "over")
    assert claims.take(cola, "over")
    assert not claims.take(cola, "short")
    assert claims.take(water, "moved")
    assert not claims.take(water, "moved")
    assert claims.take({"product_id": 3}, "short", missing=1)
    assert not claims.take({"product_id": 3}, "short", missing=1)
    assert claims.take({"product_id": 3}, "short")
