"""Reconciles a day from its evidence and writes the reports and the books."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from reconcile.batch import folder as output
from reconcile.batch.earlier_stock import earlier_stock
from reconcile.batch.report_files import Output, write_documents, write_workbook
from reconcile.books.write import write_books
from reconcile.core.errors import UsageError
from reconcile.core.logs import about
from reconcile.engine.day import judge_frames
from reconcile.engine.result import Result
from reconcile.evidence.day import Evidence
from reconcile.evidence.records import read_evidence
from reconcile.frames import Day, build_day
from reconcile.ledger.item import CARRIED_FORWARD
from reconcile.ledger.ledger import Ledger
from reconcile.model.changed import ChangedField
from reconcile.report import corrections_csv, findings_csv, findings_json
from reconcile.settings.model import Settings

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The result of a day, the files that were written, and the body of a mail if asked for."""

    result: Result
    paths: tuple[Path, ...]
    summary: str = ""
    open_items: int | None = None
    """How many its ledger carries forward; None where it has no ledger."""

    @property
    def changed_since(self) -> tuple[ChangedField, ...]:
        """What differs from the earlier evidence of the day."""
        return self.result.changed_since


def replay(path: Path, settings: Settings, out: Output, expected: date | None = None) -> Outcome:
    """Judge an evidence file again, offline; no evidence is written. Raises `UsageError` if it is of another day.

    The stocks go on from earlier evidence in the output folder, and beside the file.
    """
    evidence = read_evidence(path)
    if expected is not None and evidence.header.date != expected:
        raise UsageError(f"{path} is evidence of {evidence.header.date}, not of {expected}; leave out --date")
    folders = [out.folder]
    if path.absolute().parent != out.folder.absolute():
        folders.append(path.parent)
    with about(evidence.header.date, evidence.header.venue_id):
        return report(judge(evidence, settings, folders), out)


def judge(
    evidence: Evidence, settings: Settings, folders: Sequence[Path], frames: Day | None = None
) -> Result:
    """The result of a day whose stocks go on from the earlier evidence in the folders, of which the first is that of
    the output. `frames`: the day's, if built.
    """
    earlier = earlier_stock(folders, evidence, settings)
    return judge_frames(frames or build_day(evidence, settings), evidence, settings, earlier=earlier)


def report(result: Result, out: Output) -> Outcome:
    """Write the workbook, with the answers of earlier ones, the JSON, the CSV and the books, each atomically.

    The workbook modules are imported only if needed. The books are no report: their paths are not in the outcome.
    """
    ledger = None
    if out.workbook or out.summary:
        from reconcile.batch.history import remember
        from reconcile.ledger.database import in_ledger

        ledger = in_ledger(out.folder, partial(remember, result, out.folder))
    paths = write_reports(result, out, ledger)
    summary, open_items = "", None
    if ledger is not None:
        open_items = len(ledger.selected(closing=CARRIED_FORWARD))
        if out.summary:
            from reconcile.report import mail

            summary = mail.render(result, ledger, out.language)
        if out.workbook:
            from reconcile.batch.keep_day import keep_day

            in_ledger(out.folder, partial(keep_day, result, ledger))
    write_books(result, out.folder)
    return Outcome(result, paths, summary, open_items)


def write_reports(result: Result, out: Output, ledger: Ledger | None) -> tuple[Path, ...]:
    """Write the workbook, which needs the day's ledger, the JSON, and the CSV if asked for or there; their paths."""
    base = output.base_name(result.header)
    documents = {"json": findings_json.render(result)}
    has_csv = out.csv or (out.folder / f"{base}.csv").exists()  # one of an earlier run would be stale
    if has_csv:
        documents["csv"] = findings_csv.render(result)
    paths = []
    if out.workbook and ledger is not None:
        from reconcile.report import workbook

        write = partial(workbook.write, result, ledger, language=out.language)
        paths.append(write_workbook(out.folder, base, write))
        if has_csv:
            documents["corrections.csv"] = corrections_csv.render(result, ledger)
    return (*paths, *write_documents(out.folder, base, documents))
