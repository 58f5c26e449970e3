"""The command `ledger`: what is open, what became of an item, and whether the trail is whole."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from reconcile.cli.main import main
from tests.given.answered_days import FIRST, SECOND, answer, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two days; of the two items of the first one was asked about, with a text that is no formula and no escape."""
    out = tmp_path / "reports"
    out.mkdir()
    answer(run(out, FIRST, "missing", "twice"), 1, "Asked", "@SUM _x001B_[31mthe cook")
    run(out, SECOND, "missing", "missing")
    return out


def told(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["ledger", *arguments, "--out", str(folder)])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def listed(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    status, out, _ = told(folder, capsys, "--json", *arguments)
    assert status == 0
    items: list[dict[str, object]] = json.loads(out)["items"]
    return items


def test_it_lists_what_is_open_the_oldest_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = listed(folder, capsys)
    assert [each["first_day"] for each in items] == [f"{FIRST}", f"{FIRST}", f"{SECOND}", f"{SECOND}"]
    asked = next(each for each in items if each["status"] == "asked")
    assert asked | {"id": ""} == {
        "id": "",
        "rule": "missing-write-off",
        "venue_id": None,
        "first_day": f"{FIRST}",
        "last_day": f"{FIRST}",
        "status": "asked",
        "value": "-8000",
        "comment": "@SUM \x1b[31mthe cook",
    }


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        (("--rule", "quantity-mismatch"), 1),
        (("--rule", "cost-drift"), 0),
        (("--value", "8000"), 4),
        (("--value", "8000.01"), 0),
        (("--age", str((date.today() - SECOND).days)), 4),  # noqa: DTZ011  the venue's zone is not set
        (("--age", str((date.today() - SECOND).days + 1)), 2),  # noqa: DTZ011
        (("--venue", "3"), 0),
    ],
)
def test_filters_leave_what_they_say(
    folder: Path, capsys: pytest.CaptureFixture[str], filters: tuple[str, ...], number: int
) -> None:
    assert len(listed(folder, capsys, *filters)) == number


def test_the_list_is_a_table_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters of a comment reach no terminal."""
    status, out, _ = told(folder, capsys)
    head, *lines, number = out.splitlines()
    assert status == 0
    assert head.split("  ")[0] == "id"
    assert len(lines) == 4
    assert number == "4 open items"
    assert "\x1b" not in out


def test_the_csv_is_safe_to_open(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = told(folder, capsys, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 4
    assert {row["comment"][:2] for row in rows if row["comment"]} == {"'@"}
    assert {row["value"] for row in rows} == {"-8000", "8000"}


def test_an_items_story_is_told_in_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = next(each for each in listed(folder, capsys) if each["status"] == "asked")
    status, out, _ = told(folder, capsys, "show", str(asked["id"]))
    assert status == 0
    assert "\x1b" not in out
    head, what, opened, answered = out.splitlines()
    assert "missing-write-off, error" in head
    assert what.startswith("sold 1")
    assert "opened" in opened
    assert f"{FIRST}.xlsx" in answered
    _, document, _ = told(folder, capsys, "show", str(asked["id"]), "--json")
    events = json.loads(document)["events"]
    assert [each["kind"] for each in events] == ["opened", "answered"]
    assert events[0]["after"]["value"] == "-8000"


def test_the_trail_is_verified(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = told(folder, capsys, "verify")
    assert (status, out.split(",")[0]) == (0, "whole: 5 events")
    connection = sqlite3.connect(folder / "ledger.sqlite")
    connection.execute("drop trigger events_never_change")
    connection.execute("update events set by = 'another' where seq = 2")
    connection.commit()
    connection.close()
    status, out, _ = told(folder, capsys, "verify")
    assert status == 1
    assert out.startswith("event 2 (")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "0123456789abcdef"), "no item '0123456789abcdef'"),
        (("show",), "ledger 'show' is not a command; give nothing to list open items"),
        (("close",), "ledger 'close' is not a command"),
        (("--value", "much"), "--value is 'much'; give an amount, such as 1000 or 12.50"),
        (("--value", "nan"), "--value is 'nan'"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    status, out, err = told(folder, capsys, *arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_a_folder_without_a_ledger_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ((), ("verify",)):
        status, _, err = told(tmp_path, capsys, *arguments)
        assert status == 2
        assert f"there is no ledger.sqlite in {tmp_path}" in err
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_that_may_only_be_read_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "ledger.sqlite").chmod(0o444)
    folder.chmod(0o555)
    try:
        assert len(listed(folder, capsys)) == 4
    finally:
        folder.chmod(0o755)
