"""Theoretical and actual usage of the month, by product and storage."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reconcile.close.query import frame
from reconcile.core.exact import MICRO, half_even, ints_or_none, nullable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

A, B, C = "A", "B", "C"
_A_SHARE, _B_SHARE = 80, 95
"""Percent of the sum of all magnitudes: A is what comes to the first, B to the second, C the rest."""

_QUERY = """
select product_id, coalesce(storage_id, 0) as storage_id, arg_max(product, date) as product,
       arg_max(category, date) as category, arg_max(storage, date) as storage, arg_max(unit, date) as unit,
       bool_or(is_ingredient) as is_ingredient, sum(due) as due, sum(q) as q, sum(apart) as apart,
       sum(difference) as difference, sum(value) as value,
       count(distinct date) filter (where difference != 0) as days
from products group by product_id, coalesce(storage_id, 0) order by 1, 2
"""
_WEEKLY = """
select product_id, coalesce(storage_id, 0) as storage_id, date_trunc('week', date)::date as week, sum(value) as value
from products group by all order by all
"""


def usage_frame(books: DuckDBPyConnection) -> pd.DataFrame:
    """One row per `product_id` and `storage_id`, the largest |value| first.

    `due` and `q` are theoretical and actual usage in millionths of the unit, `difference` is q − due, `share` that as a
    part of what was due (millionths), `value` what the difference without `apart` is worth, in millionths of money; NA
    where no unit cost is known. `days` counts those with a difference. `class_` is A, B or C by |value|. `week_1` and
    so on are the values of the weeks (from Monday), in the order of `weeks`.
    """
    usage = frame(books, _QUERY)
    pairs = zip(usage["difference"].tolist(), usage["due"].tolist(), strict=True)
    usage = usage.assign(
        share=nullable(half_even(each * MICRO, abs(due)) if due else None for each, due in pairs)
    )
    starts = weeks(books)
    weekly = frame(books, _WEEKLY)
    places = pd.MultiIndex.from_frame(usage[["product_id", "storage_id"]])
    for number, start in enumerate(starts, 1):
        of_week = weekly[weekly["week"] == pd.Timestamp(start)]
        values = of_week.set_index(["product_id", "storage_id"])["value"].reindex(places)
        usage[f"week_{number}"] = values.array
    size = usage["value"].abs().fillna(0).to_numpy(np.int64)
    order = np.lexsort(
        [usage["storage_id"].to_numpy(np.int64), usage["product_id"].to_numpy(np.int64), -size]
    )
    usage = usage.iloc[order].reset_index(drop=True)
    return usage.assign(class_=pd.Series(_classes(ints_or_none(usage["value"])), dtype="str"))


def weeks(books: DuckDBPyConnection) -> list[date]:
    """The Mondays of the weeks in the books."""
    found = books.execute("select distinct date_trunc('week', date)::date as week from control order by week")
    return [week for (week,) in found.fetchall()]


def _classes(values: list[int | None]) -> list[str]:
    """A, B or C for each, the largest first; empty where it is 0 or not known."""
    whole, reached, classes = sum(abs(value or 0) for value in values), 0, []
    for value in values:
        is_a, is_b = (100 * reached < share * whole for share in (_A_SHARE, _B_SHARE))
        classes.append("" if not value else A if is_a else B if is_b else C)
        reached += abs(value or 0)
    return classes
