"""Finished evidence files: their records, read one at a time, and what they lack."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

from reconcile.evidence.day import FORMAT, Evidence
from reconcile.evidence.proof import Proof
from reconcile.evidence.records import open_evidence, read_header, read_record
from reconcile.evidence.structs import Raw


def missing_from(lines: Iterable[bytes]) -> set[int | str | None]:
    """What a finished evidence file lacks: receipt ids, None for the receipt list, "catalogue".

    The records are not kept in memory.
    """
    records = whole_records(lines)
    _, first = next(records, (b"", Raw()))
    held, proof = Evidence(read_header(first)), Proof()
    for _, record in records:
        proof.add(record)
        if record["record"] not in ("receipt", "product"):
            held.add(record | {"operations": []})
    if held.header.format == FORMAT and proof.contradiction():
        held.reasons[None] = "it was changed after it was written"
    return {*held.failures(), *(["catalogue"] if held.catalogue_failed else [])}


def listed_receipts(path: Path) -> Iterator[Raw]:
    """Every version of the receipts that a finished evidence file lists, read one at a time. Raises as `records_of`."""
    for record in records_of(path):
        if record["record"] == "receipt" and record["asked"] == "list":
            yield record["receipt"]


def records_of(path: Path) -> Generator[Raw, None, None]:
    """The records of a finished evidence file, its header first, read one at a time.

    Raises OSError, EOFError, zlib.error or ValueError where it can't be read.
    """
    yield from map(read_record, lines_of(path))


def lines_of(path: Path) -> Generator[bytes, None, None]:
    """Its lines, as they are. Raises OSError, EOFError, zlib.error or ValueError where it can't be read."""
    with open_evidence(path) as lines:
        yield from lines


def digest_of_file(path: Path) -> str:
    """SHA-256 of the uncompressed lines, as `Evidence.digest`. Raises OSError, EOFError or zlib.error."""
    digest = hashlib.sha256()
    for line in lines_of(path):
        digest.update(line)
    return digest.hexdigest()


def finished_path(running: Path) -> Path:
    """The path of the finished evidence file for that of a run in progress."""
    return running.with_name(f"{running.name}.gz")


def whole_records(lines: Iterable[bytes]) -> Iterator[tuple[bytes, Raw]]:
    """(line, record) up to the first incomplete or unreadable line."""
    for line in lines:
        if not line.endswith(b"\n"):
            return
        try:
            record = read_record(line)
        except ValueError:
            return
        yield line, record
