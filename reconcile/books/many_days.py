"""Reads a table of the books of many days: some hundred files a query, as a query for each day would take far longer.

control = read_control(folders, "verdict, over, under")
findings = read_table(folders, "findings", "rule, value", control.digests)
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile.books.database import in_memory
from reconcile.books.names import CONTROL
from reconcile.books.origin import read_origin, sha256_key
from reconcile.books.stored import in_words, is_other, sha256_of, stored, what_is_no_day
from reconcile.core.input_files import what_is

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AT_ONCE = 400
"""Files a query."""


@dataclasses.dataclass
class Found:
    """What was read of the days, by the folder of each."""

    rows: dict[Path, list[tuple[Any, ...]]] = dataclasses.field(default_factory=dict)
    digests: dict[Path, dict[str, str]] = dataclasses.field(default_factory=dict)
    """What the control totals state of the other files, by metadata key (`reconcile.books.origin.sha256_key`)."""
    problems: dict[Path, str] = dataclasses.field(default_factory=dict)
    """Why the books of a day can't be read, as part of a sentence: `control.parquet is cut or damaged`."""


def read_control(folders: Sequence[Path], columns: str) -> Found:
    """The row of control totals of each day. `folders`: absolute; `columns`: SQL of the program's own."""
    found = Found()
    good = []
    for folder in folders:
        path = folder / f"{CONTROL}.parquet"
        if what_is_no_day(folder) or path.is_symlink() or what_is(path) or not path.exists():
            _add_problem(found, folder)
        else:
            good.append(folder)
    _read(found, good, CONTROL, f"SELECT filename, {columns} FROM days")  # noqa: S608
    return found


def read_table(
    folders: Sequence[Path],
    name: str,
    columns: str,
    digests: Mapping[Path, Mapping[str, str]],
    rest: str = "",
) -> Found:
    """The rows of a table of each day. Its file has to be the one of which the control totals state the `digests`.

    `columns` and `rest`, a WHERE or a GROUP BY that has `filename` first, are SQL of the program's own.
    """
    found = Found()
    good = []
    for folder in folders:
        if sha256_of(folder / f"{name}.parquet") == digests[folder].get(sha256_key(name)):
            good.append(folder)
        else:
            _add_problem(found, folder)
    _read(found, good, name, f"SELECT filename, {columns} FROM days {rest}")  # noqa: S608
    return found


def _read(found: Found, folders: Sequence[Path], name: str, query: str) -> None:
    for place in range(0, len(folders), _AT_ONCE):
        some = {str(folder / f"{name}.parquet"): folder for folder in folders[place : place + _AT_ONCE]}
        with in_memory(list(some)) as connection:
            connection.execute(f"SET threads = {os.cpu_count() or 1}")
            connection.execute("SET parquet_metadata_cache = true")  # each control file is asked twice
            _read_some(connection, found, some, name, query)


def _read_some(
    connection: DuckDBPyConnection, found: Found, files: Mapping[str, Path], name: str, query: str
) -> None:
    """Read files in one query; where that fails, each half of them, down to the one that can't be read."""
    import duckdb

    try:
        digests = _origins(connection, found, files) if name == CONTROL else {}
        good = [path for path, folder in files.items() if folder not in found.problems]
        rows: list[tuple[Any, ...]] = []
        if good:
            connection.read_parquet(good, filename=True, hive_partitioning=False).create_view("days")
            rows = connection.execute(query).fetchall()
    except duckdb.Error:
        if len(files) == 1:
            _add_problem(found, *files.values())
            return
        paths = list(files)
        for half in (paths[: len(paths) // 2], paths[len(paths) // 2 :]):
            _read_some(connection, found, {path: files[path] for path in half}, name, query)
        return
    found.digests |= digests
    for path in good:
        found.rows[files[path]] = []
    for path, *values in rows:
        found.rows[files[path]].append(tuple(values))


def _origins(
    connection: DuckDBPyConnection, found: Found, files: Mapping[str, Path]
) -> dict[Path, dict[str, str]]:
    """The metadata of each file that is of its day and of this version; what others are is added to the problems."""
    metadata: dict[str, dict[str, str]] = {path: {} for path in files}
    query = "SELECT file_name, key, value FROM parquet_kv_metadata($paths)"
    for path, key, value in connection.execute(query, {"paths": list(files)}).fetchall():
        metadata[path][key.decode(errors="replace")] = value.decode(errors="replace")
    kept = {}
    for path, folder in files.items():
        origin = read_origin(metadata[path])
        if origin is None:
            found.problems[folder] = in_words(CONTROL, "foreign")
        elif other := is_other(origin, folder, ""):
            found.problems[folder] = other[1]
        else:
            kept[folder] = metadata[path]
    return kept


def _add_problem(found: Found, folder: Path) -> None:
    with in_memory() as connection:
        state = stored(connection, folder)
    found.problems[folder] = state.problem or "they can't be read"
