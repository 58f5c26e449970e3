"""Amounts per portion that dishes used that day, beside those of their recipes.

Input: `ingredients`, `lines`, `receipts` and `thresholds` of a `Result`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import decimal_text, multiply_divide, multiply_ratio, nullable
from reconcile.core.positions import take_or
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.model.modifiers import choices

_THOUSANDTHS = 1000
_NO_RECIPE = -1


def recipes_applied(result: Result) -> pd.DataFrame:
    """One row per dish, modifiers, ingredient and amount used per portion; by dish, those with a row to check first.

    `due` and `taken` are amounts per portion in millionths of the ingredient's unit, rounded to three decimals: by the
    recipe, modifiers included (NA without a known recipe, 0 where the recipe does not name the ingredient), and as
    written off; `difference` is taken − due. `value` is what all its portions took more or less than is due, to the
    last decimal, in millionths of money: NA where the recipe or a unit cost is not known. `lines` is a number of sale
    lines, `versions` how many amounts the ingredient has, `first` and `last` are receipt ids, by closing time.
    `result` is CHECK where there are several amounts, or `taken` differs from `due` by more than the quantity step;
    else OK. `dish_id`, `product_id`, `dish`, `product`, `modifiers` and `unit` describe
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
    table["value"] = _sums(_values(rows), frame.groupby(by).ngroup().to_numpy(), len(table))
    table["versions"] = table.groupby(by[:3])["taken"].transform("nunique")
    step = result.thresholds.quantity_step(table["product_id"].to_numpy())
    gap = (table["due"] - table["taken"]).abs() * _THOUSANDTHS
    agrees = (table["due"] == _NO_RECIPE) | (gap <= step)
    is_even = (agrees & (table["versions"] == 1)).to_numpy()
    names = np.array([*map(_words, lines["modifiers"].cat.categories)], dtype=object)
    due_shown = (table["due"] * _THOUSANDTHS).astype("Int64").mask(table["due"] == _NO_RECIPE)
    shown = table.assign(
        dish=lines["product"].astype("str").to_numpy()[table["row"]],
        modifiers=take_or(names, table["modifiers"].to_numpy(), ""),
        product=rows["product"].astype("str").to_numpy()[table["row"]],
        unit=rows["unit"].astype("str").to_numpy()[table["row"]],
        due=due_shown,
        taken=table["taken"] * _THOUSANDTHS,
        difference=table["taken"] * _THOUSANDTHS - due_shown,
        result=np.where(is_even, to_say("OK"), to_say("CHECK")),
        first=in_time[table["first"]],
        last=in_time[table["last"]],
    )
    within = [table[name].to_numpy() for name in ("product_id", "modifiers", "dish_id")]
    name = pd.factorize(shown["dish"].str.casefold(), sort=True)[0]
    dish = table["dish_id"].to_numpy()
    is_whole_even = ~np.isin(dish, dish[~is_even])
    order = np.lexsort([-table["lines"].to_numpy(), *within, name, is_whole_even])
    return shown.iloc[order].reset_index(drop=True)


def _values(rows: pd.DataFrame) -> Any:
    """What was written off less what is due, at the unit cost of each row: an Int64 array."""
    difference = (rows["written_off"] - rows["due"]).to_numpy()
    total, quantity = (rows[f"unit_cost_{name}"].to_numpy() for name in ("total", "quantity"))
    values = multiply_ratio(difference, total, quantity)
    values[difference == 0] = 0
    values[~rows["has_recipe"].to_numpy()] = pd.NA
    return values


def _sums(values: Any, groups: npt.NDArray[np.integer[Any]], size: int) -> Any:
    """The exact sums by group number: an Int64 array, NA where a value of the group is."""
    sums: list[int | None] = [0] * size
    for group, value in zip(groups.tolist(), values.tolist(), strict=True):
        so_far = sums[group]
        sums[group] = None if so_far is None or value is pd.NA else so_far + value
    return nullable(sums)


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
