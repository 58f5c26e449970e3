"""The Findings sheet: what an accountant works through, with room for his answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from reconcile.language.messages import messages
from reconcile.language.translate import Language, to_say
from reconcile.ledger.ledger import STATUSES, Said
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import (
    ids,
    label,
    long_text,
    long_translated,
    money,
    number,
    quantity,
    time,
    translated,
)
from reconcile.report.excel.sheet import Sheet, table_sheet
from reconcile.report.excel.table import Column, Table, TotalColumns
from rules import Rule

FINDINGS = to_say("Findings")
STATUS, COMMENT, FINDING_ID = to_say("Status"), to_say("Comment"), to_say("Finding id")
ANSWERED_IN = to_say("Answered in")
SEVERITY, RULE_NAME, VALUE = to_say("Severity"), to_say("Rule name"), to_say("Value")
EXPECTED, ACTUAL = to_say("A: expected"), to_say("B: found")
EXPECTED_TEXT, ACTUAL_TEXT = to_say("Expected, no number"), to_say("Found, no number")


def severity_words(rows: pd.DataFrame) -> pd.Series[Any]:
    """Error, Warning, Info."""
    return rows["severity"].cat.rename_categories(str.capitalize)


def findings_sheet(
    items: pd.DataFrame, receipts: pd.DataFrame, rules: Mapping[str, Rule], context: WorkbookContext
) -> Sheet:
    """One row an item, in order. `items` are as in `reconcile.ledger.ledger.Ledger`."""
    rows = items.assign(
        said=_said(items, rules, context.language),
        sold_at=_sold_at(items, receipts),
        since=[_since(said, item, context.language) for said, item in _with_reopened(items)],
    )

    def words(attribute: str) -> Any:
        def of(rows: pd.DataFrame) -> pd.Series[Any]:
            names = rows["rule"].cat.categories
            texts = [getattr(rules[name], attribute) for name in names]
            return pd.Series(np.array([*texts, ""], dtype=object)[rows["rule"].cat.codes])

        return of

    columns = (
        Column("No.", lambda rows: pd.Series(rows.index + 1), number, min_width=11),
        Column(SEVERITY, severity_words, label),
        Column("Rule", words("title"), long_translated, max_width=26),
        Column("Receipt", "receipt_id", ids),
        Column("Sold at", "sold_at", time),
        Column("Product", "product", long_text, max_width=24),
        Column("Sold as", "dish", long_text, max_width=20),
        Column("Storage", "storage", long_text, max_width=16),
        Column(EXPECTED, "expected", quantity),
        Column(ACTUAL, "actual", quantity),
        Column("B − A: difference", "difference", quantity),
        Column(VALUE, "value", money),
        Column("How many", "count", number),
        Column("What happened", "said", long_text, min_width=36, max_width=44),
        Column(STATUS, "status", translated, min_width=12),
        Column(COMMENT, "comment", long_text, min_width=30),
        Column(ANSWERED_IN, "answered_in", long_text, max_width=24),
        Column("Since it was answered", "since", long_text, max_width=36),
        Column("What to do", words("what_to_do"), long_translated, min_width=60, max_width=110),
        Column("Line", "receipt_product_id", ids),
        Column("Operation", "operation_id", ids),
        Column(EXPECTED_TEXT, "expected_text"),
        Column(ACTUAL_TEXT, "actual_text"),
        Column("Counts as", _counts_as, label),
        Column("Product id", "product_id", ids),
        Column("Stock", "stock_id", ids),
        Column(RULE_NAME, "rule"),
        Column("Cause id", "cause"),
        Column(FINDING_ID, "id"),
    )
    totals = TotalColumns("Counts as", VALUE, rows="How many")
    table = Table(context, "Findings", columns, rows, empty=to_say("No differences"), totals=totals)
    return table_sheet(context, FINDINGS, table, choices=(STATUS, STATUSES), print_to=COMMENT)


def _said(items: pd.DataFrame, rules: Mapping[str, Rule], language: Language) -> pd.Series[str]:
    """What happened, row by row; of several, the one that is shown."""
    templates = {name: rule.message for name, rule in rules.items()}
    said = messages(items, templates, language)
    counts = items["count"].tolist()
    return pd.Series(
        [
            language.say("the largest of {count}: {what}", count=language.number(count), what=what)
            if count > 1
            else what
            for count, what in zip(counts, said, strict=True)
        ],
        dtype="str",
    )


def _sold_at(items: pd.DataFrame, receipts: pd.DataFrame) -> pd.Series[Any]:
    """When the receipt was closed, else created."""
    at = receipts["closed_at"].fillna(receipts["created_at"])
    times = pd.Series(at.to_numpy(), index=receipts["receipt_id"].to_numpy())
    return pd.Series(times.reindex(items["receipt_id"].fillna(0).to_numpy(np.int64)).to_numpy())


def _with_reopened(items: pd.DataFrame) -> Any:
    return zip(items["reopened"].tolist(), items.to_dict("records"), strict=True)


def _since(said: Said | None, item: Mapping[Any, Any], language: Language) -> str:
    """Why an item that was settled is open again."""
    if said is None:
        return ""
    told = [language.say("Open again; it was {status}", status=language.say(said.status))]
    pairs = (
        (to_say("expected was {was}"), said.facts.expected, "expected"),
        (to_say("found was {was}"), said.facts.actual, "actual"),
        (to_say("value was {was}"), said.facts.value, "value"),
    )
    for text, was, name in pairs:
        now = item.get(f"{name}_text")
        now = item[name] if now is None or pd.isna(now) else now
        now = None if pd.isna(now) else now
        if was != now and not (name == "value" and (was is None or item["repeats"])):
            told.append(language.say(text, was=_shown(was, language)))
    if said.facts.severity != item["severity"]:
        was = language.say(said.facts.severity.capitalize())
        told.append(language.say("severity was {was}", was=was))
    return "; ".join(told)


def _shown(fact: int | str | None, language: Language) -> str:
    if fact is None:
        return language.say("unknown")
    return fact if isinstance(fact, str) else language.amount(fact)


def _counts_as(rows: pd.DataFrame) -> pd.Series[Any]:
    """Goods written off too much (over) or too little (under), or a difference of cost alone."""
    value = rows["value"].fillna(0).to_numpy(np.int64)
    goods = rows["is_goods"].to_numpy()
    codes = np.select([value == 0, ~goods, value > 0], [0, 3, 1], 2)
    return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(["", "over", "under", "cost"])))
