"""Evidence: every record the API returned, without personal data and secrets, one JSON object per line.

    {"record": "run", "format": 1, "program": …, "source": …, "date": …, "venue_id": …, "window_days": …, …}
    {"record": "listed", "total": 71, "digest": …}
    {"record": "product", "product": {…}}
    {"record": "catalogue", "total": 143, "without": ["<what is refused>"]}, or "refused": "<why>", or "failed": "<why>"
    {"record": "receipt", "asked": "list", "id" or "closed_at", "receipt": {…}}
    {"record": "operations", "receipt_id": 1, "as_of": "<the receipt's updated_at>", "operations": [{…}, …]},
        perhaps with "asked_at": …, "runs_ago": 1
    {"record": "failure", "receipt_id": 7, "as_of": …, "reason": "404 not_found"}
    {"record": "opened_earlier", "gone": [6]}, perhaps with "not_found": "<why>"
    {"record": "end", "finished_at": …, "requests": 64, "records": {…}, "digest": …}, perhaps with "refused": ["<what>"]
    {"record": "changed_since", "rows": [{"receipt_id": 1, "field": …, "before": …, "after": …, …}, …]}

In format 2 the evidence proves itself: `listed` has a digest of the ids listed, `end` the number of records of each
kind and a digest of what names them (`reconcile.evidence.proof`). Format 1, without them, is read too.

Lines are appended as answers arrive, so a killed run can resume; a finished run's file is compressed. Only the
fields that `reconcile.evidence.privacy` allows are kept. Between the first and the last line the order matters in
three cases only: a `listed` line clears an earlier list failure, and of the `catalogue` and the `changed_since` lines
the last counts. Evidence written by versions that did not fetch the catalogue has no `product` and `catalogue` lines.

A run that rechecks a day (`recheck` in the first line) copies operations from the earlier evidence: `asked_at` says
when they were asked for, `runs_ago` how many runs before. `changed_since` is what differs from the earlier evidence.

The list has the receipts created in the days around the business day, and `listed` says how many. A receipt opened
earlier is asked for by its `id`, where earlier evidence shows it as open, or found in the list sorted by `closed_at`.
`opened_earlier` says that this was done, which open receipts are no longer there, and why that list could not be read.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from reconcile.core import garbage_collection
from reconcile.core.calendar import EARLIEST_DAY, LATEST_DAY
from reconcile.core.errors import DamagedEvidence
from reconcile.core.exact import require_int
from reconcile.core.exact_json import decode_json
from reconcile.core.input_files import EVIDENCE, Refused, limited_lines, open_regular
from reconcile.evidence.proof import Proof, identity
from reconcile.model.changed import ChangedField

FORMAT = 2
_WITHOUT_PROOF = 1
"""The format before it."""
Raw: TypeAlias = dict[str, Any]
"""One JSON object of the API; numbers are int or Decimal, never float."""


@dataclasses.dataclass(frozen=True)
class Header:
    """The first line of the evidence: the parameters of the run. Times in UTC, ISO 8601."""

    date: date
    source: str
    venue_id: int | None = None
    window_days: int = 1
    program: str = ""
    started_at: str = ""
    tenant: str = ""
    """A hash of the brand and the API address."""
    asks_for_open: bool = False
    """Whether the run asks for the receipts that earlier evidence shows as open, so that its evidence has them too."""
    recheck: bool = False
    """Whether the run takes from earlier evidence what need not be asked for again."""
    format: int = FORMAT

    @property
    def demo(self) -> bool:
        """Whether this is the demo day."""
        return self.source == "demo"

    def record(self) -> Raw:
        """The header as a `run` line."""
        fields = {"record": "run", "format": self.format} | dataclasses.asdict(self)
        return fields | {"date": self.date.isoformat()}

    def same_job(self, other: Header) -> bool:
        """Whether a run with this header can resume from the other's evidence."""
        mine, theirs = (
            dataclasses.replace(
                each, program="", started_at="", tenant="", asks_for_open=False, format=FORMAT
            )
            for each in (self, other)
        )
        return mine == theirs and self.same_tenant(other)

    def same_tenant(self, other: Header) -> bool:
        """Whether both are of one brand at one address, as far as is known."""
        return len({self.tenant, other.tenant} - {""}) < 2


class AskedBefore(NamedTuple):
    """When operations were asked for that were copied from earlier evidence."""

    asked_at: str
    """In UTC, ISO 8601: when that run started."""
    runs_ago: int
    """How many runs before this one; the clock may have been set back since."""


@dataclasses.dataclass
class Evidence:
    """A day's raw records. `receipts` has every version returned, `operations` each receipt's latest answer."""

    header: Header
    listed_total: int | None = None
    receipts: list[tuple[str, Raw]] = dataclasses.field(default_factory=list)
    """(how it was fetched: `list`, `id` or `closed_at`, receipt)."""
    operations: dict[int, list[Any]] = dataclasses.field(default_factory=dict)
    """By the receipt id requested: the answer for its latest `updated_at`."""
    as_of: dict[int, str] = dataclasses.field(default_factory=dict)
    """By the receipt id requested: the receipt's `updated_at` at that answer."""
    asked_before: dict[int, AskedBefore] = dataclasses.field(default_factory=dict)
    """By the receipt id requested: operations that an earlier run asked for."""
    failed_as_of: dict[int | None, str] = dataclasses.field(default_factory=dict)
    """The same for failures."""
    reasons: dict[int | None, str] = dataclasses.field(default_factory=dict)
    """Why a receipt (None: something about the whole day) could not be fetched."""
    gone: list[int] = dataclasses.field(default_factory=list)
    """Receipts that earlier evidence shows as open, and that are no longer there."""
    opened_earlier: str | None = None
    """Why receipts opened before the days listed could not be found by their closing; empty where they were looked for
    so; None in evidence of versions that did not look for them."""
    products: list[Raw] = dataclasses.field(default_factory=list)
    """The catalogue, every version returned."""
    catalogue_total: int | None = None
    """The number of products that the API stated; None if the catalogue was not fetched."""
    catalogue_refused: str = ""
    """Why the API refused the catalogue; a retry would be refused too."""
    catalogue_failed: str = ""
    """Why the catalogue could not be fetched in this run."""
    catalogue_without: tuple[str, ...] = ()
    """What the API refused of the query for the catalogue, a sentence each."""
    finished_at: str | None = None
    requests: int = 0
    refused: tuple[str, ...] = ()
    """What the API refused of the queries for receipts, and what was asked for instead, a sentence each."""
    changed_since: tuple[ChangedField, ...] = ()
    """What differs from the earlier evidence of the day; empty where there was none."""
    digest: str = ""
    """SHA-256 of the uncompressed lines."""

    def add(self, record: Mapping[str, Any]) -> None:
        """Add one line. Raises KeyError, TypeError or ValueError if it does not follow the format."""
        match record["record"]:
            case "receipt":
                self.receipts.append((str(record["asked"]), record["receipt"]))
            case "operations":
                self._add_operations(record)
            case "failure":
                self._add_failure(record)
            case "opened_earlier":
                self.opened_earlier = str(record.get("not_found", ""))
                self.gone = list(map(require_int, record["gone"]))
            case "listed":
                self.listed_total = require_int(record["total"])
                self.reasons.pop(None, None)  # clears an earlier list failure
            case "product":
                self.products.append(record["product"])
            case "catalogue":
                self._add_catalogue(record)
            case "changed_since":
                self.changed_since = tuple(map(ChangedField.of, record["rows"]))
            case "end":
                self.finished_at, self.requests = str(record["finished_at"]), require_int(record["requests"])
                self.refused = tuple(map(str, record.get("refused", ())))
            case other:
                raise ValueError(f"unknown record '{str(other)[:40]}'")

    def _add_operations(self, record: Mapping[str, Any]) -> None:
        about, as_of = require_int(record["receipt_id"]), str(record.get("as_of", ""))
        if as_of >= self.as_of.get(about, ""):
            self.operations[about], self.as_of[about] = list(record["operations"]), as_of
            self.asked_before.pop(about, None)
            if "asked_at" in record:
                asked = AskedBefore(str(record["asked_at"]), require_int(record["runs_ago"]))
                self.asked_before[about] = asked

    def _add_failure(self, record: Mapping[str, Any]) -> None:
        about = None if record["receipt_id"] is None else require_int(record["receipt_id"])
        self.reasons[about] = str(record["reason"])
        self.failed_as_of[about] = as_of = str(record.get("as_of", ""))
        if about is not None and as_of >= self.as_of.get(about, as_of):
            self.operations.pop(about, None)  # what came before turned out not to be its answer
            self.as_of.pop(about, None)
            self.asked_before.pop(about, None)

    def _add_catalogue(self, record: Mapping[str, Any]) -> None:
        self.catalogue_total = require_int(record["total"]) if "total" in record else None
        self.catalogue_refused = str(record.get("refused", ""))
        self.catalogue_failed = str(record.get("failed", ""))
        self.catalogue_without = tuple(map(str, record.get("without", ())))

    def failures(self) -> dict[int | None, str]:
        """Reasons by receipt id, without those superseded by an answer for the same or a later `updated_at`."""
        return {
            about: reason
            for about, reason in self.reasons.items()
            if about not in self.operations or self.failed_as_of.get(about, "") > self.as_of[about]
        }


def read_evidence(source: str | Path | BinaryIO) -> Evidence:
    """All of an evidence file, plain or gzipped, by its path or as a seekable binary stream.

    A stream stays open. Raises `DamagedEvidence`, which names the file and the line.
    """
    path = Path(source if isinstance(source, str | Path) else str(getattr(source, "name", "the stream")))
    try:
        if isinstance(source, str | Path):
            with open_evidence(path) as lines:
                return read_lines(lines, path)
        source.seek(0)
        return read_lines(limited_lines(source, path), path)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise DamagedEvidence(f"{path} can't be read ({problem}); give an evidence file") from None


def read_lines(lines: Iterable[bytes], path: Path) -> Evidence:
    """Evidence from the lines of `path`. Raises `DamagedEvidence`, and OSError if reading fails."""
    digest, number, proof = hashlib.sha256(), 0, Proof()
    evidence: Evidence | None = None
    try:
        with garbage_collection.paused():
            for number, line in enumerate(lines, start=1):  # noqa: B007  the handlers below name the line
                digest.update(line)
                record = read_record(line)
                if evidence is None:
                    evidence = Evidence(read_header(record))
                    continue
                evidence.add(record)
                proof.add(record)
            if evidence is None:
                raise _damaged(path, 0, "it is empty")
            _check_whole(evidence, proof)
    except Refused as error:
        raise _damaged(path, number, error.strerror or "") from None
    except (EOFError, zlib.error):
        raise _damaged(path, number, "it is truncated or its compression is broken") from None
    except MemoryError:
        raise _damaged(path, number, "it takes more memory than there is") from None
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, number, str(error)[:200]) from None
    evidence.digest = digest.hexdigest()
    return evidence


def _check_whole(evidence: Evidence, proof: Proof) -> None:
    """Add a failure where the evidence is not whole, or not what it states. Raises as `Proof.contradiction`."""
    if evidence.finished_at is None:
        evidence.reasons[None] = "the evidence has no end: the run that wrote it was cut off"
        return
    if evidence.header.format > _WITHOUT_PROOF:
        ids = {identity(receipt) for asked, receipt in evidence.receipts if asked == "list"}
        if why := proof.contradiction(ids):
            evidence.reasons[None] = f"the evidence was changed after it was written: {why}"
    if evidence.listed_total is None:
        evidence.reasons.setdefault(None, "the evidence does not say how many receipts were listed")


def read_record(line: bytes) -> Raw:
    """One line. Raises ValueError where it is no record."""
    record = decode_json(line)
    if not isinstance(record, dict) or not isinstance(record.get("record"), str):
        raise ValueError("it is no record")  # noqa: TRY004  as for all else that is wrong with a line
    return record


def _damaged(path: Path, line: int, problem: str) -> DamagedEvidence:
    return DamagedEvidence(
        f"{path} is not readable evidence (line {line}: {problem}); "
        "give a file ending in .evidence.jsonl.gz that this program wrote"
    )


@contextlib.contextmanager
def open_evidence(path: Path) -> Iterator[Iterator[bytes]]:
    """The lines of an evidence file, unpacked if gzipped, under limits. Raises OSError, EOFError or zlib.error."""
    with open_regular(path, EVIDENCE) as stream:
        yield limited_lines(stream, path)


def read_header(record: Any) -> Header:
    """The header from the first line. Raises ValueError, KeyError or TypeError if it is not one."""
    if not isinstance(record, dict) or record.get("record") != "run":
        raise ValueError("it does not begin with a 'run' record")
    found = record.get("format")
    if type(found) is not int or found not in (_WITHOUT_PROOF, FORMAT):
        raise ValueError(f"format {str(found)[:20]} is not one that this version reads: 1 or 2")
    day = date.fromisoformat(str(record["date"]))
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise ValueError(f"its day is {day}; allowed are {EARLIEST_DAY} to {LATEST_DAY}")
    venue = record.get("venue_id")
    return Header(
        date=day,
        source=str(record["source"]),
        venue_id=None if venue is None else require_int(venue),
        window_days=require_int(record["window_days"]),
        program=str(record.get("program", "")),
        started_at=str(record.get("started_at", "")),
        tenant=str(record.get("tenant", "")),
        asks_for_open=record.get("asks_for_open") is True,
        recheck=record.get("recheck") is True,
        format=found,
    )
