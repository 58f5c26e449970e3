"""Lookups by position."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.core.positions import numbered, row_positions, take_or

pairs = st.tuples(st.integers(-3, 3), st.integers(-3, 3))


def columns(rows: list[tuple[int, int]]) -> list[Any]:
    return [np.array([row[place] for row in rows], dtype=np.int64) for place in range(2)]


@given(st.lists(pairs, max_size=30))
def test_rows_are_numbered_in_their_order_each_with_the_first_that_equals_it(
    rows: list[tuple[int, int]],
) -> None:
    number, first = numbered(*columns(rows))
    different = sorted(set(rows))
    assert [different[each] for each in number.tolist()] == rows
    assert first.tolist() == [rows.index(each) for each in different]


@given(st.lists(pairs, max_size=20, unique=True), st.lists(pairs, max_size=20))
def test_a_row_is_found_where_it_stands_and_one_that_is_absent_is_not(
    keys: list[tuple[int, int]], wanted: list[tuple[int, int]]
) -> None:
    found = row_positions(columns(keys), columns(wanted))
    assert found.tolist() == [keys.index(each) if each in keys else -1 for each in wanted]


@pytest.mark.parametrize(
    ("values", "default", "found"),
    [
        (np.array([7, 8], dtype=np.int8), 0, [8, 0, 7]),
        (np.array([True, True]), False, [True, False, True]),
        (np.array(["a", "b"], dtype=object), "", ["b", "", "a"]),
    ],
)
def test_an_index_of_minus_1_takes_the_default(values: Any, default: Any, found: list[Any]) -> None:
    taken = take_or(values, np.array([1, -1, 0]), default)
    assert (taken.tolist(), taken.dtype) == (found, values.dtype)


def test_without_values_each_index_takes_the_default() -> None:
    nothing = np.empty(0, dtype="datetime64[s]")
    assert np.isnat(take_or(nothing, np.array([-1, -1]), np.datetime64("NaT", "s"))).all()
    assert len(take_or(nothing, np.empty(0, dtype=np.intp), np.datetime64("NaT"))) == 0
