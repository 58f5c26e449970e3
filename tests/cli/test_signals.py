"""A run that is asked to stop ends once, with its status, whenever the signals come and however many."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from collections.abc import Callable

import pytest

from reconcile.sandbox.faults import Fault, slow
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import sales
from tests.given.examples import examples
from tests.given.running import LIVE, Desk

Serve = Callable[..., CloposServer]
STATUSES = {signal.SIGTERM: 143, signal.SIGINT: 130}


@pytest.mark.parametrize("seed", range(examples(5, 100)))
def test_signals_in_quick_succession_end_it_once(desk: Desk, serve: Serve, seed: int) -> None:
    """One to four of them, some milliseconds apart, at any time of a run: while it loads, asks, judges or writes.

    Before the program can answer a signal, the system's own answer holds; a run that had ended keeps its status.
    """
    chance = random.Random(seed)
    server = serve(*sales(20))
    server.faults.append(Fault("operations", slow(0.01)))
    process = desk.start(*LIVE, "--quiet")
    time.sleep(chance.uniform(0.05, 2.0))
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
