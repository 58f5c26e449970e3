"""SIGKILL at any moment costs no receipt, and hardly a request."""

from __future__ import annotations

import random
import signal
from collections import Counter
from collections.abc import Callable

from reconcile.evidence.records import read_evidence
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, sales_with_differences
from tests.given.examples import examples
from tests.given.running import LIVE, Desk

Serve = Callable[..., CloposServer]
RECEIPTS, KILLS = examples(300, 1000), examples(3, 10)


def kill_at(desk: Desk, server: CloposServer, requests: int) -> None:
    """Start a run and kill it when the server has been asked so often, over all the runs."""
    process = desk.start(*LIVE)
    desk.wait_until(lambda: server.request_log.count() >= requests)
    process.send_signal(signal.SIGKILL)
    assert desk.finish(process).status == -9
    assert not [name for name in desk.names() if not name.endswith(".evidence.jsonl")], "no half report"


def test_kills_cost_no_receipt_and_hardly_a_request(desk: Desk, serve: Serve) -> None:
    """A day killed at random moments: the same bytes as undisturbed. A kill costs a login, the list, and what was under
    way.
    """
    server = serve(*sales_with_differences(RECEIPTS), requests_per_window=10**6)
    desk.configure("[api]\nrequests_per_window = 1000000\n")
    calm = desk.run(*LIVE, "--out", str(desk.home / "calm"))
    expected = (desk.home / "calm" / f"{DAY}.json").read_bytes()
    assert calm.status == 1
    routes = Counter(each.route for each in server.request_log.entries)
    server.request_log.entries.clear()

    chance = random.Random(19)
    for moment in sorted(chance.sample(range(1, RECEIPTS), KILLS)):
        kill_at(desk, server, max(moment, server.request_log.count() + 3))
    ended = desk.run(*LIVE)
    assert ended.status == 1, ended.err
    assert ended.json_bytes == expected
    assert ended.names() == [f"{DAY}.evidence.jsonl.gz", f"{DAY}.json", f"{DAY}.xlsx"]
    asked = Counter(each.receipt_id for each in server.request_log.entries if each.route == "operations")
    assert len(asked) == RECEIPTS
    assert asked.total() <= RECEIPTS + KILLS * 6, "what was under way alone is asked for twice"
    besides = routes.total() - routes["operations"]
    assert server.request_log.count() - asked.total() <= (KILLS + 1) * besides
    assert read_evidence(ended.evidence).failures() == {}


def test_a_run_killed_while_it_reports_asks_for_nothing_again(desk: Desk, serve: Serve) -> None:
    """The report stands before the evidence is finished: a kill in between costs a login and the list."""
    server = serve(*sales_with_differences(30))
    (desk.folder / f"{DAY}.json").mkdir(parents=True)  # the report can't be written, and the run ends there
    assert desk.run(*LIVE).status == 2
    assert f"{DAY}.evidence.jsonl" in desk.names()
    (desk.folder / f"{DAY}.json").rmdir()
    server.request_log.entries.clear()
    ended = desk.run(*LIVE)
    assert ended.status == 1, ended.err
    assert [each.route for each in server.request_log.entries] == ["auth", "list", "list"]
    assert ended.names() == [f"{DAY}.evidence.jsonl.gz", f"{DAY}.json", f"{DAY}.xlsx"]
