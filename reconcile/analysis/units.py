"""The names, categories and units of products.

Input: `lines`, `ingredients`, `operations` and `catalogue` of a `Result`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.columns import bare, stored
from reconcile.engine.result import Result


def product_units(result: Result) -> Mapping[int, str]:
    """The unit of each product by id, as the catalogue has it, else as a sale line or a recipe says."""
    said = _texts(result.ingredients, "unit") | _texts(result.lines, "unit")
    return said | {key: product.unit for key, product in result.catalogue.products.items() if product.unit}


def units_of(products: pd.Series[Any], units: Mapping[int, str]) -> pd.Series[str]:
    """The unit of each product id; empty where it is not known."""
    found = [units.get(key, "") for key in products.astype(object).tolist()]
    return pd.Series(found, index=products.index, dtype="str")


def names_of(products: Sequence[int], result: Result) -> list[str]:
    """The name of each product id: as a recipe has it, else as a sale line or an operation does."""
    names: dict[int, str] = {}
    for frame in (result.operations, result.lines, result.ingredients):
        names |= _texts(frame, "product")
    return [names.get(key, "") for key in products]


def _texts(frame: pd.DataFrame, column: str) -> dict[int, str]:
    """By product id, its first text in the column."""
    texts, ids = stored(frame, column), bare(frame, "product_id")
    rows = np.flatnonzero(np.asarray(texts != ""))
    keys, first = np.unique(ids[rows], return_index=True)
    return dict(zip(keys.tolist(), texts[rows[first]].tolist(), strict=True))


def categories_of(products: Sequence[int], result: Result) -> list[str]:
    """The category of each product id by its name, as the catalogue has it; empty where it is not known."""
    known = result.catalogue.products
    return [known[key].category if key in known else "" for key in products]
