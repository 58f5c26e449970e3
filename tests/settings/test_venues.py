"""The name of a venue: on the Summary, with the number that was asked for or that the receipts name."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest

from reconcile.engine.day import reconcile_day
from reconcile.settings.file import read_settings
from reconcile.settings.model import Settings, Venue
from reconcile.settings.show import settings_as_toml
from tests.given.random_days import build
from tests.given.workbook_reading import words, written

NAMED = Settings(venues={7: Venue(name="Fountain Square")}, currency="AZN")


@pytest.mark.parametrize(
    ("asked", "named", "shown"),
    [
        (7, None, "Fountain Square (venue 7)"),
        (None, 7, "Fountain Square (venue 7)"),
        (8, None, "venue 8"),
        (None, None, "the credentials' own venue"),
    ],
)
def test_a_venue_is_called_by_its_name(
    tmp_path: Path, asked: int | None, named: int | None, shown: str
) -> None:
    day = build([([(31042, Decimal(1), Decimal(1))], False)])
    for receipt in day.receipts:
        receipt["venue_id"] = named
    evidence = day.evidence()
    evidence = dataclasses.replace(evidence, header=dataclasses.replace(evidence.header, venue_id=asked))
    summary = words(written(reconcile_day(evidence, NAMED), tmp_path / "a.xlsx"), "Summary").splitlines()
    assert summary[summary.index("Venue") + 1] == shown
    assert "Sales and cost of sales, in AZN" in summary


def test_a_venue_in_the_settings_is_shown_as_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "reconcile.toml"
    path.write_text('[venues.7]\nname = "Fountain Square"\n')
    assert read_settings(path).settings.venues == NAMED.venues
    path.write_text(settings_as_toml(read_settings(path)))
    assert read_settings(path).settings.venues == NAMED.venues
