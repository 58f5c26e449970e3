"""Marks that the findings of most rules leave for the few that are applied after them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from reconcile.engine.explained import explanations
from reconcile.engine.match import Matched


def marked(matched: Matched, findings: pd.DataFrame) -> Matched:
    """The frames with `explained_by` of receipts, and `is_named` of lines that cost more than they brought."""
    explained_by = pd.array(explanations(matched.receipts, matched.misplacements, findings), dtype="str")
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
    serious = findings[findings["severity"] != "info"]
    of_operations = operations["operation_id"].isin(serious["operation_id"].dropna())
    moved = operations["claim"].isin(["misplaced-write-off", "duplicate-receipt"]).to_numpy()
    named = np.union1d(operations["line"].to_numpy()[of_operations.to_numpy() | moved], _moved(matched))
    orphans = operations.loc[operations["is_orphan"], "operation_id"]
    of_lines = serious.loc[~serious["operation_id"].isin(orphans), "receipt_product_id"]
    line = dear["line"].to_numpy()
    at = lines.iloc[line]
    in_packs = findings.loc[findings["rule"] == "unit-ratio", "product_id"]
    is_named = at["receipt_product_id"].isin(of_lines.dropna()).to_numpy()
    is_named = is_named | (
        np.isin(line, named) | (at["claim"] != "").to_numpy() | at["product_id"].isin(in_packs).to_numpy()
    )
    return dear.assign(is_named=is_named)


def _moved(matched: Matched) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Positions of the lines that gave or took by what is misplaced."""
    misplaced = matched.misplacements
    of_ingredients = matched.ingredients.loc[matched.ingredients["claim"] == "misplaced-write-off", "line"]
    others = matched.lines["receipt_product_id"].isin(
        misplaced["other_line_id"][misplaced["other_line_id"] > 0]
    )
    return np.concatenate([misplaced["line"], of_ingredients, np.flatnonzero(others)]).astype(np.int64)
