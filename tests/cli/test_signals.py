"""A run that is asked to stop ends once, with its status, whenever the signals come and however many."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from reconcile.sandbox.faults import Fault, slow
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import sales
from tests.given.examples import examples
from tests.given.places import ROOT
from tests.given.running import LIVE, Desk

Serve = Callable[..., CloposServer]
STATUSES = {signal.SIGTERM: 143, signal.SIGINT: 130}


@pytest.mark.parametrize("seed", range(examples(5, 100)))
def test_signals_in_quick_succession_end_it_once(desk: Desk, serve: Serve, seed: int) -> None:
    """One to four of them, some milliseconds apart, at any time of a run: while it loads, asks, judges or writes.

    A run that had ended keeps its status. Each second run is stopped while it loads: before the program can answer a
    signal, the system's own answer holds.
    """
    chance = random.Random(seed)
    server = serve(*sales(20))
    server.faults.append(Fault("operations", slow(0.01)))
    process = desk.start(*LIVE, "--quiet")
    is_loading = seed % 2
    if is_loading:
        time.sleep(chance.uniform(0.05, 0.5))
    else:
        desk.wait_until(lambda: bool(server.request_log.entries))
        time.sleep(chance.uniform(0.0, 1.0))
    sent = [chance.choice(list(STATUSES)) for _ in range(chance.randint(1, 4))]
    for number in sent:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        time.sleep(chance.uniform(0.0, 0.003))
    ended = desk.finish(process)
    assert ended.status in {0, *(STATUSES[number] for number in sent), *(-number for number in sent)}, (
        ended.err
    )
    if ended.status > 0:
        assert "Traceback" not in ended.err
        assert "Exception ignored" not in ended.err
    again = desk.run(*LIVE)
    assert (again.status, again.report["control"]["receipts"]["reconciled"]) == (0, 20), again.err


@pytest.mark.parametrize("number", STATUSES)
def test_a_signal_while_receipts_are_fetched_keeps_what_was_fetched(
    desk: Desk, serve: Serve, number: signal.Signals
) -> None:
    """And the third signal changes nothing."""
    server = serve(*sales(60))
    server.faults.append(Fault("operations", slow(0.02)))
    process = desk.start(*LIVE)
    desk.wait_until(lambda: server.request_log.count("operations") >= 20)
    for _ in range(3):
        process.send_signal(number)
    ended = desk.finish(process)
    assert (ended.status, "Traceback" in ended.err) == (STATUSES[number], False), ended.err
    assert ended.err.count("interrupted; run the same command again") == 1
    server.faults.clear()
    server.request_log.entries.clear()
    assert desk.run(*LIVE).status == 0
    assert server.request_log.count("operations") <= 60 - 20 + 8, (
        "at most what was under way is asked for twice"
    )


SIGNAL_WITHIN = """
import asyncio, os, sys
sys.path.insert(0, {root!r})
from reconcile.__main__ import run

whole = asyncio.SelectorEventLoop.{step}

def interrupted(loop, *arguments, **named):
    os.kill(os.getpid(), {number})
    return whole(loop, *arguments, **named)

asyncio.SelectorEventLoop.{step} = interrupted
run()
"""
"""Runs the command; the signal comes while asyncio makes or closes a loop, when none is running."""


@pytest.mark.parametrize("command", [LIVE, ("doctor",)], ids=["a day", "doctor"])
@pytest.mark.parametrize("step", ["__init__", "_make_self_pipe", "create_task", "_close_self_pipe", "close"])
@pytest.mark.parametrize("number", STATUSES)
def test_a_signal_while_a_loop_is_made_or_closed_breaks_nothing(
    desk: Desk, serve: Serve, number: signal.Signals, step: str, command: tuple[str, ...]
) -> None:
    serve(*sales(2))
    start = SIGNAL_WITHIN.format(root=str(ROOT), step=step, number=int(number))
    ended = subprocess.run(
        [sys.executable, "-c", start, *desk.arguments(command)],
        env={"PATH": os.environ["PATH"], **desk.environment},
        cwd=desk.home, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == STATUSES[number], ended.stderr
    for broken in ("Traceback", "Exception ignored", "never awaited", "was destroyed"):
        assert broken not in ended.stderr


BEGIN = """
import argparse, enum, os, sys
sys.path.insert(0, {root!r})
from reconcile.__main__ import run
"""

WITHIN_AN_IMPORT = """
whole = enum.EnumType._create_

def interrupted(*arguments, **named):
    if "duckdb" in sys.modules:
        enum.EnumType._create_ = whole
        os.kill(os.getpid(), {number})
    return whole(*arguments, **named)

enum.EnumType._create_ = interrupted
run()
"""
"""Runs the command; the signal comes while duckdb makes its enumerations, in C++ that no exception may leave."""

WITHIN_A_CALLBACK = """
whole = argparse.ArgumentParser.parse_args

class Collected:
    def __del__(self):
        os.kill(os.getpid(), {number})
        self = None

def interrupted(*arguments, **named):
    Collected()
    return whole(*arguments, **named)

argparse.ArgumentParser.parse_args = interrupted
run()
"""
"""Runs the command; the signal comes while an object is collected, where the interpreter discards exceptions."""


@pytest.mark.parametrize("when", [WITHIN_AN_IMPORT, WITHIN_A_CALLBACK], ids=["import", "callback"])
@pytest.mark.parametrize("number", STATUSES)
def test_a_signal_where_no_exception_is_raised_ends_the_run_a_moment_later(
    desk: Desk, number: signal.Signals, when: str
) -> None:
    start = (BEGIN + when).format(root=str(ROOT), number=int(number))
    ended = subprocess.run(
        [sys.executable, "-c", start, *desk.arguments(("--source", "demo", "--date", "2026-01-19"))],
        env={"PATH": os.environ["PATH"], **desk.environment},
        cwd=desk.home, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == STATUSES[number], ended.stderr
    for broken in ("Traceback", "Exception ignored"):
        assert broken not in ended.stderr
