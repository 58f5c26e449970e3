"""Another zone: the operations of a whole day stand at one distance from the closing of their receipts."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from reconcile.report.sheets.details import OPERATION_COLUMNS
from reconcile.settings.model import RulesTable, Settings, Thresholds
from tests.given.day_records import COLA
from tests.given.dish_records import DishDay

ZONE = "another zone"


def day_of(*minutes: float, first_closed_at: str = "2026-01-19 12:00:00") -> DishDay:
    """A sale for each distance of its operation from its closing; a quarter of an hour between two."""
    day = DishDay(products=[])
    for place, distance in enumerate(minutes):
        closed = datetime.fromisoformat(first_closed_at) + timedelta(minutes=15 * place)
        created = closed - timedelta(minutes=20)
        day.sell(
            COLA, {COLA: 1}, type_="GOODS", receipt_x_created_at=str(created), receipt_x_closed_at=str(closed)
        )
        (operation,) = list(day.operations.values())[-1]
        operation["operated_at"] = str(closed + timedelta(minutes=distance))
    return day


def cut_offs(day: DishDay, settings: Settings | None = None) -> list[Any]:
    found = day.judged(settings).result.findings
    return found[found["rule"] == "cut-off"].to_dict("records")


def zones(day: DishDay, settings: Settings | None = None) -> list[tuple[str, int, float]]:
    """Severity, operation and distance of the findings that name another zone."""
    return [
        (each["severity"], each["operation_id"], each["difference"] / 1_000_000)
        for each in cut_offs(day, settings)
        if ZONE in each["message"]
    ]


@pytest.mark.parametrize("minutes", [240, -240, 75, 600])
def test_a_day_at_one_distance_is_one_finding(minutes: int) -> None:
    """It names the lowest operation and tells the distance; nothing else is cut off, and it has no value."""
    (finding,) = cut_offs(day_of(minutes, minutes, minutes))
    assert (finding["severity"], finding["operation_id"]) == ("info", 100)
    numbers = [finding[name] for name in ("expected", "actual", "difference")]
    assert numbers == [0, minutes * 1_000_000, minutes * 1_000_000]
    assert pd.isna(finding["value"])


@pytest.mark.parametrize("minutes", [59, 60, 97, 242.1, -45])
def test_what_is_no_distance_of_zones_is_none(minutes: float) -> None:
    """A quarter of an hour or a multiple, from an hour on, to two minutes; an hour late is not cut off."""
    assert zones(day_of(minutes, minutes, minutes)) == []


def test_two_minutes_more_or_less_are_the_same_distance() -> None:
    assert zones(day_of(238, 242, 240)) == [("info", 100, 240)]


def test_half_of_the_operations_are_not_enough() -> None:
    """More than half; an operation without a time is one of all."""
    assert zones(day_of(240, 240, 0, 0)) == []
    day = day_of(240, 240, 240, 0, 0)
    assert zones(day) == [("info", 100, 240)]
    day.operations[1][0]["operated_at"] = None
    assert zones(day) == []
    day = day_of(240, 240, 240, 240)
    for key in (1, 2):
        day.operations[key][0]["operated_at"] = None
    assert zones(day) == [], "two of four"


def test_the_rest_of_the_day_is_judged_without_the_distance() -> None:
    """One that has no distance is four hours early then: cut off, and shown as given; the zone names another."""
    odd, zone = cut_offs(day_of(0, 240, 240, 240))
    assert (odd["operation_id"], odd["difference"], odd["actual_text"]) == (
        100,
        -220_000_000,
        "2026-01-19 12:00:00",
    )
    assert zone["operation_id"] == 200


def test_a_night_that_reaches_the_next_day_is_a_warning() -> None:
    """By the times as given; all else is right without the distance."""
    assert zones(day_of(240, 240, 240, first_closed_at="2026-01-19 22:00:00")) == [("warning", 100, 240)]


def test_the_operation_that_names_the_zone_is_not_cut_off_besides() -> None:
    """Where not a minute is allowed, two minutes beside the distance would be late: one finding for each id."""
    strict = Settings(thresholds=Thresholds(late_minutes=0))
    found = cut_offs(day_of(242, 240, 240), strict)
    assert [each["operation_id"] for each in found] == [100]


def test_nothing_is_taken_off_where_the_rule_is_off() -> None:
    """What it would have claimed is left to the others."""
    result = day_of(240, 240, 240).judged(Settings(rules=RulesTable(off=frozenset({"cut-off"})))).result
    assert result.operations["zone_minutes"].tolist() == [0, 0, 0]


def test_the_stock_is_judged_without_the_distance() -> None:
    """A sale without a write-off lies in the gap before the sale after it, not four hours earlier."""
    day = day_of(240, 240, 240)
    day.operations[2] = []
    later = day.operations[3][0]
    assert later["before_quantity"] == Decimal(99_998)
    (missing,) = day.judged().result.findings.query("rule == 'missing-write-off'")["message"]
    assert "between operations 100 and 300" in missing


def test_the_sheet_of_operations_shows_the_times_as_given() -> None:
    """The distance is put back."""
    (column,) = (each for each in OPERATION_COLUMNS if each.header == "Operated at")
    shown = column.values(day_of(240, 240).judged().result.operations)
    assert shown.astype(str).tolist() == ["2026-01-19 16:00:00", "2026-01-19 16:15:00"]
