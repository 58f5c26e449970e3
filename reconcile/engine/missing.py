"""Missing write-offs of the day, and what the chain of each stock tells of them: columns of lines and ingredients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import Times
from reconcile.engine.chain import Answer, Claims, told_apart
from reconcile.model.contracts import DEDUCTIONS

_NOTHING = Answer(0, 0)


def told_of_missing(
    lines: pd.DataFrame, ingredients: pd.DataFrame, operations: pd.DataFrame, sold_at: Times
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`lines` and `ingredients` (of the match) with the columns `deduction` and `gap_operation_id`.

    `sold_at` is of each line; NaT where it can't be compared. A line of a dish without any operation is told by
    its ingredients, where all of them tell the same.
    """
    lacks_own = (lines["kind"] == "direct") & (lines["sold"] != 0) & (lines["own_operations"] == 0)
    rows = np.flatnonzero(lacks_own & ~lines["lost_operation"])
    due = ingredients["due"].to_numpy()
    some = np.flatnonzero((due != 0) & (ingredients["operations"].to_numpy() == 0))
    of_line = ingredients["line"].to_numpy()[some]
    claims = Claims(
        product=np.concatenate(
            [lines["product_id"].to_numpy()[rows], ingredients["product_id"].to_numpy()[some]]
        ),
        amount=np.concatenate([lines["sold"].to_numpy()[rows], due[some]]),
        sold_at=np.concatenate([sold_at[rows], sold_at[of_line]]),
    )
    answers = told_apart(operations, claims)
    of_lines = dict(zip(rows.tolist(), answers[: len(rows)], strict=True))
    of_ingredients = dict(zip(some.tolist(), answers[len(rows) :], strict=True))
    without = lines["operations"].to_numpy() == 0
    together: dict[int, list[Answer]] = {}
    for line, answer in zip(of_line.tolist(), answers[len(rows) :], strict=True):
        if without[line]:
            together.setdefault(line, []).append(answer)
    for line, found in together.items():
        kinds = {answer.deduction for answer in found}
        of_lines[line] = found[0] if len(kinds) == 1 else _NOTHING
    return lines.assign(**_columns(of_lines, len(lines))), ingredients.assign(
        **_columns(of_ingredients, len(ingredients))
    )


def _columns(answers: dict[int, Answer], size: int) -> dict[str, Any]:
    codes, operation_ids = np.zeros(size, dtype=np.int8), np.zeros(size, dtype=np.int64)
    for row, answer in answers.items():
        codes[row], operation_ids[row] = answer
    deduction = pd.Categorical.from_codes(codes, categories=pd.Index(DEDUCTIONS))
    return {"deduction": deduction, "gap_operation_id": operation_ids}
