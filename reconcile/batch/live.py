"""A day from the live API: fetched, reconciled and written so that a killed run can be resumed."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from reconcile import __version__
from reconcile.batch import changes
from reconcile.batch import folder as output
from reconcile.batch.collected import read_collected, remove_collected, to_ask_again
from reconcile.batch.earlier_evidence import earlier_evidence, frames_of, with_changes
from reconcile.batch.open_before import open_before
from reconcile.batch.report_files import Output
from reconcile.batch.write import Outcome, judge, report
from reconcile.clopos.opened_earlier import DAYS_BACK, OpenedEarlier
from reconcile.clopos.receipt_requests import ReceiptChecks
from reconcile.clopos.recheck import Recheck
from reconcile.clopos.session import Session
from reconcile.core.errors import DayUnavailable
from reconcile.core.files import not_writable
from reconcile.evidence.day import Evidence, Header
from reconcile.evidence.log import EvidenceLog
from reconcile.frames import Day, build_day, is_due, lacks_lines, names_unknown_line
from reconcile.settings.environment import Credentials
from reconcile.settings.model import Settings


def fetch_and_reconcile(
    day: date,
    venue: int | None,
    *,
    session: Session,
    settings: Settings,
    out: Output,
    recheck: bool = False,
    before_finish: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Fetch a day into evidence, reconcile it and write the reports. The caller holds the lock of the folder.

    With `recheck`, what its earlier evidence holds and what did not change is not asked for again; where that can't be
    had whole, the earlier evidence and reports stay. Without it, the same is done with what was collected by day, and
    what a finding rests on is asked for again. The evidence is finished last, after `before_finish` was given its
    digest: a run that is killed before the reports are written is resumed by the next.

    Raises `AccessRefused`, `DayUnavailable` and `NotWritable`.
    """
    folder = out.folder
    header = header_of(day, venue, session.credentials, settings, recheck=recheck)
    running = folder / f"{output.base_name(header)}.evidence.jsonl"
    checks = ReceiptChecks(
        lambda receipt: is_due(receipt, day, settings.zone), lacks_lines, names_unknown_line
    )
    opened_earlier = OpenedEarlier(
        open_before(folder, header, settings.zone), settings.today() - day <= timedelta(days=DAYS_BACK)
    )
    earlier = earlier_evidence(folder, header)
    earlier_frames = frames_of(earlier, settings)
    try:
        if recheck:
            held: Recheck | None = _recheck(earlier, earlier_frames, settings)
        else:
            held = read_collected(folder, header, settings)
        if held is not None:
            opened_earlier = dataclasses.replace(opened_earlier, ids=opened_earlier.ids | held.receipts)
        evidence_log = EvidenceLog(running, header, timedelta(hours=settings.api.resume_within_hours))
        try:
            fetched_list = session.fetch(evidence_log, checks, opened_earlier, held)
            before = changes.last_report(folder, header)
            evidence = evidence_log.read()
            if held is not None and recheck:
                _check_not_less(held.evidence, evidence)
            frames = build_day(evidence, settings)
            while held is not None and held.is_collection:
                again = to_ask_again(judge(evidence, settings, [folder], frames), evidence)
                if not again:
                    break
                session.fetch_again(evidence_log, checks, again)
                evidence = evidence_log.read()
                frames = build_day(evidence, settings)
            evidence = with_changes(evidence_log, earlier_frames, frames, evidence)
            outcome = report(judge(evidence, settings, [folder], frames), out)
            changes.log_changes(before, outcome.result)
            before_finish(evidence.digest)
            if outcome.result.complete and day < settings.today():
                remove_collected(folder, header)  # the evidence in progress has all of it
            finished = evidence_log.finish()
            session.keep(fetched_list, venue)
        finally:
            evidence_log.close()
    except OSError as error:
        raise not_writable(Path(error.filename2 or error.filename or running), error) from None
    return dataclasses.replace(outcome, paths=(*outcome.paths, finished))


def _recheck(evidence: Evidence | None, frames: Day | None, settings: Settings) -> Recheck:
    """Raises `DayUnavailable` where there is no evidence that can be used."""
    if evidence is None or frames is None:
        raise DayUnavailable("it can't be rechecked without its earlier evidence; run its day again")
    too_early = frames.receipts.loc[frames.receipts["awaits_posting"], "receipt_id"]
    return Recheck(evidence, settings.api.recheck_sample, frozenset(too_early.tolist()))


def _check_not_less(before: Evidence, now: Evidence) -> None:
    """Raises `DayUnavailable` where something could not be had that the earlier evidence has."""
    had = before.failures().keys() | ({None} if before.catalogue_failed else set())
    lost = {about: reason for about, reason in now.failures().items() if about not in had}
    if now.catalogue_failed and not before.catalogue_failed:
        lost[None] = now.catalogue_failed
    if lost:
        about, reason = min(lost.items(), key=lambda each: each[0] or 0)
        first = reason if about is None else f"receipt {about}: {reason}"
        more = f", and {len(lost) - 1} more" if len(lost) > 1 else ""
        raise DayUnavailable(
            f"it could not be rechecked whole ({first}{more}); its earlier evidence and reports stay. "
            "Run the same command again later"
        )


def header_of(
    day: date, venue: int | None, credentials: Credentials, settings: Settings, *, recheck: bool = False
) -> Header:
    """The first line of the evidence of a run that starts now."""
    started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tenant = hashlib.sha256(f"{credentials.brand}|{credentials.base_url}".encode()).hexdigest()[:12]
    program = f"reconcile {__version__}"
    return Header(
        day,
        "clopos",
        venue,
        settings.window_days,
        program,
        started,
        tenant,
        asks_for_open=True,
        recheck=recheck,
    )
