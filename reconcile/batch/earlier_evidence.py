"""The finished evidence that a day already has, and what differs from it once the day is asked for again."""

from __future__ import annotations

import logging
from pathlib import Path

from reconcile.analysis.changed_since import changed_since, totals
from reconcile.batch.folder import base_name
from reconcile.core.errors import DamagedEvidence, OtherVenue
from reconcile.core.exact import decimal_text
from reconcile.core.text import counted
from reconcile.evidence.day import Evidence, Header
from reconcile.evidence.log import EvidenceLog
from reconcile.evidence.records import read_evidence
from reconcile.frames import Day, build_day
from reconcile.model.changed import ChangedField
from reconcile.settings.model import Settings

log = logging.getLogger(__name__)


def earlier_evidence(folder: Path, header: Header) -> Evidence | None:
    """The day's finished evidence of the same venue and brand, if there is any. Why it can't be used is logged."""
    path = folder / f"{base_name(header)}.evidence.jsonl.gz"
    if not path.exists():
        return None
    try:
        evidence = read_evidence(path)
    except DamagedEvidence as error:
        log.warning("%s: what changed since is not known", error)
        return None
    theirs = evidence.header
    if (theirs.date, theirs.venue_id, theirs.demo) != (header.date, header.venue_id, header.demo):
        log.warning("%s is evidence of another day or venue: what changed since is not known", path)
        return None
    if not theirs.same_tenant(header):
        log.warning("%s is of another brand or address: what changed since is not known", path)
        return None
    return evidence


def frames_of(evidence: Evidence | None, settings: Settings) -> Day | None:
    """The frames of earlier evidence; None without it, or where it is of several venues."""
    try:
        return None if evidence is None else build_day(evidence, settings)
    except OtherVenue as error:
        log.warning("the earlier evidence: %s", error)
        return None


def with_changes(evidence_log: EvidenceLog, before: Day | None, now: Day, evidence: Evidence) -> Evidence:
    """The evidence with what differs from the earlier evidence of the day, which is added to its file and logged."""
    rows = () if before is None else changed_since(before, now)
    if rows or (before is not None and evidence.header.recheck):
        log.info("%s", in_one_line(rows))
    if rows == evidence.changed_since:
        return evidence
    evidence_log.append({"record": "changed_since", "rows": [row.record() for row in rows]})
    end = {"record": "end", "finished_at": evidence.finished_at, "requests": evidence.requests}
    evidence_log.append(end | ({"refused": list(evidence.refused)} if evidence.refused else {}))
    return evidence_log.read()


def in_one_line(rows: tuple[ChangedField, ...]) -> str:
    """How many fields changed, and what they are worth."""
    if not rows:
        return "nothing changed since the earlier evidence"
    receipts, (stock, sales) = len({row.receipt_id for row in rows}), totals(rows)
    return (
        f"changed since the earlier evidence: {counted(len(rows), 'field')} of {counted(receipts, 'receipt')}; "
        f"cost of what left the stock {_signed(stock)}, sales {_signed(sales)}"
    )


def _signed(count: int) -> str:
    return f"{'+' if count > 0 else ''}{decimal_text(count)}"
