"""The command: logging, the exit status, and the place where whatever ends a run is caught.

Heavy libraries are imported by the functions that need them, so that `--help` is fast.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
from collections.abc import Sequence

from reconcile.batch.monitoring import Monitoring
from reconcile.cli.arguments import build_parser, log_format
from reconcile.cli.exit_status import CLEAN, log_failure, worst
from reconcile.cli.output import StandardOutput
from reconcile.cli.stopping import INTERRUPTED, Stop
from reconcile.core.errors import UsageError
from reconcile.core.logs import set_up_logging
from reconcile.settings.environment import Environment
from reconcile.settings.file import read_settings
from reconcile.settings.model import Settings

log = logging.getLogger("reconcile")


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
            status = worst(status, log_failure(output.error))
        stop.check()  # a signal that was lost
    except BaseException as error:
        if stop.status is not None or isinstance(error, KeyboardInterrupt):
            status = stop.status or INTERRUPTED
            if options.command is None:
                log.warning("interrupted; run the same command again to continue from what was fetched")
            elif options.command == "judge":
                log.warning("interrupted; run the same command again: what is judged is not judged again")
        elif isinstance(error, Exception):
            status = log_failure(error)
        else:
            raise
    with contextlib.suppress(KeyboardInterrupt):  # the run has ended
        status = worst(status, monitoring.write_metrics(status))
        monitoring.run_ended(status)
    return status


def _run(options: argparse.Namespace, monitoring: Monitoring) -> int:
    if options.command is None and options.collect:
        from reconcile.cli.collect import collect

        return collect(options)
    if options.command is None:
        from reconcile.cli.days import reconcile_days

        return reconcile_days(options, monitoring)
    given = (options.date, options.first, options.last, options.venue, options.recheck, options.collect)
    if any(given):
        raise UsageError(f"'{options.command}' takes no days or venues; leave them out")
    commands = {
        "rules": _print_rules,
        "config": _print_settings,
        "schema": _print_schema,
        "sandbox": _serve_sandbox,
        "doctor": _diagnose,
        "ledger": _tell_ledger,
        "close": _close,
        "judge": _judge,
        "overview": _overview,
    }
    return commands[options.command](options)


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


def _close(options: argparse.Namespace) -> int:
    from reconcile.cli.close import close_days

    return close_days(options)


def _judge(options: argparse.Namespace) -> int:
    from reconcile.cli.judge import judge_days

    return judge_days(options)


def _overview(options: argparse.Namespace) -> int:
    from reconcile.cli.overview import write_page

    return write_page(options)


def _tell_ledger(options: argparse.Namespace) -> int:
    from reconcile.cli.ledger import run_ledger

    return run_ledger(options, read_settings(options.config).settings.today())


def _print_schema(options: argparse.Namespace) -> int:
    from importlib.resources import files

    options.say(files("reconcile").joinpath("schemas", f"{options.name}.json").read_text(encoding="utf-8"))
    return CLEAN


def _serve_sandbox(options: argparse.Namespace) -> int:
    from reconcile.sandbox.command import SandboxOptions, serve

    sandbox_options = SandboxOptions(
        evidence=options.evidence,
        day=Settings().day(options.day) if options.day else None,
        days=options.days,
        as_of=Settings().day(options.as_of) if options.as_of else None,
        receipts=options.receipts,
        seed=options.seed,
        discrepancies=options.discrepancies,
        scenario=options.play,
        clock=options.clock,
        speed=options.speed,
    )
    serve(sandbox_options, options.port, options.planted, options.say)
    return CLEAN
