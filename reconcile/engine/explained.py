"""Explains receipts whose own cost is not that of their operations, by the findings of the day.

Source: rules/README.md, "Explained".
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pandas as pd

from reconcile.core.exact import IntArray
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
    ids = receipts["receipt_id"].to_numpy()[flagged.rows]
    parts = _parts(ids, misplacements, findings)
    tolerance = receipts["cost_tolerance"].to_numpy()[flagged.rows]
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
    valued = findings[findings["value"].notna() & findings["receipt_id"].isin(ids)]
    for kind, rows in (
        ("goods", valued["is_goods"]),
        ("total cost", valued["rule"] == "total-cost-mismatch"),
    ):
        some = valued[rows]
        for receipt, value, key in zip(
            *(some[name].tolist() for name in ("receipt_id", "value", "id")), strict=True
        ):
            found[receipt][kind].append(_Part(value, key))
    moved = misplacements[misplacements["worth"] != 0]
    named = findings[findings["rule"] == "misplaced-write-off"]
    keys = zip(named["receipt_product_id"].tolist(), named["product_id"].tolist(), strict=True)
    finding = dict(zip(keys, named["id"].tolist(), strict=True))
    names = ("receipt_id", "other_receipt_id", "receipt_product_id", "product_id", "worth")
    for due, stands, line, product, worth in zip(*(moved[name].tolist() for name in names), strict=True):
        key = finding.get((line, product), "")
        found[due]["misplaced"].append(_Part(-worth, key))
        found[stands]["misplaced"].append(_Part(worth, key))
    return found
