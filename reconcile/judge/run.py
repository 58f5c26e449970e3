"""A run over many days: the plan, the engine that spreads it, and what became of each day."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from reconcile.batch.folder import locked_folder
from reconcile.core.errors import NotWritable, UsageError
from reconcile.core.files import remove_drafts
from reconcile.core.text import counted
from reconcile.judge.cluster import Cluster
from reconcile.judge.compare import AllChanges
from reconcile.judge.job import FAILED, JUDGED, SKIPPED, Job, Judged
from reconcile.judge.local import judge_here
from reconcile.judge.marks import FOLDER, Mark, read_mark
from reconcile.judge.places import Results, is_address, named
from reconcile.judge.plan import Plan, plan
from reconcile.judge.progress import DaysProgress

log = logging.getLogger("reconcile")
_NAMED = 50
"""How many failures are logged one by one."""
_MARKS_READ = 10_000
"""How many days that are there, and were not given, are looked at."""


@dataclasses.dataclass
class Totals:
    """What became of all days."""

    days: Counter[str] = dataclasses.field(default_factory=Counter)
    """How many were judged, skipped, or failed."""
    failures: set[int] = dataclasses.field(default_factory=set)
    """The exit statuses of those that failed."""
    crashed: bool = False
    """Whether a rule crashed."""
    incomplete: bool = False
    severities: set[str] = dataclasses.field(default_factory=set)
    """`error`, `warning`: those that any day has findings of."""
    changes: AllChanges = dataclasses.field(default_factory=AllChanges)

    def add(self, judged: Judged) -> None:
        """Add a day, and log what is to be said of it."""
        self.days[judged.state] += 1
        if judged.state != FAILED or self.days[FAILED] <= _NAMED:
            for level, text in judged.said:
                log.log(level, "%s", text)
        elif self.days[FAILED] == _NAMED + 1:
            log.error("more days failed; each of them is named by a run over fewer days")
        if judged.state == FAILED:
            self.failures.add(judged.status)
        if judged.changes is not None:
            self.changes.add(judged.name, judged.changes)
        if judged.mark is not None:
            self._add_mark(judged.mark)

    def _add_mark(self, mark: Mark) -> None:
        self.crashed |= mark.crashed > 0
        self.incomplete |= not mark.complete
        self.severities |= {
            name for name, count in (("error", mark.errors), ("warning", mark.warnings)) if count
        }

    def in_words(self) -> str:
        """The last line of a run."""
        judged, skipped, failed = (self.days[state] for state in (JUDGED, SKIPPED, FAILED))
        return f"{counted(judged, 'day')} judged, {skipped} skipped, {failed} failed"


def judge_all(
    given: Sequence[str], job: Job, *, scheduler: str | None, workers: int, shows_progress: bool
) -> Totals:
    """Judge the days whose evidence is given, here or, with a `scheduler`, on its workers.

    What is there from the same evidence, settings and program stays. Raises `UsageError` where there is nothing to
    judge, `NotWritable`, `Locked`, and where the cluster can't be used `DayUnavailable`.
    """
    if is_address(job.out) and scheduler is None:
        raise UsageError(
            f"--engine local writes to a folder of this machine, and --out is {named(job.out)}; give --engine dask"
        )
    with contextlib.ExitStack() as stack:
        cluster = None
        if scheduler is not None:
            cluster = stack.enter_context(contextlib.closing(Cluster(scheduler)))
        if not job.compares:
            stack.enter_context(_held(job.out, cluster))
        _check_workbooks(job)
        planned = plan(given)
        totals = Totals()
        for note in planned.notes:
            log.warning("%s", note)
        for failed in planned.failed:
            totals.add(failed)
        if not planned.days:
            return totals
        if cluster is None:
            outcomes = judge_here(job, planned.batches(workers), workers)
        else:
            cluster.look_for_workers()
            outcomes = cluster.judge(job, planned.batches(sum(cluster.good.values())))
        _take_in(outcomes, planned, totals, shows_progress)
        _remove_drafts(job)
        _name_others(job, planned)
        return totals


def _take_in(outcomes: Iterator[list[Judged]], planned: Plan, totals: Totals, shows_progress: bool) -> None:
    progress = DaysProgress(len(planned.days), shows_progress)
    try:
        for some in outcomes:
            progress.advance(len(some), sum(each.state == JUDGED for each in some))
            for judged in some:
                totals.add(judged)
                if judged.stops:
                    raise NotWritable(
                        "nothing more is judged; run the same command again once it can be written"
                    )
    finally:
        progress.close()
        outcomes.close()  # type: ignore[attr-defined]  # both are generators


def _remove_drafts(job: Job) -> None:
    """Remove what workers that were killed left half written."""
    folder = Results(job.out).folder
    if folder is not None and not job.compares:
        for each in (folder, folder / FOLDER):
            remove_drafts(each)


def _held(out: str, cluster: Cluster | None) -> contextlib.AbstractContextManager[None]:
    """Holds the place of the results for this run alone."""
    if is_address(out) and cluster is not None:
        return cluster.lock(out)
    return locked_folder(Path(out))


def _check_workbooks(job: Job) -> None:
    """Raises `UsageError` where the workbooks of the place carry the open items of nightly runs."""
    folder = Results(job.out).folder
    if folder is None or job.workbooks == "none" or job.compares:
        return
    if (folder / "ledger.sqlite").exists():
        raise UsageError(
            f"{folder} has the ledger of nightly runs, and workbooks written by judge bring no open items forward; "
            "give --out another folder, or --workbooks none"
        )


def _name_others(job: Job, planned: Plan) -> None:
    """Log which days that are there, and were not given, are of other settings or another program."""
    if job.compares:
        return
    results = Results(job.out)
    own = read_mark(results, planned.days[0].name)
    given = {day.name for day in planned.days}
    names = sorted({name.removesuffix(".json") for name in results.names(FOLDER)} - given)
    others = [
        name for name in names[:_MARKS_READ] if own is not None and _is_other(read_mark(results, name), own)
    ]
    if others:
        log.warning(
            "%s in %s, such as %s, %s judged with other settings or by another program, and not given now; "
            "give all evidence to have all days judged alike",
            counted(len(others), "other day"), named(job.out), others[0], "was" if len(others) == 1 else "were",
        )  # fmt: skip


def _is_other(mark: Mark | None, own: Mark) -> bool:
    return mark is not None and (mark.settings_sha256, mark.program) != (own.settings_sha256, own.program)


def default_workers() -> int:
    """One for each core that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
