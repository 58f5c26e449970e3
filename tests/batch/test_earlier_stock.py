"""The stocks of a day go on from the newest earlier day in the folder on which they moved."""

from __future__ import annotations

import gzip
from collections.abc import Generator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reconcile.batch.earlier_stock import DAYS_BACK
from reconcile.batch.report_files import Output
from reconcile.batch.write import replay
from reconcile.engine.result import Result
from reconcile.evidence.finished import lines_of
from reconcile.settings.model import Settings
from tests.given.day_records import COLA, DAY, Raw, evidence_records, line, operation, receipt, write_records

TODAY = date.fromisoformat(DAY)
OPENING = 40


def before(days: int) -> date:
    return TODAY - timedelta(days=days)


def day_file(path: Path, day: date, *left: Any, product: int = COLA, first: int = 1, **header: Any) -> Path:
    """A day on which one piece is sold an hour, and the stock is left with these quantities."""
    receipts: list[Raw] = []
    operations: dict[int, list[Raw]] = {}
    for key, remaining in enumerate(left, first):
        at = f"{day} {10 + key - first}:00:00"
        times = {"created_at": at, "closed_at": at, "venue_id": header.get("venue_id") or 1}
        receipts.append(receipt(key, [line(1000 + key, product)], day=str(day), **times))
        quantities = {"quantity": 1, "before_quantity": "x", "after_quantity": 0}
        if remaining != "x":
            quantities |= {"before_quantity": remaining + 1, "after_quantity": remaining}
        operations[key] = [operation(5000 + key, key, 1000 + key, product) | quantities | {"operated_at": at}]
    return write_records(path, evidence_records(receipts, operations, date=str(day), **header))


def earlier(folder: Path, day: date, *left: Any, name: str = "", **header: Any) -> Path:
    """Evidence of an earlier day in the output folder, with ids of its own."""
    number = 100 * (TODAY - day).days
    path = folder / (name or f"{day}.evidence.jsonl.gz")
    return day_file(path, day, *left, first=number, **header)


def judged(tmp_path: Path, folder: Path, **header: Any) -> Result:
    """A day that begins at `OPENING`, reported into the folder."""
    path = day_file(tmp_path / "today.evidence.jsonl", TODAY, OPENING - 1, OPENING - 2, **header)
    return replay(path, Settings(), Output(folder, workbook=False)).result


def gaps(result: Result) -> list[tuple[int, int, str]]:
    """Of each stock-gap what was expected and found, and its notes."""
    found = result.findings[result.findings["rule"] == "stock-gap"]
    texts = [message.partition("; ")[2] for message in found["message"]]
    expected, actual = (found[name] // 10**6 for name in ("expected", "actual"))
    return list(zip(expected.tolist(), actual.tolist(), texts, strict=True))


def of_day(day: date) -> str:
    return f"the operation before is the last one of {day}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The output folder."""
    found = tmp_path / "out"
    found.mkdir()
    return found


def test_without_an_earlier_day_the_first_operation_is_compared_with_nothing(
    tmp_path: Path, folder: Path
) -> None:
    result = judged(tmp_path, folder)
    assert (gaps(result), result.earlier_days) == ([], ())


def test_a_stock_that_goes_on_has_no_gap(tmp_path: Path, folder: Path) -> None:
    earlier(folder, before(1), OPENING + 1, OPENING)
    result = judged(tmp_path, folder)
    assert (gaps(result), result.earlier_days) == ([], (before(1),))


def test_what_went_over_night_is_told_with_the_day_before(tmp_path: Path, folder: Path) -> None:
    earlier(folder, before(1), 46, 45)
    assert gaps(judged(tmp_path, folder)) == [(45, OPENING, of_day(before(1)))]


def test_the_newest_day_counts(tmp_path: Path, folder: Path) -> None:
    earlier(folder, before(1), OPENING)
    earlier(folder, before(2), 77)
    assert gaps(judged(tmp_path, folder)) == []


def test_a_stock_goes_on_from_the_newest_day_on_which_it_moved(tmp_path: Path, folder: Path) -> None:
    """Yesterday something else was sold."""
    earlier(folder, before(1), 77, product=COLA + 1)
    earlier(folder, before(3), 45)
    result = judged(tmp_path, folder)
    assert gaps(result) == [(45, OPENING, of_day(before(3)))]
    assert result.earlier_days == (before(3),)


def test_a_day_without_the_stocks_of_today_is_read_once(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger keeps which stocks it names, until the file is written again."""
    read: list[str] = []

    def spied(path: Path) -> Generator[bytes, None, None]:
        read.append(path.name)
        return lines_of(path)

    monkeypatch.setattr("reconcile.batch.earlier_stock.lines_of", spied)
    other = earlier(folder, before(1), 77, product=COLA + 1)
    earlier(folder, before(2), 45)
    first = gaps(judged(tmp_path, folder))
    assert len(read) == 2
    assert gaps(judged(tmp_path, folder)) == first
    assert read[2:] == [f"{before(2)}.evidence.jsonl.gz"]
    other.unlink()
    earlier(folder, before(1), 46)
    assert gaps(judged(tmp_path, folder)) == [(46, OPENING, of_day(before(1)))]


def test_a_day_of_another_venue_is_not_looked_at(tmp_path: Path, folder: Path) -> None:
    """Whatever its file is called."""
    earlier(folder, before(1), 45, venue_id=2)
    earlier(folder, before(2), 46, name=f"{before(2)}-venue-1.evidence.jsonl.gz", venue_id=1)
    assert gaps(judged(tmp_path, folder)) == []


def test_a_day_of_the_venue_is_found_whatever_its_file_is_called(tmp_path: Path, folder: Path) -> None:
    earlier(folder, before(1), 45, venue_id=3)
    earlier(folder, before(1), 46, name=f"{before(1)}-venue-4.evidence.jsonl.gz", venue_id=4)
    assert gaps(judged(tmp_path, folder, venue_id=3)) == [(45, OPENING, of_day(before(1)))]


@pytest.mark.parametrize("header", [{"tenant": "another"}, {"source": "demo"}])
def test_another_tenants_days_and_the_demos_are_not_looked_at(
    tmp_path: Path, folder: Path, header: Raw
) -> None:
    earlier(folder, before(1), 45, **header)
    assert gaps(judged(tmp_path, folder, tenant="ours")) == []


def test_a_day_too_long_ago_is_not_looked_at(tmp_path: Path, folder: Path) -> None:
    earlier(folder, before(DAYS_BACK + 1), 45)
    assert gaps(judged(tmp_path, folder)) == []


def test_a_later_day_is_not_looked_at(tmp_path: Path, folder: Path) -> None:
    day_file(folder / f"{before(-1)}.evidence.jsonl.gz", before(-1), 45, first=900)
    assert gaps(judged(tmp_path, folder)) == []


@pytest.mark.parametrize(
    "content", [b"", b"no evidence\n", gzip.compress(b'{"record": "run"}\n', mtime=0)[:-4]]
)
def test_what_lies_behind_a_damaged_day_is_not_compared_with(
    tmp_path: Path, folder: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """All that was sold on the damaged day would be a gap."""
    earlier(folder, before(2), 45)
    (folder / f"{before(1)}.evidence.jsonl.gz").write_bytes(content)
    assert gaps(judged(tmp_path, folder)) == []
    assert f"{before(1)}.evidence.jsonl.gz can't be read" in caplog.text


def test_a_damaged_day_of_another_venue_is_passed_over(tmp_path: Path, folder: Path) -> None:
    earlier(folder, before(2), 45)
    (folder / f"{before(1)}-venue-9.evidence.jsonl.gz").write_bytes(b"")
    assert gaps(judged(tmp_path, folder)) == [(45, OPENING, of_day(before(2)))]


def test_behind_a_quarantined_operation_nothing_is_known(tmp_path: Path, folder: Path) -> None:
    """The last operation of yesterday can't be read: what it left is unknown, and what the day before left is old."""
    earlier(folder, before(1), 45, "x")
    earlier(folder, before(2), 46)
    assert gaps(judged(tmp_path, folder)) == []


def test_an_operation_that_is_of_today_too_is_not_the_last_of_yesterday(tmp_path: Path, folder: Path) -> None:
    """A receipt that moved from one day to the other: both days have its operations."""
    day_file(folder / f"{before(1)}.evidence.jsonl.gz", before(1), OPENING - 1)
    assert gaps(judged(tmp_path, folder)) == []


def test_an_update_that_was_lost_over_night_is_only_perhaps_one(tmp_path: Path, folder: Path) -> None:
    earlier(folder, before(1), OPENING - 1)
    result = judged(tmp_path, folder)
    (told,) = gaps(result)
    assert told[2].endswith("perhaps a lost update")
    assert set(result.findings["severity"]) == {"info"}


@pytest.mark.parametrize(("has_earlier", "said"), [(True, str(before(1))), (False, "no earlier day")])
def test_about_says_from_which_days_stocks_go_on(
    tmp_path: Path, folder: Path, has_earlier: bool, said: str
) -> None:
    if has_earlier:
        earlier(folder, before(1), OPENING)
    path = day_file(tmp_path / "today.evidence.jsonl", TODAY, OPENING - 1)
    outcome = replay(path, Settings(), Output(folder))
    rows = openpyxl.load_workbook(outcome.paths[0])["Checks and notes"].iter_rows(values_only=True)
    (value,) = [str(row[1]) for row in rows if row[0] == "Stocks go on from"]
    assert value.startswith(said)
