"""Evidence from which a record was taken away is found out, whatever the record; evidence of format 1 is read too."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.evidence.records import read_evidence
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store, catalogue_of
from tests.given.day_records import DAY, Raw, evidence_file, evidence_records, sales, write_records
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Records = list[Raw]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Records:
    """The records of a day that a run made."""
    receipts, operations = sales(6)
    desk = Desk(tmp_path_factory.mktemp("made"))
    with CloposServer(Store(receipts, operations, catalogue_of(receipts))) as server:
        desk.environment = server.environment()
        ended = desk.run(*LIVE)
        assert ended.status == 0, ended.err
    return [json.loads(each) for each in gzip.decompress(ended.evidence.read_bytes()).splitlines()]


def first(kind: str) -> Callable[[Records], Records]:
    """Takes the first record of a kind away."""

    def take(records: Records) -> Records:
        place = next(place for place, each in enumerate(records) if each["record"] == kind)
        return [*records[:place], *records[place + 1 :]]

    return take


def a_whole_receipt(records: Records) -> Records:
    """Takes a receipt and its operations away, and says that it never was."""
    left = [
        each for each in records if each.get("receipt_id") != 3 and each.get("receipt", {}).get("id") != 3
    ]
    return [each | {"total": 5} if each["record"] == "listed" else each for each in left]


def an_operation(records: Records) -> Records:
    """Takes the one operation of a receipt away."""
    return [each | {"operations": []} if each.get("receipt_id") == 3 else each for each in records]


def a_line(records: Records) -> Records:
    changed = json.loads(json.dumps(records))
    receipt = next(each["receipt"] for each in changed if each["record"] == "receipt")
    receipt["receipt_products"] = []
    return list(changed)


def another_id(records: Records) -> Records:
    return [
        each | {"receipt": each["receipt"] | {"id": 77}} if each.get("receipt", {}).get("id") == 3 else each
        for each in records
    ]


@pytest.mark.parametrize(
    "change",
    [
        first("receipt"),
        first("operations"),
        first("product"),
        first("catalogue"),
        first("listed"),
        first("opened_earlier"),
        first("end"),
        a_whole_receipt,
        an_operation,
        a_line,
        another_id,
        lambda records: [*records[:-1], records[5], records[-1]],
    ],
    ids=[
        "a receipt", "operations", "a product", "the catalogue", "what was listed", "opened earlier", "the end",
        "a receipt and all of it", "one operation", "a line", "another id", "a record twice",
    ],
)  # fmt: skip
def test_what_was_taken_away_makes_the_day_incomplete(
    desk: Desk, made: Records, change: Callable[[Records], Records]
) -> None:
    ended = desk.run("--source", str(write_records(desk.home / "day.jsonl", change(made))))
    assert ended.status == 3, ended.err
    assert not ended.report["complete"]
    assert any("evidence" in each["reason"] for each in ended.report["failures"])


def test_what_was_written_is_whole_in_any_order(desk: Desk, made: Records) -> None:
    """And however its lines are spaced."""
    for records in (made, [made[0], *reversed(made[1:-1]), made[-1]]):
        ended = desk.run("--source", str(write_records(desk.home / "day.jsonl", records)))
        assert (ended.status, ended.report["complete"]) == (0, True), ended.err


@pytest.mark.parametrize(("kind", "name"), [("end", "digest"), ("end", "records")])
def test_a_proof_that_is_missing_is_no_evidence(desk: Desk, made: Records, kind: str, name: str) -> None:
    """Status 2: this program writes none without it."""
    records = [
        {key: value for key, value in each.items() if each["record"] != kind or key != name} for each in made
    ]
    ended = desk.run("--source", str(write_records(desk.home / "day.jsonl", records)))
    assert ended.status == 2
    assert "is not readable evidence" in ended.sentence()


def test_format_1_is_read_as_before(tmp_path: Path) -> None:
    evidence = read_evidence(evidence_file(tmp_path / "day.jsonl", *sales(3)))
    assert (evidence.header.format, evidence.failures()) == (1, {})


def test_more_receipts_than_were_listed_make_a_day_incomplete(desk: Desk) -> None:
    """The sheet Checks says so, and so does the status."""
    records = evidence_records(*sales(4))
    records[1] |= {"total": 3}
    ended = desk.run("--source", str(write_records(desk.home / "day.jsonl", records)))
    assert ended.status == 3
    assert (
        ended.report["failures"][0]["reason"] == "the list said 3 receipts, and the evidence holds 4 of them"
    )


def test_changed_evidence_is_not_gone_on_from(desk: Desk) -> None:
    """A finished day from which operations were taken is asked for again, those operations with it."""
    receipts, operations = sales(6)
    with CloposServer(Store(receipts, operations)) as server:
        desk.environment = server.environment()
        path = desk.run(*LIVE).evidence
        records = [json.loads(each) for each in gzip.decompress(path.read_bytes()).splitlines()]
        write_records(path, first("operations")(records))
        ended = desk.run(*LIVE)
    assert (ended.status, ended.report["control"]["receipts"]["reconciled"]) == (0, 6), ended.err
    assert str(DAY) in path.name
