"""The command: logging, exit statuses, and the only place where all exceptions are caught.

Heavy libraries are imported by the functions that need them, so that `--help` is fast.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reconcile import __version__
from reconcile.batch.monitoring import Monitoring
from reconcile.cli.arguments import FAILING, build_parser, log_format
from reconcile.cli.output import StandardOutput
from reconcile.cli.stopping import INTERRUPTED, TERMINATED, Stop
from reconcile.core.errors import Bug, CredentialsRefused, ReconcileError, UsageError
from reconcile.core.files import check_temporary_folder
from reconcile.core.logs import about, hide_secrets, set_up_logging
from reconcile.settings.environment import Environment, checked_venue
from reconcile.settings.file import read_settings
from reconcile.settings.model import Settings

if TYPE_CHECKING:
    from reconcile.batch.write import Outcome, Output


log = logging.getLogger("reconcile")

USAGE, BUG, INCOMPLETE, DIFFERENCES, CLEAN = 2, 70, 3, 1, 0
_ALL_VENUES = "all"
_WORST_FIRST = (INTERRUPTED, TERMINATED, USAGE, BUG, INCOMPLETE, DIFFERENCES, CLEAN)


def main(arguments: Sequence[str] | None = None, stop: Stop | None = None) -> int:
    """Run the command and return its exit status. An expected error is logged in one sentence.

    `stop`: the answer to signals, if it is installed.
    """
    stop, output = stop or Stop(), StandardOutput()
    options, monitoring = argparse.Namespace(command=None), Monitoring()
    arguments = sys.argv[1:] if arguments is None else arguments
    set_up_logging(quiet=False, verbose=False, log_format=log_format(arguments))
    try:
        options = build_parser().parse_args(arguments)
        set_up_logging(quiet=options.quiet, verbose=options.verbose, log_format=options.log_format)
        options.say, options.check_stop = output.say, stop.check
        status = _run(options, monitoring)
        if output.error is not None:
            status = min(status, _log_failure(output.error), key=_WORST_FIRST.index)
        stop.check()  # a signal that was lost
    except BaseException as error:
        if stop.status is not None or isinstance(error, KeyboardInterrupt):
            status = stop.status or INTERRUPTED
            if options.command is None:
                log.warning("interrupted; run the same command again to continue from what was fetched")
        elif isinstance(error, Exception):
            status = _log_failure(error)
        else:
            raise
    with contextlib.suppress(KeyboardInterrupt):  # the run has ended
        status = min(status, monitoring.write_metrics(status), key=_WORST_FIRST.index)
        monitoring.run_ended(status)
    return status


def _run(options: argparse.Namespace, monitoring: Monitoring) -> int:
    if options.command is None:
        return _reconcile_days(options, monitoring)
    if options.date or options.first or options.last or options.venue:
        raise UsageError(f"'{options.command}' takes no days or venues; leave them out")
    commands = {
        "rules": _print_rules,
        "config": _print_settings,
        "schema": _print_schema,
        "sandbox": _serve_sandbox,
        "doctor": _diagnose,
    }
    return commands[options.command](options)


def _log_failure(error: Exception, where: str = "") -> int:
    """Log why a run ended, with the traceback if it is a bug, and return the exit status."""
    if not isinstance(error, ReconcileError):
        bug = f"this is a bug in reconcile {__version__}, not in your data; please report it with these lines"
        log.error("%s%s", where, bug, exc_info=error)
        return BUG
    log.error("%s%s", where, error, exc_info=error if isinstance(error, Bug) else None)
    return error.exit_status


def _print_rules(options: argparse.Namespace) -> int:
    from reconcile.cli.rules import describe, overview

    options.say(overview() if options.name is None else describe(options.name))
    return CLEAN


def _print_settings(options: argparse.Namespace) -> int:
    from reconcile.settings.show import environment_as_comments, settings_as_toml

    given = read_settings(options.config)
    if given.settings.rules.off or given.settings.rules.severity:
        from reconcile.cli.rules import check_rule_names

        check_rule_names(given)
    words, wrong = environment_as_comments(Environment())
    options.say(settings_as_toml(given) + words)
    if wrong:
        raise UsageError(wrong[0])
    return CLEAN


def _diagnose(options: argparse.Namespace) -> int:
    from reconcile.doctor.command import diagnose

    report = diagnose(Environment(), read_settings(options.config).settings, options.out)
    options.say(report.as_json() if options.json else report.as_text())
    return report.status


def _print_schema(options: argparse.Namespace) -> int:
    from importlib.resources import files

    options.say(files("reconcile").joinpath("schemas", f"{options.name}.json").read_text(encoding="utf-8"))
    return CLEAN


def _serve_sandbox(options: argparse.Namespace) -> int:
    from reconcile.sandbox.command import SandboxOptions, serve

    sandbox_options = SandboxOptions(
        evidence=options.evidence,
        day=Settings().day(options.day) if options.day else None,
        receipts=options.receipts,
        seed=options.seed,
        discrepancies=options.discrepancies,
        scenario=options.play,
    )
    serve(sandbox_options, options.port, options.planted, options.say)
    return CLEAN


class _Day(NamedTuple):
    """A day to reconcile, of a venue; the day of an evidence file is known when it is read."""

    what: str
    run: Callable[[], Outcome]
    day: date | None = None
    venue: int | None = None


def _reconcile_days(options: argparse.Namespace, monitoring: Monitoring) -> int:
    environment = Environment()
    monitoring.start(environment, options.metrics)
    check_temporary_folder()
    from reconcile.batch.folder import locked_folder  # its libraries look for a temporary folder as they load
    from reconcile.cli.rules import check_rule_names

    given = read_settings(options.config)
    settings = given.settings
    check_rule_names(given)
    source = options.source
    if source == "auto":
        source = "clopos" if environment.has_any_credential() else "demo"
    with contextlib.ExitStack() as stack:
        if source == "clopos":
            runs = _live_runs(options, settings, environment, stack)
        else:
            runs = _replayed_runs(options, settings, source)
        stack.enter_context(locked_folder(options.out))
        return _run_all(runs, options, monitoring)


def _run_all(days: Sequence[_Day], options: argparse.Namespace, monitoring: Monitoring) -> int:
    """Run all, also after one fails. Of several, log a line for each at the end and return the worst status."""
    if len(days) == 1:
        return _run_one(days[0], options, monitoring)[0]
    ended: list[tuple[int, str]] = []
    for number, day in enumerate(days, start=1):
        try:
            ended.append(_run_one(day, options, monitoring))
        except Exception as error:
            with about(day.day, day.venue):
                ended.append((_log_failure(error, f"{day.what}: "), f"{day.what}: NOT RECONCILED. {error}"))
            if isinstance(error, CredentialsRefused):
                ended += [
                    (error.exit_status, f"{other.what}: NOT RECONCILED. Not tried.")
                    for other in days[number:]
                ]
                break
    log.info("%d days and venues:", len(days))
    for (status, line), day in zip(ended, days, strict=True):
        with about(day.day, day.venue):
            log.info("  status %d  %s", status, line)
    return min((status for status, _ in ended), key=_WORST_FIRST.index)


def _run_one(day: _Day, options: argparse.Namespace, monitoring: Monitoring) -> tuple[int, str]:
    """Reconcile one day of one venue. Returns its exit status and a line about it."""
    from reconcile.batch.log_line import in_one_line

    options.check_stop()
    began = time.monotonic()
    try:
        with about(day.day, day.venue):
            outcome = day.run()
        result = outcome.result
        with about(result.header.date, result.header.venue_id):
            status = _conclude(day.what, outcome, options)
    except BaseException:
        monitoring.day_failed(day.venue, time.monotonic() - began)
        raise
    monitoring.day_done(day.venue, time.monotonic() - began, result, status)
    return status, f"{day.what}: {in_one_line(result)}"


def _live_runs(
    options: argparse.Namespace, settings: Settings, environment: Environment, stack: contextlib.ExitStack
) -> list[_Day]:
    from reconcile.batch.live import fetch_and_reconcile
    from reconcile.clopos.session import Session

    days = _days(options, settings)
    credentials = environment.credentials()
    hide_secrets(credentials.secrets)
    given = options.venue or ()
    is_all = _ALL_VENUES in given
    if is_all and len(given) > 1:
        raise UsageError("--venue all is every venue of the brand; leave out the other --venue")
    venues: Sequence[int | None] = ()
    if not is_all:
        venues = [checked_venue(text, "--venue") for text in given] or [environment.venue_id()]
    show_progress = not (options.no_progress or options.quiet)
    session = stack.enter_context(Session(credentials, settings.api, show_progress))
    if is_all:
        venues = session.venues()
    fetch = partial(fetch_and_reconcile, session=session, settings=settings, out=_output(options))
    return [
        _Day(f"{day}" if venue is None else f"{day}, venue {venue}", partial(fetch, day, venue), day, venue)
        for day in days
        for venue in dict.fromkeys(venues)
    ]


def _replayed_runs(options: argparse.Namespace, settings: Settings, source: str) -> list[_Day]:
    from reconcile.batch.write import replay
    from reconcile.evidence.demo import demo_path

    out = _output(options)
    if options.venue:
        raise UsageError("--venue is for the live API; evidence and the demo have one venue: leave it out")
    if source != "demo":
        expected = _days(options, settings)[0] if options.date or options.first else None
        return [_Day(source, partial(replay, Path(source), settings, out, expected))]
    paths = {day: demo_path(day) for day in _days(options, settings)}
    log.warning(
        "DEMO: no credentials are set, or --source demo was given. These are invented receipts, not yours."
    )
    return [
        _Day(f"the demo of {day}", partial(replay, path, settings, out), day) for day, path in paths.items()
    ]


def _output(options: argparse.Namespace) -> Output:
    from reconcile.batch.write import Output
    from reconcile.language.translate import language

    return Output(
        options.out,
        language(options.lang),
        workbook="json-only" not in options.format,
        csv="csv" in options.format,
        summary=options.summary,
    )


def _days(options: argparse.Namespace, settings: Settings) -> list[date]:
    """The days asked for, in order. Raises `UsageError` for options that don't fit together."""
    if options.date and (options.first or options.last):
        raise UsageError("--date and --from/--to were both given; give one day or a range")
    if options.date:
        return [settings.day(options.date)]
    if not (options.first and options.last):
        raise UsageError("no day was given; add --date 2026-01-19 (or today, yesterday), or --from and --to")
    first, last = settings.day(options.first), settings.day(options.last)
    if first > last:
        raise UsageError(f"--from {first} is after --to {last}; give the earlier day first")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _conclude(what: str, outcome: Outcome, options: argparse.Namespace) -> int:
    """Print what was asked for, log the verdict in one line, and return the exit status."""
    from reconcile.batch.log_line import in_one_line, what_is_missing

    paths = "".join(f"{path}\n" for path in outcome.paths)
    options.say(f"{outcome.summary}\n{paths}" if options.summary else paths)
    result = outcome.result
    log.log(logging.INFO if result.complete else logging.WARNING, "%s: %s", what, in_one_line(result))
    for missing in what_is_missing(result):
        log.warning("  missing: %s", missing)
    if result.crashed_rules:
        return BUG
    if not result.complete:
        return INCOMPLETE
    return DIFFERENCES if any(result.count(severity) for severity in FAILING[options.fail_on]) else CLEAN
