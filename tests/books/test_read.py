"""What is seen of books that are there: whole, missing, cut, foreign, of another version or other evidence; and SQL."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from reconcile.books.names import TABLES
from reconcile.books.read import connected, stored_days
from reconcile.books.stored import Stored
from reconcile.books.tables import FRAMES
from reconcile.books.write import write_books
from reconcile.core.errors import UsageError
from tests.given.books import demo_books, metadata_of, rows_of, written_by
from tests.given.demo_day import demo_result

DAY, DIGEST = date(2026, 1, 19), "ea8f"


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The books of the demo day; their folder, which nothing may change."""
    return demo_books(tmp_path_factory.mktemp("made"))


@pytest.fixture
def folder(tmp_path: Path, made: Path) -> Path:
    """A copy of them to break, in `tmp_path`."""
    target = tmp_path / made.relative_to(made.parents[2])
    shutil.copytree(made, target)
    return target


def state(out: Path, digest: str = "") -> Stored:
    (found,) = stored_days(out, None, DAY, DAY, demo=True, expected={DAY: digest}).values()
    return found


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def to_link(path: Path) -> None:
    path.rename(path.with_suffix(".other"))
    path.symlink_to(path.with_suffix(".other"))


def to_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def with_metadata(**changed: str) -> Callable[[Path], None]:
    """A file of the same metadata but for these."""
    return lambda path: written_by(
        path, metadata_of(path) | {f"reconcile.{key}": value for key, value in changed.items()}
    )


BROKEN: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "removed": (Path.unlink, "missing", "{} is missing"),
    "cut": (cut, "cut", "{} is cut or damaged"),
    "emptied": (lambda path: path.write_bytes(b""), "cut", "{} is cut or damaged"),
    "garbage": (lambda path: path.write_bytes(b"PAR1" * 99), "cut", "{} is cut or damaged"),
    "of another program": (
        lambda path: written_by(path, {}),
        "foreign",
        "{} was not written by this program",
    ),
    "a folder": (to_folder, "foreign", "{} was not written by this program"),
    "a link": (to_link, "foreign", "{} was not written by this program"),
    "a FIFO": (to_fifo, "foreign", "{} was not written by this program"),
}


def test_what_was_written_is_whole(folder: Path, tmp_path: Path) -> None:
    found = state(tmp_path, demo_result().evidence_digest)
    assert (found.state, found.problem, found.folder) == ("whole", "", folder)
    assert found.origin is not None
    assert found.origin.evidence_sha256 == demo_result().evidence_digest


@pytest.mark.parametrize("name", ["lines", "receipts", "control"])
@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_file_is_told_by_what_is_wrong(folder: Path, tmp_path: Path, how: str, name: str) -> None:
    breaking, expected, problem = BROKEN[how]
    breaking(folder / f"{name}.parquet")
    found = state(tmp_path)
    assert found.state == expected
    assert found.problem.startswith(problem.format(f"{name}.parquet"))


@pytest.mark.parametrize("name", FRAMES)
def test_one_bit_that_changed_is_seen(folder: Path, tmp_path: Path, name: str) -> None:
    flip(folder / f"{name}.parquet")
    assert state(tmp_path).state in ("cut", "foreign")


def test_a_file_of_another_day_is_foreign(folder: Path, tmp_path: Path) -> None:
    """It is whole, and of this program."""
    header = dataclasses.replace(demo_result().header, date=date(2026, 1, 18))
    other = write_books(dataclasses.replace(demo_result(), header=header), tmp_path)
    shutil.copy(other / "lines.parquet", folder / "lines.parquet")
    assert state(tmp_path).state == "foreign"


@pytest.mark.parametrize(
    ("changed", "expected", "problem"),
    [
        (
            {"schema_version": "0"},
            "other version",
            "they are of version '0', and this program writes version 1",
        ),
        ({"schema_version": "2"}, "other version", "they are of version '2'"),
        ({"schema_version": "\u202e" * 99}, "other version", "they are of version '\ufffd\ufffd"),
        ({"date": "2026-01-18"}, "foreign", "they are of the day '2026-01-18', venue '0'"),
        ({"venue": "3"}, "foreign", "they are of the day '2026-01-19', venue '3'"),
        ({"evidence_sha256": "0" * 64}, "other evidence", "they are of other evidence than the day has"),
    ],
)
def test_books_of_another_origin_are_told_apart(
    folder: Path, tmp_path: Path, changed: dict[str, str], expected: str, problem: str
) -> None:
    with_metadata(**changed)(folder / "control.parquet")
    found = state(tmp_path, demo_result().evidence_digest)
    assert found.state == expected
    assert found.problem.startswith(problem)


def test_a_day_that_has_no_books_is_missing(tmp_path: Path) -> None:
    assert state(tmp_path).state == "missing"


@pytest.mark.parametrize("level", range(3))
def test_books_behind_a_link_are_not_read(folder: Path, tmp_path: Path, level: int) -> None:
    place = (folder, *folder.parents)[level]
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    found = state(tmp_path)
    assert (found.state, found.problem) == ("foreign", "their folder can't be used: it is a link")


def test_the_days_of_a_venue_and_range_are_found(tmp_path: Path) -> None:
    """By their folders, in order; other venues, demos, odd names and days that don't exist are not among them."""
    names = (
        "2026-01-19/venue=3", "2026-01-02/venue=3", "2026-02-01/venue=3", "2026-01-05/venue=4",
        "2026-01-06/venue=0", "2026-01-31/venue=03", "2026-02-31/venue=3", "x/venue=3",
    )  # fmt: skip
    for name in names:
        (tmp_path / "books" / f"date={name}").mkdir(parents=True)

    month = (date(2026, 1, 1), date(2026, 1, 31))

    def days(venue: int | None, *, demo: bool = False) -> list[int]:
        return [day.day for day in stored_days(tmp_path, venue, *month, demo=demo)]

    assert (days(3), days(4), days(None), days(3, demo=True)) == ([2, 19], [5], [6], [])


@pytest.fixture(scope="module", name="month")
def _month(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two days of two venues, in a folder of a hostile name."""
    out = tmp_path_factory.mktemp("out") / "date=2020-01-01" / "venue=9" / "it's [1]*?"
    out.mkdir(parents=True)
    headers = [
        dataclasses.replace(demo_result().header, source="clopos", date=date(2026, 1, day), venue_id=venue)
        for day in (18, 19)
        for venue in (None, 3)
    ]
    return [write_books(dataclasses.replace(demo_result(), header=header), out) for header in headers]


def test_sql_asks_several_days_at_once(month: list[Path]) -> None:
    """Each row says of which day and venue it is, by the folder of the day and not by any other."""
    with connected(month) as books:
        for name in TABLES:
            one = len(rows_of(month[0] / f"{name}.parquet"))
            query = f"SELECT date, venue, count(*) FROM {name} GROUP BY ALL ORDER BY ALL"  # noqa: S608  of the tables
            counted = books.execute(query).fetchall()
            assert counted == [(date(2026, 1, day), venue, one) for day in (18, 19) for venue in (0, 3)]


def test_sums_in_sql_are_exact(month: list[Path]) -> None:
    with connected(month) as books:
        (found,) = books.execute("SELECT sum(value) FROM findings WHERE is_goods AND value > 0").fetchall()
        (over,) = books.execute("SELECT sum(over) FROM control").fetchall()
    (row,) = rows_of(month[0] / "control.parquet")
    assert found == over == (row["over"] * 4,)
    assert isinstance(found[0], Decimal)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '{}/stolen.csv'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "SELECT * FROM 'https://127.0.0.1:9/x.parquet'",
        "ATTACH '{}/x.duckdb'",
    ],
)
def test_sql_reads_and_writes_nothing_else(month: list[Path], tmp_path: Path, query: str) -> None:
    with connected(month[:1]) as books, pytest.raises(duckdb.Error):
        books.execute(query.format(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_without_days_there_is_nothing_to_ask() -> None:
    with pytest.raises(UsageError, match="no day has books"), connected([]):
        pass
