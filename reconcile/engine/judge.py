"""Runs the rules over a matched day and makes findings of the rows they flag.

If a rule crashes, the others still run, and the day is incomplete.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core import garbage_collection
from reconcile.core.categories import kinds, text_column
from reconcile.core.positions import Positions
from reconcile.engine.claims import no_values
from reconcile.engine.marks import marked
from reconcile.engine.match import Matched
from reconcile.engine.named_records import FRAMES, IDS, LAST, NAMED_BY, TEXTS, Columns, Flagged, named_records
from reconcile.language.messages import NUMBERS, messages
from reconcile.language.translate import PLAIN
from reconcile.model.classes import SEVERITIES
from reconcile.model.judged import Findings
from reconcile.rulebook.rule import Rule
from reconcile.settings.model import RulesTable
from reconcile.settings.thresholds import DayThresholds

log = logging.getLogger(__name__)

GivenTimes = dict[tuple[str, int], str]


@garbage_collection.paused()
def judge_day(
    matched: Matched,
    given_times: GivenTimes,
    rules: Sequence[Rule],
    settings: RulesTable,
    thresholds: DayThresholds,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Apply each rule that is switched on. Returns the findings and the rules that crashed.

    Findings (`reconcile.model.judged.Findings`, without messages) come in the order of the rules, then of ids.
    """
    on = [rule for rule in rules if rule.name not in settings.off]
    crashed: list[str] = []
    found: list[pd.DataFrame] = []
    for is_after in (False, True):
        some = [rule for rule in on if rule.after_others == is_after]
        flagged: list[Flagged] = []
        if is_after and some:
            matched = marked(matched, found[0])
        for rule in some:
            try:
                flagged.append((rule, rule.judge(getattr(matched, rule.judges), thresholds)))
            except Exception:  # one rule's bug costs no other: the day is INCOMPLETE
                log.exception("the rule %s crashed; the others ran, and the report is INCOMPLETE", rule.name)
                crashed.append(rule.name)
        flagged = [(rule, flags) for rule, flags in flagged if len(flags.rows)]
        flagged.sort(key=lambda each: FRAMES.index(each[0].judges))  # the order of named_records
        if flagged or not found:
            found.append(_findings(flagged, matched, given_times, rules, settings))
    return _in_order(found), tuple(crashed)


def _in_order(found: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The findings in the order of the rules and ids; no id is last."""
    findings = pd.concat(found, ignore_index=True) if len(found) > 1 else found[0]
    names = ("product_id", "operation_id", "receipt_product_id", "receipt_id")
    keys = [findings[name].array.to_numpy(np.int64, na_value=LAST) for name in names]
    return findings.iloc[np.lexsort([*keys, findings["rule"].array.codes])].reset_index(drop=True)


def with_messages(findings: pd.DataFrame, rules: Sequence[Rule]) -> pd.DataFrame:
    """`Findings` with their messages, in English."""
    templates = {each.name: each.message for each in rules}
    return Findings.checked(findings.assign(message=text_column(messages(findings, templates, PLAIN))))


def _findings(
    flagged: Sequence[Flagged],
    matched: Matched,
    given_times: GivenTimes,
    rules: Sequence[Rule],
    settings: RulesTable,
) -> pd.DataFrame:
    """One row per flagged row, in no order (`reconcile.model.judged.Findings`, without messages)."""
    names = [rule.name for rule in rules]
    sizes = [len(flags.rows) for _, flags in flagged]
    rule = np.repeat([names.index(each.name) for each, _ in flagged], sizes).astype(np.intp)
    columns = named_records(flagged, matched)
    columns |= {name: _numbers(flagged, name) for name in NUMBERS}
    columns["severity"] = _severities(flagged, settings)
    for name in ("is_goods", "is_of_line"):
        columns[name] = _flags(flagged, name)
    columns["expected_text"], columns["actual_text"] = _texts_instead(flagged, columns, given_times)
    for name in ("explained_by", "cause"):
        columns[name] = _texts(flagged, name)
    columns["notes"] = _objects(flags.notes or [()] * len(flags.rows) for _, flags in flagged)
    return pd.DataFrame(
        {
            "id": _finding_ids(rule, columns, rules),
            "rule": kinds(rule, tuple(names), ordered=True),
            "severity": pd.Categorical(columns["severity"], categories=SEVERITIES, ordered=True),
            **{name: pd.arrays.IntegerArray(columns[name], columns[name] == 0) for name in IDS},
            **{name: columns[name] for name in NUMBERS},
            **{name: text_column(columns[name]) for name in (*TEXTS, "expected_text", "actual_text")},
            "is_goods": columns["is_goods"],
            "repeats": np.array([each.repeats for each in rules], dtype=np.bool_)[rule],
            "explained_by": columns["explained_by"],
            "notes": columns["notes"],
            "cause": columns["cause"],
        }
    )


def _objects(parts: Iterable[Sequence[Any]]) -> Any:
    """One column of Python objects from those of all rules."""
    values = [value for part in parts for value in part]
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _numbers(flagged: Sequence[Flagged], name: str) -> Any:
    """One nullable column from those of all rules."""
    counts, unknown = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.bool_)]
    for _, flags in flagged:
        numbers, size = getattr(flags, name), len(flags.rows)
        if numbers is None:
            numbers = no_values(size)
        is_bare = isinstance(numbers, np.ndarray)
        counts.append(numbers if is_bare else numbers.to_numpy(np.int64, na_value=0))
        unknown.append(np.zeros(size, dtype=np.bool_) if is_bare else numbers.isna())
    return pd.arrays.IntegerArray(np.concatenate(counts), np.concatenate(unknown))


def _flags(flagged: Sequence[Flagged], name: str) -> Any:
    """One column of flags from those of all rules; the rule's own property where it gives none for each row."""
    parts = [np.empty(0, dtype=np.bool_)]
    for rule, flags in flagged:
        given, usual = getattr(flags, name), getattr(rule, name, False)
        parts.append(np.full(len(flags.rows), usual) if given is None else given)
    return np.concatenate(parts)


def _texts(flagged: Sequence[Flagged], name: str) -> Any:
    """One column of texts from those of all rules; None where a rule gives none, or an empty one."""
    given = ((getattr(flags, name), len(flags.rows)) for _, flags in flagged)
    return text_column(
        text or None for texts, size in given for text in ([""] * size if texts is None else texts)
    )


def _severities(flagged: Sequence[Flagged], settings: RulesTable) -> Any:
    """Each finding's own severity, else the one that settings give its rule, else the rule's."""
    parts = []
    for rule, flags in flagged:
        usual = settings.severity.get(rule.name, rule.severity)
        own = [""] * len(flags.rows) if flags.severity is None else flags.severity
        parts.append([severity or usual for severity in own])
    return _objects(parts)


def _texts_instead(flagged: Sequence[Flagged], records: Columns, given_times: GivenTimes) -> tuple[Any, Any]:
    """Texts in place of `expected` and `actual`: times as the API gave them."""
    expected, actual, start = [], [], 0
    for _, flags in flagged:
        end = start + len(flags.rows)
        receipts, operations = (records[name][start:end].tolist() for name in ("receipt_id", "operation_id"))
        times = _as_given(flags.expected_time, "closed_at", receipts, given_times)
        expected.append(times if flags.expected_text is None else flags.expected_text.tolist())
        instead = flags.actual_text
        times = _as_given(flags.actual_time, "operated_at", operations, given_times)
        actual.append(times if instead is None else instead.tolist())
        start = end
    return _objects(expected), _objects(actual)


def _as_given(times: Any, field: str, keys: Sequence[int], given_times: GivenTimes) -> list[str | None]:
    """Times as the API gave them, by the ids of their records; None where a time is unknown."""
    if times is None:
        return [None] * len(keys)
    return [
        None if time == "NaT" else given_times.get((field, key), time.replace("T", " "))
        for time, key in zip(np.datetime_as_string(times, unit="s").tolist(), keys, strict=True)
    ]


def _finding_ids(rule: Positions, columns: Columns, rules: Sequence[Rule]) -> Any:
    """Stable ids: a hash of the rule's name and the ids of the records it names."""
    named = [(each.name, [IDS.index(name) for name in NAMED_BY[each.names]]) for each in rules]
    texts = []
    of_line = [IDS.index(name) for name in NAMED_BY["line"]]
    named_columns = (columns["is_of_line"].tolist(), *(columns[name].tolist() for name in IDS))
    for code, is_of_line, *ids in zip(rule.tolist(), *named_columns, strict=True):
        name, places = named[code]
        places = of_line if is_of_line else places
        texts.append("|".join([name, *(str(ids[place] or pd.NA) for place in places)]))
    return text_column(hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts)
