"""Theoretical and actual usage by product and storage, of all that is judged.

Input: `lines`, `ingredients`, `operations`, `findings` and `catalogue` of a `Result`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.analysis.storages import storages_of
from reconcile.analysis.units import categories_of, names_of
from reconcile.analysis.usages import Usages, day_usages
from reconcile.core.categories import text_column
from reconcile.core.columns import stored
from reconcile.core.exact import MICRO, IntArray, exact_sum_by, half_even, nullable, numbers_of
from reconcile.core.positions import Positions, numbered
from reconcile.engine.result import Result
from reconcile.rulebook.flags import bools, ints


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
    usages = day_usages(result)
    group, first = numbered(usages.product_id, usages.storage_id)
    product_id, storage_id = usages.product_id[first], usages.storage_id[first]

    def sums(column: IntArray) -> list[int]:
        return exact_sum_by(group, column, len(first))

    due, q, value = sums(usages.due), sums(usages.q), sums(usages.value)
    difference = [after - before for after, before in zip(q, due, strict=True)]
    net, one_way = sums(usages.judged), sums(np.abs(usages.judged))
    known = _known(usages, group, value)
    table = pd.DataFrame(
        {
            "product_id": product_id,
            "storage_id": storage_id,
            "storage": text_column(storages_of(storage_id.tolist(), result.operations)),
            "category": text_column(categories_of(product_id.tolist(), result)),
            "product": text_column(names_of(product_id.tolist(), result)),
            "due": nullable(due),
            "q": nullable(q),
            "apart": nullable(sums(usages.apart)),
            "returned": nullable(sums(usages.returned)),
            "lines": nullable(sums(usages.lines)),
            "difference": nullable(difference),
            "share": nullable(
                half_even(each * MICRO, abs(of)) if of else None
                for each, of in zip(difference, due, strict=True)
            ),
            "value": nullable(known),
            "unit_cost": nullable(
                map(_unit_cost, value, net, one_way, _mean_costs(result.operations, product_id, storage_id))
            ),
        }
    )
    numbers, is_known = numbers_of(stored(table, "value"))
    return table.iloc[np.lexsort([-np.abs(numbers), is_known])].reset_index(drop=True)


def _known(usages: Usages, group: Positions, value: list[int]) -> list[int | None]:
    """The value of each group; None where it has none, as no unit cost of what differs is known."""
    differs = usages.judged != 0
    size = len(value)
    unknown, known = (
        np.bincount(group[differs & each], minlength=size) for each in (~usages.is_known, usages.is_known)
    )
    lacks = ((unknown > 0) & (known == 0)).tolist()
    return [None if lacking and not each else each for lacking, each in zip(lacks, value, strict=True)]


def by_category(products: pd.DataFrame) -> pd.DataFrame:
    """One row per `category` and `storage` of the rows of `by_product`: how many `products` they have, on how many of
    these A and B are `differing`, and the sum of the `value`s that are known, in millionths (NA where none is).
    """
    by = ["category", "storage"]
    group = products.groupby(by, sort=True).ngroup().to_numpy()
    keys = products[by].drop_duplicates().sort_values(by, ignore_index=True)
    differs, _ = numbers_of(stored(products, "difference"))
    values, is_known = numbers_of(stored(products, "value"))
    known = set(group[is_known].tolist())
    return keys.assign(
        **{
            "products": np.bincount(group, minlength=len(keys)),
            "differing": nullable(exact_sum_by(group, (differs != 0).astype(np.int64), len(keys))),
            "value": nullable(
                each if place in known else None
                for place, each in enumerate(exact_sum_by(group, values, len(keys)))
            ),
        }
    )


def _unit_cost(value: int, net: int, one_way: int, mean: int | None) -> int | None:
    """What a unit of the differences is valued at where none offsets another, else the mean."""
    return half_even(abs(value) * MICRO, one_way) if abs(net) == one_way and value * net > 0 else mean


def _mean_costs(operations: pd.DataFrame, products: IntArray, storages: IntArray) -> list[int | None]:
    """The mean unit cost of each product in its storage, of the operations whose cost can be relied on; where there are
    none, in all storages. None where there are none either.
    """
    rows = np.flatnonzero(bools(operations, "is_costed"))
    product, storage, cost, quantity = (
        ints(operations, name)[rows] for name in ("product_id", "storage_id", "total_cost", "quantity")
    )
    found: dict[tuple[int, ...], int | None] = {}
    for by in ((product,), (product, storage)):
        number, first = numbered(*by)
        sums = (exact_sum_by(number, np.abs(each), len(first)) for each in (cost, quantity))
        keys = zip(*(each[first].tolist() for each in by), strict=True)
        means = (half_even(total * MICRO, of) if of else None for total, of in zip(*sums, strict=True))
        found |= dict(zip(keys, means, strict=True))
    wanted = zip(products.tolist(), storages.tolist(), strict=True)
    return [found.get(key, found.get(key[:1])) for key in wanted]
