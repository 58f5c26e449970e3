"""Theoretical and actual usage by product and storage, of all that is judged.

Input: `lines`, `ingredients`, `operations`, `findings` and `catalogue` of a `Result`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.analysis.differences import (
    ALONE,
    APART,
    DIRECT,
    RECIPE,
    VOID,
    DayDifferences,
    Differences,
    day_differences,
)
from reconcile.analysis.storages import storages_of, usual_storages
from reconcile.analysis.units import categories_of, names_of
from reconcile.core.exact import MICRO, BoolArray, IntArray, half_even, ints_or_none, multiply_ratio, nullable
from reconcile.core.positions import starts, take_or
from reconcile.engine.result import Result
from reconcile.rulebook.flags import ints, values_of

_BY = ["product_id", "storage_id"]


def by_product(result: Result) -> pd.DataFrame:
    """One row per `product_id` and `storage_id`, the largest |value| first.

    `category`, `product` and `storage` are names, empty where not known. In millionths of the unit: `due` and `q`
    (theoretical and actual usage), `difference` (q − due), of it `apart` (in the wrong place, in place of another
    product, never written off, or accepted), and `returned`, what was put back (0 or less). `share` is the difference
    as a part of what was due, in millionths; NA where nothing was. `value` is that of the differences but `apart`, in
    millionths of money: its sum is over + under + rounding of the bridge; NA where no unit cost is known. `unit_cost`
    is value / (difference − apart) where all of it goes one way, else the mean of the day. `lines` is a number of sale
    lines.

    What is due of a line counts in the storage that most of its write-off came from; without a write-off, in the
    storage with the most operations of that product that day. A dish without any write-off counts as its ingredients.
    Operations of lines that are not judged are left out.
    """
    day = day_differences(result)
    usages = pd.concat([_of_lines(result, day), _of_operations(result, day)], ignore_index=True)
    group = usages.groupby(_BY, sort=True).ngroup().to_numpy()
    keys = usages[_BY].drop_duplicates().sort_values(_BY)
    product_id, storage_id = (keys[name].to_numpy() for name in _BY)
    names = ("due", "q", "apart", "returned", "lines")
    sums = {name: _sums(usages[name], group, len(keys)) for name in names}
    value = _sums(usages["value"].fillna(0), group, len(keys))
    judged = usages["q"] - usages["due"] - usages["apart"]
    is_known, differs = usages["value"].notna().to_numpy(), (judged != 0).to_numpy()
    unknown = set(group[differs & ~is_known].tolist()) - set(group[differs & is_known].tolist())
    difference = [q - due for q, due in zip(sums["q"], sums["due"], strict=True)]
    net, one_way = _sums(judged, group, len(keys)), _sums(judged.abs(), group, len(keys))
    means = _mean_costs(result.operations, product_id, storage_id)
    table = pd.DataFrame(
        {
            "product_id": product_id,
            "storage_id": storage_id,
            "storage": storages_of(storage_id.tolist(), result.operations),
            "category": categories_of(product_id.tolist(), result),
            "product": names_of(product_id.tolist(), result),
            **{name: nullable(each) for name, each in sums.items()},
            "difference": nullable(difference),
            "share": nullable(
                half_even(each * MICRO, abs(due)) if due else None
                for each, due in zip(difference, sums["due"], strict=True)
            ),
            "value": nullable(
                None if place in unknown and not each else each for place, each in enumerate(value)
            ),
            "unit_cost": nullable(map(_unit_cost, value, net, one_way, means)),
        }
    )
    return table.sort_values(
        "value",
        key=lambda each: each.abs(),
        ascending=False,
        na_position="first",
        kind="stable",
        ignore_index=True,
    )


def by_category(products: pd.DataFrame) -> pd.DataFrame:
    """One row per `category` and `storage` of the rows of `by_product`: how many `products` they have, on how many of
    these A and B are `differing`, and the sum of the `value`s that are known, in millionths (NA where none is).
    """
    by = ["category", "storage"]
    group = products.groupby(by, sort=True).ngroup().to_numpy()
    keys = products[by].drop_duplicates().sort_values(by, ignore_index=True)
    differs = (products["difference"] != 0).astype("Int64")
    known = set(group[products["value"].notna().to_numpy()].tolist())
    return keys.assign(
        **{
            "products": np.bincount(group, minlength=len(keys)),
            "differing": nullable(_sums(differs, group, len(keys))),
            "value": nullable(
                each if place in known else None
                for place, each in enumerate(_sums(products["value"].fillna(0), group, len(keys)))
            ),
        }
    )


def _sums(column: pd.Series[Any], groups: npt.NDArray[np.integer[Any]], size: int) -> list[int]:
    """The exact sums by group number."""
    sums = np.zeros(size, dtype=object)
    np.add.at(sums, groups, column.to_numpy(dtype=object))
    return [int(each) for each in sums.tolist()]


def _unit_cost(value: int, net: int, one_way: int, mean: int | None) -> int | None:
    """What a unit of the differences is valued at where none offsets another, else the mean."""
    return half_even(abs(value) * MICRO, one_way) if abs(net) == one_way and value * net > 0 else mean


def _of_lines(result: Result, day: DayDifferences) -> pd.DataFrame:
    """Usage by line, product and storage: of the products that lines took themselves or by their recipes.

    Of several storages of a line, one has its difference (`apart` and `value`), and counts as 1 in `lines`.
    """
    owed = _owed(result, day)
    is_taken = np.isin(day.part, (DIRECT, RECIPE))
    taken = result.operations.loc[is_taken, ["line", "product_id", "storage_id", "q"]]
    taken = taken.assign(returned=taken["q"].clip(upper=0))
    pairs = pd.MultiIndex.from_frame(owed[["line", "product_id"]])
    row = pairs.get_indexer(pd.MultiIndex.from_frame(taken[["line", "product_id"]]))
    found = taken.assign(row=row).groupby(["row", "storage_id"], as_index=False)[["q", "returned"]].sum()
    without = np.setdiff1d(np.arange(len(owed)), found["row"].to_numpy())
    usual = usual_storages(result.operations)
    storages = [usual.get(key, 0) for key in owed["product_id"].to_numpy()[without].tolist()]
    absent = pd.DataFrame({"row": without, "storage_id": storages, "q": 0, "returned": 0})
    parts = pd.concat([found, absent], ignore_index=True).astype(np.int64)
    order = np.lexsort([parts["storage_id"], -parts["q"].abs(), parts["row"]])
    parts = parts.iloc[order].reset_index(drop=True)
    is_main = starts(parts["row"].to_numpy())
    place, q = parts["row"].to_numpy(), parts["q"].to_numpy()
    all_taken = np.zeros(len(owed), dtype=np.int64)
    np.add.at(all_taken, place, q)
    due = owed["due"].to_numpy()[place]
    return parts.assign(
        product_id=owed["product_id"].to_numpy()[place],
        due=np.where(is_main, due - (all_taken[place] - q), q),
        apart=np.where(is_main, owed["apart"].to_numpy()[place], 0),
        value=owed["value"].iloc[place].reset_index(drop=True).where(is_main, 0),
        lines=is_main.astype(np.int64),
    ).drop(columns="row")


def _owed(result: Result, day: DayDifferences) -> pd.DataFrame:
    """One row per judged line and product: `due`, `apart` and `value`."""
    direct, recipes, missing = day.direct, day.recipes, day.missing
    accepted, is_right = day.is_accepted
    is_dish = (missing.rows["kind"] == "composite").to_numpy()
    rows = [
        _rows(direct.rows.index, direct, direct.is_apart | accepted),
        _rows(recipes.rows["line"], recipes, recipes.is_apart | is_right),
        _rows(missing.rows.index[~is_dish], missing, missing.is_apart, ~is_dish),
        _dishes(result, missing, is_dish),
        _all_apart(day.instead["line"], day.instead["product_id"], day.instead["due"], -day.instead["due"]),
    ]
    owed = pd.concat(rows, ignore_index=True)
    return pd.concat([owed, _others(result, day, owed)], ignore_index=True)


def _rows(
    line: Iterable[int], of: Differences, is_apart: BoolArray, chosen: BoolArray | None = None
) -> pd.DataFrame:
    chosen = np.ones(len(of.rows), dtype=np.bool_) if chosen is None else chosen
    is_apart = is_apart[chosen]
    value = pd.Series(of.values()[chosen], dtype="Int64").mask(is_apart, 0)
    return pd.DataFrame(
        {
            "line": np.asarray(line, dtype=np.int64),
            "product_id": of.rows["product_id"].to_numpy()[chosen],
            "due": of.rows["due"].to_numpy()[chosen],
            "apart": np.where(is_apart, of.difference[chosen], 0),
            "value": value,
        }
    )


def _all_apart(line: Any, product_id: Any, due: Any, difference: Any) -> pd.DataFrame:
    """Rows whose differences are neither over nor under."""
    columns = {"line": line, "product_id": product_id, "due": due, "apart": difference}
    rows = pd.DataFrame({name: np.asarray(column, dtype=np.int64) for name, column in columns.items()})
    return rows.assign(value=pd.Series(0, index=rows.index, dtype="Int64"))


def _dishes(result: Result, missing: Differences, is_dish: BoolArray) -> pd.DataFrame:
    """Dishes without any write-off: the ingredients that are due; the dish itself where its recipe is not known.

    What a dish is worth is that of its ingredients; the rest of rounding is in the largest.
    """
    ingredients, lines = result.ingredients, missing.rows.index.to_numpy()
    columns = ["line", "product_id", "due", "unit_cost_total", "unit_cost_quantity"]
    chosen = ingredients["is_due"] & ingredients["line"].isin(lines[is_dish])
    ingredients = ingredients.loc[chosen, columns]
    parts = (ingredients[f"unit_cost_{name}"].to_numpy() for name in ("total", "quantity"))
    worth = ints_or_none(pd.Series(multiply_ratio(-ingredients["due"].to_numpy(), *parts)))
    of_line = ingredients.groupby("line").indices
    products, owed = ints(ingredients, "product_id").tolist(), ints(ingredients, "due").tolist()
    names, values = ("product_id", "due", "recipe"), pd.Series(missing.values()).mask(missing.is_apart, 0)
    found: list[tuple[int, int, int, int, int | None]] = []
    for line, (product, due, recipe), value, is_apart in zip(
        lines[is_dish].tolist(),
        values_of(missing.rows, is_dish, *names),
        ints_or_none(values[is_dish]),
        missing.is_apart[is_dish].tolist(),
        strict=True,
    ):
        rows = of_line.get(line, [])
        if recipe != "known":
            found.append((line, product, due, -due if is_apart else 0, value))
        for row, share in zip(rows, _shares(value, [worth[row] or 0 for row in rows]), strict=True):
            found.append((line, products[row], owed[row], -owed[row] if is_apart else 0, share))
    numbers = dict.fromkeys(("line", "product_id", "due", "apart"), np.int64) | {"value": "Int64"}
    return pd.DataFrame(found, columns=list(numbers)).astype(numbers)


def _shares(whole: int | None, parts: list[int]) -> list[int | None]:
    """The parts, of which the largest has what they differ from the whole; unknown where that is."""
    if not whole:
        return [whole] * len(parts)
    largest = max(range(len(parts)), key=lambda place: abs(parts[place]), default=0)
    return [part + (whole - sum(parts)) * (place == largest) for place, part in enumerate(parts)]


def _others(result: Result, day: DayDifferences, owed: pd.DataFrame) -> pd.DataFrame:
    """What lines took besides: of a direct line, what agrees without its repeats, or was paid; of a dish, what its
    recipe leaves open.
    """
    by = ["line", "product_id"]
    taken = result.operations.loc[np.isin(day.part, (DIRECT, RECIPE)), [*by, "q"]].groupby(by)["q"].sum()
    taken = taken[~taken.index.isin(pd.MultiIndex.from_frame(owed[["line", "product_id"]]))]
    line, product_id = (taken.index.get_level_values(level).to_numpy() for level in range(2))
    is_direct = (result.lines["kind"] == "direct").to_numpy()[line]
    due = np.where(is_direct, ints(result.lines, "due")[line], 0)
    return _all_apart(line, product_id, due, taken.to_numpy() - due)


def _of_operations(result: Result, day: DayDifferences) -> pd.DataFrame:
    """Usage of the operations that are judged by themselves, and of those of lines that sold nothing."""
    operations, findings = result.operations, result.findings
    is_void = day.part == VOID
    value = day.valued.copy()
    value[day.took_itself] = operations["given_value"].array[day.took_itself]
    value[is_void] = ints(operations, "worth")[is_void]
    is_apart = operations["claim"].isin(APART).to_numpy() | (ints(operations, "stands_in_for") > 0)
    if "unexpected-write-off" not in (*result.settings.rules.off, *result.crashed_rules):
        of_line = take_or(ints(result.lines, "receipt_product_id"), ints(operations, "line"), 0)
        said = findings[findings["rule"] == "unexpected-write-off"]
        named = pd.MultiIndex.from_frame(said[["receipt_product_id", "product_id"]].astype(np.int64))
        pairs = pd.MultiIndex.from_arrays([of_line, ints(operations, "product_id")])
        is_apart = np.where(is_void, ~pairs.isin(named), is_apart)
    chosen = is_void | (day.part == ALONE)
    q = ints(operations, "q")
    usages = pd.DataFrame(
        {
            **{name: ints(operations, name) for name in _BY},
            "due": 0,
            "q": q,
            "returned": np.minimum(q, 0),
            "apart": np.where(is_apart, q, 0),
            "value": pd.Series(value, dtype="Int64").mask(is_apart, 0),
            "lines": 0,
        }
    )
    return usages.iloc[np.flatnonzero(chosen)]


def _mean_costs(operations: pd.DataFrame, products: IntArray, storages: IntArray) -> list[int | None]:
    """The mean unit cost of each product in its storage, of the operations whose cost can be relied on; where there are
    none, in all storages. None where there are none either.
    """
    relied_on = operations.loc[operations["is_costed"], [*_BY, "total_cost", "quantity"]]
    parts = relied_on[_BY].assign(cost=relied_on["total_cost"].abs(), quantity=relied_on["quantity"].abs())
    found: dict[Any, int | None] = {}
    for by in (["product_id"], _BY):
        sums = parts.groupby(by)[["cost", "quantity"]].sum()
        columns = (sums[name].tolist() for name in ("cost", "quantity"))
        means = (
            half_even(cost * MICRO, quantity) if quantity else None
            for cost, quantity in zip(*columns, strict=True)
        )
        found |= dict(zip(sums.index.tolist(), means, strict=True))
    keys = zip(products.tolist(), storages.tolist(), strict=True)
    return [found.get(key, found.get(key[0])) for key in keys]
