"""The command line arguments and their help texts."""

from __future__ import annotations

import argparse
import itertools
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from reconcile import __version__
from reconcile.cli.command_arguments import add_commands
from reconcile.cli.shared_arguments import (
    add_fail_on,
    add_how_much_is_said,
    add_language,
    add_log_format,
    folder,
)
from reconcile.core.logs import logs_json
from reconcile.core.text import shown

MOST_RECHECKED = 366
"""Days before that may be asked for again."""

_DESCRIPTION = """\
Reconcile a business day: check every Clopos receipt against the stock operations it caused.
Writes a workbook for the accountant, JSON for programs, and the evidence for both."""

_EPILOG = """\
examples:
  python -m reconcile doctor                                 first contact: what works, and what to do
  python -m reconcile --date 2026-01-19                      the demo day, or the live day if credentials are set
  python -m reconcile --date yesterday --source clopos --recheck 3   what a nightly job runs
  python -m reconcile --collect --venue all --source clopos  what a timer runs by day, for a chain of venues
  python -m reconcile --from 2026-01-01 --to 2026-01-31      a month, day by day
  python -m reconcile --source reports/2026-01-19.evidence.jsonl.gz   the same day again, offline
  python -m reconcile sandbox --discrepancies 0.05           a local test API with planted faults
  python -m reconcile rules cost-drift                       what a rule checks, and what to do
  python -m reconcile config                                 the settings in force, and where each comes from
  python -m reconcile close --month 2026-01                  a month: whether all is there, agreed and explained
  python -m reconcile judge reports --out judged             every day again, from its evidence alone
  python -m reconcile overview                               one page about all venues, for the owner
  python -m reconcile ledger                                 what is still open, since when, and who said what of it

environment:
  CLOPOS_CLIENT_ID, CLOPOS_CLIENT_SECRET, CLOPOS_BRAND, CLOPOS_INTEGRATOR_ID   all four, for the live API
  CLOPOS_VENUE_ID, CLOPOS_BASE_URL                                            another venue, another address
  RECONCILE_PING_URL       asked at the start (/start) and at the end (/<exit status>) of a run
  RECONCILE_WEBHOOK_URL    gets each day's control totals as JSON
  (or files of these names in $CREDENTIALS_DIRECTORY)

exit status:
  0  nothing to report     1  findings at or above --fail-on     2  wrong usage or settings
  3  the day is INCOMPLETE, or could not be fetched     70  a bug in the program     130, 143  interrupted"""


class _Parser(argparse.ArgumentParser):
    """Where the log is JSON, a wrong argument is one line of it; else the usage and a line, as argparse prints them."""

    def error(self, message: str) -> NoReturn:
        if not logs_json():
            super().error(message)
        logging.getLogger("reconcile").error("%s; see %s --help", message, self.prog)
        self.exit(2)


def log_format(arguments: Sequence[str]) -> str:
    """The value of `--log-format`, read before the arguments are parsed, as parsing may end with an error."""
    words = [word for each in arguments for word in each.split("=", 1)]
    return "json" if ("--log-format", "json") in itertools.pairwise(words) else "text"


def build_parser() -> argparse.ArgumentParser:
    """The parser of all arguments and commands."""
    parser = _Parser(
        prog="python -m reconcile",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"reconcile {__version__}")
    days = parser.add_argument_group("which days")
    days.add_argument("--date", metavar="DAY", help="one business day: YYYY-MM-DD, today or yesterday")
    days.add_argument("--from", dest="first", metavar="DAY", help="the first day of a range")
    days.add_argument("--to", dest="last", metavar="DAY", help="the last day of the range, included")
    days.add_argument(
        "--source",
        default="auto",
        metavar="auto|clopos|demo|FILE",
        help="the live API, the demo day, or an evidence file; auto: clopos if a credential is set, else demo",
    )
    days.add_argument(
        "--venue",
        action="append",
        metavar="ID|all",
        help="venue id (repeatable; default: the token's), or all",
    )
    days.add_argument(
        "--recheck",
        type=_days_back,
        default=0,
        metavar="N",
        help="also the N days before, where they have evidence: what was edited after the fact (live API)",
    )
    days.add_argument(
        "--collect",
        action="store_true",
        help="judge nothing: fetch what was closed since, every 15 minutes by day, so that the night asks for little",
    )
    output = parser.add_argument_group("output")
    output.add_argument("--out", type=folder, default=Path("reports"), metavar="DIR", help="default: reports")
    output.add_argument("--config", type=Path, metavar="FILE", help="settings (default: reconcile.toml)")
    add_fail_on(output, "error")
    add_language(output, "en")
    output.add_argument(
        "--format",
        action="append",
        choices=("csv", "json-only"),
        default=[],
        help="csv: also write findings and corrections as CSV; json-only: write no workbook, so carry no open items",
    )
    output.add_argument(
        "--summary", action="store_true", help="print a plain-text summary, for an e-mail, before the paths"
    )
    add_how_much_is_said(output, is_said=False)
    operators = parser.add_argument_group("for operators")
    add_log_format(operators, "text")
    operators.add_argument(
        "--metrics",
        type=Path,
        metavar="FILE",
        help="write the run's figures as Prometheus text, such as x.prom",
    )
    commands = parser.add_subparsers(dest="command", metavar="", title="other commands")
    add_commands(commands)
    return parser


def _days_back(text: str) -> int:
    allowed = f"give a whole number of days from 0 to {MOST_RECHECKED}"
    if not re.fullmatch("[0-9]{1,9}", text.strip(), re.ASCII):
        raise argparse.ArgumentTypeError(f"{shown(text)} is no number of days; {allowed}")
    if int(text) > MOST_RECHECKED:
        raise argparse.ArgumentTypeError(f"{int(text)} days are too many; {allowed}")
    return int(text)
