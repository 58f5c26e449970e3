"""The file of the ledger: SQLite, opened for one writer, checked, and set aside where it is damaged.

The journal is a rollback journal, which is safe on network shares. Every change of one run is one transaction: a run
that is killed leaves the ledger as it was before.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import TypeVar

from reconcile.core.errors import NotWritable, UsageError
from reconcile.core.files import open_own
from reconcile.core.input_files import Refused, what_is

log = logging.getLogger(__name__)
T = TypeVar("T")

NAME = "ledger.sqlite"
VERSION = 1
"""Of the tables. A ledger of an earlier version is set aside and made again."""
_APPLICATION = 0x434C4C47  # "CLLG", which SQLite keeps in the header of the file
_WAIT_SECONDS = 10.0
_MOST_SET_ASIDE = 1000


class Damaged(Exception):
    """A file that is no ledger, or that can't be read whole."""


def in_ledger(folder: Path, work: Callable[[sqlite3.Connection], T]) -> T:
    """What `work` returns, done in the ledger of a folder, in one transaction: all of it is kept, or nothing.

    A ledger that is absent is made. One that is damaged is renamed, with a warning, and `work` is done in a new one.
    The caller holds the lock of the folder. Raises `NotWritable`, and `UsageError` for a ledger of a later version.
    """
    path = folder / NAME
    with _as_usage_errors(path):
        try:
            return _in_transaction(path, work)
        except (sqlite3.DatabaseError, Damaged) as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            aside = _set_aside(path)
            log.warning(
                "%s can't be read (%s): it is now %s, and made again from the workbooks and reports in the folder; "
                "when each answer was given, and answers and sign-offs that were taken back, are not known again",
                path, error, aside.name,
            )  # fmt: skip
            return _in_transaction(path, work)


def _in_transaction(path: Path, work: Callable[[sqlite3.Connection], T]) -> T:
    path.parent.mkdir(parents=True, exist_ok=True)  # it may have been removed during the run
    os.close(open_own(path))  # a link is not followed, and permissions are those of the umask
    with contextlib.closing(sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
        _set_up(connection)
        connection.execute("begin immediate")
        _check(connection, path)
        result = work(connection)
        connection.execute("commit")
        return result


@contextlib.contextmanager
def ledger_to_read(folder: Path) -> Iterator[sqlite3.Connection | None]:
    """The ledger of a folder, to read alone; None where there is none. Raises `UsageError` where it can't be read."""
    path = folder / NAME
    if not path.exists():
        yield None
        return
    if why := what_is(path):
        raise UsageError(f"{path} is no ledger: {why}; move it away")
    try:
        address = f"{path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(
            sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS, isolation_level=None)
        ) as connection:
            _set_up(connection)
            _check(connection, path)
            yield connection
    except (sqlite3.DatabaseError, Damaged) as error:
        raise UsageError(
            f"{path} can't be read ({error}); the next run of a day sets it aside and makes it again"
        ) from None


@contextlib.contextmanager
def _as_usage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except Refused as error:
        raise NotWritable(f"{path} is no ledger: {error.strerror}; move it away") from None
    except sqlite3.OperationalError as error:
        raise NotWritable(
            f"{path} can't be written ({error}); close the program that has it open, or free the disk"
        ) from None


def _set_up(connection: sqlite3.Connection) -> None:
    for pragma in ("trusted_schema = off", "foreign_keys = on", "synchronous = full", "temp_store = memory"):
        connection.execute(f"pragma {pragma}")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in an empty file. Raises `Damaged`, and `UsageError` for a later version."""
    application, version, tables = (
        connection.execute(text).fetchone()[0]
        for text in ("pragma application_id", "pragma user_version", "select count(*) from sqlite_schema")
    )
    if not (tables or application or version):
        tables_sql = resources.files("reconcile.ledger").joinpath("tables.sql").read_text("utf-8")
        for statement in tables_sql.split(";\n"):
            connection.execute(statement)
        connection.execute(f"pragma application_id = {_APPLICATION}")
        connection.execute(f"pragma user_version = {VERSION}")
    elif application != _APPLICATION:
        raise Damaged("it is the database of another program")
    elif version > VERSION:
        raise UsageError(
            f"{path} is of a later version of this program (tables {version}; this one knows {VERSION}); "
            "install that version, or give --out another folder"
        )
    elif version < VERSION:
        raise Damaged(f"its tables are of version {version}")


def _set_aside(path: Path) -> Path:
    """Rename a damaged ledger, and what belongs to it. Returns its new path."""
    for number in range(1, _MOST_SET_ASIDE):
        aside = path.with_name(f"ledger-damaged-{number}.sqlite")
        if not aside.exists() and not aside.is_symlink():
            path.rename(aside)
            with contextlib.suppress(FileNotFoundError):
                path.with_name(f"{NAME}-journal").rename(aside.with_name(f"{aside.name}-journal"))
            return aside
    raise NotWritable(
        f"{path} can't be read, and all names to set it aside are taken; move some of them away"
    )
