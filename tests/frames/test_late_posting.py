"""A receipt that closed just before the run, without an operation, may not have been posted yet: it is open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconcile.frames import build_day
from reconcile.settings.model import Settings, Thresholds
from tests.given.day_records import DAY, evidence_file, line, operation, receipt
from tests.given.random_days import RandomDay
from tests.given.running import Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
TASHKENT = Settings(timezone="Asia/Tashkent")
BEGAN = "2026-01-19T18:00:00Z"
"""23:00 in Tashkent."""


def class_of(closed_at: Any, settings: Settings = TASHKENT, began: str = BEGAN, **fields: Any) -> str:
    """The class of a receipt without an operation that closed then."""
    day = RandomDay([receipt(1, [line(11)], closed_at=closed_at, **fields)], {1: []})
    evidence = day.evidence()
    object.__setattr__(evidence.header, "started_at", began)
    (found,) = build_day(evidence, settings).receipts["receipt_class"]
    return str(found)


@pytest.mark.parametrize(
    ("closed_at", "expected"),
    [
        (f"{DAY} 21:59:59", "reconciled"),
        (f"{DAY} 22:00:00", "reconciled"),
        (f"{DAY} 22:00:01", "open"),
        (f"{DAY} 22:59:00", "open"),
        (f"{DAY} 23:30:00", "open"),
        ("2026-01-19T17:30:00Z", "open"),
        ("2026-01-19T16:30:00Z", "reconciled"),
        (None, "reconciled"),
    ],
)
def test_less_than_late_minutes_before_the_run_or_after_it_is_open(closed_at: Any, expected: str) -> None:
    assert class_of(closed_at) == expected


@pytest.mark.parametrize(
    ("settings", "began"),
    [
        (Settings(), BEGAN),
        (Settings(timezone="Asia/Tashkent", thresholds=Thresholds(late_minutes=0)), BEGAN),
        (Settings(timezone="Europe/London"), "2026-01-20T00:00:00Z"),
        (TASHKENT, "2026-01-20T02:00:00Z"),
        (TASHKENT, ""),
        (TASHKENT, "last night"),
    ],
)
def test_else_it_is_judged(settings: Settings, began: str) -> None:
    """Without the venue's zone, and where the run began later or it is not known when."""
    assert class_of(f"{DAY} 22:30:00", settings, began) == "reconciled"


def test_late_minutes_is_the_setting() -> None:
    short = Settings(timezone="Asia/Tashkent", thresholds=Thresholds(late_minutes=20))
    assert class_of(f"{DAY} 22:30:00", short) == "reconciled"
    assert class_of(f"{DAY} 22:50:00", short) == "open"


@pytest.mark.parametrize("dead", [{"deleted_at": f"{DAY} 22:55:00"}, {"order_status": "CANCELLED"}])
def test_a_dead_receipt_is_judged(dead: dict[str, Any]) -> None:
    """Nothing is due, so nothing is waited for."""
    assert class_of(f"{DAY} 22:50:00", **dead) == "reconciled"


def test_one_of_another_day_stays_of_another_day() -> None:
    assert class_of(f"{DAY} 22:50:00", shift_date="2026-01-18") == "other_day"


def evidence_of_an_evening(path: Path) -> str:
    """One receipt that was posted at once, and one that was not yet."""
    receipts = [
        receipt(1, [line(11)], closed_at=f"{DAY} 22:50:00"),
        receipt(2, [line(12)], closed_at=f"{DAY} 22:51:00"),
    ]
    operations = {1: [operation(101, 1, 11, operated_at=f"{DAY} 22:50:00")], 2: []}
    return str(evidence_file(path, receipts, operations, started_at=BEGAN))


@pytest.mark.reads_workbook
def test_it_is_counted_named_and_blamed_on_no_one(desk: Desk) -> None:
    """The day is complete: the next run judges it."""
    source = evidence_of_an_evening(desk.home / "day.jsonl")
    assert desk.run("--source", source).found_rules == ["missing-write-off"]
    desk.configure('timezone = "Asia/Tashkent"')
    ended = desk.run("--source", source)
    assert (ended.status, ended.found_rules) == (0, [])
    counts = ended.report["control"]["receipts"]
    assert (counts["reconciled"], counts["open"]) == (1, 1)
    assert any(
        text.startswith("Closed shortly before this run began") for text in ended.sheet("Checks and notes")
    )
