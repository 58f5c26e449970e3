"""The units in which products are kept in stock.

Input: `lines`, `ingredients` and `catalogue` of a `Result`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from reconcile.engine.result import Result


def product_units(result: Result) -> Mapping[int, str]:
    """The unit of each product by id, as the catalogue has it, else as a sale line or a recipe says."""
    units: dict[int, str] = {}
    for frame in (result.ingredients, result.lines):
        named = frame[["product_id", "unit"]].astype({"unit": "str"})
        named = named[named["unit"] != ""].drop_duplicates("product_id")
        units |= dict(zip(named["product_id"].tolist(), named["unit"].tolist(), strict=True))
    return units | {key: product.unit for key, product in result.catalogue.products.items() if product.unit}


def units_of(products: pd.Series[Any], units: Mapping[int, str]) -> pd.Series[str]:
    """The unit of each product id; empty where it is not known."""
    found = [units.get(key, "") for key in products.astype(object).tolist()]
    return pd.Series(found, index=products.index, dtype="str")
