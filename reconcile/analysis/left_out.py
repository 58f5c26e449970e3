"""Items of which no correction is proposed: nothing is to be re-entered, or not as a document of one product.

Input: `lines`, `ingredients` and `receipts` of a `Result`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import BoolArray, multiply_ratio
from reconcile.engine.result import Result
from reconcile.ledger.item import APART, ELSEWHERE, MISPLACED, PUT_BACK_SINCE, SEVERAL

_LINE = "receipt_product_id"


def left_out(items: pd.DataFrame, is_quantity: pd.Series[bool], result: Result) -> pd.Series[str]:
    """For each item (with `expected`, `difference`, `value`, `put_back`) why no correction is proposed; empty where one
    is, or where it is not about goods.
    """
    rule, value = items["rule"].astype(str), items["value"]
    is_goods, amounts = items["is_goods"], {name: each.amounts for name, each in result.rules.items()}
    is_apart = ~is_goods & (rule.map(amounts) == "apart")
    cases: dict[str, Any] = {
        MISPLACED: rule == "misplaced-write-off",
        APART: is_apart | (is_goods & (value == 0).fillna(False)),
        ELSEWHERE: is_goods & _is_elsewhere(items, rule, result),
        PUT_BACK_SINCE: is_goods & (items["put_back"] != 0),
        SEVERAL: is_goods & (~is_quantity | items["difference"].isna() | _is_of_several(items, rule, result)),
    }
    found = np.select([np.asarray(each, dtype=np.bool_) for each in cases.values()], list(cases), "")
    return pd.Series(found, index=items.index, dtype="str")


def _is_elsewhere(items: pd.DataFrame, rule: pd.Series[str], result: Result) -> BoolArray:
    """Missing write-offs that the stock shows, but not under their receipt."""
    receipts, lines, ingredients = result.receipts, result.lines, result.ingredients
    line_ids = lines[_LINE][lines["deduction"] == ELSEWHERE]
    parts = ingredients[ingredients["deduction"] == ELSEWHERE]
    receipt_ids = receipts["receipt_id"][receipts["unposted_deduction"] == ELSEWHERE]
    of_line = (rule == "missing-write-off") & items[_LINE].isin(line_ids)
    of_ingredient = (rule == "recipe-mismatch") & _named_in(
        items, zip(parts[_LINE], parts["product_id"], strict=True)
    )
    of_receipt = (rule == "receipt-not-posted") & items["receipt_id"].isin(receipt_ids)
    return np.asarray(of_line | of_ingredient | of_receipt, dtype=np.bool_)


def _is_of_several(items: pd.DataFrame, rule: pd.Series[str], result: Result) -> BoolArray:
    """Of a dish or a preparation that was taken in another way than is due: other products are wrong too."""
    lines, ingredients = result.lines, result.ingredients
    line_ids = lines[_LINE][lines["given_value"].notna()]
    given = ingredients[ingredients["given_value"].notna()]
    difference = (given["written_off"] - given["due"]).to_numpy()
    own = multiply_ratio(
        difference, *(given[f"unit_cost_{name}"].to_numpy() for name in ("total", "quantity"))
    )
    is_own = np.asarray((own == given["given_value"].array).fillna(False), dtype=np.bool_)
    others = given[~is_own]
    of_ingredient = (rule == "recipe-mismatch") & _named_in(
        items, zip(others[_LINE], others["product_id"], strict=True)
    )
    return np.asarray(
        ((rule == "missing-write-off") & items[_LINE].isin(line_ids)) | of_ingredient, dtype=np.bool_
    )


def _named_in(items: pd.DataFrame, pairs: Iterable[tuple[int, int]]) -> BoolArray:
    """Items that name one of these lines and products."""
    known = set(pairs)
    named = zip(items[_LINE].tolist(), items["product_id"].tolist(), strict=True)
    return np.array([pair in known for pair in named], dtype=np.bool_)
