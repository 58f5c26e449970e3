"""Each rule against the cases written beside it, and what all rules have in common."""

from __future__ import annotations

import csv
import pkgutil
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import rules
from reconcile.core.exact import exact_micros
from reconcile.language.messages import note_texts
from reconcile.language.translate import PLAIN
from reconcile.model.catalogue import Catalogue
from reconcile.model.contracts import LineIngredients, MatchedLines, MatchedOperations, MatchedReceipts
from reconcile.settings.model import ThresholdException, Thresholds
from reconcile.settings.thresholds import day_thresholds
from rules import RULES, Rule
from rules.flags import Flags
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
MODELS: dict[str, Any] = {
    "line": MatchedLines,
    "product": MatchedLines,
    "ingredient": LineIngredients,
    "operation": MatchedOperations,
    "receipt": MatchedReceipts,
}
WHOLE = {"line", "operations", "own_operations", "extras"}


def cases_of(rule: Rule) -> list[dict[str, str]]:
    with (CASES / f"{rule.name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def frame_of(rule: Rule, cases: list[dict[str, str]]) -> pd.DataFrame:
    """Exactly the columns that the rule says it reads, typed as the contract types them."""
    columns = MODELS[rule.names].to_schema().columns
    return pd.DataFrame(
        {name: typed(name, columns[name], [case[name] for case in cases]) for name in rule.reads.split()}
    )


def typed(name: str, column: Any, texts: list[str]) -> Any:
    kind = str(column.dtype)
    if kind == "bool":
        return np.array([text == "true" for text in texts], dtype=np.bool_)
    if kind == "category":
        return pd.Categorical(texts)
    if kind.startswith("datetime64"):
        return np.array([text or "NaT" for text in texts], dtype="datetime64[s]")
    counted = name.endswith("_id") or name in WHOLE
    return np.array([int(text) if counted else exact_micros(Decimal(text)) for text in texts], dtype=np.int64)


def number(flags: Flags, name: str, place: int) -> str:
    column = getattr(flags, name)
    return (
        ""
        if column is None or column[place] is pd.NA
        else str(Decimal(int(column[place])).scaleb(-6).normalize())
    )


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
        for name in ("difference", "value"):
            expected = str(Decimal(case[name]).normalize()) if case[name] else ""
            assert number(flags, name, at) == expected, name
        notes = flags.notes[at] if flags.notes else ()
        assert "; ".join(note_texts(notes, PLAIN)) == case.get("note", "")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_has_a_case_that_it_flags_and_one_that_passes(rule: Rule) -> None:
    """Cases that all pass, or all are flagged, would prove nothing."""
    assert {case["expect"] for case in cases_of(rule)} == {"flag", "pass"}


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
    frame = frame_of(rule, cases_of(rule))
    backwards = frame.iloc[::-1].reset_index(drop=True)
    straight = set(rule.judge(frame, THRESHOLDS).rows.tolist())
    assert {len(frame) - 1 - row for row in rule.judge(backwards, THRESHOLDS).rows.tolist()} == straight


def test_the_list_of_rules_is_the_folder_of_rules() -> None:
    """Each rule's file is in the tuple, and each in the tuple has its file and its cases."""
    machinery = {"declaration", "flags", "rule"}
    found = {module.name.replace("_", "-") for module in pkgutil.iter_modules(rules.__path__)} - machinery
    assert found == {rule.name for rule in RULES} == {path.stem for path in CASES.glob("*.csv")}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_reads_columns_of_its_contract_alone(rule: Rule) -> None:
    """What a rule reads, the match gives."""
    assert set(rule.reads.split()) <= set(MODELS[rule.names].to_schema().columns)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_an_accountant_needs(rule: Rule) -> None:
    """A title of one line, and all five headings filled."""
    assert 10 < len(rule.title) < 80
    for text in (rule.what_it_checks, rule.why_it_matters, rule.example, rule.not_flagged, rule.what_to_do):
        assert text.strip()
    assert "<- " in rule.example, "the bad row is marked"
