"""Receipts that were synced twice: live receipts of the day with the `cid` of one with a lower id.

Source: rules/README.md, `duplicate-receipt`. The till makes a `cid` for each sale.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.columns import bare
from reconcile.core.exact import BoolArray, IntArray
from reconcile.engine.claims import claimed
from reconcile.engine.join import Join
from reconcile.engine.misplaced.differences import DayFrames
from reconcile.rulebook.flags import bools, ints, is_any_of

MOST_RECEIPTS = 5
"""A `cid` on more receipts than this is not believed: a till that never sets it, or was cloned with its memory."""


def duplicate_receipts(receipts: pd.DataFrame, only_returns: BoolArray) -> tuple[IntArray, int]:
    """For each receipt (`Receipts`) the id of the receipt that it repeats, 0 where it repeats none; and how many
    `cid`s are not believed. `only_returns`: receipts whose live lines are all returns.
    """
    original = np.zeros(len(receipts), dtype=np.int64)
    of_day = is_any_of(receipts, "receipt_class", "reconciled", "open") & ~is_any_of(receipts, "cid", "")
    cid = receipts["cid"].array.codes.astype(np.intp)
    number = np.bincount(cid[of_day], minlength=cid.max(initial=0) + 1)
    live = is_any_of(receipts, "receipt_class", "reconciled") & ~bools(receipts, "is_dead")
    rows = np.flatnonzero(of_day & live & (number[cid] > 1) & (number[cid] <= MOST_RECEIPTS))
    ids = ints(receipts, "receipt_id")[rows]
    is_return = (bools(receipts, "is_return") | only_returns)[rows]
    groups, of_row = np.unique(2 * cid[rows] + is_return, return_inverse=True)
    first = np.full(len(groups), np.iinfo(np.int64).max)
    np.minimum.at(first, of_row, ids)
    original[rows] = np.where(first[of_row] < ids, first[of_row], 0)
    return original, int(np.count_nonzero(number > MOST_RECEIPTS))


def only_returns(join: Join, receipts: int) -> BoolArray:
    """Receipts with live lines, all of which are returns."""
    sold = bare(join.lines, "sold")
    counts = [np.bincount(join.receipt_of_line[some], minlength=receipts) for some in (sold < 0, sold > 0)]
    return np.asarray((counts[0] > 0) & (counts[1] == 0), dtype=np.bool_)


def without_duplicates(frames: DayFrames, join: Join, is_duplicate: BoolArray) -> DayFrames:
    """The frames with all rows of receipts that repeat another claimed."""
    if not is_duplicate.any():
        return frames
    of_line = is_duplicate[join.receipt_of_line]
    rows = {
        "lines": of_line,
        "operations": is_duplicate[join.receipt_of_operation],
        "ingredients": of_line[bare(frames.ingredients, "line")],
        "void_write_offs": of_line[bare(frames.void_write_offs, "line")],
    }
    changed: dict[str, Any] = {
        name: claimed(getattr(frames, name), np.flatnonzero(some).tolist(), "duplicate-receipt")
        for name, some in rows.items()
    }
    return dataclasses.replace(frames, **changed)
