"""The tables of the books: which there are, their columns, and how the frames of a day become them in SQL."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pandas as pd

from reconcile.analysis.products import by_product
from reconcile.analysis.units import product_units, units_of
from reconcile.engine.result import Result
from reconcile.model.contract import Contract
from reconcile.model.judged import Findings, JudgedLines, JudgedOperations
from reconcile.model.matched import LineIngredients, MatchedReceipts
from reconcile.model.usage import ProductUsage


class Table(NamedTuple):
    """A frame that is kept."""

    contract: type[Contract]
    frame: Callable[[Result], pd.DataFrame]
    """The frame of a day; it may have other columns too."""
    order: tuple[str, ...] = ()
    """The columns that its rows are sorted by, and which come first; without any, the frame's own order."""


def _products(result: Result) -> pd.DataFrame:
    usage = by_product(result)
    used = set(result.ingredients["product_id"].tolist())
    is_ingredient = [key in used for key in usage["product_id"].tolist()]
    return usage.assign(
        unit=units_of(usage["product_id"], product_units(result)),
        is_ingredient=pd.array(is_ingredient, dtype="boolean"),
        product_id=usage["product_id"].astype("Int64"),
        storage_id=usage["storage_id"].astype("Int64"),
    )


FRAMES: Mapping[str, Table] = {
    "lines": Table(JudgedLines, attrgetter("lines"), ("receipt_product_id",)),
    "operations": Table(JudgedOperations, attrgetter("operations"), ("operation_id",)),
    "findings": Table(Findings, attrgetter("findings")),
    "ingredients": Table(LineIngredients, attrgetter("ingredients"), ("receipt_product_id", "product_id")),
    "receipts": Table(MatchedReceipts, attrgetter("receipts"), ("receipt_id",)),
    "products": Table(ProductUsage, _products, ("product_id", "storage_id")),
}
"""By name: those of `reconcile.books.names.OF_FRAMES`."""
DECIMAL = "DECIMAL(38, 6)"
_CASTS = {
    "millionths": f"({{0}}::DECIMAL(19, 0) * 0.000001::DECIMAL(7, 6))::{DECIMAL}",
    "id": "nullif({0}, 0)::BIGINT",
    "count": "{0}::BIGINT",
    "row": "",
}
"""By unit of a contract."""


@functools.cache
def columns(contract: type[Contract]) -> Mapping[str, str]:
    """By column, its value in SQL: decimals for millionths, NULL for an unknown id, as in `in_decimals`.

    Positions of rows and objects mean nothing outside the process, and are left out.
    """
    units, found = contract.units(), {}
    for name, column in contract.to_schema().columns.items():
        value = _value(f'"{name}"', column.dtype.type, units.get(name, ""))
        if value:
            found[name] = value
    return found


def _value(name: str, dtype: object, unit: str) -> str:
    if unit:
        return _CASTS[unit].format(name)
    if isinstance(dtype, pd.CategoricalDtype | pd.StringDtype):
        return f"{name}::VARCHAR"
    if isinstance(dtype, pd.BooleanDtype):
        return f"{name}::BOOLEAN"
    kind = np.dtype(dtype).kind  # type: ignore[call-overload]  # only numpy's own types are left
    return {"M": f"{name}::TIMESTAMP", "b": f"{name}::BOOLEAN"}.get(kind, "")


def select(name: str) -> str:
    """The query that turns the registered frame of this name into its table."""
    contract, _, order = FRAMES[name]
    found = columns(contract)
    values = ", ".join(f'{found[each]} AS "{each}"' for each in dict.fromkeys((*order, *found)))
    sorting = ", ".join(f'"{name}"."{column}"' for column in order)
    query = f'SELECT {values} FROM "{name}"'  # noqa: S608  names of the program's own
    return f"{query} ORDER BY {sorting}" if order else query
