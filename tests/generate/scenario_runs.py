"""Plays each scenario to the command; `python -m tests.generate.scenario_runs` renews the table of how each ended."""

from __future__ import annotations

import dataclasses
import re
import tempfile
from pathlib import Path
from typing import Any

from reconcile.evidence.demo import demo_path
from reconcile.evidence.records import read_evidence
from reconcile.sandbox.scenario import Scenario, scenario_server
from reconcile.sandbox.scenarios import SCENARIOS
from reconcile.sandbox.store import Store, store_of
from tests.given.places import ROOT
from tests.given.random_days import DAY
from tests.given.running import Desk, Ended

PAGE = ROOT / "reconcile" / "sandbox" / "README.md"
_MARKED = re.compile(r"(<!-- scenarios -->\n).*?(<!-- /scenarios -->)", re.DOTALL)
_REAL_TIME = frozenset({"short-token"})
"""Scenarios in which a second is a second; elsewhere it is a fiftieth of one."""
_IMPATIENT = frozenset({"slow-504", "dripping-body", "idle-close"})
"""Scenarios of slowness; in the others a machine that pauses must not be taken for a service that does."""
_SHORT = frozenset({"endless-list", "endless-products"})
"""Scenarios that only the run's deadline ends."""
SETTINGS = """\
[api]
window_seconds = 1.0
read_timeout_seconds = {timeout}
retry_pause_seconds = 0.002
run_deadline_minutes = {deadline}
"""
NO_REPORT: dict[str, Any] = {"failures": [], "control": {"receipts": {"reconciled": 0}}}


@dataclasses.dataclass(frozen=True)
class Played:
    """How a run ended that a scenario was played to."""

    scenario: Scenario
    ended: Ended
    report: dict[str, Any]
    again: Ended | None
    """Where what counts is how the day is told a second time."""
    requests: int
    retries: int
    due: int
    """Receipts to reconcile, by the store."""

    @property
    def outcome(self) -> str:
        """By the exit status and the files, as a nightly job sees it."""
        if self.report is NO_REPORT:
            return "refused, nothing judged"
        return "INCOMPLETE, named" if self.ended.status == 3 else "whole"

    @property
    def lost(self) -> int | None:
        """Receipts that are neither reconciled nor said to be missing; None where the report doubts its list."""
        if self.report is NO_REPORT:
            return 0
        of_day = [each["reason"] for each in self.report["failures"] if each["receipt_id"] is None]
        missing = self.due - self.report["control"]["receipts"]["reconciled"]
        in_doubt = any("catalogue" not in reason for reason in of_day)
        return None if in_doubt else missing - len(self.report["failures"]) + len(of_day)

    @property
    def row(self) -> str:
        """The scenario's row in the table."""
        lost = "list in doubt" if self.lost is None else self.lost
        cells = (
            f"`{self.scenario.name}`",
            self.scenario.description,
            self.requests,
            self.retries,
            self.outcome,
            lost,
        )
        return f"| {' | '.join(map(str, cells))} |"


def demo_store() -> Store:
    """The demo day."""
    return store_of(read_evidence(demo_path(DAY)))


def play(scenario: Scenario, desk: Desk) -> Played:
    """Run the command against a server that plays it."""
    store = demo_store()
    is_real = scenario.name in _REAL_TIME
    deadline = 0.05 if scenario.name in _SHORT else 240
    timeout = 0.25 if scenario.name in _IMPATIENT else 30.0
    desk.configure(SETTINGS.format(timeout=timeout, deadline=deadline))
    due = len(store.operations)
    with scenario_server(scenario, store, time_scale=1.0 if is_real else 0.02, window_seconds=1.0) as server:
        desk.environment = server.environment()
        venues = [word for venue in store.venues for word in ("--venue", str(venue["id"]))]
        arguments = ("--date", DAY.isoformat(), "--source", "clopos", *venues)
        ended = desk.run(*arguments)
        report = NO_REPORT if scenario.outcome == "refused" else ended.report
        requests = server.request_log.count()
        again = desk.run(*arguments) if scenario.on_login else None
    told = re.findall(r"retries: (.*), [0-9]+ s waited", ended.err)
    retries = sum(int(number) for each in told for number in re.findall(r"(\d+) for ", each))
    return Played(scenario, ended, report, again, requests, retries, due if store.receipts else 0)


def table() -> str:
    """All scenarios, as Markdown."""
    rows = [
        "| scenario | what goes wrong | requests | retries | outcome | lost |",
        "|---|---|--:|--:|---|--:|",
    ]
    for scenario in SCENARIOS.values():
        with tempfile.TemporaryDirectory() as folder:
            rows.append(play(scenario, Desk(Path(folder))).row)
    return "".join(f"{row}\n" for row in rows)


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    made = table()
    PAGE.write_text(_MARKED.sub(lambda match: match[1] + made + match[2], text), encoding="utf-8")
