"""A day from the live API: fetched, reconciled and written so that a killed run can be resumed."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from reconcile import __version__
from reconcile.batch import changes
from reconcile.batch import folder as output
from reconcile.batch.open_before import open_before
from reconcile.batch.write import Outcome, Output, judge, report
from reconcile.clopos.opened_earlier import DAYS_BACK, OpenedEarlier
from reconcile.clopos.receipt_requests import ReceiptChecks
from reconcile.clopos.session import Session
from reconcile.core.files import not_writable
from reconcile.evidence.log import EvidenceLog
from reconcile.evidence.records import Header
from reconcile.frames import is_due, lacks_lines, names_unknown_line
from reconcile.settings.environment import Credentials
from reconcile.settings.model import Settings


def fetch_and_reconcile(
    day: date, venue: int | None, *, session: Session, settings: Settings, out: Output
) -> Outcome:
    """Fetch a day into evidence, reconcile it and write the reports. The caller holds the lock of the folder.

    The evidence is finished last: a run that is killed before the reports are written is resumed by the next.

    Raises `AccessRefused`, `DayUnavailable` and `NotWritable`.
    """
    folder = out.folder
    header = _header(day, venue, session.credentials, settings)
    running = folder / f"{output.base_name(header)}.evidence.jsonl"
    checks = ReceiptChecks(
        lambda receipt: is_due(receipt, day, settings.zone), lacks_lines, names_unknown_line
    )
    opened_earlier = OpenedEarlier(
        open_before(folder, header, settings.zone), settings.today() - day <= timedelta(days=DAYS_BACK)
    )
    try:
        evidence_log = EvidenceLog(running, header, timedelta(hours=settings.api.resume_within_hours))
        try:
            fetched_list = session.fetch(evidence_log, checks, opened_earlier)
            before = changes.last_report(folder, header)
            evidence = evidence_log.read()
            outcome = report(judge(evidence, settings, folder), out)
            changes.log_changes(before, outcome.result)
            finished = evidence_log.finish()
            session.keep(fetched_list, venue)
        finally:
            evidence_log.close()
    except OSError as error:
        raise not_writable(Path(error.filename2 or error.filename or running), error) from None
    return dataclasses.replace(outcome, paths=(*outcome.paths, finished))


def _header(day: date, venue: int | None, credentials: Credentials, settings: Settings) -> Header:
    started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tenant = hashlib.sha256(f"{credentials.brand}|{credentials.base_url}".encode()).hexdigest()[:12]
    program = f"reconcile {__version__}"
    return Header(day, "clopos", venue, settings.window_days, program, started, tenant, asks_for_open=True)
