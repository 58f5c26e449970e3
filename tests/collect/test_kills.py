"""Collections and nights that are killed or meet each other lose nothing."""

from __future__ import annotations

import os
import signal

import pytest

from reconcile.batch.folder import locked_folder
from reconcile.sandbox.faults import Fault, slow
from tests.given.collected_days import (
    AT_ONCE,
    COLLECT,
    NIGHT,
    Serve,
    asked,
    collection_of,
    evidence_in,
    night_at_once,
    said,
)
from tests.given.day_records import DAY, sales
from tests.given.running import Desk


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_collection_that_is_killed_loses_nothing(desk: Desk, serve: Serve, how: signal.Signals) -> None:
    """The next one goes on: what is held is not asked for again."""
    server = serve(*sales(80))
    server.faults.append(Fault("operations", slow(0.02)))
    desk.configure(AT_ONCE)
    process = desk.start(*COLLECT)
    desk.wait_until(lambda: server.request_log.count("operations") >= 30)
    process.send_signal(how)
    stopped = desk.finish(process)
    assert stopped.status == {signal.SIGKILL: -9, signal.SIGTERM: 143}[how]
    assert "Traceback" not in stopped.err
    with collection_of(desk).open("ab") as stream:
        stream.write(b'{"record": "operations", "receipt_id": 80, "as_of": "2026-01-19 15:0')  # torn
    server.faults.clear()
    assert desk.run(*COLLECT).status == 0
    keys = asked(server)
    assert set(keys) == set(range(1, 81))
    assert len(keys) <= 80 + 8, "at most what was under way is asked for twice"
    expected = night_at_once(desk, server)
    ended = desk.run(*NIGHT)
    assert (ended.json_bytes, said(evidence_in(desk.folder))) == expected
    assert len(asked(server)) <= 8


@pytest.mark.parametrize("moment", [1, 3, 6, 9])
def test_a_night_that_is_killed_loses_nothing(desk: Desk, serve: Serve, moment: int) -> None:
    """At any of its requests: the same command again says the same, and asks for no receipt that it held."""
    receipts, operations = sales(200)
    operations[7] = []
    server = serve(receipts, operations)
    desk.configure(AT_ONCE)
    desk.run(*COLLECT)
    expected = night_at_once(desk, server)
    server.faults += [Fault("operations", slow(0.05)), Fault("list", slow(0.05))]
    process = desk.start(*NIGHT)
    desk.wait_until(lambda: server.request_log.count() >= moment)
    process.kill()
    desk.finish(process)
    server.faults.clear()
    ended = desk.run(*NIGHT)
    assert (ended.json_bytes, said(evidence_in(desk.folder))) == expected
    assert len(asked(server)) <= 2 * 6
    assert ended.names() == [f"{DAY}.evidence.jsonl.gz", f"{DAY}.json"]


def test_the_night_waits_for_a_collection_and_a_collection_for_nobody(desk: Desk, serve: Serve) -> None:
    serve(*sales(4))
    desk.configure(AT_ONCE)
    assert desk.run(*COLLECT).status == 0
    with locked_folder(desk.folder, is_collecting=True):
        other = desk.run(*COLLECT)
        assert other.status == 3
        assert "another run holds" in other.sentence()
        assert ", collecting)" in other.sentence()
        night = desk.start(*NIGHT)
        assert night.stderr is not None
        assert f"a collection holds {desk.folder} (process {os.getpid()} since" in night.stderr.readline()
    ended = desk.finish(night)
    assert ended.status == 0, ended.err
    assert "4 receipts were collected by day" in ended.err


def test_a_collection_does_not_disturb_the_night(desk: Desk, serve: Serve) -> None:
    server = serve(*sales(40))
    server.faults.append(Fault("operations", slow(0.05)))
    desk.configure(AT_ONCE)
    night = desk.start(*NIGHT)
    desk.wait_until(lambda: server.request_log.count("operations") >= 5)
    other = desk.run(*COLLECT)
    assert other.status == 3
    assert "another run holds" in other.sentence()
    assert desk.finish(night).status == 0
