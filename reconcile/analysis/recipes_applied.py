"""Amounts per portion that dishes used that day, beside those of their recipes.

Input: `ingredients`, `lines`, `receipts` and `thresholds` of a `Result`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import decimal_text, multiply_divide
from reconcile.core.positions import take_or
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.model.modifiers import choices

_THOUSANDTHS = 1000
_NO_RECIPE = -1


def recipes_applied(result: Result) -> pd.DataFrame:
    """One row per dish, modifiers, ingredient and amount used per portion; those to check first.

    `due` and `taken` are amounts per portion in millionths of the ingredient's unit, rounded to three decimals: by the
    recipe, modifiers included (NA without a known recipe, 0 where the recipe does not name the ingredient), and as
    written off. `lines` is a number of sale lines, `versions` how many amounts the ingredient has, `first` and `last`
    are receipt ids, by closing time. `result` is CHECK where there are several amounts, or `taken` differs from `due`
    by more than the quantity step; else OK. `dish_id`, `product_id`, `dish`, `product`, `modifiers` and `unit` describe
    the row.
    """
    rows = result.ingredients
    rows = rows[(result.lines["operations"].to_numpy() > 0)[rows["line"].to_numpy()]].reset_index(drop=True)
    lines = result.lines.iloc[rows["line"]]
    in_time = _in_order_of_time(result.receipts)
    sold = rows["sold"].to_numpy()
    due = multiply_divide(rows["due"].to_numpy(), _THOUSANDTHS, sold)
    by = ["dish_id", "modifiers", "product_id", "due", "taken"]
    frame = pd.DataFrame(
        {
            "dish_id": rows["dish_id"],
            "modifiers": lines["modifiers"].cat.codes.to_numpy(),
            "product_id": rows["product_id"],
            "due": np.where(rows["has_recipe"], due, _NO_RECIPE),
            "taken": multiply_divide(rows["written_off"].to_numpy(), _THOUSANDTHS, sold),
            "row": np.arange(len(rows)),
            "time": pd.Index(in_time).get_indexer(rows["receipt_id"].to_numpy()),
        }
    )
    table = frame.groupby(by, as_index=False).agg(
        lines=("row", "size"), row=("row", "first"), first=("time", "min"), last=("time", "max")
    )
    table["versions"] = table.groupby(by[:3])["taken"].transform("nunique")
    step = result.thresholds.quantity_step(table["product_id"].to_numpy())
    gap = (table["due"] - table["taken"]).abs() * _THOUSANDTHS
    agrees = (table["due"] == _NO_RECIPE) | (gap <= step)
    is_even = (agrees & (table["versions"] == 1)).to_numpy()
    names = np.array([*map(_words, lines["modifiers"].cat.categories)], dtype=object)
    shown = table.assign(
        dish=lines["product"].astype("str").to_numpy()[table["row"]],
        modifiers=take_or(names, table["modifiers"].to_numpy(), ""),
        product=rows["product"].astype("str").to_numpy()[table["row"]],
        unit=rows["unit"].astype("str").to_numpy()[table["row"]],
        due=(table["due"] * _THOUSANDTHS).astype("Int64").mask(table["due"] == _NO_RECIPE),
        taken=table["taken"] * _THOUSANDTHS,
        result=np.where(is_even, to_say("OK"), to_say("CHECK")),
        first=in_time[table["first"]],
        last=in_time[table["last"]],
    )
    by_dish = [table[name].to_numpy() for name in ("product_id", "modifiers", "dish_id")]
    return shown.iloc[np.lexsort([-table["lines"].to_numpy(), *by_dish, is_even])].reset_index(drop=True)


def _in_order_of_time(receipts: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Receipt ids by closing time."""
    ids = receipts["receipt_id"].to_numpy()
    return np.asarray(ids[np.lexsort([ids, receipts["closed_at"].to_numpy()])])


def _words(text: str) -> str:
    """The modifiers chosen, as names with their counts."""
    return ", ".join(
        f"{each.name or each.id}{'' if each.amount == 1 else f' × {decimal_text(each.times or 0)}'}"
        for each in choices(text)
    )
