"""What is left out of a day's frames while they are read, and why."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import BoolArray
from reconcile.model.contracts import Failure, Quarantine


@dataclasses.dataclass
class LeftOut:
    """What was left out while a day is read."""

    quarantine: list[tuple[str, int | None, int | None, int | None, str]] = dataclasses.field(
        default_factory=list
    )
    reasons: dict[int | None, str] = dataclasses.field(default_factory=dict)
    nameless: list[str] = dataclasses.field(default_factory=list)
    """Reasons of receipts that have no readable id."""
    given_times: dict[tuple[str, int], str] = dataclasses.field(default_factory=dict)
    repeated_lines: int = 0

    def frame(self) -> pd.DataFrame:
        columns = list(zip(*sorted(self.quarantine, key=str), strict=True)) or [()] * 5
        return Quarantine.checked(
            pd.DataFrame(
                {
                    "record": pd.Categorical(columns[0], categories=["receipt", "line", "operation"]),
                    "id": pd.array(columns[1], dtype="Int64"),
                    "receipt_id": pd.array(columns[2], dtype="Int64"),
                    "receipt_product_id": pd.array(columns[3], dtype="Int64"),
                    "reason": pd.array(columns[4], dtype="str"),
                }
            )
        )

    def failures(self, judged: set[int]) -> tuple[Failure, ...]:
        """What could not be had; of receipts that need no judging, or were judged after all, nothing."""
        known = [Failure(about, why) for about, why in self.reasons.items() if about not in judged]
        nameless = [Failure(None, why) for why in self.nameless]
        return tuple(sorted(known + nameless, key=lambda each: (each.receipt_id or 0, each.reason)))


@dataclasses.dataclass(frozen=True)
class Repeats:
    later: BoolArray
    """Same id and content as a row before."""
    conflict: BoolArray
    """Same id as another row, but not the same content."""


def repeated_rows(frame: pd.DataFrame, key: str, content: list[str], order: Any = None) -> Repeats:
    """Rows whose id comes more than once; rows without an id are let be. `order` says which comes first."""
    quiet = np.zeros(len(frame), dtype=np.bool_)
    keys = frame[key]
    twice = (keys.duplicated(keep=False) & (keys != 0)).to_numpy()
    if not twice.any():
        return Repeats(quiet, quiet)
    rows = np.arange(len(frame)) if order is None else order
    some = frame.iloc[rows[twice[rows]]]
    versions = some.drop_duplicates([key, *content])[key].value_counts()
    conflicting = some[key].isin(versions.index[versions > 1])
    later, conflict = quiet.copy(), quiet.copy()
    conflict[some.index[conflicting]] = True
    later[some.index[some[key].duplicated() & ~conflicting]] = True
    return Repeats(later, conflict)
