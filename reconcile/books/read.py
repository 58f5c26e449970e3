"""Reads books: the days of a venue in a range, each with its state, and SQL over those that are whole.

days = stored_days(folder, 3, date(2026, 1, 1), date(2026, 1, 31))
with connected([day.folder for day in days.values() if day.is_whole]) as books:
    books.sql("SELECT date, sum(value) FROM findings WHERE is_goods GROUP BY date ORDER BY date")
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.books.database import in_memory
from reconcile.books.folder import DAY_AND_VENUE, day_folder, held
from reconcile.books.names import TABLES
from reconcile.books.stored import Stored, stored
from reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def stored_days(
    out: Path,
    venue: int | None,
    first: date,
    last: date,
    *,
    demo: bool = False,
    expected: Mapping[date, str] | None = None,
) -> dict[date, Stored]:
    """The state of each day from first to last that has books, and of the days expected, in order.

    `venue`: the one asked for in those runs; None where none was. `expected`: by day that should have books, the
    SHA-256 of its uncompressed evidence, empty where that is not known; books of other evidence are not whole.
    """
    digests = expected or {}
    days = {day for day, of in held(out, demo=demo) if of == venue} | digests.keys()
    with in_memory() as connection:
        return {
            day: stored(connection, day_folder(out, day, venue, demo=demo), digests.get(day, ""))
            for day in sorted(days)
            if first <= day <= last
        }


@contextlib.contextmanager
def connected(folders: Sequence[Path]) -> Iterator[DuckDBPyConnection]:
    """DuckDB with the views `lines`, `operations`, `findings`, `ingredients`, `receipts` and `control` over the whole
    books in these days' folders, and over nothing else.

    Each row begins with its `date` and `venue` (0: none was asked for). Raises `UsageError` without folders.
    """
    if not folders:
        raise UsageError("no day has books; reconcile a day first, or give a range with days")
    paths = {
        name: [str(folder.resolve() / f"{name}.parquet") for folder in sorted(folders)] for name in TABLES
    }
    with in_memory([path for each in paths.values() for path in each]) as connection:
        for name in TABLES:
            rows = connection.read_parquet(paths[name], filename=True, hive_partitioning=False)
            parts = (f"regexp_extract(filename, '{DAY_AND_VENUE}', {number})" for number in (1, 2))
            day, venue = parts
            rows.project(f"{day}::DATE AS date, {venue}::BIGINT AS venue, * EXCLUDE (filename)").create_view(
                name
            )
        yield connection
