"""What is stored of a day: whether its books are whole, and whether they are of this version and of its evidence."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from reconcile.books.names import CONTROL, OF_FRAMES, SCHEMA_VERSION
from reconcile.books.origin import Origin, read_origin, sha256_key
from reconcile.core.files import what_is_no_folder
from reconcile.core.input_files import BOOKS, open_regular, what_is
from reconcile.core.text import shown

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

State = Literal["whole", "missing", "cut", "foreign", "other version", "other evidence"]


@dataclasses.dataclass(frozen=True)
class Stored:
    """The state of a day's books."""

    folder: Path
    state: State
    problem: str = ""
    """Why they are not whole, as part of a sentence: `lines.parquet is cut`."""
    origin: Origin | None = None
    """What `control.parquet` says of its origin."""

    @property
    def is_whole(self) -> bool:
        """Whether the books can be read."""
        return self.state == "whole"


def stored(connection: DuckDBPyConnection, folder: Path, evidence_sha256: str = "") -> Stored:
    """The state of the books in a day's folder. `evidence_sha256`: of the day's evidence; empty where it has none.

    `control.parquet` states the origin and the SHA-256 of the other files, so that these are opened only where theirs
    is another.
    """
    if why := what_is_no_day(folder):
        return Stored(folder, "foreign", f"their folder can't be used: {why}")
    if not folder.exists():
        return Stored(folder, "missing", "there are none")
    metadata, state = _metadata(connection, folder / f"{CONTROL}.parquet")
    origin = read_origin(metadata)
    if origin is None:
        return Stored(folder, state or "foreign", in_words(CONTROL, state or "foreign"))
    if other := is_other(origin, folder, evidence_sha256):
        return Stored(folder, *other, origin)
    for name in OF_FRAMES:
        path = folder / f"{name}.parquet"
        if sha256_of(path) != metadata.get(sha256_key(name)):
            found, state = _metadata(connection, path)
            state = state or ("cut" if read_origin(found) == origin else "foreign")
            return Stored(folder, state, in_words(name, state), origin)
    return Stored(folder, "whole", origin=origin)


def what_is_no_day(folder: Path) -> str:
    """What is in the place of a day's folder, or of one above it in the books: `it is a link`. Empty if all is well."""
    return next(filter(None, map(what_is_no_folder, (*folder.parents[1::-1], folder))), "")


def is_other(origin: Origin, folder: Path, evidence_sha256: str) -> tuple[State, str] | None:
    """What else the books are of than this version, this day and its evidence."""
    version = str(SCHEMA_VERSION)
    if origin.schema_version != version:
        given = shown(origin.schema_version)
        return "other version", f"they are of version {given}, and this program writes version {version}"
    if (f"date={origin.date}", f"venue={origin.venue}") != (folder.parent.name, folder.name):
        return "foreign", f"they are of the day {shown(origin.date)}, venue {shown(origin.venue)}"
    if evidence_sha256 not in ("", origin.evidence_sha256):
        return "other evidence", "they are of other evidence than the day has"
    return None


def in_words(name: str, state: str) -> str:
    """What is wrong with a file that is `missing`, `cut` or `foreign`, as part of a sentence."""
    words = {
        "missing": "is missing",
        "cut": "is cut or damaged",
        "foreign": "was not written by this program with the others",
    }
    return f"{name}.parquet {words[state]}"


def _metadata(connection: DuckDBPyConnection, path: Path) -> tuple[dict[str, str], State | None]:
    """What a Parquet file says of itself, and what is wrong where it can't be read."""
    import duckdb

    if not path.exists() and not path.is_symlink():
        return {}, "missing"
    if path.is_symlink() or what_is(path):
        return {}, "foreign"
    try:
        rows = connection.execute(
            "SELECT key, value FROM parquet_kv_metadata($path)", {"path": str(path)}
        ).fetchall()
    except duckdb.Error:
        return {}, "cut"
    return {key.decode(errors="replace"): value.decode(errors="replace") for key, value in rows}, None


def sha256_of(path: Path) -> str:
    """Of the file; empty where it can't be read, or is a link."""
    try:
        if path.is_symlink():
            return ""
        with open_regular(path, BOOKS) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
