"""Books of days, written and read back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from reconcile.books.names import TABLES
from reconcile.books.write import write_books
from tests.given.demo_day import demo_result

Row = dict[str, Any]


def demo_books(out: Path) -> Path:
    """The books of the demo day; their folder."""
    return write_books(demo_result(), out)


def rows_of(path: Path) -> list[Row]:
    """The rows of a Parquet file."""
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(path), hive_partitioning=False)
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def types_of(path: Path) -> dict[str, str]:
    """The type of each column of a Parquet file."""
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(path), hive_partitioning=False)
        return dict(zip(found.columns, map(str, found.types), strict=True))


def files(folder: Path) -> Mapping[str, str]:
    """By name, the hash of each file in a day's books."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    assert found.keys() >= {f"{name}.parquet" for name in TABLES}
    return found


def written_by(path: Path, metadata: Mapping[str, str], query: str = "SELECT 1 AS one") -> None:
    """A Parquet file of another program, with metadata of its own."""
    stated = ", ".join(f"'{key}': '{value}'" for key, value in metadata.items())
    with duckdb.connect() as connection:
        extra = f", KV_METADATA {{{stated}}}" if metadata else ""
        connection.execute(f"COPY ({query}) TO $path (FORMAT parquet{extra})", {"path": str(path)})


def metadata_of(path: Path) -> dict[str, str]:
    """What a Parquet file says of itself."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT decode(key), decode(value) FROM parquet_kv_metadata($path)", {"path": str(path)}
        )
        return dict(rows.fetchall())
