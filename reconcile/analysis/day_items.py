"""The items of a day as the workbook shows them: with their units, the time of the sale, and what their values are.

Input: `findings`, `causes`, `receipts`, `operations` and `rules` of a `Result`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reconcile.analysis.left_out import left_out
from reconcile.analysis.receipt_facts import receipt_facts
from reconcile.analysis.storages import storages_of, usual_storages
from reconcile.analysis.units import product_units, units_of
from reconcile.engine.result import Result
from reconcile.ledger.items import reconciling_items
from reconcile.rulebook.amounts import amount_classes


def day_items(result: Result) -> pd.DataFrame:
    """`reconcile.ledger.items.reconciling_items`, with:

    `counts_as`, a class of `reconcile.rulebook.amounts`, or empty;
    `is_quantity`, whether expected, actual and difference are quantities of the product, and if so its `unit`;
    `left_out`, why no correction is proposed, a key of `reconcile.ledger.item.LEFT_OUT`, or empty;
    `sold_at`, `sale_type_id`, `terminal_id` and `source` of its receipt (`reconcile.analysis.receipt_facts`);
    `storage`, as in `storages`.
    """
    items = _with_operation(reconciling_items(result.findings, result.causes), result.operations)
    compares = {name: rule.compares == "quantity" for name, rule in result.rules.items()}
    known = items[["expected", "actual", "difference"]].notna().any(axis=1)
    is_quantity = items["rule"].map(compares).astype(bool) & known
    return items.assign(
        counts_as=amount_classes(items, result.rules),
        is_quantity=is_quantity.to_numpy(np.bool_),
        unit=units_of(items["product_id"], product_units(result)).where(is_quantity, ""),
        left_out=left_out(items, is_quantity, result),
        **receipt_facts(items["receipt_id"], result.receipts),
        storage=storages(items, result.operations),
    )


def storages(findings: pd.DataFrame, operations: pd.DataFrame) -> pd.Series[Any]:
    """The storage of each finding, else the one from which most operations of its product took; NA without any."""
    missing = findings["storage"].isna() & findings["product_id"].notna()
    if not missing.any():
        return findings["storage"]
    products = findings["product_id"].fillna(0)
    some = operations[operations["product_id"].isin(products[missing])]
    usual = usual_storages(some)
    named = storages_of([usual.get(key, 0) for key in products.tolist()], some)
    names = pd.Series(named, index=findings.index, dtype="str")
    return findings["storage"].fillna(names.mask(names == ""))


def _with_operation(items: pd.DataFrame, operations: pd.DataFrame) -> pd.DataFrame:
    """`items`, of which goods that name an operation and no quantities differ by what it took."""
    by_id = operations.drop_duplicates("operation_id").set_index("operation_id")
    of_item = by_id[["q", "given_value"]].reindex(items["operation_id"].fillna(0).to_numpy(np.int64))
    chosen = items["is_goods"] & items["difference"].isna() & items["operation_id"].notna()
    chosen &= of_item["given_value"].isna().to_numpy()
    q = pd.Series(of_item["q"].to_numpy(), index=items.index, dtype="Int64")
    return items.assign(difference=items["difference"].where(~chosen, q))
