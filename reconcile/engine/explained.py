"""Explains receipts whose own cost is not that of their operations, by the findings of the day.

Source: rules/README.md, "Explained".
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pandas as pd

from reconcile.core.columns import bare
from reconcile.core.exact import IntArray
from reconcile.rulebook.flags import bools, ints, is_any_of, values_of
from reconcile.rulebook.receipt_costs import mismatches


class _Part(NamedTuple):
    """What a finding contributes to the difference of a receipt."""

    amount: int
    finding: str


_KINDS = ("goods", "total cost", "misplaced")


def explanations(receipts: pd.DataFrame, misplacements: pd.DataFrame, findings: pd.DataFrame) -> list[str]:
    """For each receipt (`MatchedReceipts`) the id of the finding that explains its cost; empty where none does.

    The difference is, within the tolerance, the sum of all of one kind, of all together, or any one of: the values of
    the receipt's findings of goods, those of its total costs, the cost of what is misplaced to it or from it.
    """
    found = [""] * len(receipts)
    flagged = mismatches(receipts)
    if not len(flagged.rows):
        return found
    ids = bare(receipts, "receipt_id")[flagged.rows]
    parts = _parts(ids, misplacements, findings)
    tolerance = bare(receipts, "cost_tolerance")[flagged.rows]
    columns = (
        flagged.rows.tolist(),
        ids.tolist(),
        np.asarray(flagged.difference).tolist(),
        tolerance.tolist(),
    )
    for row, receipt, difference, allowed in zip(*columns, strict=True):
        found[row] = _explanation(parts[receipt], difference, allowed)
    return found


def _explanation(parts: dict[str, list[_Part]], difference: int, allowed: int) -> str:
    """The id of the largest finding, of equals the lowest, of what explains the difference: one, one kind, or all."""
    all_parts = sorted((part for kind in parts.values() for part in kind), key=_largest_first)
    groups = [[part] for part in all_parts] + [*parts.values(), all_parts]
    for group in groups:
        if group and abs(sum(each.amount for each in group) - difference) <= allowed:
            return min(group, key=_largest_first).finding
    return ""


def _largest_first(part: _Part) -> tuple[int, str]:
    return -abs(part.amount), part.finding


def _parts(
    ids: IntArray, misplacements: pd.DataFrame, findings: pd.DataFrame
) -> dict[int, dict[str, list[_Part]]]:
    """By receipt and kind, what its findings contribute."""
    found: defaultdict[int, dict[str, list[_Part]]] = defaultdict(lambda: {kind: [] for kind in _KINDS})
    receipt_ids = findings["receipt_id"].array.to_numpy(np.int64, na_value=0)
    is_valued = ~findings["value"].array.isna() & np.isin(receipt_ids, ids)
    for kind, rows in (
        ("goods", bools(findings, "is_goods")),
        ("total cost", is_any_of(findings, "rule", "total-cost-mismatch")),
    ):
        for receipt, value, key in values_of(findings, is_valued & rows, "receipt_id", "value", "id"):
            found[receipt][kind].append(_Part(value, key))
    is_named = is_any_of(findings, "rule", "misplaced-write-off")
    named = values_of(findings, is_named, "receipt_product_id", "product_id", "id")
    finding = {(line, product): key for line, product, key in named}
    names = ("receipt_id", "other_receipt_id", "receipt_product_id", "product_id", "worth")
    moved = values_of(misplacements, ints(misplacements, "worth") != 0, *names)
    for due, stands, line, product, worth in moved:
        key = finding.get((line, product), "")
        found[due]["misplaced"].append(_Part(-worth, key))
        found[stands]["misplaced"].append(_Part(worth, key))
    return found
