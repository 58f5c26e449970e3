"""The names, categories and units of products.

Input: `lines`, `ingredients`, `operations` and `catalogue` of a `Result`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def names_of(products: Sequence[int], result: Result) -> list[str]:
    """The name of each product id: as a recipe has it, else as a sale line or an operation does."""
    names: dict[int, str] = {}
    for frame in (result.operations, result.lines, result.ingredients):
        named = frame[["product_id", "product"]]
        named = named[named["product"] != ""].drop_duplicates("product_id").astype({"product": "str"})
        names |= dict(zip(named["product_id"].tolist(), named["product"].tolist(), strict=True))
    return [names.get(key, "") for key in products]


def categories_of(products: Sequence[int], result: Result) -> list[str]:
    """The category of each product id by its name, as the catalogue has it; empty where it is not known."""
    known = result.catalogue.products
    return [known[key].category if key in known else "" for key in products]
