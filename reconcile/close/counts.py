"""Book stock against counted: what `counts.csv` says of a storage and product on a day, and what the books say.

A difference does not stand in the way of closing: it is what a count is for, and what is done about it is a document
of the point of sale, which the books of later days show.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from reconcile.close.days import MISSING
from reconcile.close.query import frame
from reconcile.core.exact import MICRO, half_even, nullable
from reconcile.language.translate import to_say

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AGREES, DIFFERS, NO_OPERATION, NO_DAY, NO_WHOLE_DAY = (
    "agrees", "differs", "no-operation", "day-missing", "day-incomplete",
)  # fmt: skip
RESULTS = {
    AGREES: to_say("Agrees"),
    DIFFERS: to_say("Differs"),
    NO_OPERATION: to_say("Not in the books"),
    NO_DAY: to_say("A day has no books"),
    NO_WHOLE_DAY: to_say("A day is incomplete"),
}
"""Labels by result; of all but the first two, the book stock is not known."""

_QUERY = """
with counted as (
  select unnest($rows::bigint[]) as "row", unnest($days::date[]) as day, unnest($storages::bigint[]) as storage_id,
         unnest($products::bigint[]) as product_id),
closings as (
  select date, storage_id, product_id, stock_id, arg_max(after_quantity, chain_position) as closing,
         arg_max(cost, chain_position) filter (where is_costed) as cost
  from operations group by date, storage_id, product_id, stock_id),
latest as (
  select "row", stock_id, arg_max(closing, date) as closing, max(date) as left_on, arg_max(cost, date) as cost,
         max(date) filter (where cost is not null) as costed_on
  from counted join closings using (storage_id, product_id) where date <= day group by "row", stock_id),
books as (
  select "row", sum(closing) as book, min(left_on) as left_on, arg_max(cost, costed_on) as cost
  from latest group by "row"),
goods as (
  select product_id, arg_max(product, date) as product, arg_max(unit, date) as unit from products group by product_id),
storages as (
  select storage_id, arg_max(storage, date) as storage from operations group by storage_id)
select "row", day as date, storage_id, product_id, storage, product, unit, left_on, book, cost
from counted left join books using ("row") left join goods using (product_id) left join storages using (storage_id)
order by "row"
"""


def counts_frame(books: DuckDBPyConnection, counts: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """One row a count of a day of the month, in the order of the file: `reconcile.close.documents.Counts` and `days`,
    which is `reconcile.close.days.days_frame`.

    `book` is what the last stock operation of that storage and product on that day or before left, of the day
    `left_on`; `difference` is counted − book, `cost` the last unit cost that can be relied on, `value` the difference
    at it; in millionths, NA where not known. `result` is a key of `RESULTS`: where no day of the month has such an
    operation, or a day since has no books or is incomplete, the book stock is not known. What was bought or moved
    after that operation is not in it.
    """
    first, last = days["date"].iloc[0], days["date"].iloc[-1]
    chosen = counts[counts["date"].between(first, last).to_numpy()].reset_index(drop=True)
    found = frame(
        books,
        _QUERY,
        rows=list(range(len(chosen))),
        days=[each.date() for each in chosen["date"]],
        storages=chosen["storage_id"].tolist(),
        products=chosen["product_id"].tolist(),
    )
    state = {row["date"].date(): _state(row) for row in days.to_dict("records")}
    records = found.assign(counted=chosen["counted"].array).to_dict("records")
    results = [_result(row, state) for row in records]
    is_known = [each in (AGREES, DIFFERS) for each in results]
    known = pd.Series(is_known, dtype="bool")
    differences = [
        int(row["counted"]) - int(row["book"]) if each else None
        for row, each in zip(records, is_known, strict=True)
    ]
    return found.drop(columns="row").assign(
        counted=chosen["counted"].array,
        book=found["book"].where(known),
        difference=nullable(differences),
        value=nullable(
            None if each is None or pd.isna(cost) else half_even(each * int(cost), MICRO)
            for each, cost in zip(differences, found["cost"], strict=True)
        ),
        result=pd.Series(results, dtype="str"),
    )


def _state(day: Mapping[Hashable, Any]) -> str:
    """Why the stock that a day left is not known; empty where it is."""
    return NO_DAY if day["verdict"] == MISSING else "" if day["complete"] else NO_WHOLE_DAY


def _result(row: Mapping[Hashable, Any], state: Mapping[date, str]) -> str:
    if pd.isna(row["left_on"]):
        return NO_OPERATION
    day, last = row["left_on"].date(), row["date"].date()
    while day <= last:
        if state[day]:
            return state[day]
        day += timedelta(days=1)
    return AGREES if row["counted"] == row["book"] else DIFFERS
