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
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from reconcile.core import garbage_collection
from reconcile.core.calendar import EARLIEST_DAY, LATEST_DAY
from reconcile.core.errors import DamagedEvidence
from reconcile.core.exact import require_int
from reconcile.core.exact_json import decode_json
from reconcile.core.input_files import EVIDENCE, Refused, limited_lines, open_regular
from reconcile.evidence.day import FORMAT, WITHOUT_PROOF, Evidence, Header, ReadEvidence
from reconcile.evidence.proof import Proof
from reconcile.evidence.structs import Raw
from reconcile.evidence.typed import typed_line


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
    evidence: ReadEvidence | None = None
    try:
        with garbage_collection.paused():
            for number, line in enumerate(lines, start=1):  # noqa: B007  the handlers below name the line
                digest.update(line)
                if evidence is None:
                    evidence = ReadEvidence.begun(read_header(read_record(line)))
                else:
                    add_line(evidence, line, proof)
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


def add_line(evidence: ReadEvidence, line: bytes, proof: Proof | None = None) -> None:
    """Add a line to evidence that is being read. Raises ValueError, KeyError or TypeError where it can't be."""
    if (found := typed_line(line)) is not None:
        evidence.add_typed(found, line)
        if proof:
            proof.add_names(found.kind, found.names())
    else:
        record = read_record(line)
        evidence.add(record)
        if proof:
            proof.add(record)


def _check_whole(evidence: ReadEvidence, proof: Proof) -> None:
    """Add a failure where the evidence is not whole, or not what it states. Raises as `Proof.contradiction`."""
    if evidence.finished_at is None:
        evidence.reasons[None] = "the evidence has no end: the run that wrote it was cut off"
        return
    is_proven = evidence.header.format > WITHOUT_PROOF
    if is_proven and (why := proof.contradiction(evidence.given().listed())):
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
    if type(found) is not int or found not in (WITHOUT_PROOF, FORMAT):
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
