"""Receipts that were synced twice: live receipts of the day with the `cid` of one with a lower id.

Source: rules/README.md, `duplicate-receipt`. The till makes a `cid` for each sale.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray

MOST_RECEIPTS = 5
"""A `cid` on more receipts than this is not believed: a till that never sets it, or was cloned with its memory."""


def duplicate_receipts(receipts: pd.DataFrame, only_returns: BoolArray) -> tuple[IntArray, int]:
    """For each receipt (`Receipts`) the id of the receipt that it repeats, 0 where it repeats none; and how many
    `cid`s are not believed. `only_returns`: receipts whose live lines are all returns.
    """
    original = np.zeros(len(receipts), dtype=np.int64)
    of_day = receipts["receipt_class"].isin(["reconciled", "open"]) & (receipts["cid"] != "")
    receipts = receipts.assign(is_return=receipts["is_return"] | only_returns)
    candidates = receipts.loc[of_day, ["receipt_id", "receipt_class", "is_dead", "is_return", "cid"]]
    if not candidates["cid"].duplicated().any():
        return original, 0
    candidates["cid"] = candidates["cid"].astype("str")
    number = candidates.groupby("cid")["receipt_id"].transform("size")
    not_believed = candidates.loc[number > MOST_RECEIPTS, "cid"].nunique()
    live = (candidates["receipt_class"] == "reconciled") & ~candidates["is_dead"] & (number <= MOST_RECEIPTS)
    some = candidates[live].sort_values("receipt_id")
    first = some.groupby(["cid", "is_return"])["receipt_id"].transform("min")
    later = first < some["receipt_id"]
    original[receipts.index.get_indexer(some.index[later])] = first[later]
    return original, int(not_believed)
