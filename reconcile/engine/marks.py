"""Marks that the findings of most rules leave for the few that are applied after them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from reconcile.core.categories import text_column
from reconcile.core.exact import IntArray
from reconcile.engine.explained import explanations
from reconcile.engine.match import Matched
from reconcile.rulebook.flags import bools, ints, is_any_of, is_unclaimed


def marked(matched: Matched, findings: pd.DataFrame) -> Matched:
    """The frames with `explained_by` of receipts, and `is_named` of lines that cost more than they brought."""
    explained_by = text_column(explanations(matched.receipts, matched.misplacements, findings))
    return dataclasses.replace(
        matched,
        receipts=matched.receipts.assign(explained_by=explained_by),
        dear_lines=_named(matched, findings),
    )


def _named(matched: Matched, findings: pd.DataFrame) -> pd.DataFrame:
    """`is_named`: an error or a warning names the line, an operation under it, or its product as counted in another
    unit; its receipt is a duplicate, or it gave or took by what is misplaced.
    """
    dear, lines, operations = matched.dear_lines, matched.lines, matched.operations
    if not len(dear):
        return dear
    is_serious = ~is_any_of(findings, "severity", "info")
    number, of_line, product = (
        findings[name].array.to_numpy(np.int64, na_value=0)  # no record has the id 0
        for name in ("operation_id", "receipt_product_id", "product_id")
    )
    of_operations = np.isin(ints(operations, "operation_id"), number[is_serious])
    moved = is_any_of(operations, "claim", "misplaced-write-off", "duplicate-receipt")
    named = np.concatenate([ints(operations, "line")[of_operations | moved], _moved(matched)])
    orphans = ints(operations, "operation_id")[bools(operations, "is_orphan")]
    line = ints(dear, "line")
    is_named = np.isin(ints(dear, "receipt_product_id"), of_line[is_serious & ~np.isin(number, orphans)])
    is_named |= np.isin(line, named) | ~is_unclaimed(lines)[line]
    is_named |= np.isin(ints(lines, "product_id")[line], product[is_any_of(findings, "rule", "unit-ratio")])
    return dear.assign(is_named=is_named)


def _moved(matched: Matched) -> IntArray:
    """Positions of the lines that gave or took by what is misplaced."""
    misplaced = matched.misplacements
    of_ingredients = is_any_of(matched.ingredients, "claim", "misplaced-write-off")
    others = np.isin(ints(matched.lines, "receipt_product_id"), ints(misplaced, "other_line_id"))
    return np.concatenate(
        [ints(misplaced, "line"), ints(matched.ingredients, "line")[of_ingredients], np.flatnonzero(others)]
    )
