"""The trail: what happened to each item and day, who said so, in which file; and whether it is whole."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.model.changed import ChangedField
from tests.given.answered_days import FIRST, SECOND, THIRD, answer, judged_day, run
from tests.given.ledger_reading import broken, events, kinds, open_items, status_after

FOURTH = THIRD + timedelta(days=1)


def the_item(folder: Path) -> str:
    (kept,) = open_items(folder)
    return kept.item.id


def saved_by(path: Path, name: str) -> None:
    """The program that saved a workbook last wrote who did."""
    book = openpyxl.load_workbook(path)
    book.properties.lastModifiedBy = name
    book.save(path)


def sign(path: Path, role: str, name: str, on: date | None = None) -> None:
    """A person signs on the Summary; an empty name takes it back."""
    book = openpyxl.load_workbook(path)
    page: Any = book.worksheets[0]
    (row,) = [cells[0].row for cells in page.iter_rows() if cells[0].value == role]
    page.cell(row, 2).value, page.cell(row, 4).value = name or None, on
    book.save(path)


def test_a_finding_is_opened_seen_again_and_cleared_when_it_is_gone(tmp_path: Path) -> None:
    run(tmp_path, FIRST, "missing")
    item = the_item(tmp_path)
    assert kinds(tmp_path) == ["opened"]
    run(tmp_path, FIRST, "missing")
    assert kinds(tmp_path) == ["opened"], "the same again is no event"
    run(tmp_path, FIRST)
    run(tmp_path, SECOND)
    assert kinds(tmp_path, item) == ["opened", "cleared"]
    assert json.loads(events(tmp_path, item)[-1].after) == {"because": "its day no longer finds it"}
    assert open_items(tmp_path) == []


def test_who_answered_in_which_file_and_what_was_said_before(tmp_path: Path) -> None:
    path = run(tmp_path, FIRST, "missing")
    item = the_item(tmp_path)
    answer(path, 1, "Asked", "the cook", owner="Leyla")
    saved_by(path, "Aysel")
    content = path.read_bytes()
    run(tmp_path, SECOND)
    (asked,) = [event for event in events(tmp_path, item) if event.kind == "answered"]
    assert (asked.by, asked.file, asked.day) == ("Aysel", path.name, f"{FIRST}")
    assert asked.file_sha256 == sha256(content).hexdigest()
    assert asked.before == ""
    assert json.loads(asked.after) == {"status": "asked", "owner": "Leyla", "comment": "the cook"}
    answer(path, 1, "Explained", "a staff meal")
    run(tmp_path, SECOND)
    *_, explained, cleared = events(tmp_path, item)
    assert (explained.kind, cleared.kind) == ("answered", "cleared")
    assert json.loads(explained.before)["status"] == "asked"
    assert json.loads(cleared.after) == {"because": "explained"}


def test_an_answer_that_is_carried_over_is_told_once(tmp_path: Path) -> None:
    """The next workbook carries it, and a person edits that one too: nothing new was said."""
    answer(run(tmp_path, FIRST, "missing", "twice"), 1, "Asked")
    second = run(tmp_path, SECOND)
    answer(second, 2, "Asked")
    run(tmp_path, THIRD)
    assert kinds(tmp_path) == ["opened", "opened", "answered", "answered"]


def test_an_answer_taken_back_and_one_reopened(tmp_path: Path) -> None:
    answer(run(tmp_path, FIRST, "missing", "twice"), 1, "Corrected", reason="system")
    second = run(tmp_path, SECOND)
    answer(second, 1, "Open", "not in the stock-take")
    run(tmp_path, THIRD)
    told = [event for event in events(tmp_path) if event.kind not in ("opened", "answered")]
    assert [event.kind for event in told] == ["cleared", "answer taken back"]
    assert [kept.item.receipt_id for kept in open_items(tmp_path)] == [1, 2]
    assert status_after(told[1]) == "open"


def test_an_older_workbook_that_is_saved_again_takes_nothing_back(tmp_path: Path) -> None:
    """Its row for the item is empty, as it was answered in a later one."""
    first = run(tmp_path, FIRST, "missing", "twice")
    answer(run(tmp_path, SECOND), 1, "Asked")
    run(tmp_path, THIRD)
    answer(first, 2, "Asked")
    run(tmp_path, FOURTH)
    assert kinds(tmp_path).count("answered") == 2
    assert "answer taken back" not in kinds(tmp_path)


def test_what_was_gone_and_is_found_again_is_reopened(tmp_path: Path) -> None:
    """The report of its day says so once more, and the next day takes that up."""
    run(tmp_path, FIRST, "missing")
    item = the_item(tmp_path)
    run(tmp_path, FIRST)
    run(tmp_path, SECOND)
    run(tmp_path, FIRST, "missing")
    run(tmp_path, SECOND)
    run(tmp_path, THIRD)
    assert kinds(tmp_path, item) == ["opened", "cleared", "reopened because facts changed"]
    assert the_item(tmp_path) == item


def test_facts_that_change_reopen_an_explained_item(tmp_path: Path) -> None:
    answer(run(tmp_path, FIRST, "twice"), 1, "Explained", "the owner's table")
    run(tmp_path, FIRST, "thrice")
    run(tmp_path, SECOND)
    (reopened,) = [event for event in events(tmp_path) if event.kind.startswith("reopened")]
    assert json.loads(reopened.before)["value"] == "8000"
    assert json.loads(reopened.after)["value"] == "16000"


def test_a_sign_off_is_kept_until_the_day_says_something_else(tmp_path: Path) -> None:
    path = run(tmp_path, FIRST, "missing")
    sign(path, "Approved by", "Aysel", SECOND)
    run(tmp_path, SECOND)
    (signed,) = [event for event in events(tmp_path) if "sign" in event.kind]
    assert (signed.kind, signed.day, signed.file) == ("signed off", f"{FIRST}", path.name)
    assert json.loads(signed.after) == {"Approved by": ["Aysel", f"{SECOND}"]}
    run(tmp_path, FIRST, "missing")
    assert kinds(tmp_path).count("sign-off withdrawn") == 0, "the same facts"
    run(tmp_path, FIRST, "missing", "twice")
    (withdrawn,) = [event for event in events(tmp_path) if event.kind == "sign-off withdrawn"]
    assert json.loads(withdrawn.after) == {"because": "what the day found changed"}


def test_a_person_takes_a_sign_off_back(tmp_path: Path) -> None:
    path = run(tmp_path, FIRST, "missing")
    sign(path, "Reviewed by", "Leyla")
    run(tmp_path, SECOND)
    sign(path, "Reviewed by", "")
    run(tmp_path, SECOND)
    assert [kind for kind in kinds(tmp_path) if "sign" in kind] == ["signed off", "sign-off withdrawn"]


def test_what_changed_since_the_earlier_evidence_is_told_once(tmp_path: Path) -> None:
    """An event a receipt, with its fields before and after and what they are worth."""
    changed = (
        ChangedField(1, 11, 5001, "cost", "8000", "9000", 1_000_000_000),
        ChangedField(1, None, None, "total", "100", "90", -10_000_000),
        ChangedField(2, None, None, "is_cancelled", "false", "true", None),
    )
    result = dataclasses.replace(judged_day(FIRST), changed_since=changed)
    for _ in range(2):
        report(result, Output(tmp_path))
    told = [json.loads(event.after) for event in events(tmp_path) if event.kind == "changed since"]
    assert [[row["field"] for row in rows] for rows in told] == [["cost", "total"], ["is_cancelled"]]
    assert told[0][0] | {"receipt_id": 1} == {
        "receipt_id": 1, "receipt_product_id": 11, "operation_id": 5001, "field": "cost", "before": "8000",
        "after": "9000", "value": "1000",
    }  # fmt: skip


def spoilt(folder: Path, statement: str) -> None:
    """Somebody with a database tool removes the guard and changes the trail."""
    with sqlite3.connect(folder / "ledger.sqlite") as connection:
        connection.execute("drop trigger events_never_change")
        connection.execute("drop trigger events_never_go")
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update events set after = replace(after, 'asked', 'explained') where seq = 3", "event 3 "),
        ("update events set by = 'another' where seq = 1", "event 1 "),
        ("update events set at = '2020-01-01T00:00:00Z' where seq = 2", "event 2 "),
        ("delete from events where seq = 2", "event 2: missing"),
        ("delete from events where seq = 3", "events 3 to 3: missing at the end"),
        ("insert into events select seq + 1, at, demo, venue_id, day, item_id, kind, by, file, file_sha256, before, "
         "after, hash from events where seq = 3", "event 4 "),
        ("update head set hash = 'x'", "the last event is 3"),
    ],
)  # fmt: skip
def test_a_changed_or_missing_event_is_seen(tmp_path: Path, statement: str, told: str) -> None:
    answer(run(tmp_path, FIRST, "missing", "twice"), 1, "Asked")
    run(tmp_path, SECOND)
    assert broken(tmp_path) == []
    spoilt(tmp_path, statement)
    assert broken(tmp_path)[0].startswith(told)


def test_the_trail_can_only_be_added_to(tmp_path: Path) -> None:
    run(tmp_path, FIRST, "missing")
    connection = sqlite3.connect(tmp_path / "ledger.sqlite")
    for statement in ("update events set by = 'x'", "delete from events"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()
