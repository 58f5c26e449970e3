"""Evidence: every record the API gave, less personal data and secrets, one JSON object a line.

    {"record": "run", "format": 1, "program": …, "source": …, "date": …, "venue_id": …, "window_days": …, …}
    {"record": "listed", "total": 71}
    {"record": "product", "product": {…}}
    {"record": "catalogue", "total": 143}, or "refused": "<why>", or "failed": "<why>"
    {"record": "receipt", "asked": "list" or "id", "receipt": {…}}
    {"record": "operations", "receipt_id": 1, "as_of": "<the receipt's updated_at>", "operations": [{…}, …]}
    {"record": "failure", "receipt_id": 7, "as_of": …, "reason": "404 not_found"}
    {"record": "end", "finished_at": …, "requests": 64}

Lines are appended as answers arrive, so a killed run goes on from them; a finished run's file is compressed.
Only the fields that `reconcile.evidence.privacy` allows are kept. The order of the lines between first and last means
nothing, but that a `listed` line takes back a doubt about the list that stands before it, and of `catalogue` lines
the last counts. Evidence of before there was a catalogue has none of its lines.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import zlib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

from reconcile.core import garbage_collection
from reconcile.core.errors import DamagedEvidence
from reconcile.core.exact import require_int
from reconcile.core.exact_json import decode_json

FORMAT = 1
Raw: TypeAlias = dict[str, Any]
"""One JSON object as the API gave it: numbers are int or Decimal, never float."""


@dataclasses.dataclass(frozen=True)
class Header:
    """The first line of the evidence: what was asked for. Times in UTC, ISO 8601."""

    date: date
    source: str
    venue_id: int | None = None
    window_days: int = 1
    program: str = ""
    started_at: str = ""
    tenant: str = ""
    """A fingerprint of the brand and the address that were asked."""

    @property
    def demo(self) -> bool:
        return self.source == "demo"

    def record(self) -> Raw:
        return {"record": "run", "format": FORMAT, **dataclasses.asdict(self), "date": self.date.isoformat()}

    def same_job(self, other: Header) -> bool:
        """Whether a run can go on from the other's evidence."""
        tenants = {self.tenant, other.tenant} - {""}  # not told is not another
        mine, theirs = (
            dataclasses.replace(each, program="", started_at="", tenant="") for each in (self, other)
        )
        return mine == theirs and len(tenants) < 2


@dataclasses.dataclass
class Evidence:
    """A day's raw records. `receipts` holds every version given, `operations` each receipt's latest answer."""

    header: Header
    listed_total: int | None = None
    receipts: list[tuple[str, Raw]] = dataclasses.field(default_factory=list)
    """(`list` or `id`, receipt)."""
    operations: dict[int, list[Any]] = dataclasses.field(default_factory=dict)
    """By the receipt that was asked for: the answer as of its latest `updated_at`."""
    as_of: dict[int, str] = dataclasses.field(default_factory=dict)
    failed_as_of: dict[int | None, str] = dataclasses.field(default_factory=dict)
    reasons: dict[int | None, str] = dataclasses.field(default_factory=dict)
    """Why a receipt (None: something of the whole day) could not be had."""
    products: list[Raw] = dataclasses.field(default_factory=list)
    """The catalogue, every version given."""
    catalogue_total: int | None = None
    """How many products the catalogue was said to have; None where it was not had."""
    catalogue_refused: str = ""
    """Why the catalogue can't be had, and asking again is useless."""
    catalogue_failed: str = ""
    """Why it was not had this time."""
    finished_at: str | None = None
    requests: int = 0
    digest: str = ""
    """SHA-256 of its lines, uncompressed."""

    def add(self, record: Mapping[str, Any]) -> None:
        """Take in one line. Raises KeyError, TypeError or ValueError where it is not of the format."""
        match record["record"]:
            case "receipt":
                self.receipts.append((str(record["asked"]), record["receipt"]))
            case "operations":
                about, as_of = require_int(record["receipt_id"]), str(record.get("as_of", ""))
                if as_of >= self.as_of.get(about, ""):
                    self.operations[about], self.as_of[about] = list(record["operations"]), as_of
            case "failure":
                failed = None if record["receipt_id"] is None else require_int(record["receipt_id"])
                self.reasons[failed] = str(record["reason"])
                self.failed_as_of[failed] = str(record.get("as_of", ""))
            case "listed":
                self.listed_total = require_int(record["total"])
                self.reasons.pop(None, None)  # what was in doubt before is proven now
            case "product":
                self.products.append(record["product"])
            case "catalogue":
                self.catalogue_total = require_int(record["total"]) if "total" in record else None
                self.catalogue_refused = str(record.get("refused", ""))
                self.catalogue_failed = str(record.get("failed", ""))
            case "end":
                self.finished_at, self.requests = str(record["finished_at"]), require_int(record["requests"])
            case other:
                raise ValueError(f"unknown record '{str(other)[:40]}'")

    def failures(self) -> dict[int | None, str]:
        """Reasons that still stand: an answer for the same state of the receipt, or a later one, supersedes them."""
        return {
            about: reason
            for about, reason in self.reasons.items()
            if about not in self.operations or self.failed_as_of.get(about, "") > self.as_of[about]
        }


def read_evidence(path: Path) -> Evidence:
    """A whole evidence file, plain or gzipped. Raises `DamagedEvidence` that names the file and the line."""
    try:
        with opened(path) as lines:
            return read_lines(lines, path)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise DamagedEvidence(f"{path} can't be read ({problem}); give an evidence file") from None


def read_lines(lines: Iterable[bytes], path: Path) -> Evidence:
    """Evidence from the lines of a file. Raises `DamagedEvidence`, and OSError where it can't be read on."""
    evidence: Evidence | None = None
    digest = hashlib.sha256()
    number = 0
    try:
        with garbage_collection.paused():
            for number, line in enumerate(lines, start=1):  # noqa: B007  the handlers below name the line
                digest.update(line)
                record = decode_json(line)
                if evidence is None:
                    evidence = Evidence(read_header(record))
                else:
                    evidence.add(record)
    except gzip.BadGzipFile:
        raise _damaged(path, number, "its compression is broken") from None
    except (EOFError, zlib.error):
        raise _damaged(path, number, "it is cut short or its compression is broken") from None
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, number, str(error)[:200]) from None
    if evidence is None:
        raise _damaged(path, 0, "it is empty")
    if evidence.finished_at is None:
        evidence.reasons[None] = "the evidence has no end: the run that wrote it was cut off"
    evidence.digest = digest.hexdigest()
    return evidence


def _damaged(path: Path, line: int, problem: str) -> DamagedEvidence:
    return DamagedEvidence(
        f"{path} is no readable evidence (line {line}: {problem}); "
        "give a file that ends in .evidence.jsonl.gz and that this program wrote"
    )


def opened(path: Path) -> IO[bytes]:
    """The lines of an evidence file, unpacked where it is gzipped."""
    stream = path.open("rb")
    if stream.peek(2)[:2] != b"\x1f\x8b":
        return stream
    stream.close()
    return cast(IO[bytes], gzip.open(path, "rb"))


def read_header(record: Any) -> Header:
    if not isinstance(record, dict) or record.get("record") != "run":
        raise ValueError("it does not begin with a 'run' record")
    if record.get("format") != FORMAT:
        raise ValueError(
            f"format {str(record.get('format'))[:20]} is not {FORMAT}, the one this version reads"
        )
    venue = record.get("venue_id")
    return Header(
        date=date.fromisoformat(str(record["date"])),
        source=str(record["source"]),
        venue_id=None if venue is None else require_int(venue),
        window_days=require_int(record["window_days"]),
        program=str(record.get("program", "")),
        started_at=str(record.get("started_at", "")),
        tenant=str(record.get("tenant", "")),
    )
