"""Book stock against counted: exact where the books know it, told where they do not; it never stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import openpyxl
import pandas as pd
import pytest

from reconcile.close.counts import counts_frame
from reconcile.core.exact import MICRO, nullable
from tests.given.answered_days import FIRST, SECOND, THIRD
from tests.given.closed_months import EndedClose, close, run_days
from tests.given.workbook_lint import problems
from tests.given.workbook_reading import table, words

HEADER = "date,storage,product,counted\n"
COLA, MAIN = 31042, 3
LEFT = 99_996
"""What the last of four sales leaves of 100,000, one each."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reports"


def counted(folder: Path, capsys: pytest.CaptureFixture[str], days: int, *rows: Sequence[Any]) -> EndedClose:
    """The close of so many days, with these counts beside the settings."""
    settings = folder.parent / "reconcile.toml"
    settings.touch()
    text = HEADER + "".join(",".join(map(str, row)) + "\n" for row in rows)
    (folder.parent / "counts.csv").write_text(text)
    return close(folder, capsys, days, "--config", str(settings))


Books: TypeAlias = duckdb.DuckDBPyConnection


@pytest.fixture
def books() -> Iterator[Books]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            """create table operations (date date, chain_position bigint, stock_id bigint, storage_id bigint,
            storage varchar, product_id bigint, after_quantity decimal(38, 6), cost decimal(38, 6), is_costed boolean);
            create table products (date date, product_id bigint, product varchar, unit varchar)"""
        )
        yield connection


def operation(
    books: Books, day: int, *, position: int, stock: int, left: int, cost: int | None, product: int = COLA
) -> None:
    """The operation at that position of a day, counted from FIRST; a cost of None can't be relied on."""
    values = [
        FIRST + timedelta(day), position, stock, MAIN, "Main", product, left, cost or 77, cost is not None,
    ]  # fmt: skip
    books.execute("insert into operations values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def found(books: Books, *rows: tuple[int, int, int, int]) -> list[dict[Any, Any]]:
    """The counts of a week whose second day is incomplete and whose fifth is missing: day, storage, product, number."""
    numbers = range(7)
    days = pd.DataFrame(
        {
            "date": pd.Series([FIRST + timedelta(each) for each in numbers], dtype="datetime64[s]"),
            "verdict": ["MISSING" if each == 4 else "RECONCILED" for each in numbers],
            "complete": pd.array([None if each == 4 else each != 1 for each in numbers], dtype="boolean"),
        }
    )
    counts = pd.DataFrame(
        {
            "date": pd.Series([FIRST + timedelta(row[0]) for row in rows], dtype="datetime64[s]"),
            "storage_id": nullable(row[1] for row in rows),
            "product_id": nullable(row[2] for row in rows),
            "counted": nullable(row[3] * MICRO for row in rows),
        }
    )
    return counts_frame(books, counts, days).to_dict("records")


def book(folder: Path, last: date) -> Any:
    path = folder / f"{FIRST}-to-{last}.xlsx"
    assert problems(path) == []
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize(
    ("faults", "count", "expected"),
    [
        ((), LEFT, ("0", "0", "agrees")),
        ((), LEFT - 2.5, ("-2.5", "-20000", "differs")),
        ((), LEFT + 1, ("1", "8000", "differs")),
        (("free",), 0, (f"-{LEFT}", f"-{LEFT * 8000}", "differs")),
    ],
    ids=["agrees", "short", "over", "nothing-left"],
)
def test_a_count_is_compared_with_what_the_last_operation_left(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    faults: tuple[str, ...],
    count: float,
    expected: tuple[str, str, str],
) -> None:
    run_days(folder, faults)
    ended = counted(folder, capsys, 1, (FIRST, MAIN, COLA, count))
    (row,) = ended.report["counts"]
    assert (row["difference"], row["value"], row["result"]) == expected
    assert (row["book"], row["unit_cost"], row["last_operation_on"]) == (str(LEFT), "8000", f"{FIRST}")
    (shown,) = table(book(folder, FIRST), "Counts")
    assert (shown["Book stock"], shown["Counted"], shown["Value"]) == (LEFT, count, float(expected[1]))


def test_the_last_operation_may_be_of_an_earlier_day(books: Books) -> None:
    """Of two stocks of one product and storage the sum; the cost is the last that can be relied on."""
    operation(books, 2, position=2, stock=5, left=8, cost=100)
    operation(books, 2, position=1, stock=5, left=9, cost=90)
    operation(books, 3, position=1, stock=6, left=30, cost=None)
    operation(books, 5, position=1, stock=5, left=1, cost=500)
    (row,) = found(books, (3, MAIN, COLA, 40))
    assert (row["book"], row["difference"], row["cost"], row["value"], row["result"]) == (
        38 * MICRO, 2 * MICRO, 100 * MICRO, 200 * MICRO, "differs",
    )  # fmt: skip
    assert row["left_on"].date() == FIRST + timedelta(2)


def test_without_a_cost_that_can_be_relied_on_the_value_is_not_known(books: Books) -> None:
    operation(books, 0, position=1, stock=5, left=8, cost=None)
    (row,) = found(books, (0, MAIN, COLA, 9))
    assert (row["difference"], row["value"]) == (MICRO, None)


@pytest.mark.parametrize(
    ("day", "storage", "product", "result"),
    [
        (0, MAIN, COLA, "differs"),
        (1, MAIN, COLA, "day-incomplete"),
        (2, MAIN, COLA, "day-incomplete"),
        (3, MAIN, COLA, "differs"),
        (4, MAIN, COLA, "day-missing"),
        (3, 4, COLA, "no-operation"),
        (3, MAIN, 1, "no-operation"),
        (0, MAIN, 31043, "no-operation"),
    ],
)
def test_what_the_books_cannot_answer_is_told(
    books: Books, day: int, storage: int, product: int, result: str
) -> None:
    """The second day is incomplete, the fifth is missing: what they would have left is not known. An operation after
    them says it again.
    """
    for number in (0, 3):
        operation(books, number, position=1, stock=5, left=8, cost=100)
    operation(books, 3, position=1, stock=7, left=8, cost=100, product=31043)
    (row,) = found(books, (day, storage, product, 9))
    assert row["result"] == result
    is_known = result == "differs"
    assert (row["book"], row["difference"]) == ((8 * MICRO, MICRO) if is_known else (None, None))
    assert (row["counted"], row["storage_id"], row["product_id"]) == (9 * MICRO, storage, product)


def test_it_is_shown_in_the_workbook_and_does_not_stand_in_the_way(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_days(folder, (), ())
    ended = counted(folder, capsys, 2, (FIRST, MAIN, COLA, 1), (SECOND, 9, COLA, 1), (THIRD, MAIN, COLA, 1))
    assert (ended.status, ended.report["closed"]) == (0, True)
    assert [row["result"] for row in ended.report["counts"]] == ["differs", "no-operation"]
    made = book(folder, SECOND)
    differs, unknown = table(made, "Counts")
    assert differs["Result"] == "Differs"
    assert [unknown[name] for name in ("Result", "Book stock", "Difference", "Value", "Counted")] == [
        "Not in the books", None, None, None, 1,
    ]  # fmt: skip
    assert "3, of which 2 of these days" in words(made, "About")


def test_a_day_without_books_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_days(folder, ())
    (row,) = counted(folder, capsys, 2, (SECOND, MAIN, COLA, 1)).report["counts"]
    assert (row["result"], row["book"], row["counted"]) == ("day-missing", None, "1")
    (shown,) = table(book(folder, SECOND), "Counts")
    assert shown["Result"] == "A day has no books"


def test_without_counts_there_is_no_sheet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_days(folder, ())
    assert close(folder, capsys, 1).report["counts"] == []
    assert "Counts" not in book(folder, FIRST).sheetnames


def test_a_file_without_rows_of_these_days_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_days(folder, ())
    assert counted(folder, capsys, 1).report["counts"] == []
    assert "Nothing was counted on these days" in words(book(folder, FIRST), "Counts")
