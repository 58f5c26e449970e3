"""The stocks from day to day: whether the books of one day go on from those of the day before, and how much moved
between two days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reconcile.close.query import frame

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FIRSTS = """
select f.date, f.chain_day::date as from_day, f.stock_id, f.storage_id, f.storage, f.product_id, f.product,
       f.operation_id, f.previous_id, f.previous_after as closed_at, f.before_quantity as opened_at,
       f.before_quantity - f.previous_after as moved, f.cost, p.after_quantity as closing, p.operation_id as found,
       exists (select 1 from operations l where l.date = f.chain_day::date and l.stock_id = f.stock_id
               and l.previous_id = f.previous_id) as is_not_last
from operations f left join operations p on p.operation_id = f.previous_id and p.date = f.chain_day::date
where f.chain_day is not null
"""

_BROKEN = f"""
select date, from_day, stock_id, storage, product, closed_at, closing from ({_FIRSTS})
where from_day >= $first and (found is null or closing != closed_at or is_not_last) order by date, stock_id
"""  # noqa: S608  a constant

_MOVED = f"""
select date, from_day, stock_id, storage_id, storage, product_id, product, closed_at, opened_at, moved, cost
from ({_FIRSTS}) where moved != 0 order by date, stock_id
"""  # noqa: S608  a constant


def broken_chains(books: DuckDBPyConnection, first: object) -> pd.DataFrame:
    """One row a day and stock whose opening was not taken from the last operation that the books now have of the day it
    was taken from: that day was judged again since, or its books are gone. Quantities in millionths.
    """
    return frame(books, _BROKEN, first=first)


def moved_between(books: DuckDBPyConnection) -> pd.DataFrame:
    """One row a stock and day that opened with another quantity than the stock was left with before: `moved` is what
    was added (negative: removed) in between, in millionths, `cost` the unit cost at its first operation.
    """
    return frame(books, _MOVED)
