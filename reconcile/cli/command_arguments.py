"""The arguments of the commands besides reconciling days, and their help texts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from reconcile.cli.shared_arguments import (
    add_fail_on,
    add_how_much_is_said,
    add_language,
    add_log_format,
    add_place,
)


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """All of them."""
    rules = commands.add_parser("rules", help="list the rules; with NAME, describe one in full")
    rules.add_argument("name", nargs="?", metavar="NAME", help="a rule's name, such as cost-drift")
    _add_config(commands.add_parser("config", help="the settings in force, and where each comes from"))
    _add_doctor(commands.add_parser("doctor", help="first contact: what works, what does not, what to do"))
    _add_close(commands.add_parser("close", help="close a month: whether all is there, agreed and explained"))
    _add_judge(commands.add_parser("judge", help="judge many days again from their evidence, on every core"))
    _add_overview(commands.add_parser("overview", help="one page about all venues, for the owner"))
    _add_ledger(
        commands.add_parser("ledger", help="open items, one item's story, whether the trail is whole")
    )
    schema = commands.add_parser(
        "schema", help="JSON Schema of the report, of a line of the evidence, of a month"
    )
    schema.add_argument(
        "name", choices=("report", "evidence", "month"), help="which: report, evidence or month"
    )
    _add_sandbox(commands.add_parser("sandbox", help="a local test API (127.0.0.1 only)"))


def _add_config(config: argparse.ArgumentParser) -> None:
    config.formatter_class = argparse.RawDescriptionHelpFormatter
    config.description = """\
Print every setting in force as TOML, with its source: reconcile.toml or default.
Then list, as comments, which environment variables are set; secrets are never shown.
Nothing is fetched or written. A wrong key or value is named, with exit status 2."""
    config.epilog = """\
examples:
  python -m reconcile config                            the settings of a run in this folder
  python -m reconcile config --config venue-3.toml      another file
  python -m reconcile config > reconcile.toml           create a settings file to edit"""
    add_place(config, out=False)


def _add_doctor(doctor: argparse.ArgumentParser) -> None:
    doctor.description = (
        "Check the credentials, the address, what the service lets be read, the quota, the clock, the time zone and "
        "the output folder, with at most eight requests; a line each, with what to do. Writes no report."
    )
    doctor.epilog = (
        "exit status: 0 all well (warnings allowed), 2 settings or environment, 3 service or permission"
    )
    doctor.add_argument("--json", action="store_true", help="print JSON for programs")
    add_place(doctor)


def _add_close(close: argparse.ArgumentParser) -> None:
    close.formatter_class = argparse.RawDescriptionHelpFormatter
    close.description = """\
Close a month, or another range of days, from the books in the output folder: nothing is asked of the API.
Writes 2026-01.xlsx and 2026-01.json: CLOSED, or NOT YET and what stands in the way, by day; and what to re-enter
in the point of sale as 2026-01.corrections.csv. movements.csv and counts.csv beside the settings, if there, explain
how stock moved and compare it with counts."""
    close.epilog = """\
examples:
  python -m reconcile close --month 2026-01                            January of the token's own venue
  python -m reconcile close --month 2026-01 --venue 3 --lang az        of venue 3, in Azerbaijani
  python -m reconcile close --from 2026-01-05 --to 2026-01-11          a week

exit status: 0 closed; 1 not yet; 2 wrong usage, or no such days; 3 a day is missing or incomplete: run it again"""
    close.add_argument("--month", metavar="MONTH", help="such as 2026-01")
    close.add_argument("--from", dest="close_from", metavar="DAY", help="the first day of a range")
    close.add_argument("--to", dest="close_to", metavar="DAY", help="the last day of the range, included")
    close.add_argument("--venue", dest="of_venue", metavar="ID", help="default: the token's own")
    add_language(close, argparse.SUPPRESS)
    add_place(close)
    add_how_much_is_said(close, is_said=argparse.SUPPRESS)
    add_log_format(close, argparse.SUPPRESS)


def _add_judge(judge: argparse.ArgumentParser) -> None:
    judge.formatter_class = argparse.RawDescriptionHelpFormatter
    judge.description = """\
Judge days again from their evidence: nothing is asked of the API. Writes each day's JSON and books, and a workbook
where it differs. What is there from the same evidence, settings and program is skipped, so that a run that was
interrupted goes on. A file that can't be read is named, and the rest is judged. The stocks of a day go on from the
evidence of earlier days beside its own. Workbooks stand alone: they bring no open items forward."""
    judge.epilog = """\
examples:
  python -m reconcile judge reports --out judged                       all evidence in a folder
  python -m reconcile judge 'chain/*/2026-01-*.gz' --out judged        what a pattern fits, here of several folders
  python -m reconcile judge reports --out reports --changed-rules      what this version and these settings would say
                                                                       differently; nothing is written
  python -m reconcile judge s3://chain/evidence --out s3://chain/judged --engine dask --scheduler tcp://10.0.0.5:8786
                                                                       on a cluster (pip install clopos-reconcile[dask])

exit status: the worst of all days: 0 nothing to report; 1 findings at or above --fail-on (with --changed-rules:
something changes); 2 wrong usage, or evidence that can't be read; 3 a day is INCOMPLETE, or could not be judged;
70 a bug"""
    judge.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="evidence files, folders of them, patterns, addresses such as s3://…",
    )
    judge.add_argument(
        "--out", dest="judged", required=True, type=_place, metavar="DIR", help="where the results go"
    )
    judge.add_argument(
        "--engine",
        choices=("local", "dask"),
        default="local",
        help="this machine, or a Dask cluster (default: local)",
    )
    judge.add_argument("--scheduler", metavar="ADDRESS", help="of the cluster, such as tcp://10.0.0.5:8786")
    judge.add_argument("--workers", metavar="N", help="processes of --engine local (default: one a core)")
    judge.add_argument(
        "--workbooks",
        choices=("differing", "all", "none"),
        default="differing",
        help="for which days: with an error or a warning, or INCOMPLETE; all; none (default: differing)",
    )
    judge.add_argument(
        "--changed-rules",
        action="store_true",
        help="write nothing: compare with the reports in --out, by rule: findings new, gone, changed, and money",
    )
    add_fail_on(judge, argparse.SUPPRESS)
    add_language(judge, argparse.SUPPRESS)
    add_place(judge, out=False)
    add_how_much_is_said(judge, is_said=argparse.SUPPRESS)
    add_log_format(judge, argparse.SUPPRESS)


def _add_overview(overview: argparse.ArgumentParser) -> None:
    overview.formatter_class = argparse.RawDescriptionHelpFormatter
    overview.description = """\
Write one page about all venues of the output folder, from the books and the ledger in it: nothing is asked of the API.
overview.html holds a calendar of days and venues, over and under by week, the costliest causes, and open items by age.
It is one file that needs no network and no server; it links to the workbooks beside it. The last 53 weeks are shown,
the last 90 days of them day by day."""
    overview.epilog = """\
examples:
  python -m reconcile overview                               reports/overview.html
  python -m reconcile overview --out /srv/reports --lang ru  of another folder, in Russian

exit status: 0 written; 2 wrong usage, no books, or books in two currencies; 3 written, but the books of a day can't be
read: the page names it"""
    add_language(overview, argparse.SUPPRESS, of="page")
    add_place(overview)
    add_how_much_is_said(overview, is_said=argparse.SUPPRESS)
    add_log_format(overview, argparse.SUPPRESS)


def _add_ledger(ledger: argparse.ArgumentParser) -> None:
    ledger.formatter_class = argparse.RawDescriptionHelpFormatter
    ledger.description = """\
List the open items of a folder, tell what became of one, or check the trail of events.
Reads ledger.sqlite in the folder; nothing is written."""
    ledger.epilog = """\
examples:
  python -m reconcile ledger                                 every open item, the oldest first
  python -m reconcile ledger --age 31 --value 1000 --csv     open for 31 days or more, of 1000 or more, as CSV
  python -m reconcile ledger show 3f0c1e5a7b9d2468           who said what of it, and when
  python -m reconcile ledger verify                          whether an event was changed, or is missing

exit status: 0 listed, or whole; 1 the trail is not whole; 2 no ledger, or no such item"""
    ledger.add_argument("what", nargs="*", metavar="show ID|verify", help="default: list the open items")
    ledger.add_argument("--venue", dest="of_venue", type=int, metavar="ID", help="only of this venue")
    ledger.add_argument("--rule", metavar="NAME", help="only of this rule")
    ledger.add_argument("--age", type=int, metavar="DAYS", help="only those open for so many days or more")
    ledger.add_argument("--value", metavar="AMOUNT", help="only those of so much or more, over or under")
    told = ledger.add_mutually_exclusive_group()
    told.add_argument("--json", action="store_true", help="print JSON for programs")
    told.add_argument("--csv", action="store_true", help="print the list as CSV")
    add_place(ledger)


def _add_sandbox(sandbox: argparse.ArgumentParser) -> None:
    sandbox.description = (
        "Serve the documented API on this machine: the demo day, an evidence file, or a made-up day. "
        "Prints the environment variables that point `python -m reconcile --source clopos` to it."
    )
    sandbox.add_argument("--port", type=int, default=8899, help="default: 8899; 0 picks a free one")
    sandbox.add_argument(
        "--evidence", type=Path, metavar="FILE", help="serve the records of an evidence file"
    )
    made = sandbox.add_argument_group("a made-up day: the same arguments give the same day")
    made.add_argument("--day", metavar="DAY", help="default: the demo day's date, 2026-01-19")
    made.add_argument("--days", type=int, metavar="N", help="so many days, from that day on (default: one)")
    made.add_argument(
        "--as-of",
        metavar="DAY",
        help="of several days: what is true on the evening of DAY (default: the last)",
    )
    made.add_argument("--receipts", type=int, metavar="N", help="of each day (default: 200)")
    made.add_argument("--seed", type=int, metavar="N", help="random seed of the day (default: 7)")
    made.add_argument("--discrepancies", metavar="SHARE", help="share of receipts with faults, such as 0.05")
    made.add_argument(
        "--planted", type=Path, metavar="FILE", help="the list of faults (default: planted.csv)"
    )
    clock = sandbox.add_argument_group("a day as it goes on: to try --collect")
    clock.add_argument(
        "--clock", metavar="HH:MM", help="begin at that time: receipts appear and close by their own times"
    )
    clock.add_argument("--speed", type=float, default=1.0, metavar="N", help="seconds a second (default: 1)")
    sandbox.add_argument(
        "--play", metavar="SCENARIO", help="simulate faults: slow-504, 429-storm, … (a wrong name lists all)"
    )


def _place(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; give a folder")
    return text
