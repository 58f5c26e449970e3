"""Bare columns are what pandas gives by way of a series, and can't be written to."""

from __future__ import annotations

import pandas as pd
import pytest

from reconcile.core.columns import bare, nullable_array, stored
from tests.given.demo_day import demo_result


@pytest.mark.parametrize("name", ["receipts", "lines", "operations", "findings", "causes"])
def test_a_bare_column_is_that_of_the_series(name: str) -> None:
    frame = getattr(demo_result(), name)
    some = frame.iloc[[0, 2, 1]].assign(added=1)
    for each in (frame, frame.iloc[1:], some, some.reset_index(drop=True), frame.iloc[:0]):
        for column in each.columns:
            expected, found = each[column].to_numpy(), bare(each, column)
            assert found.dtype == expected.dtype
            assert pd.Series(found).equals(pd.Series(expected))
            assert stored(each, column).dtype == each[column].dtype


def test_a_bare_column_is_not_written_to_and_a_missing_one_is_named() -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    with pytest.raises(ValueError, match="read-only"):
        bare(frame, "a")[0] = 3
    with pytest.raises(KeyError, match="b"):
        bare(frame, "b")


def test_an_array_for_sql_has_the_values_of_the_column_and_none_where_there_is_none() -> None:
    for name in ("receipts", "lines", "operations", "findings", "causes"):
        frame = getattr(demo_result(), name)
        for each in (frame, frame.iloc[:0]):
            for column in each.columns:
                known = frame[column].iloc[: len(each)].notna().tolist()
                found = nullable_array(each, column)
                values = found.tolist() if found.dtype.kind != "M" else pd.Series(found).tolist()
                expected = each[column].tolist()
                assert [value for value, there in zip(values, known, strict=True) if there] == [
                    value for value, there in zip(expected, known, strict=True) if there
                ]
                missing = [value for value, there in zip(values, known, strict=True) if not there]
                assert all(value is None or value is pd.NaT for value in missing)
