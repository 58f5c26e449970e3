"""Immaterial findings: errors and warnings of goods below the value that the settings name become notes.

It comes last: classes, unit costs and other rules look at the severity before it. Source: rules/README.md,
"Immaterial".
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd

from reconcile.core.categories import kinds
from reconcile.core.exact import exact_micros, total
from reconcile.language.messages import Note
from reconcile.language.translate import to_say
from reconcile.model.classes import SEVERITIES, Tally
from reconcile.rulebook.rule import Rule

IMMATERIAL = to_say("below {value}, the value from which the settings say it is material")


def with_materiality(
    findings: pd.DataFrame, material_value: Decimal, rules: Sequence[Rule]
) -> tuple[pd.DataFrame, Tally]:
    """`Findings` with those of goods of known value, not 0 and below `material_value`, as info, which they say; and how
    many these are, with the sum of their values.
    """
    limit = exact_micros(material_value)
    value = findings["value"].fillna(0).to_numpy(np.int64)
    of_goods = findings["rule"].isin([rule.name for rule in rules if rule.is_goods]).to_numpy()
    is_small = of_goods & (value != 0) & (np.abs(value) < limit)
    rows = np.flatnonzero(is_small & (findings["severity"] != "info").to_numpy())
    if not len(rows):
        return findings, Tally(0, 0)
    codes = findings["severity"].cat.codes.to_numpy(copy=True)
    codes[rows] = SEVERITIES.index("info")
    notes = findings["notes"].to_numpy(copy=True)
    for row in rows.tolist():
        notes[row] = (*notes[row], Note(IMMATERIAL, amounts={"value": limit}))
    severity = kinds(codes, SEVERITIES, ordered=True)
    return findings.assign(severity=severity, notes=notes), Tally(len(rows), total(value[rows]))
