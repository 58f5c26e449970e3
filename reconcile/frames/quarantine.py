"""Records that are left out of a day's frames, and the reasons."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from reconcile.core.categories import text_column
from reconcile.core.exact import BoolArray
from reconcile.frames.records import Records
from reconcile.model.classes import Failure
from reconcile.model.contracts import Quarantine


class LostMove(NamedTuple):
    """A quarantined operation whose stock is known: what it did to that stock is not."""

    stock_id: int
    operated_at: np.datetime64
    """NaT where unknown."""
    operation_id: int
    """0 where unknown."""


@dataclasses.dataclass
class ReadProblems:
    """Collects what could not be read, and the counts that control totals need."""

    quarantine: list[tuple[str, int | None, int | None, int | None, str]] = dataclasses.field(
        default_factory=list
    )
    """(kind of record, id, receipt id, line id, reason)."""
    lost_moves: list[LostMove] = dataclasses.field(default_factory=list)
    reasons: dict[int | None, str] = dataclasses.field(default_factory=dict)
    """Why a receipt (None: the whole day) failed."""
    without_id: list[str] = dataclasses.field(default_factory=list)
    """Reasons of receipts without a readable id."""
    given_times: dict[tuple[str, int], str] = dataclasses.field(default_factory=dict)
    """As in `Day`."""
    repeated_lines: int = 0

    def frame(self) -> pd.DataFrame:
        """The `Quarantine` frame, sorted."""
        columns = list(zip(*sorted(self.quarantine, key=str), strict=True)) or [()] * 5
        return Quarantine.checked(
            pd.DataFrame(
                {
                    "record": pd.Categorical(columns[0], categories=["receipt", "line", "operation"]),
                    "id": pd.array(columns[1], dtype="Int64"),
                    "receipt_id": pd.array(columns[2], dtype="Int64"),
                    "receipt_product_id": pd.array(columns[3], dtype="Int64"),
                    "reason": text_column(columns[4]),
                }
            )
        )

    def failures(self, judged: set[int]) -> tuple[Failure, ...]:
        """Failures sorted by receipt id, without those of receipts in `judged`, which need no data or have it."""
        known = [Failure(about, why) for about, why in self.reasons.items() if about not in judged]
        without_id = [Failure(None, why) for why in self.without_id]
        return tuple(sorted(known + without_id, key=lambda each: (each.receipt_id or 0, each.reason)))


def sorted_by(frame: pd.DataFrame, key: str, chosen: BoolArray) -> pd.DataFrame:
    """The chosen rows in the order of an id, equals in the order of the frame."""
    keys = frame[key].to_numpy()
    if chosen.all() and (keys[1:] >= keys[:-1]).all():  # nearly always
        return frame
    rows = np.flatnonzero(chosen)
    rows = rows[np.argsort(keys[rows], kind="stable")]
    return frame.iloc[rows].reset_index(drop=True)


def reject_conflicts(
    frame: pd.DataFrame, records: Records, key: str, ignored: Collection[str], order: Any = None
) -> BoolArray:
    """Rejects rows whose id in column `key` another row has with different content; id 0 and the columns `ignored`
    do not count. Returns the mask of rows that repeat both id and content of an earlier one.

    `order` (row positions) decides which row is the first.
    """
    later, conflict = np.zeros(len(frame), dtype=np.bool_), np.zeros(len(frame), dtype=np.bool_)
    keys = frame[key]
    twice = (keys.duplicated(keep=False) & (keys != 0)).to_numpy()
    if twice.any():
        rows = np.arange(len(frame)) if order is None else order
        some = frame.assign(broken=records.broken()).iloc[rows[twice[rows]]]
        content = [name for name in some.columns if name not in ignored]
        versions = some.drop_duplicates(content)[key].value_counts()
        conflicting = some[key].isin(versions.index[versions > 1])
        conflict[some.index[conflicting]] = True
        later[some.index[some[key].duplicated() & ~conflicting]] = True
    records.reject(conflict, "id is repeated with different contents")
    return later
