"""The command `close`: which days, and how it ended."""

from __future__ import annotations

import argparse
import logging
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.cli.exit_status import CLEAN, DIFFERENCES, INCOMPLETE
from reconcile.core.errors import UsageError
from reconcile.core.text import counted, printable, shown
from reconcile.settings.environment import checked_venue
from reconcile.settings.file import read_settings
from reconcile.settings.model import Settings

if TYPE_CHECKING:
    from reconcile.close.obstacles import Obstacle

log = logging.getLogger("reconcile")
_NAMED = 20
"""How many things that stand in the way are logged one by one; the JSON has all."""


def close_days(options: argparse.Namespace) -> int:
    """Close the days that the options name. Returns the exit status."""
    from reconcile.batch.close import close
    from reconcile.batch.folder import locked_folder
    from reconcile.batch.report_files import Output
    from reconcile.cli.rules import check_rule_names
    from reconcile.language.translate import language

    given = read_settings(options.config)
    check_rule_names(given)
    days = _days(options, given.settings)
    venue = None if options.of_venue is None else checked_venue(options.of_venue, "--venue")
    beside = Path(given.file).parent if given.file else Path()
    with locked_folder(options.out):
        closed = close(
            days,
            venue,
            settings=given.settings,
            out=Output(options.out, language(options.lang)),
            documents=beside,
        )
    options.say("".join(f"{path}\n" for path in closed.paths))
    month = closed.month
    name = f"{days[0]} to {days[1]}"
    if month.closed:
        log.info("%s: CLOSED", name)
        return CLEAN
    log.warning(
        "%s: NOT YET: %s in the way", name, counted(len(month.obstacles), "thing stands", "things stand")
    )
    runs = list(_runs_of_days(month.obstacles))
    for dates, what in runs[:_NAMED]:
        log.warning("  %s: %s", dates, printable(what))
    if len(runs) > _NAMED:
        log.warning("  and %d more: the report names all", len(runs) - _NAMED)
    return INCOMPLETE if month.unfetched else DIFFERENCES


def _runs_of_days(obstacles: Iterable[Obstacle]) -> Iterator[tuple[str, str]]:
    """The days and the sentence of what stands in the way; days one after another of the same sentence are one."""
    numbered = enumerate(obstacles)
    for (_, what), some in groupby(numbered, lambda each: (each[1].date.toordinal() - each[0], each[1].what)):
        dates = [each.date for _, each in some]
        yield (f"{dates[0]} to {dates[-1]}" if dates[1:] else f"{dates[0]}"), what


def _days(options: argparse.Namespace, settings: Settings) -> tuple[date, date]:
    """The range that is asked for. Raises `UsageError` for options that don't fit together."""
    if options.month and (options.close_from or options.close_to):
        raise UsageError("--month and --from/--to were both given; give a month or a range")
    if options.month:
        return _month(options.month)
    if not (options.close_from and options.close_to):
        raise UsageError("no month was given; add --month 2026-01, or --from and --to")
    first, last = settings.day(options.close_from), settings.day(options.close_to)
    if first > last:
        raise UsageError(f"--from {first} is after --to {last}; give the earlier day first")
    return first, last


def _month(text: str) -> tuple[date, date]:
    if re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", text) is None:
        raise UsageError(f"--month is {shown(text)}; give a month such as 2026-01")
    year, month = map(int, text.split("-"))
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])
