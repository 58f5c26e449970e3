"""Asks the books: amounts come as whole millionths, so that nothing is ever a float."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from reconcile.core.exact import exact_micros, nullable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def frame(books: DuckDBPyConnection, query: str, **given: Any) -> pd.DataFrame:
    """The rows of a query: whole numbers and amounts (in millionths) as Int64, texts as str, days as datetime64[s]."""
    cursor = books.execute(query, given) if given else books.execute(query)
    columns = cursor.description or []
    rows = cursor.fetchall()
    values = zip(*rows, strict=True) if rows else ([] for _ in columns)
    return pd.DataFrame(
        {name: _column(str(kind), list(each)) for (name, kind, *_), each in zip(columns, values, strict=True)}
    )


def _column(kind: str, values: list[Any]) -> Any:
    if kind.startswith("DECIMAL"):
        return nullable(None if each is None else exact_micros(Decimal(each)) for each in values)
    if kind in ("BIGINT", "HUGEINT", "INTEGER"):
        return nullable(values)
    if kind == "BOOLEAN":
        return pd.array(values, dtype="boolean")
    if kind.startswith(("DATE", "TIMESTAMP")):
        return pd.Series(values, dtype="datetime64[s]")
    return pd.Series(values, dtype="str")
