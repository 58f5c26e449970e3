"""Lookups by position."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reconcile.core.positions import take_or


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
