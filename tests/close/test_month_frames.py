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
            """create table operations (date date, operation_id bigint, operated_at timestamp, stock_id bigint,
            storage_id bigint, storage varchar, product_id bigint, product varchar, before_quantity decimal(38, 6),
            after_quantity decimal(38, 6), previous_id bigint, previous_after decimal(38, 6), chain_day timestamp,
            cost decimal(38, 6), q decimal(38, 6), worth decimal(38, 6), is_costed boolean, on_sale boolean)"""
        )
        yield connection


Before = tuple[int, int, int] | None
"""The operation before, what that left, and its day (0: the same)."""


def operation(
    books: duckdb.DuckDBPyConnection,
    day: int,
    key: int,
    quantities: tuple[int, int],
    previous: Before,
    *,
    posted: int | None = None,
) -> None:
    """An operation of stock 5, with the quantities before and after it; posted on its day, or on another."""
    (before, after), (previous_id, left, chain) = quantities, previous or (None, None, 0)
    at = FIRST + timedelta(day if posted is None else posted)
    values = [
        FIRST + timedelta(day), key, f"{at} 12:00:{key:02}", 5, 3, "Main", 31042, "Cola", before, after,
        previous_id, left, FIRST + timedelta(chain - 1) if chain else None, 100, before - after,
        100 * (before - after), True, True,
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


def test_what_was_posted_late_stands_where_it_was_posted(books: duckdb.DuckDBPyConnection) -> None:
    """On the second day, between two sales of that day: nothing moved."""
    operation(books, 0, 1, (10, 9), None)
    operation(books, 1, 2, (9, 8), (1, 9, 1))
    operation(books, 0, 3, (8, 7), (1, 9, 0), posted=1)
    operation(books, 1, 4, (7, 6), (2, 8, 0))
    operation(books, 2, 5, (6, 5), (3, 7, 1))
    assert len(moved_between(books)) == 0


def test_what_moved_is_exact_where_a_float_is_not(books: duckdb.DuckDBPyConnection) -> None:
    operation(books, 0, 1, (9_007_199_254, 9_007_199_253), None)
    books.execute("update operations set after_quantity = 9007199254.740993")
    operation(books, 1, 2, (9_007_199_255, 9_007_199_254), (1, 9_007_199_255, 1))
    (row,) = moved_between(books).to_dict("records")
    assert row["moved"] == 259_007


def test_an_operation_that_is_in_the_books_of_two_days_counts_once(books: duckdb.DuckDBPyConnection) -> None:
    """Its receipt was moved to another day after the first of them was judged."""
    for day in (0, 1):
        operation(books, day, 1, (10, 9), None, posted=1)
    operation(books, 2, 2, (9, 8), (1, 9, 1))
    assert len(moved_between(books)) == 0


@pytest.mark.parametrize("known", [True, False])
def test_a_stock_goes_on_from_before_the_month_where_that_is_known(
    books: duckdb.DuckDBPyConnection, known: bool
) -> None:
    """Not where an operation that can't be read may lie between."""
    operation(books, 3, 2, (9, 8), (1, 12, 1))
    if not known:
        books.execute("update operations set previous_after = null")
    assert moved_between(books)["moved"].tolist() == ([-3 * MICRO] if known else [])


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
