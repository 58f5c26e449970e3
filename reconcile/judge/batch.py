"""Judges some days, one after the other: the same function in a process of this machine and on a cluster."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import tempfile
import threading
import traceback
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reconcile.batch.earlier_stock import DAYS_BACK, Remembered, stock_before
from reconcile.batch.folder import base_name, evidence_before, is_held_open, workbook_paths
from reconcile.batch.history import ledger_alone
from reconcile.batch.report_files import Output
from reconcile.batch.write import write_reports
from reconcile.books.database import in_memory
from reconcile.books.folder import day_folder
from reconcile.books.origin import settings_digest
from reconcile.books.write import write_books
from reconcile.core.errors import Bug, DamagedEvidence, NotWritable, ReconcileError
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.evidence.day import Evidence
from reconcile.evidence.finished import digest_of_file
from reconcile.evidence.records import read_evidence
from reconcile.judge.compare import compare
from reconcile.judge.job import FAILED, JUDGED, SKIPPED, Batch, DayFile, Job, Judged, OtherProgram, Said
from reconcile.judge.marks import Mark, read_mark, write_mark
from reconcile.judge.places import Evidences, Results, folder_and_name, named
from reconcile.judge.program import program
from reconcile.language.translate import language
from reconcile.report import findings_json

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ONE_AT_A_TIME = threading.Lock()
"""Workers of a cluster may have several threads; a batch has its own files and connection, the log has not."""


def judge_batch(job: Job, batch: Batch) -> list[Judged]:
    """Judge the days of a batch, each whole or not at all. What is wrong with one is in its `Judged`.

    Raises `OtherProgram` where this is not the program that asks for it.
    """
    if job.program != program():
        raise OtherProgram(f"it is {program()}, not {job.program}")
    with (
        _ONE_AT_A_TIME,
        tempfile.TemporaryDirectory(prefix="reconcile-") as scratch,
        in_memory() as books,
    ):
        judging = _Judging(job, batch, Path(scratch), books)
        return list(judging.days())


class _Judging:
    """A batch that is being judged."""

    def __init__(self, job: Job, batch: Batch, scratch: Path, books: DuckDBPyConnection) -> None:
        self._job, self._batch = job, batch
        self._results = Results(job.out)
        self._books = books
        self._evidences = Evidences(scratch)
        self._earlier = Remembered(job.settings.zone)
        self._settings_digest = settings_digest(job.settings)
        self._beside: dict[str, dict[str, str]] = {}
        for place in batch.beside:
            folder, name = folder_and_name(place)
            self._beside.setdefault(folder, {})[name] = place

    def days(self) -> Iterator[Judged]:
        for day in self._batch.days:
            with _captured() as said:
                judged = self._day(day)
            by_place = (
                Said(each.level, self._evidences.by_place(each.text)) for each in (*said, *judged.said)
            )
            yield dataclasses.replace(judged, said=tuple(by_place))
            if judged.stops:
                return

    def _day(self, day: DayFile) -> Judged:
        try:
            return self._judged(day)
        except ReconcileError as error:
            where = "" if isinstance(error, DamagedEvidence | NotWritable) else f"{named(day.place)}: "
            details = f"\n{traceback.format_exc().rstrip()}" if isinstance(error, Bug) else ""
            text = f"{where}{error}{details}"
            return _failed(day, text, error.exit_status, stops=isinstance(error, NotWritable))
        except OSError as error:
            return _failed(
                day, f"{named(day.place)} can't be read ({error.strerror}); give an evidence file", 2
            )
        except (
            Exception
        ):  # a bug that one day meets: its lines go to the command's log, and the other days are judged
            bug = f"this is a bug in {program()}, not in your data; please report it with these lines"
            return _failed(
                day, f"{named(day.place)}: {bug}\n{traceback.format_exc().rstrip()}", Bug.exit_status
            )

    def _judged(self, day: DayFile) -> Judged:
        job, results = self._job, self._results
        path = self._evidences.path_of(day.place)
        earlier = self._earlier_places(day)
        made_from = self._mark(earlier)
        there = None if job.compares else read_mark(results, day.name)
        if there is not None and self._is_there(there, made_from, path):
            return Judged(day.name, day.place, SKIPPED, there)
        evidence = read_evidence(path)
        if base_name(evidence.header) != day.name:
            raise DamagedEvidence(f"{named(day.place)} was changed while it was being judged; judge it again")
        result = self._reconciled(evidence, earlier)
        self._earlier.keep(path, evidence)
        mark = msgspec.structs.replace(
            made_from,
            evidence_sha256=evidence.digest,
            complete=result.complete,
            errors=result.count("error"),
            warnings=result.count("warning"),
            crashed=len(result.crashed_rules),
        )
        if job.compares:
            return self._compared(day, result, mark)
        with results.written() as folder:
            mark = self._written(result, folder, mark)
        write_mark(results, day.name, mark)
        return Judged(day.name, day.place, JUDGED, mark)

    # ------------------------------------------------------------ what is there

    def _earlier_places(self, day: DayFile) -> list[str]:
        beside = self._beside.get(folder_and_name(day.place)[0], {})
        return [beside[name] for name in evidence_before(beside, day.header, DAYS_BACK)]

    def _mark(self, earlier: Sequence[str]) -> Mark:
        """The mark of a day that is not judged yet, as far as it is known before its evidence is read."""
        digest = hashlib.sha256()
        for place in earlier:
            name = folder_and_name(place)[1]
            digest.update(f"{name} {self._evidences.digest_of(place)}\n".encode())
        return Mark(
            program=program(),
            settings_sha256=self._settings_digest,
            evidence_sha256="",
            earlier_sha256=digest.hexdigest(),
        )

    def _is_there(self, there: Mark, made_from: Mark, path: Path) -> bool:
        """Whether the day was judged from the same, and all its files are as they were written."""
        if not there.is_made_from(made_from) or self._lacks_workbook(there):
            return False
        with contextlib.suppress(OSError, EOFError, zlib.error):
            return there.evidence_sha256 == digest_of_file(path) and self._results.has(there.files)
        return False

    def _lacks_workbook(self, there: Mark) -> bool:
        return there.wants_workbook(self._job.workbooks) and there.language != self._job.language

    # ------------------------------------------------------------ judging

    def _reconciled(self, evidence: Evidence, earlier: Iterable[str]) -> Result:
        paths = map(self._evidences.path_of, earlier)
        stock = stock_before(paths, evidence, self._earlier)
        return reconcile_day(evidence, self._job.settings, earlier=stock)

    def _written(self, result: Result, folder: Path, mark: Mark) -> Mark:
        """Write the reports and the books into the folder. Returns the mark with their digests."""
        base = base_name(result.header)
        wanted = mark.wants_workbook(self._job.workbooks)
        out = Output(folder, language(self._job.language), workbook=wanted)
        paths = list(write_reports(result, out, ledger_alone(result) if wanted else None))
        if not wanted and self._job.workbooks != "none":
            _remove_workbook(folder, base)
        header = result.header
        write_books(result, folder, self._books)
        paths += day_folder(folder, header.date, header.venue_id, demo=header.demo).glob("*.parquet")
        files = {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(paths)
        }
        return msgspec.structs.replace(mark, files=files, language=self._job.language if wanted else "")

    def _compared(self, day: DayFile, result: Result, mark: Mark) -> Judged:
        content = self._results.read(f"{day.name}.json")
        if content is None:
            return Judged(day.name, day.place, SKIPPED, mark)
        now = json.loads(findings_json.render(result))
        try:
            changes = compare(json.loads(content), now)
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
            place = named(f"{self._job.out}/{day.name}.json")
            text = f"{place} is no report that can be compared; judge its day without --changed-rules first"
            return _failed(day, text, 2)
        return Judged(day.name, day.place, JUDGED, mark, changes=changes)


def _failed(day: DayFile, text: str, status: int, *, stops: bool = False) -> Judged:
    return Judged(day.name, day.place, FAILED, None, status, (Said(logging.ERROR, text),), stops)


def _remove_workbook(folder: Path, base: str) -> None:
    """Remove the workbook of an earlier judging, which would be stale, where nobody wrote into it."""
    path = next(workbook_paths(folder, base))
    if path.is_file():
        from reconcile.report.excel.package import is_untouched

        if is_untouched(path) and not is_held_open(path):
            path.unlink()
        else:
            logging.getLogger(__name__).warning(
                "%s was edited or is open; it stays, and is of an earlier judging of its day", path
            )


@contextlib.contextmanager
def _captured() -> Iterator[list[Said]]:
    """Within, warnings are kept for the log of the command, which runs elsewhere."""
    said: list[Said] = []
    thread = threading.get_ident()

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread:
                said.append(Said(record.levelno, record.getMessage()))

    keeper, logger = Keeper(logging.WARNING), logging.getLogger("reconcile")
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(keeper)
    try:
        yield said
    finally:
        logger.removeHandler(keeper)
        logger.propagate = propagated
