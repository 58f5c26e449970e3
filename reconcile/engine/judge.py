"""Runs the rules over a matched day and makes findings of what they flag.

A rule that crashes is no finding: the others run, and the day is marked.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.positions import take_or
from reconcile.engine.match import Matched
from reconcile.language.messages import NUMBERS, messages
from reconcile.language.translate import PLAIN
from reconcile.model.contracts import SEVERITIES, Findings
from reconcile.settings.model import Settings
from reconcile.settings.thresholds import DayThresholds
from rules import Rule
from rules.flags import Flags, Rows

log = logging.getLogger(__name__)

_IDS = ("receipt_id", "receipt_product_id", "operation_id", "product_id", "stock_id")
_NAMED_BY = {
    "line": ("receipt_id", "receipt_product_id"),
    "ingredient": ("receipt_id", "receipt_product_id", "product_id"),
    "operation": ("operation_id",),
    "receipt": ("receipt_id",),
    "product": ("product_id",),
}
GivenTimes = dict[tuple[str, int], str]


@dataclasses.dataclass(frozen=True)
class Judgement:
    """All findings of a day (`reconcile.model.contracts.Findings`), and the rules that crashed."""

    findings: pd.DataFrame
    crashed: tuple[str, ...]


def judge_day(
    matched: Matched,
    given_times: GivenTimes,
    rules: Sequence[Rule],
    settings: Settings,
    thresholds: DayThresholds,
) -> Judgement:
    """Apply each rule that is switched on. Findings come in the order of the rules, then of ids."""
    frames = {
        "line": matched.lines,
        "product": matched.lines,
        "ingredient": matched.ingredients,
        "operation": matched.operations,
        "receipt": matched.receipts,
    }
    parts, crashed = [], []
    for rule in rules:
        if rule.name in settings.rules.off:
            continue
        try:
            flags = rule.judge(frames[rule.names], thresholds)
            if len(flags.rows):
                parts.append(_findings(rule, flags, matched, given_times, settings))
        except Exception:  # whatever is wrong with one rule: the others must still be heard
            log.exception(
                "the rule %s crashed; the others stand, and the report is marked INCOMPLETE", rule.name
            )
            crashed.append(rule.name)
    names = [rule.name for rule in rules]
    findings = pd.concat(parts, ignore_index=True) if parts else _no_findings()
    findings["rule"] = pd.Categorical(findings["rule"], categories=names, ordered=True)
    findings["severity"] = pd.Categorical(findings["severity"], categories=SEVERITIES, ordered=True)
    order = ["rule", "receipt_id", "receipt_product_id", "operation_id", "product_id"]
    findings = findings.sort_values(order, kind="stable", ignore_index=True)
    return Judgement(Findings.checked(findings), tuple(crashed))


def _findings(
    rule: Rule, flags: Flags, matched: Matched, given_times: GivenTimes, settings: Settings
) -> pd.DataFrame:
    """One row a flagged row, with every id that the records give."""
    size = len(flags.rows)
    columns: dict[str, Any] = _records(rule, flags.rows, matched)
    for name in NUMBERS:
        numbers = getattr(flags, name)
        columns[name] = pd.array([None] * size if numbers is None else numbers, dtype="Int64")
    severity = np.full(size, rule.severity, dtype=object) if flags.severity is None else flags.severity
    changed = settings.rules.severity.get(rule.name)
    columns["severity"] = np.where(severity == rule.severity, changed, severity) if changed else severity
    columns["rule"] = rule.name
    receipts = columns["receipt_id"]
    columns["expected_text"] = _as_given(flags.expected_time, "closed_at", receipts, given_times)
    columns["actual_text"] = _as_given(flags.actual_time, "operated_at", columns["operation_id"], given_times)
    if flags.actual_text is not None:
        columns["actual_text"] = pd.array(flags.actual_text, dtype="str")
    columns["cause"] = pd.array([None] * size, dtype="str")
    columns["id"] = pd.array(_finding_ids(rule, columns), dtype="str")
    columns["notes"] = pd.Series(flags.notes or [()] * size, dtype=object)
    findings = pd.DataFrame({name: columns[name] for name in Findings.to_schema().columns if name in columns})
    return findings.assign(message=pd.array(messages(rule.message, findings, PLAIN), dtype="str"))


def _records(rule: Rule, rows: Rows, matched: Matched) -> dict[str, Any]:
    """The records that a finding names, and those that follow from one of them."""
    size = len(rows)
    found: dict[str, Any] = {name: pd.array([None] * size, dtype="Int64") for name in _IDS}
    found |= {name: pd.array([None] * size, dtype="str") for name in ("product", "dish", "storage")}
    match rule.names:
        case "operation":
            some = matched.operations.iloc[rows]
            found["receipt_id"] = _known_ids(some["asked_receipt_id"])
            for name in ("receipt_product_id", "operation_id", "product_id", "stock_id"):
                found[name] = _known_ids(some[name])
            found["product"], found["storage"] = _texts(some["product"]), _texts(some["storage"])
            found["dish"] = _dishes(matched, some["line"].where(~some["is_own"], -1))
        case "line":
            some = matched.lines.iloc[rows]
            for name in ("receipt_id", "receipt_product_id", "product_id"):
                found[name] = _known_ids(some[name])
            found["product"] = _texts(some["product"])
            found |= _where_one_operation_tells(
                rows, matched.operations["line"].to_numpy(), matched.operations
            )
        case "ingredient":
            some = matched.ingredients.iloc[rows]
            for name in ("receipt_id", "receipt_product_id", "product_id"):
                found[name] = _known_ids(some[name])
            found["product"], found["dish"] = _texts(some["product"]), _dishes(matched, some["line"])
            wanted, given = _line_and_product(some, matched.operations)
            found |= _where_one_operation_tells(wanted, given, matched.operations)
        case "product":
            some = matched.lines.iloc[rows]
            found["product_id"], found["product"] = _known_ids(some["product_id"]), _texts(some["product"])
        case "receipt":
            found["receipt_id"] = _known_ids(matched.receipts["receipt_id"].iloc[rows])
    return found


def _line_and_product(some: pd.DataFrame, operations: pd.DataFrame) -> tuple[Rows, Rows]:
    """One number for each line and product, of these rows and of the operations."""
    wanted = pd.MultiIndex.from_arrays([some["line"], some["product_id"]])
    given = pd.MultiIndex.from_arrays([operations["line"], operations["product_id"]])
    return np.arange(len(wanted)), np.asarray(wanted.get_indexer(given), dtype=np.intp)


def _where_one_operation_tells(wanted: Rows, given: Rows, operations: pd.DataFrame) -> dict[str, Any]:
    """For what is flagged: the operation, where there is one; the stock and storage, where they are the same.

    `given` tells for each operation to which of the wanted it belongs.
    """
    some = operations.loc[np.isin(given, wanted), ["operation_id", "stock_id", "storage"]]
    groups = given[np.isin(given, wanted)]
    by_group = some.groupby(groups)
    single = {
        name: by_group[name].first().where(by_group[name].nunique() == 1).reindex(wanted)
        for name in ("operation_id", "stock_id")
    }
    storage = some["storage"].astype("str").groupby(groups)
    same = storage.first().where(storage.nunique() == 1).reindex(wanted)
    return {
        "operation_id": single["operation_id"].astype("Int64").array,
        "stock_id": single["stock_id"].astype("Int64").array,
        "storage": same.astype("str").mask(same == "").array,
    }


def _known_ids(column: pd.Series[int]) -> Any:
    """Ids as a nullable column, 0 as unknown."""
    return column.astype("Int64").mask(column == 0).array


def _texts(column: pd.Series[str]) -> Any:
    return column.astype("str").mask(column == "").array


def _dishes(matched: Matched, line: pd.Series[int]) -> Any:
    """What lines sold, by their positions; unknown for -1."""
    product = matched.lines["product"].cat
    codes = take_or(product.codes.to_numpy(), line.to_numpy(), -1)
    names = take_or(product.categories.to_numpy(dtype=object), codes, "")
    return _texts(pd.Series(names, dtype="str"))


def _as_given(
    times: npt.NDArray[np.datetime64] | None, field: str, keys: Any, given_times: GivenTimes
) -> Any:
    """Times as the API gave them."""
    if times is None:
        return pd.array([None] * len(keys), dtype="str")
    texts = [
        None if time == "NaT" else given_times.get((field, key), time.replace("T", " "))
        for time, key in zip(np.datetime_as_string(times, unit="s").tolist(), keys, strict=True)
    ]
    return pd.array(texts, dtype="str")


def _finding_ids(rule: Rule, columns: dict[str, Any]) -> list[str]:
    """Stable ids: of the rule and the records it names, nothing else."""
    named = zip(*(columns[name] for name in _NAMED_BY[rule.names]), strict=True)
    texts = ("|".join((rule.name, *map(str, row))) for row in named)
    return [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts]


def _no_findings() -> pd.DataFrame:
    kinds = {
        "Int64": (*_IDS, *NUMBERS),
        "object": ("notes",),
        "str": ("id", "product", "dish", "storage", "expected_text", "actual_text", "message", "cause"),
    }
    types = {name: kind for kind, names in kinds.items() for name in names}
    return pd.DataFrame(
        {name: pd.Series(dtype=types.get(name, "str")) for name in Findings.to_schema().columns}
    )
