"""Which receipts earlier evidence in the folder shows as open, and which files must be read to know."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.batch.open_before import open_before
from reconcile.evidence.day import Header
from reconcile.frames import build_day, is_open
from reconcile.settings.model import Settings
from tests.given.broken_evidence import broken_evidence
from tests.given.day_records import DAY, NEXT_DAY, Raw, evidence_records, receipt, write_records
from tests.given.random_days import RandomDay

HEADER = Header(date.fromisoformat(DAY), "clopos", tenant="ours")
OLD: Raw = {"created_at": "2026-01-03 12:00:00"}
OPEN: Raw = {**OLD, "status": 1, "closed_at": None, "shift_date": None}
CLOSED: Raw = {**OLD, "closed_at": "2026-01-12 12:00:00", "shift_date": "2026-01-12"}


def write(folder: Path, day: str, *receipts: Raw, more: tuple[Raw, ...] = (), **header: Any) -> Path:
    """Finished evidence of a day."""
    records = evidence_records(receipts, {}, date=day, **{"tenant": "ours"} | header)
    return write_records(folder / f"{day}.evidence.jsonl.gz", [*records[:-1], *more, records[-1]])


def asked(folder: Path, header: Header = HEADER) -> set[int]:
    return set(open_before(folder, header, None))


def test_the_newest_evidence_that_mentions_a_receipt_decides(tmp_path: Path) -> None:
    """Open, then closed: it is final; closed, then open again: it is not."""
    write(tmp_path, "2026-01-10", receipt(1, **OPEN), receipt(2, **OPEN), receipt(3, **CLOSED))
    write(tmp_path, "2026-01-12", receipt(2, **CLOSED), receipt(3, **OPEN), receipt(4, **OPEN))
    assert asked(tmp_path) == {1, 3, 4}


@pytest.mark.parametrize(
    "final", [{"deleted_at": f"{DAY} 10:00:00"}, {"order_status": "CANCELLED"}, {"status": 2}]
)
def test_a_receipt_that_is_dead_or_closed_is_not_open(tmp_path: Path, final: dict[str, Any]) -> None:
    write(tmp_path, "2026-01-10", receipt(1, **OPEN | final))
    assert asked(tmp_path) == set()


def test_one_created_in_the_days_that_are_listed_is_left_to_the_list(tmp_path: Path) -> None:
    write(tmp_path, "2026-01-18", receipt(1, **OPEN | {"created_at": "2026-01-18 23:00:00"}))
    assert asked(tmp_path) == set()


def test_one_that_is_of_this_day_is_asked_for_though_it_is_closed(tmp_path: Path) -> None:
    """An earlier day that was run again after it closed shows so; so does this day's own evidence."""
    write(tmp_path, "2026-01-10", receipt(1, **OLD), receipt(2, **CLOSED))
    write(tmp_path, DAY, receipt(3, **OLD), receipt(4, **OPEN), receipt(5, **OLD | {"shift_date": NEXT_DAY}))
    assert asked(tmp_path) == {1, 3, 4, 5}, "the next day goes by the evidence of this one"


@pytest.mark.parametrize(
    "other",
    [
        {"day": NEXT_DAY},
        {"day": "2026-01-10", "tenant": "another brand"},
    ],
)
def test_evidence_of_later_days_and_of_other_brands_is_not_asked(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    write(tmp_path, other.pop("day"), receipt(1, **OPEN), **other)
    assert asked(tmp_path) == set()


def test_each_venue_has_its_own(tmp_path: Path) -> None:
    write(tmp_path, "2026-01-10", receipt(1, **OPEN)).rename(
        tmp_path / "2026-01-10-venue-3.evidence.jsonl.gz"
    )
    assert asked(tmp_path) == set()
    assert asked(tmp_path, Header(HEADER.date, "clopos", 3, tenant="ours")) == {1}


def test_what_was_asked_for_and_not_had_is_asked_for_again(tmp_path: Path) -> None:
    """Unless that evidence has it after all, or says that it is gone."""
    failures = tuple(
        {"record": "failure", "receipt_id": key, "reason": "no answer: 504"} for key in (1, 2, 3)
    )
    gone = {"record": "opened_earlier", "gone": [3]}
    write(tmp_path, "2026-01-10", receipt(2, **CLOSED), more=(*failures, gone))
    assert asked(tmp_path) == {1}


def test_of_several_versions_the_last_counts(tmp_path: Path) -> None:
    write(
        tmp_path,
        "2026-01-10",
        receipt(1, **OPEN),
        receipt(1, **CLOSED),
        receipt(2, **CLOSED),
        receipt(2, **OPEN),
    )
    assert asked(tmp_path) == {2}


def test_what_is_older_than_a_run_that_asked_for_all_is_not_read(tmp_path: Path) -> None:
    """That run's evidence has them too. What was written after it is read."""
    old = write(tmp_path, "2026-01-09", receipt(1, **OPEN))
    write(tmp_path, "2026-01-10", receipt(2, **OPEN), asks_for_open=True)
    newest = write(tmp_path, "2026-01-11", receipt(3, **OPEN))
    for place, path in enumerate((old, tmp_path / "2026-01-10.evidence.jsonl.gz", newest)):
        os.utime(path, (place, place))
    assert asked(tmp_path) == {2, 3}
    os.utime(old, (9, 9))
    assert asked(tmp_path) == {1, 2, 3}


def test_what_can_not_be_read_costs_what_it_knows_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Cut, flipped, empty, or something else."""
    write(tmp_path, "2026-01-10", receipt(901, **OPEN))
    for content in broken_evidence(tmp_path).values():
        (tmp_path / "2026-01-12.evidence.jsonl.gz").write_bytes(content)
        assert 901 in asked(tmp_path)
    assert "what it shows as open is not asked for" in caplog.text


def test_an_empty_folder_knows_of_none(tmp_path: Path) -> None:
    assert asked(tmp_path) == set()


@given(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from([1, "1", 2, 0, None, "x", True]),
            "order_status": st.sampled_from(["COMPLETED", "cancelled", "CANCELLED", None, 1]),
            "deleted_at": st.sampled_from([None, "", f"{DAY} 10:00:00"]),
        }
    )
)
def test_a_receipt_is_open_by_itself_as_it_is_in_its_day(fields: dict[str, Any]) -> None:
    """The class that the day gives it says the same."""
    raw = receipt(1, **fields)
    (found,) = build_day(RandomDay([raw], {1: []}).evidence(), Settings()).receipts["receipt_class"]
    assert is_open(raw) is (found == "open")
