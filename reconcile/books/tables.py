"""The tables of the books: which there are, their columns, and how the frames of a day become them in SQL."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from reconcile.model.contract import Contract
from reconcile.model.judged import Findings, JudgedLines, JudgedOperations
from reconcile.model.matched import LineIngredients, MatchedReceipts

SCHEMA_VERSION = 1
"""Raised when a table or a column of the books changes: books of another version are made again."""
CONTROL = "control"
"""The table of one row a day: its control totals."""


class Table(NamedTuple):
    """A frame of a `Result` that is kept."""

    contract: type[Contract]
    order: tuple[str, ...] = ()
    """The columns that its rows are sorted by, and which come first; without any, the frame's own order."""


FRAMES: Mapping[str, Table] = {
    "lines": Table(JudgedLines, ("receipt_product_id",)),
    "operations": Table(JudgedOperations, ("operation_id",)),
    "findings": Table(Findings),
    "ingredients": Table(LineIngredients, ("receipt_product_id", "product_id")),
    "receipts": Table(MatchedReceipts, ("receipt_id",)),
}
"""By name, which is that of the field of `Result`, of the file and of the view."""
TABLES = (*FRAMES, CONTROL)
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
    kind = np.dtype(dtype).kind  # type: ignore[call-overload]  # only numpy's own types are left
    return {"M": f"{name}::TIMESTAMP", "b": f"{name}::BOOLEAN"}.get(kind, "")


def select(name: str) -> str:
    """The query that turns the registered frame of this name into its table."""
    contract, order = FRAMES[name]
    found = columns(contract)
    values = ", ".join(f'{found[each]} AS "{each}"' for each in dict.fromkeys((*order, *found)))
    sorting = ", ".join(f'"{name}"."{column}"' for column in order)
    query = f'SELECT {values} FROM "{name}"'  # noqa: S608  names of the program's own
    return f"{query} ORDER BY {sorting}" if order else query
