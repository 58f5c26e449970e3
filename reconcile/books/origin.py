"""Where books come from: what their files say of the program, evidence and settings that they were made by."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING

import msgspec

from reconcile import __version__
from reconcile.books.names import SCHEMA_VERSION
from reconcile.settings.model import Api, Settings

if TYPE_CHECKING:
    from reconcile.engine.result import Result

_PREFIX = "reconcile."


@dataclasses.dataclass(frozen=True)
class Origin:
    """The metadata of each Parquet file of a day, all as text."""

    schema_version: str
    program: str
    """Its name and version."""
    evidence_sha256: str
    """Of the uncompressed evidence; empty where the day was not read from a file."""
    settings_sha256: str
    demo: str
    """`true` or `false`."""
    date: str
    venue: str
    """As in the name of its folder."""

    def metadata(self) -> dict[str, str]:
        """By key in the Parquet file."""
        return {f"{_PREFIX}{name}": value for name, value in dataclasses.asdict(self).items()}


def origin_of(result: Result) -> Origin:
    """The origin of a day that was judged by this program."""
    header = result.header
    return Origin(
        schema_version=str(SCHEMA_VERSION),
        program=f"reconcile {__version__}",
        evidence_sha256=result.evidence_digest,
        settings_sha256=settings_digest(result.settings),
        demo="true" if header.demo else "false",
        date=header.date.isoformat(),
        venue=str(header.venue_id or 0),
    )


def read_origin(metadata: dict[str, str]) -> Origin | None:
    """The origin from the metadata of a Parquet file; None where another program wrote it."""
    names = [field.name for field in dataclasses.fields(Origin)]
    values = [metadata.get(f"{_PREFIX}{name}") for name in names]
    known = [value for value in values if value is not None]
    return Origin(*known) if len(known) == len(names) else None


def settings_digest(settings: Settings) -> str:
    """SHA-256 of the settings by which days are judged: all but the limits of the API client."""
    judging = msgspec.structs.replace(settings, api=Api())
    named = msgspec.to_builtins(judging, str_keys=True)
    return hashlib.sha256(msgspec.json.encode(named, order="deterministic")).hexdigest()


def sha256_key(table: str) -> str:
    """The metadata key of `control.parquet` that has the SHA-256 of another table's file."""
    return f"{_PREFIX}{table}_sha256"
