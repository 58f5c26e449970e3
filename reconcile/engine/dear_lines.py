"""Sales that cost far more than they brought. Source: rules/README.md, `cost-above-price`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, multiply, rows_where, sum_by
from reconcile.core.positions import starts
from reconcile.model.matched import DearLines
from reconcile.settings.thresholds import DayThresholds


def dear_lines(lines: pd.DataFrame, operations: pd.DataFrame, thresholds: DayThresholds) -> pd.DataFrame:
    """`DearLines`: live sales with a price, no gifts, whose operations are worth more than `cost_to_price` × revenue.

    Revenue is the subtotal if above 0, else price × count. The product named is the costliest, of equals the lowest id.
    """
    price = lines["price"].to_numpy(np.int64, na_value=0)
    subtotal, worth = (lines[name].to_numpy() for name in ("subtotal", "written_off_cost"))
    can_be = (lines["sold"].to_numpy() > 0) & (price > 0) & ~lines["is_gift"].to_numpy() & (worth > 0)
    by_count = multiply(np.where(can_be, price, 0), lines["count"].to_numpy()).to_numpy(np.int64, na_value=0)
    revenue = np.where(subtotal > 0, subtotal, by_count)
    times = thresholds.cost_to_price(lines["product_id"].to_numpy())

    def is_above(worth: Any, revenue: Any, times: Any) -> Any:
        return worth * MICRO > revenue * times

    def bound(worth: Any, revenue: Any, times: Any) -> Any:
        return worth * MICRO + revenue * times

    rows = np.flatnonzero(can_be & rows_where(is_above, (worth, revenue, times), bound))
    product, name = _costliest(rows, operations)
    return DearLines.checked(
        pd.DataFrame(
            {
                "line": rows.astype(np.int64),
                **{
                    column: lines[column].to_numpy()[rows]
                    for column in ("receipt_id", "receipt_product_id", "written_off")
                },
                "product_id": product,
                "product": name,
                "worth": worth[rows],
                "revenue": revenue[rows],
                "is_named": np.zeros(len(rows), dtype=np.bool_),
            }
        )
    )


def _costliest(rows: Any, operations: pd.DataFrame) -> tuple[Any, Any]:
    """Of each line, the product whose operations are worth most: its id and its name."""
    under = np.flatnonzero(np.isin(operations["line"].to_numpy(), rows))
    line, product = (operations[name].to_numpy()[under] for name in ("line", "product_id"))
    order = np.lexsort([product, line])
    under, line, product = under[order], line[order], product[order]
    is_start = starts(line, product)
    worth = operations["worth"].to_numpy()
    first = np.flatnonzero(is_start)
    sums = sum_by(np.cumsum(is_start) - 1, worth[under], len(first))
    best = np.lexsort([product[first], -sums, line[first]])
    best = first[best[starts(line[first][best])]]
    return product[best], operations["product"].array[under[best]]
