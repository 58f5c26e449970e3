"""`--collect`: which days and venues, one after the other, and what is said of each."""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reconcile.cli.exit_status import CLEAN, INCOMPLETE, log_failure, worst
from reconcile.cli.venues import venues_asked
from reconcile.core.errors import CredentialsRefused, NotWritable, UsageError
from reconcile.core.files import check_temporary_folder
from reconcile.core.logs import hide_secrets
from reconcile.core.text import counted
from reconcile.settings.environment import Environment
from reconcile.settings.file import read_settings

if TYPE_CHECKING:
    from reconcile.batch.collect import Collecting, VenueDay
    from reconcile.clopos.collect import Collected

log = logging.getLogger("reconcile")


def collect(options: argparse.Namespace) -> int:
    """Collect the days and venues that the options name. Returns the exit status, the worst of several."""
    environment = Environment()
    check_temporary_folder()
    from reconcile.batch.collect import Collecting
    from reconcile.batch.folder import locked_folder
    from reconcile.clopos.session import Session

    settings = read_settings(options.config).settings
    _check(options, environment)
    asked = [settings.day(options.date)] if options.date else []
    credentials = environment.credentials()
    hide_secrets(credentials.secrets)
    venues_of = venues_asked(options.venue or (), environment)
    with (
        locked_folder(options.out, is_collecting=True),
        Session(credentials, settings.api, False, settings.api.share) as session,
    ):
        collecting = Collecting(session, settings, options.out)
        return _take_turns(collecting, collecting.days(venues_of(session), asked), options.check_stop)


def _check(options: argparse.Namespace, environment: Environment) -> None:
    """Raises `UsageError` for options that don't go with `--collect`."""
    source = options.source
    if source not in ("auto", "clopos") or (source == "auto" and not environment.has_any_credential()):
        raise UsageError(
            "--collect asks the live API what was closed since; evidence and the demo can't tell: leave it out, or "
            "set the credentials and give --source clopos"
        )
    given = {
        "--from/--to": options.first or options.last,
        "--recheck": options.recheck,
        "--format": options.format,
        "--summary": options.summary,
        "--metrics": options.metrics,
    }
    if wrong := [name for name, value in given.items() if value]:
        raise UsageError(
            f"--collect judges nothing and collects today, or the day of --date: leave out {', '.join(wrong)}"
        )


def _take_turns(collecting: Collecting, days: Sequence[VenueDay], check_stop: Callable[[], None]) -> int:
    """Give each day its turn, until the time is over; log what was collected, and by name what was not."""
    minutes = collecting.settings.api.collect_minutes
    ends_at = time.monotonic() + minutes * 60
    done: list[Collected] = []
    statuses = [CLEAN]
    for number, day in enumerate(days):
        check_stop()
        left = (ends_at - time.monotonic()) / 60
        if left <= 0:
            names = "; ".join(map(str, days[number:]))
            log.warning("not read within %g minutes, and first in the next collection: %s", minutes, names)
            statuses.append(INCOMPLETE)
            break
        try:
            found = collecting.collect(day, left)
        except Exception as error:
            statuses.append(log_failure(error, f"{day}: "))
            if isinstance(error, CredentialsRefused | NotWritable):
                break
            continue
        done.append(found)
        if found.missing:
            missing = counted(found.missing, "receipt")
            log.warning("%s: the operations of %s were not had; the next collection asks again", day, missing)
            statuses.append(INCOMPLETE)
    _tell(done, collecting.settings.thresholds.late_minutes)
    return worst(*statuses)


def _tell(done: Sequence[Collected], late_minutes: int) -> None:
    receipts, waiting, requests = (
        sum(getattr(each, name) for each in done) for name in ("receipts", "waiting", "requests")
    )
    log.info(
        "collected from %s: the operations of %s, with %s; %d wait until they have not changed for %d minutes",
        counted(len(done), "day of a venue", "days of venues"), counted(receipts, "receipt"),
        counted(requests, "request"), waiting, late_minutes,
    )  # fmt: skip
