"""Dates and times have one grammar; what is not of it is quarantined with its record, and zeros are no time."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from reconcile.frames import reading
from tests.given.goods_days import GoodsDay

BAKU = ZoneInfo("Asia/Baku")
NO_TIMES = [None, "", 0, "0", False, "0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00.000000Z"]
NOT_TIMES = [
    "1768780800", 1768780800, "-999-01-01", "-999-01-01 00:00:00", "2026-01-19 25:00:00", "2026-02-30 10:00:00",
    "2026-01-19 10:00:60", "20260119", "2026-W04-1", "2026-019", "19.01.2026 10:00:00", "2026-01-19x10:00:00",
    "2026-01-19 10.00.00", " 2026-01-19 10:00:00", "2026-01-19 10:00:0٣", "2026-01-19 10:00:00+04:00:00:00",
    "0000-01-01 00:00:00", "0000-00-01", "99999-01-01", "now", "nat", True, 1.5, [], {}, ["2026-01-19"],
]  # fmt: skip
OFF_THE_CALENDAR = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31 23:30:00Z"]


@pytest.mark.parametrize("value", [each for each in NOT_TIMES if each not in ([], {})], ids=repr)
@pytest.mark.parametrize(
    "company", [[], ["2026-01-19 10:00:00"], [None]], ids=["alone", "with_a_time", "with_none"]
)
def test_what_is_not_of_the_grammar_is_unreadable(value: Any, company: list[Any]) -> None:
    """Whatever stands beside it: a whole column of one form is read at once, a mixed one value by value."""
    found, zoned, bad = reading.times([*company, value], BAKU)
    assert bad.tolist() == [False] * len(company) + [True]
    assert np.isnat(found[-1])
    assert not zoned.any()


@pytest.mark.parametrize("value", OFF_THE_CALENDAR)
def test_a_time_that_its_zone_takes_off_the_calendar_is_unreadable(value: str) -> None:
    _, _, bad = reading.times([value], BAKU)
    assert bad.tolist() == [True]


@pytest.mark.parametrize(
    ("value", "local"),
    [
        ("2026-01-19 15:07:49", "2026-01-19T15:07:49"),
        ("2026-01-19", "2026-01-19T00:00:00"),
        ("2026-01-19T15:07:49", "2026-01-19T15:07:49"),
        ("2026-01-19 15:07:49.999", "2026-01-19T15:07:49"),
        ("2026-01-19T11:07:49.000000Z", "2026-01-19T15:07:49"),
        ("2026-01-19 11:07+00", None),
        ("2026-01-19 11:07:49+0000", "2026-01-19T15:07:49"),
        ("2026-01-19T15:07:49+04:00", "2026-01-19T15:07:49"),
        ("0001-01-01 00:00:00", "0001-01-01T00:00:00"),
        ("9999-12-31 23:59:59", "9999-12-31T23:59:59"),
    ],
)
def test_a_time_is_read_to_the_second_by_the_venues_clock(value: str, local: str | None) -> None:
    found, _, bad = reading.times([value], BAKU)
    assert [None if np.isnat(each) else str(each) for each in found] == [local]
    assert bad.tolist() == [local is None]


def test_a_time_of_nineteen_letters_with_a_zone_is_not_local() -> None:
    """`2026-01-19 10:00+04` and the like have the length of a local time."""
    values = ["2026-01-19 10:00:00", "2026-01-19T1000:00Z"]
    assert {len(each) for each in values} == {19}
    assert reading.times(values, BAKU)[2].tolist() == [False, True]


@pytest.mark.parametrize("value", NO_TIMES, ids=repr)
def test_zeros_are_no_time_and_no_deletion(value: Any) -> None:
    found, _, bad = reading.times([value, "2026-01-19 10:00:00"], BAKU)
    assert np.isnat(found).tolist() == [True, False]
    assert not bad.any()
    for values in ([value], [value, "2026-01-19 10:00:00"]):
        deleted, bad = reading.deletions(values)
        assert deleted.tolist() == [False, True][: len(values)]
        assert not bad.any()
    day = GoodsDay()
    day.sell(1, [], deleted_at=value, line_deleted_at=value)
    day.sell(1)
    assert [each[0] for each in day.told()] == ["missing-write-off"], "a live sale"


@pytest.mark.parametrize(
    "value", [True, 1, "1", "true", "2026-01-19 16:00:00", "2026-01-19T16:00:00Z"], ids=repr
)
def test_a_time_or_true_is_a_deletion(value: Any) -> None:
    assert [each.tolist() for each in reading.deletions([value])] == [[True], [False]]


@pytest.mark.parametrize("value", [each for each in NOT_TIMES if each and each is not True], ids=repr)
@pytest.mark.parametrize("of", ["deleted_at", "line_deleted_at", "closed_at", "shift_date"])
def test_a_record_with_an_unreadable_time_is_quarantined_by_name(value: Any, of: str) -> None:
    """Neither sold nor void: its number and the field are said, and the day is incomplete."""
    day = GoodsDay()
    day.sell(1)
    key = day.sell(1)
    record: dict[str, Any] = day.receipts[-1]
    if of.startswith("line_"):
        record = record["receipt_products"][0]
    field = of.removeprefix("line_")
    record[field] = value
    result = day.judged()
    assert not result.complete
    (row,) = result.quarantine.to_dict("records")
    assert row["receipt_id"] == key
    assert row["reason"].startswith(f"{field} is not a time: ")
