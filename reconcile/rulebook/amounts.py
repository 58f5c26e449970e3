"""What the value of a finding is: goods over or under, a difference of cost, or an amount that is in no total."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration

OVER, UNDER, COST, APART, TIMING, MOVEMENT = "over", "under", "cost", "apart", "timing", "movement"
CLASSES: Mapping[str, str] = {
    OVER: to_say("over"),
    UNDER: to_say("under"),
    COST: to_say("cost"),
    APART: to_say("apart"),
    TIMING: to_say("timing"),
    MOVEMENT: to_say("movement"),
}
"""Labels by class."""
IN_TOTALS = (OVER, UNDER, COST)
"""The classes whose values are summed. The value of another class is the amount that the finding is about."""


def amount_classes(findings: pd.DataFrame, rules: Mapping[str, Declaration]) -> pd.Series[str]:
    """The class of each finding's value; empty where it has none, or one of 0."""
    value = findings["value"].fillna(0).to_numpy(np.int64)
    names = [rules[name].amounts for name in findings["rule"].cat.categories]
    by_rule = np.array([*names, ""], dtype=object)[findings["rule"].cat.codes]
    of_goods = np.where(value > 0, OVER, UNDER)
    classes = np.where(findings["is_goods"].to_numpy(), of_goods, by_rule)
    return pd.Series(np.where(value == 0, "", classes), index=findings.index, dtype="str")


def class_of(rule: Declaration, value: int | None) -> str:
    """The class of a value of that rule; empty where there is none, or one of 0."""
    if not value:
        return ""
    return (OVER if value > 0 else UNDER) if rule.is_goods else rule.amounts


def sums_by_class(rows: pd.DataFrame) -> dict[str, int]:
    """The sum of the known values of each class that is summed, of rows with `counts_as` and `value`."""
    values: Any = rows["value"].fillna(0).to_numpy(np.int64)
    counts_as = rows["counts_as"].astype(object).to_numpy()
    return {name: sum(values[counts_as == name].tolist()) for name in IN_TOTALS}
