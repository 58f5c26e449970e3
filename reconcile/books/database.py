"""DuckDB as the books use it: in memory, with one thread, and it fetches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}


def in_memory(readable: list[str] | None = None) -> DuckDBPyConnection:
    """A new connection; close it. `readable`: the only files that it may open, within 1 GiB of memory; without it, any.

    It is imported here, as that takes a while.
    """
    import duckdb

    connection = duckdb.connect(":memory:", config=_CONFIG)
    if readable is not None:
        connection.execute("SET memory_limit = '1GiB'")
        connection.execute("SET allowed_paths = $paths", {"paths": readable})
        connection.execute("SET enable_external_access = false")
    return connection
