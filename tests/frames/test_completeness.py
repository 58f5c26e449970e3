"""A day from which receipts were taken away is judged as far as it goes, and is INCOMPLETE."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.given.day_records import evidence_records, receipt, sales, write_records
from tests.given.running import Desk, Ended

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Records = list[dict[str, Any]]


def twelve() -> Records:
    """Evidence of twelve sales that agree."""
    return evidence_records(*sales(12))


def without(records: Records, *keys: int) -> Records:
    """The evidence without these receipts, as if they had never come."""
    return [
        each
        for each in records
        if each.get("receipt", {}).get("id") not in keys and each.get("receipt_id") not in keys
    ]


def replayed(desk: Desk, records: Records) -> Ended:
    path: Path = write_records(desk.home / "day.evidence.jsonl", records)
    return desk.run("--source", str(path))


def test_what_is_there_is_judged_and_what_is_not_is_counted(desk: Desk) -> None:
    ended = replayed(desk, without(twelve(), 4, 9))
    assert ended.status == 3
    assert ended.report["control"]["receipts"]["reconciled"] == 10
    assert not ended.report["complete"]
    (failure,) = ended.report["failures"]
    assert failure["reason"] == "the list said 12 receipts, and the evidence holds 10 of them"


def test_a_receipt_asked_for_by_id_alone_does_not_fill_the_list(desk: Desk) -> None:
    """A receipt opened days ago is judged, and takes the place of none that was listed."""
    by_id = {"record": "receipt", "asked": "id", "receipt": receipt(77)}
    operations = {"record": "operations", "receipt_id": 77, "operations": []}
    whole = [*twelve()[:-1], by_id, operations, twelve()[-1]]
    ended = replayed(desk, whole)
    assert (ended.status, ended.report["control"]["receipts"]["reconciled"]) == (0, 13)
    assert replayed(desk, without(whole, 4)).status == 3


def test_a_receipt_listed_twice_and_asked_for_by_id_is_one(desk: Desk) -> None:
    again = next(each for each in twelve() if each["record"] == "receipt")
    ended = replayed(desk, [*twelve()[:-1], again, {**again, "asked": "id"}, twelve()[-1]])
    assert (ended.status, ended.report["control"]["receipts"]["listed"]) == (0, 12)
    assert replayed(desk, [*without(twelve(), 4)[:-1], again, twelve()[-1]]).status == 3


def test_evidence_that_does_not_say_how_many_were_listed_proves_nothing(desk: Desk) -> None:
    ended = replayed(desk, [each for each in twelve() if each["record"] != "listed"])
    assert ended.status == 3
    (failure,) = ended.report["failures"]
    assert failure["reason"] == "the evidence does not say how many receipts were listed"


@pytest.mark.reads_workbook
def test_the_sheet_checks_counts_what_was_listed(desk: Desk) -> None:
    """It holds where a receipt was asked for by id besides, and not where one is missing."""
    name = "Receipts: number stated by the list = different receipts listed"
    by_id = {"record": "receipt", "asked": "id", "receipt": receipt(77, shift_date="2026-01-18")}
    for records, result in ((twelve(), "OK"), (without(twelve(), 4), "CHECK")):
        texts = replayed(desk, [*records[:-1], by_id, records[-1]]).sheet("Checks and notes")
        assert texts[texts.index(name) + 1] == result
