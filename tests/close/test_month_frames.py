"""The frames of the month, in SQL over small books: costs, chains, usage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.close.chain import broken_chains, moved_between
from reconcile.close.costs import costs_frame
from reconcile.close.usage import _classes
from reconcile.core.exact import MICRO

FIRST = date(2026, 1, 1)


@pytest.fixture
def books() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            """create table operations (date date, operation_id bigint, stock_id bigint, storage_id bigint,
            storage varchar, product_id bigint, product varchar, before_quantity decimal(38, 6),
            after_quantity decimal(38, 6), previous_id bigint, previous_after decimal(38, 6), chain_day timestamp,
            cost decimal(38, 6), q decimal(38, 6), worth decimal(38, 6), is_costed boolean, on_sale boolean)"""
        )
        yield connection


Before = tuple[int, int, int] | None
"""The operation before, what that left, and its day (0: the same)."""


def operation(
    books: duckdb.DuckDBPyConnection, day: int, key: int, quantities: tuple[int, int], previous: Before
) -> None:
    """An operation of stock 5, with the quantities before and after it."""
    (before, after), (previous_id, left, chain) = quantities, previous or (None, None, 0)
    values = [
        FIRST + timedelta(day), key, 5, 3, "Main", 31042, "Cola", before, after, previous_id, left,
        FIRST + timedelta(chain - 1) if chain else None, 100, before - after, 100 * (before - after), True, True,
    ]  # fmt: skip
    books.execute(f"insert into operations values ({', '.join('?' * len(values))})", values)  # noqa: S608  question marks


def test_a_stock_that_goes_on_is_whole(books: duckdb.DuckDBPyConnection) -> None:
    operation(books, 0, 1, (10, 9), None)
    operation(books, 1, 2, (9, 8), (1, 9, 1))
    assert len(broken_chains(books, FIRST)) == 0
    assert len(moved_between(books)) == 0


def test_what_moved_between_two_days_is_told(books: duckdb.DuckDBPyConnection) -> None:
    operation(books, 0, 1, (10, 9), None)
    operation(books, 1, 2, (29, 28), (1, 9, 1))
    (row,) = moved_between(books).to_dict("records")
    assert (row["closed_at"], row["opened_at"], row["moved"]) == (9 * MICRO, 29 * MICRO, 20 * MICRO)
    assert row["from_day"].date() == FIRST


def test_a_day_that_was_judged_again_and_left_something_else(books: duckdb.DuckDBPyConnection) -> None:
    operation(books, 0, 1, (10, 7), None)
    operation(books, 1, 2, (9, 8), (1, 9, 1))
    (row,) = broken_chains(books, FIRST).to_dict("records")
    assert (row["stock_id"], row["closed_at"], row["closing"]) == (5, 9 * MICRO, 7 * MICRO)


def test_an_operation_that_was_posted_late(books: duckdb.DuckDBPyConnection) -> None:
    """The day before has another last operation now."""
    operation(books, 0, 1, (10, 9), None)
    operation(books, 0, 3, (9, 8), (1, 9, 0))
    operation(books, 1, 2, (9, 8), (1, 9, 1))
    assert len(broken_chains(books, FIRST)) == 1


def test_a_day_before_the_range_is_not_looked_at(books: duckdb.DuckDBPyConnection) -> None:
    operation(books, 1, 2, (9, 8), (1, 9, 1))
    assert len(broken_chains(books, FIRST + timedelta(1))) == 0
    assert len(broken_chains(books, FIRST)) == 1, "its books are gone"


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(1, 500), st.integers(0, 10**6)), min_size=1, max_size=40
    )
)
def test_effects_of_cost_and_quantity_add_up(rows: list[tuple[int, int, int]]) -> None:
    """Whatever was written off on which day, at what cost."""
    with duckdb.connect(":memory:") as books:
        books.execute(
            """create table operations (date date, product_id bigint, product varchar, q decimal(38, 6),
            worth decimal(38, 6), is_costed boolean, on_sale boolean)"""
        )
        values = [
            (FIRST + timedelta(day), 31042, "Cola", Decimal(q) / 1000, Decimal(worth) / 100, True, True)
            for day, q, worth in rows
        ]
        books.executemany("insert into operations values (?, ?, ?, ?, ?, ?, ?)", values)
        frame = costs_frame(books, FIRST, FIRST + timedelta(30))
    days = {day for day, _, _ in rows}
    assert len(frame) == (len(days) > 1)
    for row in frame.dropna(subset=["change"]).to_dict("records"):
        assert row["price_effect"] + row["quantity_effect"] == row["change"]
        before = sum(worth for day, _, worth in rows if day < 7)
        after = sum(worth for day, _, worth in rows if day > 23)
        assert row["change"] == (after - before) * MICRO // 100
        assert row["least_cost"] <= row["first_cost"] <= row["most_cost"]


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([], []),
        ([100], ["A"]),
        ([80, 15, 5], ["A", "B", "C"]),
        ([-50, 30, 15, -5, 0, None], ["A", "A", "B", "C", "", ""]),
    ],
)
def test_the_classes_of_products(values: list[int | None], classes: list[str]) -> None:
    assert _classes(values) == classes
