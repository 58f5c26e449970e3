"""The stocks from day to day: whether the books of one day go on from those of the day before, and how much moved
between two days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reconcile.close.query import frame
from reconcile.core.positions import starts
from reconcile.engine.chain.order import chain_order

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BROKEN = """
select date, from_day, stock_id, storage, product, closed_at, closing
from (select f.date, f.chain_day::date as from_day, f.stock_id, f.storage, f.product, f.previous_after as closed_at,
             p.after_quantity as closing, p.operation_id as found,
             exists (select 1 from operations l where l.date = f.chain_day::date and l.stock_id = f.stock_id
                     and l.previous_id = f.previous_id) as is_not_last
      from operations f left join operations p on p.operation_id = f.previous_id and p.date = f.chain_day::date
      where f.chain_day is not null)
where from_day >= $first and (found is null or closing != closed_at or is_not_last) order by date, stock_id
"""

_CHAINS = """
select date, stock_id, operation_id, operated_at, chain_day, (before_quantity * 1000000)::bigint as before_quantity,
       (after_quantity * 1000000)::bigint as after_quantity,
       coalesce(previous_after * 1000000, 0)::bigint as previous_after,
       previous_id is not null and previous_after is null as is_unknown
from operations where stock_id is not null qualify date = max(date) over (partition by operation_id)
"""

_NAMED = """
select date as found_on, operation_id, stock_id, storage_id, storage, product_id, product,
       before_quantity as opened_at, cost
from operations where operation_id in (select unnest($keys))
"""


def broken_chains(books: DuckDBPyConnection, first: object) -> pd.DataFrame:
    """One row a day and stock whose opening was not taken from the last operation that the books now have of the day it
    was taken from: that day was judged again since, or its books are gone. Quantities in millionths.
    """
    return frame(books, _BROKEN, first=first)


def moved_between(books: DuckDBPyConnection) -> pd.DataFrame:
    """One row for each operation that began at another quantity than the one of another day before it in its stock
    left: `moved` is what was added (negative: removed) in between, in millionths, `cost` the unit cost at the later.

    The operations of all days are one chain for each stock, so that one posted late stands where it was posted.
    `from_day` is the earlier of the two days, `date` the later.
    """
    found = {name: np.ma.filled(each) for name, each in books.execute(_CHAINS).fetchnumpy().items()}
    order = chain_order(pd.DataFrame(found))
    chain = {name: each[order] for name, each in found.items()}
    goes_on = ~starts(chain["stock_id"])
    closed_at = np.where(goes_on, np.roll(chain["after_quantity"], 1), chain["previous_after"])
    from_day = np.where(goes_on, np.roll(chain["date"], 1), chain["chain_day"])
    is_gap = (closed_at != chain["before_quantity"]) & ~chain["is_unknown"]
    is_gap &= ~np.isnat(from_day) & (from_day != chain["date"])
    gaps = pd.DataFrame(
        {
            "operation_id": chain["operation_id"],
            "found_on": chain["date"].astype("datetime64[s]"),
            "date": np.maximum(chain["date"], from_day).astype("datetime64[s]"),
            "from_day": np.minimum(chain["date"], from_day).astype("datetime64[s]"),
            "closed_at": pd.array(closed_at, dtype="Int64"),
            "moved": pd.array(chain["before_quantity"] - closed_at, dtype="Int64"),
        }
    )[is_gap]
    named = frame(books, _NAMED, keys=gaps["operation_id"].tolist())
    moved: pd.DataFrame = gaps.astype({"operation_id": "Int64"}).merge(named, on=["operation_id", "found_on"])
    return moved.sort_values(["date", "stock_id"], ignore_index=True)
