"""A month as a venue has it: every night over HTTP, changes made days afterwards, then the close."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from reconcile.ledger.items import item_id
from reconcile.rulebook.rules import RULES
from reconcile.sandbox.made_month import MadeMonth
from reconcile.sandbox.server import CloposServer
from tests.given.made_days import named
from tests.given.made_month import FIRST, month
from tests.given.running import Desk

REPEATING = {rule.name for rule in RULES if rule.repeats}
pytestmark = pytest.mark.usefixtures("blank_workbooks")


@pytest.fixture
def made(request: pytest.FixtureRequest) -> MadeMonth:
    """Five small days; with `--thorough` 31 days of 200 receipts, which take some minutes."""
    return month(31, 200, share="0.01") if request.config.getoption("--thorough") else month(5, 30)


def work_through(made: MadeMonth, desk: Desk) -> None:
    """A run each night, which rechecks the three days before."""
    desk.configure("[api]\nrequests_per_window = 1000000\n")
    with CloposServer(made.as_of(FIRST), requests_per_window=10**6, auth_per_window=10**6) as server:
        desk.environment = server.environment()
        for day in made.all_days():
            server.store = made.as_of(day)
            ended = desk.run("--date", str(day), "--source", "clopos", "--recheck", "3")
            assert ended.status == 1, ended.err


def write_movements(made: MadeMonth, path: Path) -> None:
    """The documents of the month, as the accountant has them."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow("date storage product quantity cost document".split())
        for each in made.planted:
            if each.nature == "document":
                number = each.document_id or f"{each.fault} {each.operation_id}"
                rows.writerow(
                    [each.at[:10], each.storage_id, each.product_id, each.quantity, each.cost, number]
                )


def test_the_close_names_all_that_was_planted_and_nothing_else(made: MadeMonth, desk: Desk) -> None:
    """What was found too late for its own night too. Stocks go on from day to day, but for the documents."""
    work_through(made, desk)
    write_movements(made, desk.home / "movements.csv")
    ended = desk.run("close", "--from", str(made.first), "--to", str(made.last))
    assert ended.status == 1, ended.err
    closed = report_of(desk, f"{made.first}-to-{made.last}" if len(made.all_days()) < 31 else "2026-01")
    days = {str(day): report_of(desk, str(day)) for day in made.all_days()}
    findings = [each for day in days.values() for each in day["findings"] if each["severity"] != "info"]
    planted = [asdict(each) for day in made.all_days() for each in made.findings_of(day, made.last)]
    assert Counter(map(named, findings)) == Counter(map(named, planted))
    assert {each["id"] for each in closed["open_items"]} == set(map(item_of, findings))
    errors = {item_of(each) for each in findings if each["severity"] == "error"}
    in_the_way = [key for each in closed["in_the_way"] for key in each["item_ids"]]
    assert {each["reason"] for each in closed["in_the_way"]} == {"open-error"}
    assert sorted(in_the_way) == sorted(errors)


def item_of(finding: Mapping[str, Any]) -> str:
    """The id of its open item: of a rule that repeats, one for a product and stock."""
    rule = str(finding["rule"])
    if rule not in REPEATING:
        return str(finding["id"])
    return item_id(rule, finding["severity"], finding["product_id"], finding["stock_id"])


def report_of(desk: Desk, name: str) -> Any:
    return json.loads((desk.folder / f"{name}.json").read_bytes())
