"""The command `sandbox`: it serves a made-up day or evidence, and lists what it planted."""

from __future__ import annotations

import csv
import re
from datetime import date

import pytest

from reconcile.evidence.records import read_evidence
from reconcile.sandbox.discrepancy_kinds import KINDS
from reconcile.sandbox.generated_day import make_day
from reconcile.sandbox.scenario import scenario_server
from reconcile.sandbox.scenarios import SCENARIOS
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store, store_of
from tests.given.day_records import evidence_file, sales
from tests.given.running import Desk


def test_the_command_serves_and_the_command_finds_what_is_planted(desk: Desk) -> None:
    """`sandbox --discrepancies`, its variables pasted, the day reconciled: what is planted is found, and no more."""
    made = ("--day", "2026-01-19", "--receipts", "80", "--seed", "3", "--discrepancies", "0.5")
    sandbox = desk.start("sandbox", "--port", "0", *made)
    assert sandbox.stdout is not None
    pasted = "".join(sandbox.stdout.readline() for _ in range(5))
    desk.environment = dict(re.findall(r"^(?:export |\$env:)(\w+)(?:=| = )\"?(.*?)\"?$", pasted, re.M))
    assert desk.environment["CLOPOS_BASE_URL"].startswith("http://127.0.0.1:")
    ended = desk.run("--date", "2026-01-19", "--source", "clopos")
    sandbox.terminate()
    stopped = desk.finish(sandbox)
    assert (stopped.status, "Traceback" in stopped.err) == (143, False)
    assert ended.status == 1, ended.err
    rows = list(csv.DictReader((desk.home / "planted.csv").read_text("utf-8").splitlines()))
    planted = sorted((row["rule"], int(row["receipt_id"])) for row in rows)
    found = [each for each in ended.report["findings"] if each["severity"] != "info"]
    assert sorted((each["rule"], each["receipt_id"]) for each in found) == planted
    assert {row["fault"] for row in rows} == set(KINDS)


@pytest.mark.parametrize("source", ["header", "receipts"])
def test_evidence_of_any_venue_is_served_as_the_tokens_own(desk: Desk, source: str) -> None:
    """A real day, again and again: reconciled from the sandbox it is what it is from its evidence."""
    receipts, operations = sales(3)
    operations[2] = []
    for each in receipts:
        each["venue_id"] = 3
    header = {"venue_id": 3} if source == "header" else {}
    path = evidence_file(desk.home / "day.jsonl", [*receipts, "no receipt at all"], operations, **header)  # type: ignore[list-item]  # on purpose
    with CloposServer(store_of(read_evidence(path))) as server:
        desk.environment = server.environment()
        ended = desk.run("--date", "2026-01-19", "--source", "clopos")
    assert (ended.status, ended.found_rules) == (1, ["missing-write-off", "stock-gap"])


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_can_be_played_on_nothing(name: str) -> None:
    """A day without receipts is no obstacle to any of them."""
    server = scenario_server(SCENARIOS[name], make_day(date(2026, 3, 1), 0, seed=1))
    server.close()


def test_a_second_sandbox_on_a_port_leaves_the_first_ones_list_alone(desk: Desk) -> None:
    """What was planted is listed only when the port is had."""
    listed = desk.home / "planted.csv"
    listed.write_text("the first one's list", encoding="utf-8")
    with CloposServer(Store()) as first:
        port = first.url.split(":")[2].split("/")[0]
        ended = desk.run("sandbox", "--port", port, "--discrepancies", "0.5")
    assert ended.status == 2
    assert f"port {port} of 127.0.0.1 can't be used" in ended.sentence()
    assert listed.read_text("utf-8") == "the first one's list"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--discrepancies", "1.5"), "from 0 to 1"),
        (("--discrepancies", "nan"), "from 0 to 1"),
        (("--receipts", "-1"), "--receipts is -1"),
        (("--day", "someday"), "'someday' is not a date"),
        (("--evidence", "no/such/file"), "no/such/file can't be read"),
        (("--evidence", "x", "--seed", "1"), "leave one of them out"),
        (("--port", "70000"), "70000 is not a port"),
    ],
)
def test_wrong_arguments_are_told_apart(desk: Desk, arguments: tuple[str, ...], said: str) -> None:
    """Wrong usage of the sandbox ends with 2 and a sentence."""
    ended = desk.run("sandbox", *arguments)
    assert ended.status == 2
    assert said in ended.sentence()
