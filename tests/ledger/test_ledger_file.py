"""The file of the ledger: kept from run to run, made again where it is lost, and never in the way of a day."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.core.errors import NotWritable, UsageError
from reconcile.ledger.database import in_ledger, ledger_to_read
from reconcile.ledger.item import STATUSES, Item
from tests.given.answered_days import FIRST, SECOND, THIRD, answer, ledger_on, moves, roll_forward, rows, run
from tests.given.ledger_reading import broken, kinds, open_items

LEDGER = "ledger.sqlite"
FAULTS = ("", "missing", "twice", "thrice", "free", "dear")


def left_by(folder: Path, on: date) -> list[Item]:
    return list(ledger_on(folder, on).open_items)


@given(
    days=st.lists(
        st.tuples(
            st.lists(st.sampled_from(FAULTS), min_size=3, max_size=3),
            st.tuples(st.integers(1, 3), st.sampled_from([""] * 4 + sorted(STATUSES.values()))),
            st.integers(0, 2),
        ),
        min_size=2,
        max_size=4,
    )
)
def test_a_ledger_that_is_kept_says_what_one_made_anew_says(
    days: list[tuple[list[str], tuple[int, str], int]],
) -> None:
    """Whatever days find, people answer, and days are run again: nothing is remembered that the files do not say."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number, (faults, (receipt, status), again) in enumerate(days):
            today = FIRST + timedelta(number)
            path = run(folder, today, *faults)
            with contextlib.suppress(ValueError):  # that receipt has no open item, or several
                if status:
                    answer(path, receipt + 100 * number, status, "why", reason="Other reason")
            if again == 1:
                run(folder, today, *faults)
        tomorrow = FIRST + timedelta(len(days))
        kept = left_by(folder, tomorrow)
        assert broken(folder) == []
        (folder / LEDGER).unlink()
        assert left_by(folder, tomorrow) == kept


def test_what_an_earlier_day_finds_when_it_is_run_again_late_is_not_lost(tmp_path: Path) -> None:
    """The workbook of the day between does not have it: it comes as new, with the age of its day."""
    run(tmp_path, FIRST, "missing")
    run(tmp_path, SECOND)
    run(tmp_path, FIRST, "missing", "twice")
    third = run(tmp_path, THIRD)
    assert moves(third) == {
        1: ("brought forward", "carried forward", 2),
        2: ("new", "carried forward", 2),
    }
    assert roll_forward(third) == [1, 1, None, 0, 2]
    assert {row["Result"] for row in rows(third, "Checks")} == {"OK"}
    assert moves(run(tmp_path, THIRD)) == moves(third), "run again, it says the same"
    late = next(row for row in rows(third, "Open items") if row["Receipt"] == "2")
    assert late["What happened"].startswith("sold 1, written off 2 (difference +1)")


def test_what_was_found_late_and_is_answered_stays_cleared_when_the_day_is_run_again(tmp_path: Path) -> None:
    run(tmp_path, FIRST, "missing")
    run(tmp_path, SECOND)
    again = run(tmp_path, FIRST, "missing", "twice")
    answer(again, 2, "Explained", "a staff meal")
    third = run(tmp_path, THIRD)
    assert moves(third)[2] == ("new", "cleared", 2)
    assert moves(run(tmp_path, THIRD)) == moves(third)
    assert set(moves(run(tmp_path, THIRD + timedelta(days=1)))) == {1}


def test_a_day_of_the_past_is_told_as_it_was(tmp_path: Path) -> None:
    """What a later day found is no item of an earlier one, and what was cleared since is not cleared there."""
    run(tmp_path, FIRST, "missing")
    answer(run(tmp_path, SECOND, "twice"), 1, "Corrected", reason="system")
    run(tmp_path, THIRD)
    again = run(tmp_path, FIRST, "missing")
    assert set(moves(again)) == {1}


def test_items_and_answers_outlive_their_workbook(tmp_path: Path) -> None:
    """It is named as missing; what it said when it was last read still holds."""
    run(tmp_path, FIRST, "missing", "twice")
    second = run(tmp_path, SECOND)
    answer(second, 1, "Asked", "the cook")
    third = run(tmp_path, THIRD)
    for path in (second, third):
        path.unlink()
    (tmp_path / "2026-01-19.xlsx").unlink()
    fourth = run(tmp_path, THIRD + timedelta(days=1))
    asked = {row["Receipt"]: (row["Status"], row["Comment"]) for row in rows(fourth, "Open items")}
    assert asked == {"1": ("Asked", "the cook"), "2": ("Open", None)}


def test_a_folder_of_the_first_edition_is_taken_in(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It has workbooks and no ledger: all that they say is there after the first run, which says what is not known."""
    answer(run(tmp_path, FIRST, "missing", "twice"), 1, "Asked")
    run(tmp_path, SECOND)
    (tmp_path / LEDGER).unlink()
    with caplog.at_level(logging.INFO):
        run(tmp_path, THIRD)
    assert "ledger.sqlite is new: 2 workbooks were taken in" in caplog.text
    assert kinds(tmp_path) == ["answered", "opened", "opened"]
    assert [kept.item.first_day for kept in open_items(tmp_path)] == [FIRST, FIRST]


def garbage(path: Path) -> None:
    path.write_bytes(b"garbage" * 1000)


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 3])


def a_hole(path: Path) -> None:
    """All pages but the first are zeros."""
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(len(content) - 4096))


def of_another_program(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("create table accounts (id integer)")
    connection.close()


def of_an_earlier_version(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("pragma user_version = 0")
    connection.execute("pragma application_id = 0x434C4C47")
    connection.close()


@pytest.mark.parametrize("damage", [garbage, cut, a_hole, of_another_program, of_an_earlier_version])
def test_a_damaged_ledger_is_set_aside_and_made_again(
    tmp_path: Path, damage: object, caplog: pytest.LogCaptureFixture
) -> None:
    answer(run(tmp_path, FIRST, "missing", "twice"), 1, "Asked", "the cook")
    run(tmp_path, SECOND)
    path = tmp_path / LEDGER
    assert callable(damage)
    damage(path)
    damaged = path.read_bytes()
    third = run(tmp_path, THIRD)
    assert (tmp_path / "ledger-damaged-1.sqlite").read_bytes() == damaged
    assert "when each answer was given" in caplog.text
    assert {row["Status"] for row in rows(third, "Open items")} == {"Asked", "Open"}
    assert broken(tmp_path) == []
    assert len(open_items(tmp_path)) == 2


def test_a_ledger_of_a_later_version_stops_the_day(tmp_path: Path) -> None:
    """Nothing of it is lost: it says which program reads it."""
    run(tmp_path, FIRST, "missing")
    connection = sqlite3.connect(tmp_path / LEDGER)
    connection.execute("pragma user_version = 99")
    connection.close()
    before = (tmp_path / LEDGER).read_bytes()
    with pytest.raises(UsageError, match="of a later version of this program"):
        run(tmp_path, SECOND)
    assert (tmp_path / LEDGER).read_bytes() == before
    with pytest.raises(UsageError, match="of a later version"), ledger_to_read(tmp_path):
        pass


def test_a_link_or_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / LEDGER).symlink_to(elsewhere)
    with pytest.raises(NotWritable, match="it is a link"):
        in_ledger(folder, lambda _: None)
    assert elsewhere.read_bytes() == b""
    (folder / LEDGER).unlink()
    (folder / LEDGER).mkdir()
    with pytest.raises(NotWritable, match="it is a folder"):
        in_ledger(folder, lambda _: None)


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """A database tool that writes, and does not end."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("begin exclusive")
    yield
    connection.close()


def test_a_ledger_that_another_program_holds_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconcile.ledger.database._WAIT_SECONDS", 0.01)
    run(tmp_path, FIRST, "missing")
    with held(tmp_path / LEDGER):
        with pytest.raises(NotWritable, match="close the program that has it open"):
            run(tmp_path, SECOND)
        with pytest.raises(UsageError, match="can't be read"), ledger_to_read(tmp_path):
            pass
    run(tmp_path, SECOND)
    assert kinds(tmp_path) == ["opened"]


@pytest.mark.skipif(sys.platform == "win32", reason="no umask")
def test_the_ledger_keeps_to_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        in_ledger(tmp_path, lambda _: None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / LEDGER).stat().st_mode) == 0o640


def test_work_that_fails_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("update head set seq = 5")
        raise KeyError

    in_ledger(tmp_path, lambda _: None)
    with pytest.raises(KeyError):
        in_ledger(tmp_path, work)
    assert broken(tmp_path) == []


def test_reading_makes_no_ledger(tmp_path: Path) -> None:
    with ledger_to_read(tmp_path) as connection:
        assert connection is None
    assert list(tmp_path.iterdir()) == []
