"""movements.csv and counts.csv: read exactly or refused by line; and what they explain."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.close.documents import Documents, explained, read_documents
from reconcile.core.errors import UsageError
from reconcile.core.exact import MICRO, nullable

HEADER = "date,storage,product,quantity,cost,document,reason\n"
DAY = date(2026, 1, 19)


def movements(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "movements.csv"
    path.write_text(header + "".join(f"{row}\n" for row in rows), "utf-8")
    return path


def test_without_files_there_are_no_documents(tmp_path: Path) -> None:
    found = read_documents(tmp_path)
    assert (found.movements, found.counts, found.has_movements) == (None, None, False)


def test_movements_are_read_exactly(tmp_path: Path) -> None:
    """In any order of columns, with or without cost and reason, with a mark of UTF-8."""
    movements(
        tmp_path,
        '2026-01-19,3,31042,12.5,2500.25,"Faktura, 17",Purchase',
        "2026-01-20,3,31042,-3,,T-4,",
        header="\ufeff" + HEADER,
    )
    frame = read_documents(tmp_path).movements
    assert frame is not None
    assert frame["quantity"].tolist() == [12_500_000, -3_000_000]
    assert frame["cost"].tolist() == [2_500_250_000, pd.NA]
    assert frame["document"].tolist() == ["Faktura, 17", "T-4"]


def test_counts_are_read(tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text("product,storage,date,counted\n31042,3,2026-01-31,7.5\n")
    frame = read_documents(tmp_path).counts
    assert frame is not None
    assert frame["counted"].tolist() == [7_500_000]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["2026-01-31,3,31042,-1"], "line 2: counted is '-1', not a quantity such as 12.5, not below 0"),
        (["2026-01-31,3,31042,1e3x"], "line 2: counted is '1e3x', not a quantity"),
        (["2026-01-31,3,31042,7,5"], "line 2 has more cells than the first line"),
        (["2026-01-31,3,31042"], "line 2: counted is '', not a quantity"),
        (
            ["2026-01-31,3,31042,1", "2026-01-30,3,31042,1", "2026-01-31,3,31042,1"],
            "line 4: the same storage and product as on line 2, on the same day",
        ),
    ],
)
def test_a_bad_count_is_named_by_line(tmp_path: Path, rows: list[str], said: str) -> None:
    path = tmp_path / "counts.csv"
    path.write_text("date,storage,product,counted\n" + "\n".join(rows) + "\n")
    with pytest.raises(UsageError) as raised:
        read_documents(tmp_path)
    assert said in str(raised.value)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-01-19,3,31042,12,5,17,,", "line 2 has more cells than the first line; numbers have a point"),
        ("19.01.2026,3,31042,1,,17,", "line 2: date is '19.01.2026', not a date such as 2026-01-19"),
        ("2026-02-31,3,31042,1,,17,", "line 2: date is '2026-02-31'"),
        ("2026-01-19,Main,31042,1,,17,", "line 2: storage is 'Main', not the id of a storage"),
        ("2026-01-19,3,,1,,17,", "line 2: product is '', not the id of a product"),
        ("2026-01-19,3,31042,many,,17,", "line 2: quantity is 'many', not a quantity such as 12.5 or -3"),
        ("2026-01-19,3,31042,NaN,,17,", "line 2: quantity is 'NaN'"),
        ("2026-01-19,3,31042,1e99,,17,", "line 2: quantity is '1e99'"),
        ("2026-01-19,3,31042,1,free,17,", "line 2: cost is 'free', not the cost of a unit, such as 2500"),
        ("2026-01-19,3,31042,1,,,", "line 2: document is '', not the number of a document"),
    ],
)
def test_a_bad_row_is_named_by_line(tmp_path: Path, row: str, said: str) -> None:
    movements(tmp_path, row)
    with pytest.raises(UsageError) as raised:
        read_documents(tmp_path)
    assert said in str(raised.value)
    assert str(tmp_path / "movements.csv") in str(raised.value)


def test_of_many_bad_rows_the_first_are_named(tmp_path: Path) -> None:
    movements(tmp_path, *["x,3,31042,1,,17,"] * 9)
    with pytest.raises(UsageError, match=r"line 6: .*; and 4 others"):
        read_documents(tmp_path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = movements(tmp_path, header="date;storage\n")
    with pytest.raises(UsageError, match="the first line has no column date, storage, product"):
        read_documents(tmp_path)
    path.write_text("date,date,storage,product,quantity,document\n")
    with pytest.raises(UsageError, match="the first line names date twice"):
        read_documents(tmp_path)
    path.write_text("")
    with pytest.raises(UsageError, match=r"the first line has no column date, .*, with commas between them"):
        read_documents(tmp_path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="is not UTF-8"):
        read_documents(tmp_path)
    path.write_text(HEADER + '2026-01-19,3,"31042')
    with pytest.raises(UsageError, match="is no CSV"):
        read_documents(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(UsageError, match="it is a folder"):
        read_documents(tmp_path)


def gaps(*moved: int, storage: int = 3, product: int = 31042) -> pd.DataFrame:
    """A gap on each day from DAY on, of one stock."""
    days = [DAY + timedelta(number) for number in range(len(moved))]
    return pd.DataFrame(
        {
            "date": pd.Series(days, dtype="datetime64[s]"),
            "from_day": pd.Series([day - timedelta(1) for day in days], dtype="datetime64[s]"),
            "storage_id": nullable([storage] * len(moved)),
            "product_id": nullable([product] * len(moved)),
            "moved": nullable(each * MICRO for each in moved),
        }
    )


def given_rows(folder: Path, *rows: tuple[date, int, str]) -> Documents:
    movements(folder, *(f"{day},3,31042,{quantity},,{document}," for day, quantity, document in rows))
    return read_documents(folder)


def test_a_gap_is_explained_by_what_comes_to_just_that(tmp_path: Path) -> None:
    documents = given_rows(
        tmp_path, (DAY, 10, "17"), (DAY, 5, "18"), (DAY + timedelta(1), -2, "19"), (DAY, 7, "20")
    )
    found = explained(gaps(15, -2, 4), documents)["document"].tolist()
    assert found == ["17, 18", "19", ""]


def test_a_movement_explains_one_gap(tmp_path: Path) -> None:
    documents = given_rows(tmp_path, (DAY, 10, "17"))
    assert explained(gaps(10, 10), documents)["document"].tolist() == ["17", ""]


def test_another_storage_or_product_explains_nothing(tmp_path: Path) -> None:
    documents = given_rows(tmp_path, (DAY, 10, "17"))
    for other in (gaps(10, storage=4), gaps(10, product=31043)):
        assert explained(other, documents)["document"].tolist() == [""]


@given(st.lists(st.integers(-20, 20).filter(bool), min_size=1, max_size=6))
def test_each_gap_with_a_document_of_its_own_is_explained(moved: list[int]) -> None:
    """Whatever moved, one document a day."""
    frame = pd.DataFrame(
        {
            "date": pd.Series(
                [DAY + timedelta(number) for number in range(len(moved))], dtype="datetime64[s]"
            ),
            "storage_id": nullable([3] * len(moved)),
            "product_id": nullable([31042] * len(moved)),
            "quantity": nullable(each * MICRO for each in moved),
            "cost": nullable([None] * len(moved)),
            "document": pd.Series([f"D{number}" for number in range(len(moved))], dtype="str"),
            "reason": pd.Series([""] * len(moved), dtype="str"),
        }
    )
    far_apart = gaps(*moved)
    far_apart["from_day"] = far_apart["date"]
    found = explained(far_apart, Documents(frame))["document"].tolist()
    assert found == [f"D{number}" for number in range(len(moved))]
