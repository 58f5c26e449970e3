"""Writes the books of a day: its frames and control totals as Parquet files, all of them or none.

Same result, same bytes: one thread, rows in a fixed order, no time of writing. Nothing of a person is in them.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.books.control_row import control_row
from reconcile.books.database import in_memory
from reconcile.books.folder import day_folder
from reconcile.books.names import CONTROL
from reconcile.books.origin import origin_of, sha256_key
from reconcile.books.tables import DECIMAL, FRAMES, columns, select
from reconcile.core.columns import nullable_array
from reconcile.core.errors import NotWritable
from reconcile.core.files import write_folder
from reconcile.core.text import printable
from reconcile.engine.result import Result

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def write_books(result: Result, out: Path, connection: DuckDBPyConnection | None = None) -> Path:
    """Write the books of a day into an output folder, in place of earlier ones. Returns the day's folder.

    `connection`: one of `in_memory`, which several days may share. Raises `NotWritable`.
    """
    header = result.header
    path = day_folder(out, header.date, header.venue_id, demo=header.demo)
    with contextlib.nullcontext(connection) if connection else in_memory() as own:
        write_folder(path, lambda draft: _fill(draft, result, path, own), out)
    return path


def _fill(draft: Path, result: Result, path: Path, connection: DuckDBPyConnection) -> None:
    import duckdb

    try:
        _copy_all(connection, draft, result)
    except duckdb.IOException as error:
        why = printable(str(error).rpartition(": ")[2][:200])
        raise NotWritable(
            f"{path} can't be written ({why}); free the disk or give --out a folder that you may write to"
        ) from None


def _copy_all(connection: DuckDBPyConnection, draft: Path, result: Result) -> None:
    metadata, digests = origin_of(result).metadata(), {}
    for name, table in FRAMES.items():
        frame = table.frame(result)
        arrays = {column: nullable_array(frame, column) for column in columns(table.contract)}
        connection.register(name, arrays)  # a frame would be looked at column by column, for twice the time
        _copy(connection, select(name), draft / f"{name}.parquet", metadata)
        connection.unregister(name)
        digests[sha256_key(name)] = hashlib.sha256((draft / f"{name}.parquet").read_bytes()).hexdigest()
    row = control_row(result, DECIMAL)
    values = ", ".join(f'${name}::{kind} AS "{name}"' for name, (_, kind) in row.items())
    given = {name: value for name, (value, _) in row.items()}
    _copy(connection, f"SELECT {values}", draft / f"{CONTROL}.parquet", metadata | digests, given)


def _copy(
    connection: DuckDBPyConnection,
    query: str,
    path: Path,
    metadata: dict[str, str],
    given: dict[str, object] | None = None,
) -> None:
    """Write the rows of a query, whose parameters are `given`, into a file."""
    stated = {f"m{number}": value for number, value in enumerate(metadata.values())}
    keys = ", ".join(f'"{key}": ${name}' for key, name in zip(metadata, stated, strict=True))
    connection.execute(
        f"COPY ({query}) TO $path "
        f"(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false, KV_METADATA {{{keys}}})",
        {"path": str(path), **stated, **(given or {})},
    )
