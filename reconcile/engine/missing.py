"""Adds to lines and ingredients the class of each missing write-off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import Times
from reconcile.engine.chain import Deduction, deductions
from reconcile.model.contracts import DEDUCTIONS

_UNKNOWN = Deduction(0, 0)


def classify_missing(
    lines: pd.DataFrame, ingredients: pd.DataFrame, operations: pd.DataFrame, sold_at: Times
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`lines` and `ingredients` (of the match) with the columns `deduction` and `gap_operation_id`.

    `sold_at` is of each line; NaT where it can't be compared. A line of a dish without any operation has the class of
    its ingredients, where all of them have the same.
    """
    lacks_own = (lines["kind"] == "direct") & (lines["sold"] != 0) & (lines["own_operations"] == 0)
    rows = np.flatnonzero(lacks_own & ~lines["lost_operation"])
    due = ingredients["due"].to_numpy()
    parts = np.flatnonzero((due != 0) & (ingredients["operations"].to_numpy() == 0))
    line_of_part = ingredients["line"].to_numpy()[parts]
    product = [lines["product_id"].to_numpy()[rows], ingredients["product_id"].to_numpy()[parts]]
    found = deductions(
        operations,
        np.concatenate(product),
        np.concatenate([lines["sold"].to_numpy()[rows], due[parts]]),
        np.concatenate([sold_at[rows], sold_at[line_of_part]]),
    )
    by_line = dict(zip(rows.tolist(), found[: len(rows)], strict=True))
    by_part = dict(zip(parts.tolist(), found[len(rows) :], strict=True))
    has_none = lines["operations"].to_numpy() == 0
    parts_of_line: dict[int, list[Deduction]] = {}
    for line, deduction in zip(line_of_part.tolist(), found[len(rows) :], strict=True):
        if has_none[line]:
            parts_of_line.setdefault(line, []).append(deduction)
    for line, each in parts_of_line.items():
        by_line[line] = each[0] if len({deduction.code for deduction in each}) == 1 else _UNKNOWN
    return (
        lines.assign(**_columns(by_line, len(lines))),
        ingredients.assign(**_columns(by_part, len(ingredients))),
    )


def _columns(found: dict[int, Deduction], size: int) -> dict[str, Any]:
    codes, operation_ids = np.zeros(size, dtype=np.int8), np.zeros(size, dtype=np.int64)
    for row, deduction in found.items():
        codes[row], operation_ids[row] = deduction
    classes = pd.Categorical.from_codes(codes, categories=pd.Index(DEDUCTIONS))
    return {"deduction": classes, "gap_operation_id": operation_ids}
