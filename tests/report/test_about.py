"""About the workbook: settings that are not the default, and the times of the evidence."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path

import pytest

from reconcile.engine.day import reconcile_day
from reconcile.settings.model import Settings, Thresholds
from tests.given.demo_day import demo_book
from tests.given.random_days import RandomDay
from tests.given.workbook_reading import words, written


def test_settings_that_are_not_the_default_are_marked(tmp_path: Path) -> None:
    """About shows what was in force."""
    settings = Settings(thresholds=Thresholds(late_minutes=90))
    book = written(reconcile_day(RandomDay([], {}).evidence(), settings), tmp_path / "a.xlsx")
    rows = [
        [cell for cell in row if cell is not None]
        for row in book["Checks and notes"].iter_rows(values_only=True)
    ]
    assert ["thresholds.late_minutes", "90", "60", "changed"] in rows
    assert ["thresholds.early_minutes", "5", "5"] in rows


def test_evidence_times_are_the_workbooks_own() -> None:
    """The properties say when the evidence was taken, and by what."""
    book = demo_book()
    assert book.properties.created == datetime(2026, 1, 20, 2, 10, 31)  # noqa: DTZ001  UTC, as openpyxl gives it
    assert book.properties.creator.startswith("reconcile ")


@pytest.mark.parametrize(
    ("zone", "started_at", "shown"),
    [
        ("Asia/Baku", "2026-01-20T02:10:00Z", "2026-01-20 06:10:00"),
        (None, "2026-01-20T02:10:00Z", "2026-01-20T02:10:00Z"),
        ("Asia/Baku", "2026-01-20T02:10:00", "2026-01-20T02:10:00"),
        ("Asia/Baku", "soon", "soon"),
        ("Asia/Baku", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_the_sign_off_says_when_the_evidence_was_taken_by_the_clock_of_the_venue(
    tmp_path: Path, zone: str | None, started_at: str, shown: str
) -> None:
    evidence = RandomDay([], {}).evidence()
    evidence = dataclasses.replace(
        evidence, header=dataclasses.replace(evidence.header, started_at=started_at), finished_at=None
    )
    book = written(reconcile_day(evidence, Settings(timezone=zone)), tmp_path / "a.xlsx")
    assert f"from the evidence of {shown}\n" in words(book, "Summary")


@pytest.mark.parametrize(
    "finished_at",
    ["", "soon", "0012-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"],
)
def test_a_time_that_no_file_can_hold_is_a_fixed_one(tmp_path: Path, finished_at: str) -> None:
    """Evidence may say anything about its time; the workbook still opens."""
    nothing = reconcile_day(RandomDay([], {}).evidence(), Settings())
    book = written(dataclasses.replace(nothing, finished_at=finished_at), tmp_path / "day.xlsx")
    assert book.properties.modified == datetime(2000, 1, 1)  # noqa: DTZ001  UTC, as openpyxl gives it
