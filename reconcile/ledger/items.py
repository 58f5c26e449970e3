"""Reconciling items: the rows an accountant works through. Each is one finding, or all findings of a rule that repeats
for one product and stock: 400 operations at a cost of 0 are one item.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import nullable, sum_of_known
from reconcile.core.positions import take_or
from reconcile.model.classes import SEVERITIES

_UNKNOWN_LAST = -1


def item_id(rule: str, severity: str, product_id: object, stock_id: object) -> str:
    """The id of an item that repeats: the same every day, and the same whether its rule is an error or a warning.
    Findings of severity info have an id of their own.
    """
    kind = "note" if severity == "info" else "item"
    text = "|".join(map(str, (kind, rule, product_id, stock_id)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def reconciling_items(findings: pd.DataFrame, causes: pd.DataFrame) -> pd.DataFrame:
    """`findings` (`reconcile.model.judged.Findings`), those that repeat in one row, in the order to work through.

    Column `count`: how many findings a row stands for. A row of several shows the one with the largest difference; its
    `value` is the sum of the known values, and its `id` comes from `item_id`.
    """
    repeats = findings["repeats"].to_numpy()
    alone = findings[~repeats].assign(count=np.int64(1))
    together = _together(findings[repeats])
    return in_order(pd.concat([alone, together], ignore_index=True) if len(together) else alone, causes)


def _together(findings: pd.DataFrame) -> pd.DataFrame:
    """One row for each rule, severity, product and stock."""
    by = ["rule", "severity", "product_id", "stock_id"]
    size = findings["difference"].abs().fillna(0).to_numpy(np.int64)
    largest_first = findings.iloc[np.lexsort([np.arange(len(size)), -size])]
    groups = largest_first.groupby(by, observed=True, sort=False, dropna=False)
    shown = largest_first[~largest_first.duplicated(by)].set_index(by, drop=False)
    shown = shown.assign(
        count=groups.size().astype(np.int64),
        value=nullable(sum_of_known(values.tolist()) for _, values in groups["value"]),
        id=[item_id(*key) for key in zip(*(shown[name] for name in by), strict=True)],
    )
    return shown.reset_index(drop=True)


def in_order(items: pd.DataFrame, causes: pd.DataFrame) -> pd.DataFrame:
    """Sorted by severity, then largest value (unknown last), then ids; items of one cause stand together, at the place
    of the cause's value.
    """
    value = items["value"].abs().fillna(_UNKNOWN_LAST).to_numpy(np.int64)
    of_cause = pd.Index(causes["id"]).get_indexer(pd.Index(items["cause"]))
    together = take_or(causes["value"].abs().fillna(_UNKNOWN_LAST).to_numpy(np.int64), of_cause, 0)
    together = np.where(of_cause >= 0, together, value)
    severity = pd.Categorical(items["severity"], categories=SEVERITIES).codes
    ids = ("receipt_id", "receipt_product_id", "operation_id", "product_id")
    keys: list[Any] = [items[name].fillna(0).to_numpy(np.int64) for name in reversed(ids)]
    order = np.lexsort(
        [items["rule"].astype(str).to_numpy(str), *keys, -value, of_cause, -together, severity]
    )
    return items.iloc[order].reset_index(drop=True)
