"""What repeats: the same cause on several days, and what it costs a year at this pace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reconcile.close.query import frame
from reconcile.core.exact import half_even, nullable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LEAST_DAYS = 3
_DAYS_A_YEAR = 365
_QUERY = """
select coalesce(cause, rule || ' ' || coalesce(product_id::varchar, '')) as key, any_value(cause) as cause,
       any_value(rule) as rule, arg_max(product, date) as product, arg_max(dish, date) as dish,
       any_value(product_id) as product_id, count(distinct date) as days, count(*) as findings, sum(value) as value,
       min(date) as first_day, max(date) as last_day,
       string_agg(distinct strftime(date, '%d'), ' ' order by strftime(date, '%d')) as on_days,
       bool_or(is_goods) as is_goods
from findings where severity != 'info' group by key having count(distinct date) >= $least order by key
"""


def repeating_frame(books: DuckDBPyConnection) -> pd.DataFrame:
    """One row a cause (of findings without one: a rule and product) that was found on `LEAST_DAYS` days or more, the
    largest |value| first.

    `days`, `findings` are numbers, `on_days` the days of the month, `value` the sum of the known values in millionths,
    `a_year` that at the pace of the days in the books; NA where no value is known.
    """
    found = frame(books, _QUERY, least=LEAST_DAYS)
    (number,) = books.execute("select count(distinct date) from control").fetchone() or (0,)
    values = found["value"].tolist()
    found = found.assign(
        a_year=nullable(
            None if pd.isna(value) else half_even(int(value) * _DAYS_A_YEAR, number) for value in values
        )
    )
    return found.sort_values(
        "value",
        key=lambda each: each.abs(),
        ascending=False,
        na_position="last",
        kind="stable",
        ignore_index=True,
    )
