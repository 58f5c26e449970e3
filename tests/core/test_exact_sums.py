"""Products, ratios and sums of whole columns are those of Python's integers, also beyond what int64 holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.core.exact import (
    MICRO,
    exact_sum_by,
    half_even,
    multiply,
    multiply_ratio,
    nullable,
    numbers_of,
    rows_where,
    sum_by,
)

amounts = st.one_of(st.integers(-(10**6), 10**6), st.integers(-(10**18), 10**18))
parts = st.one_of(st.integers(0, 10**6), st.integers(0, 10**18))


def whole(values: list[int]) -> Any:
    return np.array(values, dtype=np.int64)


def or_unknown(number: int) -> object:
    return number if abs(number) < 2**63 else pd.NA


@given(st.lists(st.tuples(amounts, parts, parts)))
@example([(5, 5, 10), (-(10**18), 10**18, 1)])
def test_a_ratio_is_rounded_half_to_even_and_unknown_without_parts(rows: list[tuple[int, int, int]]) -> None:
    found = multiply_ratio(*(whole([row[place] for row in rows]) for place in range(3))).tolist()
    assert found == [or_unknown(half_even(a * n, d)) if n and d else pd.NA for a, n, d in rows]


@given(st.lists(st.tuples(amounts, amounts)))
def test_a_product_is_rounded_half_to_even(rows: list[tuple[int, int]]) -> None:
    found = multiply(*(whole([row[place] for row in rows]) for place in range(2))).tolist()
    assert found == [or_unknown(half_even(a * b, MICRO)) for a, b in rows]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-(10**17), 10**17)), max_size=20))
@example([(0, 2**53 + 1), (1, 1)])
def test_sums_by_group_are_exact(rows: list[tuple[int, int]]) -> None:
    found = sum_by(whole([group for group, _ in rows]), whole([amount for _, amount in rows]), 3)
    assert found.tolist() == [sum(amount for group, amount in rows if group == each) for each in range(3)]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-(2**63) + 1, 2**63 - 1)), max_size=20))
@example([(0, 2**63 - 1), (0, 2**63 - 1), (1, 1)])
def test_sums_by_group_are_exact_however_large(rows: list[tuple[int, int]]) -> None:
    found = exact_sum_by(whole([group for group, _ in rows]), whole([amount for _, amount in rows]), 3)
    assert found == [sum(amount for group, amount in rows if group == each) for each in range(3)]


@given(st.lists(st.none() | amounts))
def test_the_numbers_of_a_column_and_where_there_is_one(values: list[int | None]) -> None:
    numbers, is_known = numbers_of(nullable(values))
    assert numbers.tolist() == [value or 0 for value in values]
    assert is_known.tolist() == [value is not None for value in values]


@given(st.lists(st.tuples(amounts, amounts)))
def test_rows_are_tested_exactly_where_products_do_not_fit(rows: list[tuple[int, int]]) -> None:
    columns = (whole([a for a, _ in rows]), whole([b for _, b in rows]))
    found = rows_where(lambda a, b: a * b > a * a, columns, lambda a, b: a * b + a * a)
    assert found.tolist() == [a * b > a * a for a, b in rows]
