"""The sheets Findings (the items an accountant works through, with columns for the answers) and Causes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from reconcile.analysis.units import units_of
from reconcile.language.messages import messages
from reconcile.language.translate import Language, to_say
from reconcile.ledger.ledger import STATUSES, Response
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import (
    NumberFormat,
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
from reconcile.report.excel.table import Column, TotalColumns
from reconcile.rulebook.rule import Rule

FINDINGS, CAUSES = to_say("Findings"), to_say("Causes")
STATUS, COMMENT, FINDING_ID = to_say("Status"), to_say("Comment"), to_say("Finding id")
ANSWERED_IN = to_say("Answered in")
SEVERITY, RULE_NAME, VALUE = to_say("Severity"), to_say("Rule name"), to_say("Value")
EXPECTED, ACTUAL = to_say("A: expected"), to_say("B: found")
EXPECTED_TEXT, ACTUAL_TEXT = to_say("Expected, no number"), to_say("Found, no number")


def severity_words(rows: pd.DataFrame) -> pd.Series[Any]:
    """Error, Warning, Info."""
    return rows["severity"].cat.rename_categories(str.capitalize)


def rule_texts(rules: Mapping[str, Rule], attribute: str) -> Callable[[pd.DataFrame], pd.Series[Any]]:
    """The source of a column: a text of each row's rule, such as its title."""

    def of(rows: pd.DataFrame) -> pd.Series[Any]:
        texts = [getattr(rules[name], attribute) for name in rows["rule"].cat.categories]
        return pd.Series(np.array([*texts, ""], dtype=object)[rows["rule"].cat.codes])

    return of


def findings_sheet(
    items: pd.DataFrame,
    receipts: pd.DataFrame,
    rules: Mapping[str, Rule],
    units: Mapping[int, str],
    context: WorkbookContext,
) -> Sheet:
    """One row an item, in order. `items` are as in `reconcile.ledger.ledger.Ledger`; `units` by product id."""
    compares_quantities = items["rule"].map(
        {name: rule.compares == "quantity" for name, rule in rules.items()}
    )
    has_quantity = compares_quantities.astype(bool) & (items["expected"].notna() | items["actual"].notna())
    rows = items.assign(
        unit=units_of(items["product_id"], units).where(has_quantity, ""),
        what_happened=_what_happened(items, rules, context.language),
        sold_at=_sold_at(items, receipts),
        since=[_since(item, context.language) for item in items.to_dict("records")],
    )

    columns = (
        Column("No.", lambda rows: pd.Series(rows.index + 1), number, min_width=11),
        Column(SEVERITY, severity_words, label),
        Column("Rule", rule_texts(rules, "title"), long_translated, max_width=26),
        Column("Receipt", "receipt_id", ids),
        Column("Sold at", "sold_at", time),
        Column("Product", "product", long_text, max_width=24),
        Column("Sold as", "dish", long_text, max_width=20),
        Column("Storage", "storage", long_text, max_width=16),
        Column("Unit", "unit"),
        Column(EXPECTED, "expected", quantity),
        Column(ACTUAL, "actual", quantity),
        Column("B − A: difference", "difference", quantity),
        Column(VALUE, "value", money),
        Column("How many", "count", number),
        Column("What happened", "what_happened", long_text, min_width=36, max_width=44),
        Column(STATUS, "status", translated, min_width=12),
        Column(COMMENT, "comment", long_text, min_width=30),
        Column(ANSWERED_IN, "answered_in", long_text, max_width=24),
        Column("Changed since the answer", "since", long_text, max_width=36),
        Column("What to do", rule_texts(rules, "what_to_do"), long_translated, min_width=60, max_width=110),
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
    return table_sheet(
        context,
        FINDINGS,
        columns,
        rows,
        empty=to_say("No differences"),
        totals=TotalColumns("Counts as", VALUE, rows="How many"),
        choices={STATUS: STATUSES},
        freeze_to="Receipt",
        print_to=COMMENT,
    )


def causes_sheet(
    causes: pd.DataFrame,
    rules: Mapping[str, Rule],
    units: Mapping[int, str],
    places: Mapping[str, str],
    context: WorkbookContext,
) -> Sheet:
    """One row per cause, in order, with its value. `units` are by product id; `places` has the link to the first
    finding of each, by its id.
    """
    has_quantity = causes["expected"].notna() | causes["actual"].notna()
    rows = causes.assign(unit=units_of(causes["product_id"], units).where(has_quantity, ""))
    columns = (
        Column("Severity", severity_words, label),
        Column("Sold", "dish", long_text, max_width=30),
        Column("Written off, or due", "product", long_text, max_width=30),
        Column("What is wrong with all of them", rule_texts(rules, "title"), long_translated, max_width=34),
        Column("In words", "words", long_translated, min_width=30, max_width=40),
        Column("B ÷ A: ratio", "ratio", partial(NumberFormat, decimals=(0, 1, 3))),
        Column("Findings", "findings", number),
        Column("Unit", "unit"),
        Column("A: expected", "expected", quantity),
        Column("B: found", "actual", quantity),
        Column("Value", "value", money, min_width=14),
        Column("First receipt", "receipt_id", ids),
        Column("Sold: id", "dish_id", ids),
        Column("Written off: id", "product_id", ids),
        Column("Rule name", "rule"),
        Column("Cause id", "id"),
    )
    links = {row: places[key] for row, key in enumerate(causes["id"].tolist())}
    totals, empty = TotalColumns("Severity", "Value"), to_say("No causes")
    return table_sheet(
        context,
        CAUSES,
        columns,
        rows,
        empty=empty,
        links=links,
        totals=totals,
        freeze_to="Written off, or due",
        print_to="First receipt",
    )


def _what_happened(items: pd.DataFrame, rules: Mapping[str, Rule], language: Language) -> pd.Series[str]:
    """The message of each row; for a row of several findings, that of the largest."""
    texts = messages(items, {name: rule.message for name, rule in rules.items()}, language)
    for row, count in enumerate(items["count"].tolist()):
        if count > 1:
            number = language.number(count)
            texts[row] = language.say("the largest of {count}: {what}", count=number, what=texts[row])
    return pd.Series(texts, dtype="str")


def _sold_at(items: pd.DataFrame, receipts: pd.DataFrame) -> pd.Series[Any]:
    """When the receipt was closed, else created."""
    at = receipts["closed_at"].fillna(receipts["created_at"])
    times = pd.Series(at.to_numpy(), index=receipts["receipt_id"].to_numpy())
    return pd.Series(times.reindex(items["receipt_id"].fillna(0).to_numpy(np.int64)).to_numpy())


def _since(item: Mapping[Any, Any], language: Language) -> str:
    """Why an item that was answered is open again."""
    response: Response | None = item["reopened"]
    if response is None:
        return ""
    facts = response.facts
    parts = [language.say("Open again; it was {status}", status=language.say(response.status))]
    pairs = (
        (to_say("expected was {was}"), facts.expected, "expected"),
        (to_say("found was {was}"), facts.actual, "actual"),
        (to_say("value was {was}"), facts.value, "value"),
    )
    for text, was, name in pairs:
        now = item.get(f"{name}_text")
        now = item[name] if now is None or pd.isna(now) else now
        now = None if pd.isna(now) else now
        if was != now and not (name == "value" and (was is None or item["repeats"])):
            parts.append(language.say(text, was=_shown(was, language)))
    if facts.severity != item["severity"]:
        was = language.say(facts.severity.capitalize())
        parts.append(language.say("severity was {was}", was=was))
    return "; ".join(parts)


def _shown(fact: int | str | None, language: Language) -> str:
    if fact is None:
        return language.say("unknown")
    return fact if isinstance(fact, str) else language.amount(fact)


def _counts_as(rows: pd.DataFrame) -> pd.Series[Any]:
    """Over (goods written off too much), under (too little) or cost (a difference of cost); empty at no value."""
    value = rows["value"].fillna(0).to_numpy(np.int64)
    goods = rows["is_goods"].to_numpy()
    codes = np.select([value == 0, ~goods, value > 0], [0, 3, 1], 2)
    return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(["", "over", "under", "cost"])))
