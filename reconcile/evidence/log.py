"""The evidence file of a run in progress: appended to, usable after a kill, compressed at the end.

Only an index is in memory: the listed receipts, their versions, and which of them have their operations. The records
stay in the file, so memory grows little with the number of receipts.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import shutil
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from reconcile.core.exact import require_int
from reconcile.core.exact_json import decode_json, encode_json
from reconcile.core.files import not_writable, open_own, write_atomic
from reconcile.core.input_files import GZIP, limited_lines
from reconcile.evidence.day import Evidence, Header
from reconcile.evidence.finished import finished_path, missing_from, whole_records
from reconcile.evidence.proof import Proof, digest_of, identity, updated_at
from reconcile.evidence.records import open_evidence, read_header, read_lines
from reconcile.evidence.structs import Raw

log = logging.getLogger(__name__)
_CLOCK_TOLERANCE = timedelta(minutes=10)
"""A run that started further in the future than this had a wrong clock."""


class Listed(NamedTuple):
    """The index entry of a receipt."""

    as_of: str
    """Its `updated_at`."""
    digest: bytes
    """Hash of this version."""
    offset: int
    """Byte position of its latest version in the file."""


class EvidenceLog:
    """The evidence file of a run in progress. It resumes a recent earlier run with the same parameters, if any.

    Either that run was killed (an incomplete last line is dropped), or it finished without being able to fetch
    everything: then its records are copied without its failures. A recheck asks finished evidence in its own way, and
    resumes a killed recheck alone. Raises OSError.
    """

    def __init__(self, path: Path, header: Header, recent: timedelta) -> None:
        self.path = path
        self.header = self._requested = header
        self.listed: dict[int | str, Listed] = {}
        """By id; by content if the id can't be read."""
        self.others: dict[int, Listed] = {}
        """By id: receipts that are not listed, but were asked for by id or found by their closing."""
        self.answered: dict[int, bytes] = {}
        """Receipt ids whose stock operations are held, with the hash of the receipt version they belong to."""
        self.list_total: int | None = None
        """The number of receipts in a list that was verified to be complete; None until then."""
        self.has_catalogue = False
        """True if the catalogue need not be requested: it is held, or the API refused it."""
        self.requests = 0
        self._recent = recent
        self._operations_at: dict[int, int] = {}
        """By receipt id: byte position of the latest answer."""
        self._proof = Proof()
        self._stream: BinaryIO = os.fdopen(open_own(path), "r+b")
        if not (self._resume() or (not header.recheck and self._resume_incomplete())):
            self._begin()

    # ---------------------------------------------------------- resume

    def _resume(self) -> bool:
        """Resume from the file itself, up to its first incomplete or unreadable line."""
        end = 0
        if self._from_start().read(len(GZIP)) == GZIP:
            return False
        try:
            for line, record in whole_records(self._lines()):
                if end:
                    self._index(record, end)
                elif not self._adopt(record):
                    return False
                end += len(line)
        except (OSError, ValueError, KeyError, TypeError):
            pass  # what follows is not gone on from
        self._stream.truncate(end)
        return end > 0

    def _resume_incomplete(self) -> bool:
        """Resume from finished evidence in which something is missing; what it has is not fetched again."""
        path = finished_path(self.path)
        try:
            with open_evidence(path) as lines:
                missing = missing_from(lines)
            with open_evidence(path) as lines:
                records = whole_records(lines)
                if not missing or not self._adopt(next(records, (b"", Raw()))[1]):
                    return False
                self._begin()
                dropped = {"run", "failure", "changed_since"} | ({"listed"} if None in missing else set())
                for _, record in records:
                    is_unproven = record["record"] == "operations" and record["receipt_id"] in missing
                    if record["record"] not in dropped and not is_unproven:
                        self.append(record)
        except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error):
            return False
        return True

    def _adopt(self, record: Any) -> bool:
        """Whether a first line has the same parameters and is recent; if so, its header becomes this log's."""
        found = read_header(record)
        if not found.same_job(self.header):
            return False
        if not is_recent(found.started_at, self._recent):
            log.info("the evidence of an earlier run is from %s: too old to resume", found.started_at)
            return False
        self.header = found
        return True

    def start_over(self) -> None:
        """Discard the evidence of an earlier run, because the API now contradicts it."""
        self.header = self._requested
        self._begin()

    def _begin(self) -> None:
        self.listed, self.others, self.answered, self.list_total, self.requests = {}, {}, {}, None, 0
        self.has_catalogue = False
        self._operations_at = {}
        self._proof = Proof()
        self._stream.truncate(0)
        self._write(self.header.record())

    # ---------------------------------------------------------- records

    def append(self, record: Raw) -> None:
        """Write one line, flush it, and add it to the index."""
        if record["record"] == "end":
            record = record | self._proof.stated()
        elif record["record"] == "listed" and "digest" not in record:
            record = record | {"digest": digest_of(self.listed)}
        self._index(record, self._write(record))

    def _write(self, record: Raw) -> int:
        """Write one line at the end. Returns its position."""
        offset = self._stream.seek(0, os.SEEK_END)
        self._stream.write(encode_json(record) + b"\n")
        self._stream.flush()
        return offset

    def _index(self, record: Raw, offset: int) -> None:
        self._proof.add(record)
        match record["record"]:
            case "receipt":
                receipt = record["receipt"]
                about, entry = identity(receipt), Listed(updated_at(receipt), version_of(receipt), offset)
                if record["asked"] == "list":
                    self.listed[about] = entry
                elif isinstance(about, int) and about not in self.listed:
                    self.others[about] = entry
            case "operations":
                key = require_int(record["receipt_id"])
                self.answered[key] = self.held(key).digest if key in self else b""
                self._operations_at[key] = offset
            case "listed":
                is_whole = record.get("digest") in (None, digest_of(self.listed))
                self.list_total = require_int(record["total"]) if is_whole else None
            case "end":
                self.requests = require_int(record["requests"])
            case "failure":
                self._index_failure(record["receipt_id"])
            case "catalogue":
                self.has_catalogue = "failed" not in record
            case "opened_earlier" | "product" | "changed_since":
                pass
            case other:
                raise ValueError(f"unknown record '{str(other)[:40]}'")

    def _index_failure(self, about: Any) -> None:
        if about is None:
            self.list_total = None  # the list may be incomplete
        else:
            self.answered.pop(require_int(about), None)  # an answer before it turned out not to be its own

    def holds(self, receipt: Any) -> bool:
        """Whether this exact version of a listed receipt is held."""
        held = self.listed.get(identity(receipt))
        return held is not None and held.digest == version_of(receipt)

    def __contains__(self, key: int) -> bool:
        """Whether a receipt is held, listed or not."""
        return key in self.listed or key in self.others

    def held(self, key: int) -> Listed:
        """The index entry of a receipt, listed or not. Raises KeyError if it is not held."""
        return self.listed[key] if key in self.listed else self.others[key]

    def receipt(self, key: int) -> Raw:
        """The latest version of a receipt, read back from the file. Raises KeyError if it is not held."""
        self._stream.seek(self.held(key).offset)
        found: Raw = decode_json(self._stream.readline())["receipt"]
        return found

    def operations(self, key: int) -> list[Any]:
        """The stock operations of a receipt in `answered`, read back from the file."""
        self._stream.seek(self._operations_at[key])
        found: list[Any] = decode_json(self._stream.readline())["operations"]
        return found

    def receipts(self) -> Iterator[tuple[int, Raw]]:
        """(id, latest version) of the receipts that have an id, listed or not, read one at a time."""
        for key in list(self.listed | self.others):
            if isinstance(key, int):
                yield key, self.receipt(key)

    def read(self) -> Evidence:
        """All records so far. Raises `DamagedEvidence`."""
        return read_lines(self._lines(), self.path)

    def _lines(self) -> Iterator[bytes]:
        return limited_lines(self._from_start(), self.path)

    def _from_start(self) -> BinaryIO:
        self._stream.seek(0)
        return self._stream

    # --------------------------------------------------------------- end

    def close(self) -> None:
        """Close the file; a later run can resume from it."""
        self._stream.close()

    def finish(self) -> Path:
        """Compress the file to its finished name (without a timestamp inside) and remove it. Raises `NotWritable`."""
        target = finished_path(self.path)
        lines = self._from_start()

        def compress(draft: Path) -> None:
            with draft.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
                shutil.copyfileobj(lines, packed)

        try:
            write_atomic(target, compress)
        except PermissionError as error:
            raise not_writable(target, error) from None
        self.close()
        self.path.unlink(missing_ok=True)
        return target


def is_recent(started_at: Any, recent: timedelta) -> bool:
    """Whether a run that started at that time is recent; not if it started in the future, as the clock was wrong."""
    try:
        return -_CLOCK_TOLERANCE <= datetime.now(UTC) - datetime.fromisoformat(started_at) <= recent
    except (TypeError, ValueError):  # not a time, or a time without a zone
        return False


def version_of(receipt: Any) -> bytes:
    """A hash of the receipt without the products in its lines, which change without the receipt changing."""
    lines = receipt.get("receipt_products") if isinstance(receipt, dict) else None
    if isinstance(lines, list):
        bare = [line | {"product": None} if isinstance(line, dict) else line for line in lines]
        receipt = receipt | {"receipt_products": bare}
    return hashlib.blake2b(encode_json(receipt), digest_size=12).digest()
