"""The JSON Schema of a month is exact: every close of the suite follows it (`tests/given/schemas.py`), and what is
spoilt does not.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconcile.cli.main import main
from reconcile.close.counts import RESULTS
from reconcile.close.obstacles import REASONS as OBSTACLES
from reconcile.ledger.item import REASONS, STATUSES
from reconcile.report.month.tables import VERDICTS
from tests.given.closed_months import run_days
from tests.given.schemas import faults, schema


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Three days with errors of one cause, and one that was not run."""
    folder = tmp_path_factory.mktemp("month") / "reports"
    run_days(folder, ("twice", "missing"), ("twice",), ("twice",))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder.parent)
        Path("reconcile.toml").touch()
        Path("counts.csv").write_text(
            "date,storage,product,counted\n2026-01-19,3,31042,1\n2026-01-22,3,31042,1\n"
        )
        main(["close", "--from", "2026-01-19", "--to", "2026-01-22", "--out", str(folder)])
    (path,) = folder.glob("*-to-*.json")
    return path.read_bytes()


def _of(name: str, **fields: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda document: document[name][0].update(fields)


def _changed(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document.update(fields)


@pytest.mark.parametrize(
    "spoil",
    [
        _changed(more=1),
        _changed(schema_version=2),
        _changed(closed=None),
        _changed(venue_id=0),
        _changed(days=[]),
        lambda document: document.pop("counts"),
        _changed(**{"from": "01.01.2026"}),
        _of("in_the_way", reason="weather"),
        _of("in_the_way", what=""),
        _of("in_the_way", item_ids=["x"]),
        _of("days", verdict="GOOD"),
        _of("days", over=12.5),
        _of("days", net="12.50"),
        _of("days", cashier="Quliyeva"),
        _of("products", variance=None),
        _of("products", **{"class": "D"}),
        _of("repeating", days=2),
        _of("counts", counted=None),
        _of("counts", result="lost"),
        _of("corrections", finding_id=None),
        _of("corrections", reason="because"),
        _of("open_items", age_days=-1),
        _of("open_items", status="forgotten"),
    ],
)
def test_a_month_that_is_spoilt_does_not_follow_the_schema(
    month: bytes, spoil: Callable[[dict[str, Any]], Any]
) -> None:
    assert faults("month", month) == []
    document = json.loads(month)
    spoil(document)
    assert faults("month", json.dumps(document).encode()) != []


def test_the_schema_has_the_words_that_the_program_has() -> None:
    definitions = schema("month")["$defs"]

    def words(definition: str, field: str) -> set[str]:
        return set(definitions[definition]["properties"][field]["enum"])

    assert words("obstacle", "reason") == set(OBSTACLES)
    assert words("day", "verdict") == set(VERDICTS)
    assert words("count_of_stock", "result") == set(RESULTS)
    assert words("correction", "reason") == {*REASONS, ""}
    assert set(definitions["status"]["enum"]) == set(STATUSES)
