"""What a rule gives back: which rows it flags, what it expected there and what it found."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.exact import BoolArray, IntArray
from reconcile.settings import Severity

Numbers: TypeAlias = Any
"""IntArray, or pd.arrays.IntegerArray where some are unknown."""
Rows: TypeAlias = npt.NDArray[np.intp]


@dataclasses.dataclass(frozen=True)
class Flags:
    """Flagged rows, by position in the frame that was judged, and for each its numbers in millionths.

    None is unknown for all rows. `difference` is actual − expected unless given. `severity` overrides the
    rule's own, row by row. The times stand in for `expected` and `actual` where a rule compares times.
    """

    rows: Rows
    expected: Numbers | None = None
    actual: Numbers | None = None
    difference: Numbers | None = None
    value: Numbers | None = None
    severity: npt.NDArray[Any] | None = None
    expected_time: npt.NDArray[np.datetime64] | None = None
    actual_time: npt.NDArray[np.datetime64] | None = None

    def __post_init__(self) -> None:
        if self.difference is None and self.expected is not None and self.actual is not None:
            object.__setattr__(self, "difference", self.actual - self.expected)


def where(flagged: BoolArray) -> Rows:
    """Positions of the flagged rows."""
    return np.flatnonzero(flagged)


def severity_where(when: BoolArray, severity: Severity, otherwise: Severity) -> npt.NDArray[Any]:
    """`severity` where the condition holds, the rule's own elsewhere."""
    return np.where(when, severity, otherwise)


def ints(rows: pd.DataFrame, column: str) -> IntArray:
    """A column of numbers or ids as bare int64."""
    return rows[column].to_numpy()


def bools(rows: pd.DataFrame, column: str) -> BoolArray:
    """A column of flags as bare booleans."""
    return rows[column].to_numpy()


def is_kind(lines: pd.DataFrame, kind: str) -> BoolArray:
    """Lines of one kind: direct, composite or untracked."""
    return np.asarray(lines["kind"] == kind, dtype=np.bool_)
