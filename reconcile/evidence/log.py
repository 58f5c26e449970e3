"""The evidence of a run under way: a file that is appended to, survives a kill, and is compressed at the end.

Only an index stands in memory: which receipts are listed, in which version, and which are answered for. The
records stay in the file, so that a fetch takes the same memory however long the day is.
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
from typing import IO, Any, NamedTuple

from reconcile.core.exact import positive_int
from reconcile.core.exact_json import decode_json, encode_json
from reconcile.core.files import not_writable, write_atomic
from reconcile.evidence.records import Evidence, Header, Raw, opened, read_header, read_lines

log = logging.getLogger(__name__)
_CLOCKS_DIFFER = timedelta(minutes=10)
"""What began in the future, by this much or more, was begun by a clock that was wrong."""


class Listed(NamedTuple):
    """What the index knows of a listed receipt."""

    as_of: str
    """Its `updated_at`."""
    digest: bytes
    """Of this version."""
    offset: int
    """Where its latest version stands in the file."""


class EvidenceLog:
    """The file of a run under way. It goes on from what an earlier run of the same job left, if that is recent.

    That is a file of a run that was cut off (a torn last line is dropped), or the finished evidence of one that
    could not have everything: then what was had is copied, and its failures are forgotten.
    """

    def __init__(self, path: Path, header: Header, recent: timedelta) -> None:
        self.path = path
        self.header = self._asked_for = header
        self.listed: dict[int | str, Listed] = {}
        """By id; by content where that can't be read."""
        self.answered: dict[int, bytes] = {}
        """Receipts whose stock operations are held, and for which version of the receipt."""
        self.list_total: int | None = None
        """What the list was proven to hold; None as long as it was not."""
        self.has_catalogue = False
        """Whether the catalogue need not be asked for: it is held, or the service refused it."""
        self.requests = 0
        self._recent = recent
        self._stream: IO[bytes] = self.path.open("a+b")
        if not (self._go_on() or self._go_on_from_incomplete()):
            self._begin()

    # --------------------------------------------------------- going on

    def _go_on(self) -> bool:
        """Go on from the file itself, up to its first line that is torn or unreadable."""
        end = 0
        for position, (line, record) in enumerate(_records(self._lines())):
            try:
                if position == 0:
                    if not self._adopt(record):
                        return False
                else:
                    self._index(record, end)
            except (ValueError, KeyError, TypeError):
                break
            end += len(line)
        self._stream.truncate(end)
        return end > 0

    def _go_on_from_incomplete(self) -> bool:
        """Go on from finished evidence in which something is missing: what was had need not be asked for again."""
        path = finished_path(self.path)
        try:
            with opened(path) as lines:
                missing = _missing(lines)
            if not missing or not self._adopt_from(path):
                return False
            self._begin()
            forgotten = {"run", "failure"} | ({"listed"} if None in missing else set())
            with opened(path) as lines:
                for _, record in _records(lines):
                    if record["record"] not in forgotten:
                        self.append(record)
        except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error):
            return False
        return True

    def _adopt_from(self, path: Path) -> bool:
        with opened(path) as lines:
            return self._adopt(decode_json(lines.readline()))

    def _adopt(self, record: Any) -> bool:
        """Whether a run's first line is of this job and recent; if so, this log is that run's."""
        found = read_header(record)
        if not found.same_job(self.header):
            return False
        if not self._is_recent(found.started_at):
            log.info("what an earlier run left is from %s: too old to go on from", found.started_at)
            return False
        self.header = found
        return True

    def _is_recent(self, started_at: str) -> bool:
        try:
            started = datetime.fromisoformat(started_at)
            return -_CLOCKS_DIFFER <= datetime.now(UTC) - started <= self._recent
        except (TypeError, ValueError):  # no time, or one without a zone
            return False

    def begin_anew(self) -> None:
        """Forget what an earlier run left: what the service says now contradicts it."""
        self.header = self._asked_for
        self._begin()

    def _begin(self) -> None:
        self.listed, self.answered, self.list_total, self.requests = {}, {}, None, 0
        self.has_catalogue = False
        self._stream.truncate(0)
        self._write(self.header.record())

    # ------------------------------------------------------ what is held

    def append(self, record: Raw) -> None:
        """Write one line and index it; it survives a kill of the process from here on."""
        offset = self._stream.seek(0, os.SEEK_END)
        self._write(record)
        self._index(record, offset)

    def _write(self, record: Raw) -> None:
        self._stream.write(encode_json(record) + b"\n")
        self._stream.flush()

    def _index(self, record: Any, offset: int) -> None:
        match record["record"]:
            case "receipt" if record["asked"] == "list":
                receipt = record["receipt"]
                self.listed[identity(receipt)] = Listed(updated_at(receipt), _digest(receipt), offset)
            case "operations":
                key = int(record["receipt_id"])
                self.answered[key] = self.listed[key].digest if key in self.listed else b""
            case "listed":
                self.list_total = int(record["total"])
            case "end":
                self.requests = int(record["requests"])
            case "failure" if record["receipt_id"] is None:
                self.list_total = None  # it came to be in doubt
            case "catalogue":
                self.has_catalogue = "failed" not in record
            case "receipt" | "failure" | "product":
                pass
            case other:
                raise ValueError(f"unknown record '{str(other)[:40]}'")

    def holds(self, receipt: Any) -> bool:
        """Whether this very version of a listed receipt is held."""
        held = self.listed.get(identity(receipt))
        return held is not None and held.digest == _digest(receipt)

    def receipt(self, key: int) -> Raw:
        """A listed receipt, read back from the file."""
        self._stream.seek(self.listed[key].offset)
        found: Raw = decode_json(self._stream.readline())["receipt"]
        return found

    def receipts(self) -> Iterator[tuple[int, Raw]]:
        """The listed receipts that have an id, each in its latest version, one at a time."""
        for key in list(self.listed):
            if isinstance(key, int):
                yield key, self.receipt(key)

    def read(self) -> Evidence:
        """All of it. Raises `DamagedEvidence`."""
        return read_lines(self._lines(), self.path)

    def _lines(self) -> IO[bytes]:
        self._stream.seek(0)
        return self._stream

    # --------------------------------------------------------------- end

    def close(self) -> None:
        """Leave the file for a run that goes on from it."""
        self._stream.close()

    def finish(self) -> Path:
        """Compress the file into its finished name, whole or not at all (no time in it), and remove it."""
        target = finished_path(self.path)
        lines = self._lines()

        def compress(path: Path) -> None:
            with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
                shutil.copyfileobj(lines, packed)

        try:
            write_atomic(target, compress)
        except PermissionError as error:
            raise not_writable(target, error) from None
        self.close()
        self.path.unlink(missing_ok=True)
        return target


def _missing(lines: IO[bytes]) -> set[int | str | None]:
    """What finished evidence says could not be had, read without holding its records: receipts, the list (None),
    the catalogue.
    """
    records = _records(lines)
    _, first = next(records, (b"", None))
    held = Evidence(read_header(first))
    for _, record in records:
        if record["record"] not in ("receipt", "product"):
            held.add(record | {"operations": []})
    return {*held.failures(), *(["catalogue"] if held.catalogue_failed else [])}


def listed_receipts(path: Path) -> Iterator[Raw]:
    """The receipts that a finished evidence file lists, every version, one at a time."""
    with opened(path) as lines:
        for _, record in _records(lines):
            if record["record"] == "receipt" and record["asked"] == "list":
                yield record["receipt"]


def finished_path(running: Path) -> Path:
    """The name that the file of a run under way takes when it is finished."""
    return running.with_name(f"{running.name}.gz")


def identity(receipt: Any) -> int | str:
    """What tells a receipt from another: its id; its content where that can't be read."""
    key = positive_int(receipt.get("id")) if isinstance(receipt, dict) else None
    return str(receipt) if key is None else key


def updated_at(receipt: Any) -> str:
    """The `updated_at` of a receipt, as text; empty where it has none."""
    return str(receipt.get("updated_at") or "") if isinstance(receipt, dict) else ""


def _digest(receipt: Any) -> bytes:
    """Of all but the products in its lines: these change with each delivery, and the receipt does not."""
    lines = receipt.get("receipt_products") if isinstance(receipt, dict) else None
    if isinstance(lines, list):
        bare = [line | {"product": None} if isinstance(line, dict) else line for line in lines]
        receipt = receipt | {"receipt_products": bare}
    return hashlib.blake2b(encode_json(receipt), digest_size=12).digest()


def _records(lines: IO[bytes]) -> Iterator[tuple[bytes, Any]]:
    """Lines and their records, up to the first that is torn or unreadable."""
    for line in lines:
        try:
            if line.endswith(b"\n"):
                yield line, decode_json(line)
                continue
        except ValueError:
            pass
        return
