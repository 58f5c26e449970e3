"""The demo day: what it must find was worked out by hand and stands beside it; so do its near misses."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from reconcile.report import findings_json
from reconcile.rulebook.rules import RULES
from tests.generate.demo import __main__ as demo
from tests.given.demo_day import demo_result
from tests.given.places import FIXTURES

DEMO = FIXTURES / "demo-2026-01-19.evidence.jsonl"
IDS = ("receipt_id", "receipt_product_id", "operation_id", "product_id")
NAMED = {rule.name: rule.names for rule in RULES}


def rows(name: str) -> list[dict[str, str]]:
    with (FIXTURES / f"demo-2026-01-19.{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(findings_json.render(demo_result()))
    return document


def names(record: dict[str, Any]) -> tuple[str, ...]:
    """The rule and the ids of what it names, the same for a hand-written row and for a finding."""
    by = {
        "line": ("receipt_id", "receipt_product_id"),
        "ingredient": ("receipt_id", "receipt_product_id", "product_id"),
        "operation": ("receipt_id", "operation_id"),
        "receipt": ("receipt_id",),
        "product": ("product_id",),
    }[NAMED[record["rule"]]]
    return (record["rule"], *(str(record[name] or "") for name in by))


def test_the_demo_finds_what_was_worked_out_by_hand_and_nothing_else(found: dict[str, Any]) -> None:
    """Each expected finding is there with its severity and numbers, and there is no other."""
    numbers = ("severity", "expected", "actual", "difference", "value")
    expected = {names(row): tuple(row[name] for name in numbers) for row in rows("expected")}
    actual = {names(each): tuple(each[name] or "" for name in numbers) for each in found["findings"]}
    assert actual == expected
    messages = {names(each): each["message"] for each in found["findings"]}
    for row in rows("expected"):
        assert row["says"] in messages[names(row)], row["why"]
    assert len(found["findings"]) == len(expected)


def test_what_explains_another_finding_is_named_by_it(found: dict[str, Any]) -> None:
    """A receipt's cost that is explained bears the id of the finding that explains it; no other finding bears any."""
    rules = {each["id"]: each["rule"] for each in found["findings"]}
    expected = {names(row): row["explained_by"] for row in rows("expected") if row["explained_by"]}
    explained = {
        names(each): rules[each["explained_by"]] for each in found["findings"] if each["explained_by"]
    }
    assert explained == expected


def test_no_near_miss_of_the_demo_is_flagged(found: dict[str, Any]) -> None:
    """What looks wrong and is not, stays unflagged by the rule it nearly breaks."""
    flagged = {(each["rule"], *(str(each[name] or "") for name in IDS)) for each in found["findings"]}
    for row in rows("near-misses"):
        hits = [
            finding
            for finding in flagged
            if finding[0] == row["rule"]
            and all(not row[name] or row[name] == told for name, told in zip(IDS, finding[1:], strict=True))
        ]
        assert hits == [], row["why"]


def test_the_demo_has_every_rule_and_a_near_miss_of_most(found: dict[str, Any]) -> None:
    """A rule that never speaks on the demo day would be shown by nothing."""
    assert {each["rule"] for each in found["findings"]} == {rule.name for rule in RULES}
    assert len({row["rule"] for row in rows("near-misses")}) >= 12


def test_the_demos_control_totals_were_counted_by_hand(found: dict[str, Any]) -> None:
    """Receipts, lines, operations and values add up to what was counted when the day was made."""
    expected = json.loads((FIXTURES / "demo-2026-01-19.control.json").read_text(encoding="utf-8"))
    assert found["control"] == expected
    assert found["complete"]
    assert found["demo"]


def test_the_demo_files_are_what_their_script_writes(tmp_path: Path) -> None:
    """The fixtures can be made again, byte for byte."""
    demo.write(tmp_path)
    made = sorted(tmp_path.iterdir())
    assert len(made) == 4
    for path in made:
        assert path.read_bytes() == (FIXTURES / path.name).read_bytes(), path.name
