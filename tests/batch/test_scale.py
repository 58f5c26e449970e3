"""The page on scale: its table is the program's own count of requests, and its examples are what the program takes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from reconcile.cli import exit_status as cli
from reconcile.cli.arguments import build_parser
from reconcile.sandbox.server import CloposServer
from tests.generate import scale
from tests.given.collected_days import QUICK
from tests.given.day_records import DAY, sales
from tests.given.nightly_examples import after_module, text, values
from tests.given.running import Desk

NIGHT = ("--date", DAY, "--source", "clopos", "--format", "json-only")
SERVICE = "reconcile-collect.service"


def test_the_table_is_up_to_date() -> None:
    assert scale.renewed(text("scale.md")) == text("scale.md")


@pytest.mark.parametrize("receipts", [40, 130])
def test_the_table_counts_the_requests_that_are_made(
    desk: Desk, serve: Callable[..., CloposServer], receipts: int
) -> None:
    """But for the login, and the one list by closing: the day is too long ago for it."""
    products = [{"id": 31_001, "type": "GOODS", "name": "Cola 0,5"}]
    server = serve(*sales(receipts), products, requests_per_window=10**6)
    desk.configure(f"[thresholds]\nlate_minutes = 0\n{QUICK}")
    besides = ("auth",)

    def requests() -> int:
        found = sum(each.route not in besides for each in server.request_log.entries)
        server.request_log.entries.clear()
        return found + 1

    out = ("--out", str(desk.home / "at-once"))
    assert desk.run(*NIGHT, *out).status == 0
    assert requests() == scale.at_once(receipts, receipts, products=1)
    assert desk.run("--collect", *NIGHT[:4]).status == 0
    assert requests() - 1 == scale.pages(receipts) + receipts
    assert desk.run("--collect", *NIGHT[:4]).status == 0
    assert requests() - 1 == 1
    assert desk.run(*NIGHT).status == 0
    assert requests() == scale.collected(receipts, receipts, products=1)


def test_the_night_falls_to_a_tenth_or_less_on_every_row() -> None:
    rows = [line.split("|") for line in scale.table().splitlines()[2:]]
    assert len(rows) == len(scale.VENUES) * len(scale.RECEIPTS)
    assert max(float(cells[7]) for cells in rows) <= 0.1


def test_every_command_of_the_page_is_one_the_program_takes() -> None:
    """And names its source: a missing secret is an error."""
    lines = re.findall(r"-m reconcile [^`\n]*", text("scale.md"))
    found = [build_parser().parse_args(after_module(line.partition("   ")[0])) for line in lines]
    assert [each.source for each in found if each.command is None] == ["clopos"] * 3
    assert sum(each.collect for each in found) == 2
    assert [each.command for each in found if each.command] == ["sandbox"]


def test_the_unit_and_the_crontab_run_the_same_collection() -> None:
    (run,) = values(SERVICE)["Service.ExecStart"]
    (job,) = re.findall(r"^\*/15 .*$", text("scale.md"), re.MULTILINE)
    unit, cron = after_module(run), after_module(job)
    assert [each for each in cron if each != "--quiet"] == unit
    assert build_parser().parse_args(unit).venue == ["all"]
    assert "\\%F" in job
    assert not re.search(r"(?<!\\)%", job), "cron takes a bare % for a new line"


def test_the_unit_is_confined_as_the_nights_is() -> None:
    """The same user, folder, secrets and limits of what it may do."""
    night, mine = values("reconcile.service"), values(SERVICE)
    of_its_own = {
        "ExecStart", "ExecStartPre", "SuccessExitStatus", "Restart", "RestartSec", "RestartPreventExitStatus",
        "TimeoutStartSec",
    }  # fmt: skip
    for key, value in night.items():
        if key.startswith("Service.") and key.removeprefix("Service.") not in of_its_own:
            assert mine[key] == value, key
    assert mine["Service.SuccessExitStatus"] == [str(cli.INCOMPLETE)]
    assert values("reconcile-collect.timer")["Timer.OnCalendar"] == ["*:00/15"]


def test_the_page_names_the_statuses_and_settings_of_a_collection() -> None:
    for word in ("`[api] share` (0.8)", "`[api] collect_minutes` (12)", "| 0 |", "| 2 |", "| 3 |"):
        assert word in text("scale.md")
