"""What the books of a day hold: its frames and control totals, exactly, and nothing of a person."""

from __future__ import annotations

import dataclasses
import json
import os
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.analysis.bridge import bridge
from reconcile.analysis.sales import sales
from reconcile.books.names import CONTROL, OF_FRAMES, TABLES
from reconcile.books.tables import FRAMES, Table, columns
from reconcile.books.write import write_books
from reconcile.core.errors import NotWritable
from reconcile.core.exact import decimal_text
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.model.decimals import in_decimals
from reconcile.report import findings_json
from reconcile.settings.model import Settings, ThresholdException, Thresholds
from tests.given.books import demo_books, files, metadata_of, rows_of, types_of
from tests.given.demo_day import demo_result
from tests.given.random_days import FAULTS, RandomDay, clean_days, pick


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The books of the demo day."""
    return demo_books(tmp_path_factory.mktemp("out"))


def plain(value: Any) -> Any:
    """A value of a frame as DuckDB gives it."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if isinstance(value, np.generic) else value


def as_read(frame: pd.DataFrame, table: str) -> list[dict[str, Any]]:
    """The rows of a frame for reading, in the order of the books."""
    contract, _, order = FRAMES[table]
    kept = in_decimals(frame[list(columns(contract))])
    if order:
        kept = kept.sort_values(list(order), kind="stable")
    return [
        {name: plain(value) for name, value in zip(kept.columns, row, strict=True)}
        for row in kept.astype(object).itertuples(index=False)
    ]


@pytest.mark.parametrize("table", FRAMES)
def test_the_rows_are_those_of_the_frame_for_reading(folder: Path, table: str) -> None:
    """Exactly: each value, each unknown one, each row, in order."""
    found = rows_of(folder / f"{table}.parquet")
    expected = as_read(FRAMES[table].frame(demo_result()), table)
    assert len(found) == len(expected) > 0
    assert found == expected
    assert {type(value) for row in found for value in row.values()} <= {
        Decimal, int, str, bool, datetime, type(None),
    }  # fmt: skip


@pytest.mark.parametrize("table", FRAMES)
def test_each_column_has_the_type_of_its_unit(folder: Path, table: str) -> None:
    contract = FRAMES[table].contract
    units, found = contract.units(), types_of(folder / f"{table}.parquet")
    left_out = {name for name in contract.to_schema().columns if name not in found}
    assert left_out <= {"line", "previous", "notes"}
    for name, kind in found.items():
        dtype = contract.to_schema().columns[name].dtype.type
        of_unit = {"millionths": "DECIMAL(38,6)", "id": "BIGINT", "count": "BIGINT"}
        of_dtype = {"M": "TIMESTAMP", "b": "BOOLEAN"}
        expected = of_unit.get(units.get(name, "")) or of_dtype.get(getattr(dtype, "kind", ""), "VARCHAR")
        assert kind == expected, name


def test_the_control_row_is_the_control_of_the_json(folder: Path) -> None:
    """And what the Summary says of sales, costs and the bridge."""
    result = demo_result()
    (row,) = rows_of(folder / f"{CONTROL}.parquet")
    document = json.loads(findings_json.render(result))
    counts = {f"{what}_{name}": count for what in ("receipts", "lines", "operations")
              for name, count in document["control"][what].items()}  # fmt: skip
    assert counts.items() <= row.items()
    assert {name: Decimal(text) for name, text in document["control"]["value"].items()}.items() <= row.items()
    severities = [each["severity"] for each in document["findings"]]
    assert [row["errors"], row["warnings"], row["notes"]] == list(
        map(severities.count, ("error", "warning", "info"))
    )
    assert (row["complete"], row["source"], row["demo"], row["verdict"]) == (
        True,
        "demo",
        True,
        "DIFFERENCES",
    )
    assert str(row["started_at"]) == "2026-01-20 02:10:00"
    assert (row["venue_id"], row["currency"], row["tenant"]) == (1, None, None)
    day = bridge(result)
    money = sales(result, day)
    assert row["sales"] == Decimal(decimal_text(money.net or 0))
    assert row["expected_cost"] == Decimal(decimal_text(day.sold))
    assert row["actual_cost"] == Decimal(decimal_text(day.written_off)) == row["written_off"]


def test_the_bridge_of_the_control_row_adds_up(folder: Path) -> None:
    """From the expected cost to the actual cost, with over and under from the findings."""
    (row,) = rows_of(folder / f"{CONTROL}.parquet")
    steps = [value for name, value in row.items() if name.startswith("bridge_")]
    assert row["expected_cost"] + row["over"] + row["under"] + sum(steps) == row["actual_cost"]
    assert row["bridge_rest"] == 0


@given(day=clean_days, data=st.data())
def test_sums_over_the_books_are_the_control_totals(
    tmp_path_factory: pytest.TempPathFactory, day: RandomDay, data: st.DataObject
) -> None:
    """On any day, whatever is wrong with it."""
    for fault in data.draw(st.lists(st.sampled_from(sorted(FAULTS)), max_size=3)):
        FAULTS[fault](day, pick(day, data))
    result = reconcile_day(day.evidence(), Settings())
    path = write_books(result, tmp_path_factory.mktemp("out"))
    control = result.control
    operations, findings = (rows_of(path / f"{name}.parquet") for name in ("operations", "findings"))
    goods = [row["value"] for row in findings if row["is_goods"] and row["value"] is not None]
    sums = {
        "written_off": sum(row["worth"] for row in operations),
        "over": sum(value for value in goods if value > 0),
        "under": sum(value for value in goods if value < 0),
        "put_back": sum(row["put_back"] for row in findings),
    }
    assert sums == {name: Decimal(decimal_text(value)) for name, value in control.value.items()}
    for table, whole in (("lines", "total"), ("operations", "total")):
        classes = [row["status"] for row in rows_of(path / f"{table}.parquet")]
        stated = dict(getattr(control, table))
        assert {name: classes.count(name) for name in set(classes)}.items() <= stated.items()
        assert len(classes) == stated[whole] - stated.get("repeated", 0) - stated.get("quarantined", 0)
    classes = [row["receipt_class"] for row in rows_of(path / "receipts.parquet")]
    assert classes.count("reconciled") == control.receipts["reconciled"]


def test_the_same_result_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    assert files(demo_books(tmp_path)) == files(folder)
    assert files(demo_books(tmp_path)) == files(folder), "and again over the earlier ones"


@pytest.mark.parametrize("name", [name for name, table in FRAMES.items() if table.order])
def test_the_order_of_the_frame_changes_no_byte(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def shuffled(result: Result) -> pd.DataFrame:
        return table.frame(result).sample(frac=1, random_state=7)

    table = FRAMES[name]
    monkeypatch.setitem(cast(dict[str, Table], FRAMES), name, table._replace(frame=shuffled))
    assert files(demo_books(tmp_path)) == files(folder)


@pytest.mark.parametrize("name", TABLES)
def test_each_file_says_where_it_comes_from(folder: Path, name: str) -> None:
    found = metadata_of(folder / f"{name}.parquet")
    assert found["reconcile.schema_version"] == "1"
    assert found["reconcile.evidence_sha256"] == demo_result().evidence_digest
    assert (found["reconcile.date"], found["reconcile.venue"], found["reconcile.demo"]) == (
        "2026-01-19",
        "0",
        "true",
    )


def test_other_settings_have_another_hash_but_for_the_limits_of_the_client(tmp_path: Path) -> None:
    def digest(settings: Settings) -> str:
        result = dataclasses.replace(demo_result(), settings=settings)
        return metadata_of(write_books(result, tmp_path) / "lines.parquet")["reconcile.settings_sha256"]

    given = Settings()
    api = type(given.api)(page_size=7)
    assert digest(given) == digest(Settings(api=api)) != digest(Settings(currency="AZN"))
    by_product = {7: ThresholdException(cost_drift_share=Decimal("0.1"))}
    assert digest(given) != digest(Settings(thresholds=Thresholds(by_product=by_product)))


def test_a_day_of_nothing_has_books_of_no_rows(tmp_path: Path) -> None:
    result = reconcile_day(RandomDay([], {}).evidence(), Settings())
    path = write_books(result, tmp_path)
    assert [len(rows_of(path / f"{name}.parquet")) for name in TABLES] == [0] * len(FRAMES) + [1]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-20T02:10:00+04:00", "2026-01-19 22:10:00"),
        ("2026-01-20 02:10:00", "2026-01-20 02:10:00"),
        ("", "None"),
        ("yesterday", "None"),
        ("0001-01-01T00:00:00+14:00", "None"),
    ],
)
def test_the_start_of_the_run_is_in_utc_or_not_known(tmp_path: Path, text: str, time: str) -> None:
    header = dataclasses.replace(demo_result().header, started_at=text)
    path = write_books(dataclasses.replace(demo_result(), header=header), tmp_path)
    (row,) = rows_of(path / f"{CONTROL}.parquet")
    assert str(row["started_at"]) == time


HUGE = 2**63 - 1


def test_the_largest_numbers_and_odd_texts_are_kept(tmp_path: Path) -> None:
    """Millionths up to the limits of int64; quotes, a NUL, letters of all kinds in names."""
    texts = ["'; DROP TABLE lines; --", 'a "quoted" name', "nul\0nul", "Ə ş 🍷 \u202e", "$path", ""]
    lines = demo_result().lines.sort_values("receipt_product_id").copy()
    rest = len(lines) - len(texts)
    lines["product"] = pd.Categorical(texts + ["x"] * rest)
    lines["count"] = np.array([HUGE, -HUGE - 1, 0, 1, -1, 999_999] + [0] * rest, dtype=np.int64)
    path = write_books(dataclasses.replace(demo_result(), lines=lines), tmp_path)
    found = rows_of(path / "lines.parquet")[: len(texts)]
    assert [row["product"] for row in found] == texts
    assert [row["count"] for row in found] == [
        Decimal(text) for text in (
            "9223372036854.775807", "-9223372036854.775808", "0", "0.000001", "-0.000001", "0.999999",
        )
    ]  # fmt: skip


HOSTILE_NAMES = (
    "it's",
    'a"b',
    "a[1]*?",
    "date=2020-01-01",
    "venue=7",
    "{x}",
    "$path",
    "ə 🍷",
    "a;b -- c",
    "%s",
)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_the_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    path = demo_books(tmp_path / name)
    assert [each.name for each in tmp_path.iterdir()] == [name]
    assert {each.name for each in path.iterdir()} == {f"{table}.parquet" for table in TABLES}


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("kind", ["link", "file", "FIFO"])
def test_what_is_no_folder_is_not_written_into(tmp_path: Path, level: int, kind: str) -> None:
    """Not through a link either: what it points to stays as it was. A sentence says what is there."""
    victim = tmp_path / "victim"
    victim.mkdir()
    out = tmp_path / "out"
    place = out.joinpath(*("demo-books", "date=2026-01-19", "venue=0")[: level + 1])
    place.parent.mkdir(parents=True)
    if kind == "link":
        place.symlink_to(victim)
    elif kind == "file":
        place.write_bytes(b"mine")
    else:
        os.mkfifo(place)
    with pytest.raises(NotWritable, match=rf"can't be written \(it is a {kind}\)") as error:
        demo_books(out)
    assert str(place) in str(error.value)
    assert list(victim.iterdir()) == []
    assert [path.name for path in out.iterdir()] == ["demo-books"], "no draft is left"


def test_files_of_a_person_beside_the_books_stay(tmp_path: Path) -> None:
    path = demo_books(tmp_path)
    (path / "notes.txt").write_text("mine", encoding="utf-8")
    assert demo_books(tmp_path) == path
    assert (path / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert [each.name for each in tmp_path.iterdir()] == ["demo-books"]


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a user without the right finds it; the tests may run as root, who has every right."""

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(NotWritable, match="Permission denied"):
        demo_books(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_books_that_can_not_take_their_place_leave_the_earlier_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where another program holds a file open on Windows."""
    before = files(path := demo_books(tmp_path))
    rename = Path.replace

    def refuse(draft: Path, target: Path) -> Path:
        if (
            target == path
            and (draft / "notes.txt").exists() is False
            and len(list(tmp_path.glob(".*.part"))) == 2
        ):
            monkeypatch.setattr(Path, "replace", rename)
            raise PermissionError(13, "Permission denied", str(target))
        return rename(draft, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(NotWritable, match="Permission denied"):
        demo_books(tmp_path)
    assert files(path) == before
    assert [each.name for each in tmp_path.iterdir()] == ["demo-books"]


def test_each_table_of_a_frame_has_its_name() -> None:
    assert tuple(FRAMES) == OF_FRAMES
