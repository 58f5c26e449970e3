"""Cost drift over the month: what a unit of each product cost, and what a change of cost and of quantity came to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from reconcile.close.query import frame
from reconcile.core.exact import MICRO, half_even, nullable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PERIOD = 7
"""Days at the beginning and at the end of the range that are compared; fewer where the range is shorter than two."""
_QUERY = """
select product_id, date, any_value(product) as product, sum(q) as q, sum(worth) as worth
from operations where is_costed and on_sale and q > 0 group by product_id, date order by product_id, date
"""


class _Day(NamedTuple):
    day: date
    q: int
    worth: int

    @property
    def cost(self) -> int:
        return half_even(self.worth * MICRO, self.q)


def costs_frame(books: DuckDBPyConnection, first: date, last: date) -> pd.DataFrame:
    """One row a product that was written off for sales on two days or more, the largest |price_effect| first.

    Unit costs in millionths: `first_cost` and `last_cost` of its first and last day, `least_cost`, `most_cost` of any.
    Of the first `PERIOD` days and the last: `change` is how much more the last cost. `price_effect` is (last unit cost
    − first) × the last quantity; `quantity_effect`, (last quantity − first) × the first unit cost, is the rest: they
    add up to `change`. All three are NA where it was not written off in both.
    """
    rows = frame(books, _QUERY)
    period = min(PERIOD, max(((last - first).days + 1) // 2, 1))
    until, since = first + timedelta(days=period - 1), last - timedelta(days=period - 1)
    records = []
    for key, group in rows.groupby("product_id", sort=True):
        numbers = zip(group["date"], group["q"].tolist(), group["worth"].tolist(), strict=True)
        days = [_Day(each.date(), q, worth) for each, q, worth in numbers]
        if len(days) < 2:
            continue
        costs = [day.cost for day in days]
        before = [day for day in days if day.day <= until]
        after = [day for day in days if day.day >= since]
        records.append(
            (
                key,
                group["product"].iloc[-1],
                costs[0],
                costs[-1],
                min(costs),
                max(costs),
                *_effects(before, after),
            )
        )
    columns = list(zip(*records, strict=True)) or [()] * len(_COLUMNS)
    table = pd.DataFrame(
        {
            name: pd.Series(values, dtype="str") if name == "product" else nullable(values)
            for name, values in zip(_COLUMNS, columns, strict=True)
        }
    )
    return table.sort_values(
        "price_effect",
        key=lambda each: each.abs(),
        ascending=False,
        na_position="last",
        kind="stable",
        ignore_index=True,
    )


_COLUMNS = (
    "product_id", "product", "first_cost", "last_cost", "least_cost", "most_cost", "change", "price_effect",
    "quantity_effect",
)  # fmt: skip


def _effects(before: Sequence[_Day], after: Sequence[_Day]) -> tuple[int | None, int | None, int | None]:
    """Change, price effect and quantity effect."""
    if not before or not after:
        return None, None, None
    (q, worth), (later_q, later_worth) = (
        (sum(day.q for day in part), sum(day.worth for day in part)) for part in (before, after)
    )
    change = later_worth - worth
    price = half_even(later_worth * q - worth * later_q, q)  # (later_worth/later_q − worth/q) × later_q
    return change, price, change - price
