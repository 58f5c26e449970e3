"""Each rule against the cases written beside it, and what all rules have in common."""

from __future__ import annotations

import csv
import pkgutil
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pandas as pd
import pytest

import rules
from reconcile.core.exact import exact_micros
from reconcile.language.messages import note_texts
from reconcile.language.translate import PLAIN
from reconcile.model.catalogue import Catalogue
from reconcile.model.contract import Contract
from reconcile.model.matched import (
    DearLines,
    LineIngredients,
    MatchedLines,
    MatchedOperations,
    MatchedReceipts,
    Misplacements,
    VoidWriteOffs,
)
from reconcile.rulebook.flags import Flags
from reconcile.rulebook.rule import Rule
from reconcile.rulebook.rules import RULES
from reconcile.settings.model import ThresholdException, Thresholds
from reconcile.settings.thresholds import day_thresholds
from tests.given.places import FIXTURES

THRESHOLDS = day_thresholds(
    Thresholds(
        by_product={
            31043: ThresholdException(
                quantity_step=Decimal("0.01"),
                money_step=Decimal(1),
                cost_step=Decimal("0.1"),
                cost_drift_share=Decimal("0.2"),
                returns_restock=False,
            )
        }
    ),
    pd.DataFrame(),
    Catalogue(),
)
"""The defaults, but for the product of the cases that say so."""
CASES = FIXTURES / "rules"
FRAMES: dict[str, type[Contract]] = {
    "lines": MatchedLines,
    "ingredients": LineIngredients,
    "operations": MatchedOperations,
    "receipts": MatchedReceipts,
    "misplacements": Misplacements,
    "void_write_offs": VoidWriteOffs,
    "dear_lines": DearLines,
}
"""The contract of each frame that a rule may judge."""
MARKS = {"explained_by"}
"""Texts that are set between the other rules and those after them, and are in no contract of the match."""
OF_DEDUCTION = {"earlier_operation_id", "gap", "due"}
"""What `reconcile.rulebook.flags.deduction_notes` reads beside `deduction`."""
ANSWERS = {
    "case",
    "expect",
    "severity",
    "difference",
    "value",
    "note",
    "expected",
    "actual",
    "is_goods",
    "of_line",
}
"""Columns of the cases that say what comes of them; those from `note` on may be left out."""
FINDINGS_ALONE = {"misplaced-write-off"}
"""Rules each row of whose frame is a finding, so that none of their cases can pass."""


def cases_of(rule: Rule) -> list[dict[str, str]]:
    with (CASES / f"{rule.name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def read_by(rule: Rule) -> set[str]:
    """The columns that the rule says it reads."""
    named = set(rule.reads.split())
    return named | OF_DEDUCTION if "deduction" in named else named


def frame_of(rule: Rule, cases: list[dict[str, str]]) -> pd.DataFrame:
    """Exactly the columns that the rule says it reads, typed as the contract types them.

    A column that the cases leave out, or a cell left empty, is false, 0, no text, no time or unknown.
    """
    contract = FRAMES[rule.judges]
    columns, units = contract.to_schema().columns, contract.units()
    frame = {}
    for name in sorted(read_by(rule)):
        texts = [case.get(name, "") for case in cases]
        if name in MARKS:
            frame[name] = pd.array(texts, dtype="str")
        else:
            frame[name] = typed(columns[name], units.get(name, ""), texts)
    return pd.DataFrame(frame)


def typed(column: Any, unit: str, texts: list[str]) -> Any:
    kind = str(column.dtype)
    if kind == "bool":
        assert set(texts) <= {"true", "false", ""}
        return np.array([text == "true" for text in texts], dtype=np.bool_)
    if kind == "category":
        allowed = [value for check in column.checks for value in check.statistics.get("allowed_values", ())]
        assert not allowed or set(texts) <= set(allowed)
        return pd.Categorical(texts, categories=allowed or None)
    if kind.startswith("datetime64"):
        return np.array([text or "NaT" for text in texts], dtype="datetime64[s]")
    counts = [
        (exact_micros(Decimal(text)) if unit == "millionths" else int(text)) if text else None
        for text in texts
    ]
    if kind == "Int64":
        return pd.array(counts, dtype="Int64")
    return np.array([count or 0 for count in counts], dtype=np.int64)


def number(flags: Flags, name: str, place: int) -> str:
    column = getattr(flags, name)
    return (
        ""
        if column is None or column[place] is pd.NA
        else str(Decimal(int(column[place])).scaleb(-6).normalize())
    )


def answer(rule: Rule, flags: Flags, name: str, place: int) -> str:
    """What the rule says of a flagged row, as it stands in the column of that name."""
    if name in {"is_goods", "of_line"}:
        column = flags.is_goods if name == "is_goods" else flags.is_of_line
        usual = rule.is_goods if name == "is_goods" else False
        return str(usual if column is None else bool(column[place])).lower()
    texts = getattr(flags, f"{name}_text", None)
    return number(flags, name, place) if texts is None else str(texts[place])


def shortest(text: str) -> str:
    """Numbers in their shortest form, all else as it is."""
    try:
        return str(Decimal(text).normalize())
    except InvalidOperation:
        return text


ALL_CASES = [(rule, place, case) for rule in RULES for place, case in enumerate(cases_of(rule))]


@pytest.mark.parametrize(
    ("rule", "place", "case"), ALL_CASES, ids=[f"{rule.name}-{case['case']}" for rule, _, case in ALL_CASES]
)
def test_a_case_is_judged_as_written_beside_it(rule: Rule, place: int, case: dict[str, str]) -> None:
    """A case is flagged or passes, with the severity, difference, value and note that stand in its row."""
    flags = rule.judge(frame_of(rule, cases_of(rule)), THRESHOLDS)
    flagged = flags.rows.tolist()
    assert (place in flagged) == (case["expect"] == "flag")
    if place in flagged:
        at = flagged.index(place)
        severity = ("" if flags.severity is None else flags.severity[at]) or rule.severity
        assert severity == case["severity"]
        for name in sorted({"difference", "value", "expected", "actual", "is_goods", "of_line"} & set(case)):
            assert shortest(answer(rule, flags, name, at)) == shortest(case[name]), name
        notes = flags.notes[at] if flags.notes else ()
        assert "; ".join(note_texts(notes, PLAIN)) == case.get("note", "")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_has_a_case_that_it_flags_and_one_that_passes(rule: Rule) -> None:
    """Cases that all pass, or all are flagged, would prove nothing."""
    expected = {"flag"} if rule.name in FINDINGS_ALONE else {"flag", "pass"}
    assert {case["expect"] for case in cases_of(rule)} == expected


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_cases_give_what_a_rule_reads_and_nothing_else(rule: Rule) -> None:
    """A column that the rule no longer reads, or a name misspelt, would be a case that says nothing."""
    cases = cases_of(rule)
    assert set(cases[0]) - ANSWERS <= read_by(rule)
    assert len({case["case"] for case in cases}) == len(cases)
    assert all(None not in case and None not in case.values() for case in cases), "a cell too few or too many"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_of_an_empty_day_flags_nothing(rule: Rule) -> None:
    """No rows, no flags, no error."""
    assert len(rule.judge(frame_of(rule, []), THRESHOLDS).rows) == 0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_leaves_its_input_unchanged(rule: Rule) -> None:
    """A rule is a pure function."""
    frame = frame_of(rule, cases_of(rule))
    before = frame.copy(deep=True)
    rule.judge(frame, THRESHOLDS)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.names != "product"], ids=lambda rule: rule.name
)
def test_the_order_of_rows_changes_nothing(rule: Rule) -> None:
    """The same rows are flagged, whatever order they come in."""
    cases = cases_of(rule)
    frame, backwards = frame_of(rule, cases), frame_of(rule, cases[::-1])
    straight = set(rule.judge(frame, THRESHOLDS).rows.tolist())
    assert {len(frame) - 1 - row for row in rule.judge(backwards, THRESHOLDS).rows.tolist()} == straight


def test_the_list_of_rules_is_the_folder_of_rules() -> None:
    """Each rule's file is in the tuple, and each in the tuple has its file and its cases."""
    found = {module.name.replace("_", "-") for module in pkgutil.iter_modules(rules.__path__)}
    assert found == {rule.name for rule in RULES} == {path.stem for path in CASES.glob("*.csv")}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_reads_columns_of_its_contract_alone(rule: Rule) -> None:
    """What a rule reads, the match gives; one that comes after others may read the marks made of their findings."""
    given = set(FRAMES[rule.judges].to_schema().columns) | (MARKS if rule.after_others else set())
    assert set(rule.reads.split()) <= given


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_an_accountant_needs(rule: Rule) -> None:
    """A title of one line, and all five headings filled."""
    assert 10 < len(rule.title) < 80
    for text in (rule.what_it_checks, rule.why_it_matters, rule.example, rule.not_flagged, rule.what_to_do):
        assert text.strip()
    assert "<- " in rule.example, "the bad row is marked"
