"""The days and venues to reconcile: which they are, one after the other, and what is said of each."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import logging
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reconcile.batch.monitoring import Monitoring
from reconcile.cli.exit_status import BUG, CLEAN, DIFFERENCES, INCOMPLETE, log_failure, worst
from reconcile.cli.shared_arguments import FAILING
from reconcile.cli.venues import venues_asked
from reconcile.core.errors import CredentialsRefused, UsageError
from reconcile.core.files import check_temporary_folder
from reconcile.core.logs import about, hide_secrets
from reconcile.settings.environment import Environment
from reconcile.settings.file import read_settings
from reconcile.settings.model import Settings

if TYPE_CHECKING:
    from reconcile.batch.recheck import Rechecks
    from reconcile.batch.report_files import Output
    from reconcile.batch.write import Outcome
    from reconcile.report.venue_total import DayTotal

log = logging.getLogger("reconcile")


class _Ended(NamedTuple):
    """How a day ended."""

    status: int
    line: str
    total: DayTotal | None = None
    """None: it was not reconciled."""


class _Day(NamedTuple):
    """A day to reconcile, of a venue; the day of an evidence file is known when it is read."""

    what: str
    run: Callable[[], Outcome]
    day: date | None = None
    venue: int | None = None
    is_recheck: bool = False
    """Whether it was not asked for, but is a day before those that were."""


def reconcile_days(options: argparse.Namespace, monitoring: Monitoring) -> int:
    """Reconcile the days and venues that the options name. Returns the exit status, the worst of several."""
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
        rechecks: Rechecks | None = None
        if source == "clopos":
            runs, rechecks = _live_runs(options, settings, environment, stack)
        else:
            runs = _replayed_runs(options, settings, source)
        stack.enter_context(locked_folder(options.out))
        if rechecks is None:
            return _run_all(runs, options, monitoring)
        status = _run_all([*_rechecked(rechecks), *runs], options, monitoring)
        if status in (CLEAN, DIFFERENCES):  # else the same command is run again, for the rest
            rechecks.finished()
        return status


def _rechecked(rechecks: Rechecks) -> list[_Day]:
    return [
        _Day(
            f"{_name(day, venue)}, rechecked", partial(rechecks.run, day, venue), day, venue, is_recheck=True
        )
        for day, venue, *_ in rechecks.plan()
    ]


def _name(day: date, venue: int | None) -> str:
    return f"{day}" if venue is None else f"{day}, venue {venue}"


def _run_all(days: Sequence[_Day], options: argparse.Namespace, monitoring: Monitoring) -> int:
    """Run all, also after one fails. Of several, log a line for each at the end, and the total of each venue of several
    days that were asked for, and return the worst status.
    """
    if len(days) == 1:
        return _run_one(days[0], options, monitoring).status
    ended: list[_Ended] = []
    for number, day in enumerate(days, start=1):
        try:
            ended.append(_run_one(day, options, monitoring))
        except Exception as error:
            with about(day.day, day.venue):
                status = log_failure(error, f"{day.what}: ")
                ended.append(_Ended(status, f"{day.what}: NOT RECONCILED. {error}"))
            if isinstance(error, CredentialsRefused):
                ended += [
                    _Ended(error.exit_status, f"{other.what}: NOT RECONCILED. Not tried.")
                    for other in days[number:]
                ]
                break
    log.info("%d days and venues:", len(days))
    for end, day in zip(ended, days, strict=True):
        with about(day.day, day.venue):
            log.info("  status %d  %s", end.status, end.line)
    _tell_totals(days, ended, options)
    return worst(*(end.status for end in ended))


def _tell_totals(days: Sequence[_Day], ended: Sequence[_Ended], options: argparse.Namespace) -> None:
    """Log the total of each venue of several days; print it too if summaries were asked for."""
    from reconcile.batch.log_line import total_in_one_line
    from reconcile.report.venue_total import VenueTotal

    for venue in dict.fromkeys(day.venue for day in days):
        of_venue = [day.venue == venue and not day.is_recheck for day in days]
        asked = [day.day for day in itertools.compress(days, of_venue) if day.day is not None]
        if len(asked) < 2:
            continue
        own = [end.total for end in itertools.compress(ended, of_venue)]
        total = VenueTotal(venue, asked, [each for each in own if each is not None])
        with about(None, venue):
            log.info("  total  %s", total_in_one_line(total))
        if options.summary:
            from reconcile.language.translate import language
            from reconcile.report import mail

            options.say(mail.render_total(total, language(options.lang)))


def _run_one(day: _Day, options: argparse.Namespace, monitoring: Monitoring) -> _Ended:
    """Reconcile one day of one venue."""
    from reconcile.batch.log_line import in_one_line

    options.check_stop()
    began = time.monotonic()
    try:
        with about(day.day, day.venue):
            outcome = day.run()
        result = outcome.result
        with about(result.header.date, result.header.venue_id):
            status = _conclude(day, outcome, options)
    except BaseException:
        monitoring.day_failed(day.venue, time.monotonic() - began)
        raise
    monitoring.day_done(day.venue, time.monotonic() - began, result, status, day.is_recheck)
    return _Ended(status, f"{day.what}: {in_one_line(result)}", _total(outcome))


def _total(outcome: Outcome) -> DayTotal:
    from reconcile.report.venue_total import DayTotal

    header, value = outcome.result.header, outcome.result.control.value
    complete = outcome.result.complete
    return DayTotal(header.date, value["over"], value["under"], complete, header.demo, outcome.open_items)


def _live_runs(
    options: argparse.Namespace, settings: Settings, environment: Environment, stack: contextlib.ExitStack
) -> tuple[list[_Day], Rechecks | None]:
    """The days asked for, and the days before them to recheck, if any are to be."""
    from reconcile.batch.live import fetch_and_reconcile
    from reconcile.batch.recheck import Rechecks
    from reconcile.clopos.session import Session

    days = _days(options, settings)
    credentials = environment.credentials()
    hide_secrets(credentials.secrets)
    venues_of = venues_asked(options.venue or (), environment)
    show_progress = not (options.no_progress or options.quiet)
    session = stack.enter_context(Session(credentials, settings.api, show_progress))
    venues, out = venues_of(session), _output(options)
    fetch = partial(fetch_and_reconcile, session=session, settings=settings, out=out)
    runs = [
        _Day(_name(day, venue), partial(fetch, day, venue), day, venue) for day in days for venue in venues
    ]
    if not options.recheck:
        return runs, None
    return runs, Rechecks(session, settings, out, days[0], days[-1], options.recheck, venues)


def _replayed_runs(options: argparse.Namespace, settings: Settings, source: str) -> list[_Day]:
    from reconcile.batch.write import replay
    from reconcile.evidence.demo import demo_path

    out = _output(options)
    if options.recheck:
        raise UsageError(
            "--recheck asks the live API what changed; evidence and the demo can't tell: leave it out, or give "
            "--source clopos"
        )
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
    from reconcile.batch.report_files import Output
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


def _conclude(day: _Day, outcome: Outcome, options: argparse.Namespace) -> int:
    """Print what was asked for, log the verdict in one line, and return the exit status."""
    from reconcile.batch.log_line import in_one_line, what_is_missing

    paths = "".join(f"{path}\n" for path in outcome.paths)
    has_summary = options.summary and (outcome.changed_since or not day.is_recheck)
    options.say(f"{outcome.summary}\n{paths}" if has_summary else paths)
    result = outcome.result
    log.log(logging.INFO if result.complete else logging.WARNING, "%s: %s", day.what, in_one_line(result))
    for missing in what_is_missing(result):
        log.warning("  missing: %s", missing)
    if result.crashed_rules:
        return BUG
    if not result.complete:
        return INCOMPLETE
    return DIFFERENCES if any(result.count(severity) for severity in FAILING[options.fail_on]) else CLEAN
