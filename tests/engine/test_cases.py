"""Days rebuilt from public fault reports, and days that only look like one: each comes out as its folder says."""

from __future__ import annotations

from typing import Any

import pytest

from reconcile.rulebook.rules import RULES
from tests.given.cases import CASES, SAID, Case, agrees, all_cases, differences
from tests.given.running import Desk

KEYS = set("date args settings exit no_report must must_not may only report".split())
OF_A_FINDING = set(
    "rule severity receipt_id receipt_product_id operation_id product_id product stock_id storage "
    "expected actual difference value message cause explained_by".split()
)
FOUND = {
    "rule": "zero-cost",
    "severity": "warning",
    "value": "1.50",
    "message": "Its cost is 0",
    "cause": None,
}


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.folder.name)
def test_a_case_comes_out_as_expected(case: Case, desk: Desk) -> None:
    """Exit status, findings and control totals, in the way the command gives them to a user."""
    wrong = case.wrong(case.run(desk))
    assert wrong == [], "\n".join((case.why, *wrong))


def test_each_case_can_be_read_by_a_person_and_by_the_test() -> None:
    """A misspelt key or rule would let a case hold whatever the program does."""
    rules = {rule.name for rule in RULES}
    assert sorted(CASES.glob("*/")) == [case.folder for case in all_cases()]
    for case in all_cases():
        expected, name = case.expected, case.folder.name
        title, *body = case.why.splitlines()
        assert title.startswith(f"# {name.split('-', 1)[1].replace('-', ' ')} ("), name
        assert any(line.startswith("What happened: ") for line in body), name
        assert any(line.startswith("Clause: ") for line in body), name
        assert {"date", "exit"} <= set(expected) <= KEYS, name
        for want in (each for key in ("must", "must_not", "may") for each in expected.get(key, ())):
            assert set(want) <= {*OF_A_FINDING, *SAID}, name
            named = want.get("rule", [])
            assert set(named if isinstance(named, list) else [named]) <= rules, name


@pytest.mark.parametrize(
    "expected, wrong",
    [
        ({"must": [{"rule": "zero-cost", "value": 1.5, "says": ["COST IS"]}], "only": True}, []),
        ({"must": [{"rule": "zero-cost", "value": ["2", "1.5"]}]}, []),
        (
            {
                "must_not": [{"rule": "zero-cost", "severity": "error"}],
                "may": [{"rule": "zero-cost"}],
                "only": True,
            },
            [],
        ),
        ({"report": {"control.lines.total": "7"}}, []),
        ({"must": [{"rule": "zero-cost", "value": "1.51"}]}, ["missing"]),
        ({"must": [{"rule": "zero-cost", "never_says": ["cost"]}]}, ["missing"]),
        ({"must": [{"rule": "zero-cost", "value": None}]}, ["missing"]),
        ({"must_not": [{"rule": "zero-cost"}]}, ["not wanted"]),
        ({"only": True}, ["besides"]),
        (
            {"report": {"control.lines.total": 8, "control.none": 0}},
            ["control.lines.total is", "control.none is"],
        ),
    ],
)
def test_what_a_report_gets_wrong_is_told(expected: dict[str, Any], wrong: list[str]) -> None:
    """The comparison itself: it accepts what agrees, and names what doesn't."""
    found = differences(expected, {"findings": [FOUND], "control": {"lines": {"total": 7}}})
    assert len(found) == len(wrong)
    assert all(each.startswith(start) for each, start in zip(found, wrong, strict=True)), found


def test_a_finding_agrees_with_what_is_said_of_it_alone() -> None:
    """A key that is not given may hold anything."""
    assert agrees({}, FOUND)
    assert agrees({"cause": None, "product_id": None}, FOUND)
    assert not agrees({"product_id": 3}, FOUND)
