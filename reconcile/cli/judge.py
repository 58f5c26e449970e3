"""The command `judge`: what is to be judged, by which engine, and how it ended."""

from __future__ import annotations

import argparse
import logging

from reconcile.cli.exit_status import BUG, CLEAN, DIFFERENCES, INCOMPLETE, worst
from reconcile.cli.rules import check_rule_names
from reconcile.cli.shared_arguments import FAILING
from reconcile.core.errors import UsageError
from reconcile.core.files import check_temporary_folder
from reconcile.core.text import shown
from reconcile.settings.file import read_settings

log = logging.getLogger("reconcile")
_MOST_WORKERS = 1024


def judge_days(options: argparse.Namespace) -> int:
    """Judge the days that the options name. Returns the exit status, the worst of all days."""
    check_temporary_folder()
    scheduler = _scheduler(options)
    workers = _workers(options)
    given = read_settings(options.config)
    check_rule_names(given)
    from reconcile.judge.job import Job
    from reconcile.judge.places import absolute
    from reconcile.judge.program import program
    from reconcile.judge.run import default_workers, judge_all
    from reconcile.rulebook.rules import RULES

    job = Job(
        given.settings,
        absolute(str(options.judged)),
        options.workbooks,
        options.lang,
        program(),
        compares=options.changed_rules,
    )
    totals = judge_all(
        options.paths,
        job,
        scheduler=scheduler,
        workers=workers or default_workers(),
        shows_progress=not (options.no_progress or options.quiet),
    )
    if options.changed_rules and totals.changes.days:
        options.say(totals.changes.as_text(rule.name for rule in RULES))
    options.say(f"{totals.in_words()}\n")
    statuses = [CLEAN, *totals.failures]
    statuses += [BUG] * totals.crashed + [INCOMPLETE] * totals.incomplete
    if options.changed_rules:
        statuses += [DIFFERENCES] * bool(totals.changes.changed_days)
    else:
        statuses += [DIFFERENCES] * any(each in totals.severities for each in FAILING[options.fail_on])
    return worst(*statuses)


def _scheduler(options: argparse.Namespace) -> str | None:
    """The address of the scheduler; None for the engine of this machine."""
    if options.engine == "local":
        if options.scheduler is not None:
            raise UsageError("--scheduler is for --engine dask; give both or neither")
        return None
    if options.workers is not None:
        raise UsageError("--workers is for --engine local; the cluster has its own workers: leave it out")
    if not options.scheduler:
        raise UsageError(
            "--engine dask needs the address of a scheduler: add --scheduler tcp://10.0.0.5:8786"
        )
    scheduler: str = options.scheduler
    return scheduler


def _workers(options: argparse.Namespace) -> int | None:
    if options.workers is None:
        return None
    text = options.workers.strip()
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _MOST_WORKERS):
        raise UsageError(f"--workers is {shown(text)}; give a whole number from 1 to {_MOST_WORKERS}")
    return int(text)
