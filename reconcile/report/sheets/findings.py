"""The sheets Findings (the record of what was found) and Causes, of which each may be answered for all its findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from reconcile.analysis.units import units_of
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.ledger.item import OPEN, REASONS, STATUSES, Answer
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import (
    NumberFormat,
    ids,
    label,
    long_text,
    long_translated,
    minute,
    money,
    number,
    quantity,
    translated,
)
from reconcile.report.excel.sheet import Sheet
from reconcile.report.excel.table import Column, TotalColumns
from reconcile.report.excel.table_sheet import table_sheet
from reconcile.report.item_texts import what_happened
from reconcile.report.sheets import open_items
from reconcile.rulebook.amounts import CLASSES, IN_TOTALS
from reconcile.rulebook.rule import Rule

FINDINGS, CAUSES = to_say("Findings"), to_say("Causes")
VALUE, CAUSE_ID = to_say("Value"), to_say("Cause id")


def severity_words(rows: pd.DataFrame) -> pd.Series[Any]:
    """Error, Warning, Info."""
    return rows["severity"].cat.rename_categories(str.capitalize)


def rule_texts(rules: Mapping[str, Rule], attribute: str) -> Callable[[pd.DataFrame], pd.Series[Any]]:
    """The source of a column: a text of each row's rule, such as its title."""

    def of(rows: pd.DataFrame) -> pd.Series[Any]:
        texts = [getattr(rules[name], attribute) for name in rows["rule"].cat.categories]
        return pd.Series(np.array([*texts, ""], dtype=object)[rows["rule"].cat.codes])

    return of


def findings_sheet(items: pd.DataFrame, rules: Mapping[str, Rule], context: WorkbookContext) -> Sheet:
    """One row an item, in order. `items`: `reconcile.analysis.day_items`."""
    happened = what_happened(items, rules, context.language)
    rows = items.assign(what_happened=pd.Series(happened, dtype="str"))
    columns = (
        Column("No.", lambda rows: pd.Series(rows.index + 1), number, min_width=11),
        Column("Severity", severity_words, label),
        Column("Rule", rule_texts(rules, "title"), long_translated, max_width=26),
        Column("Receipt", "receipt_id", ids),
        Column("Sold at", "sold_at", minute),
        Column("Product", "product", long_text, max_width=24),
        Column("Dish", "dish", long_text, max_width=20),
        Column("Storage", "storage", long_text, max_width=16),
        Column("Unit", "unit"),
        Column("A: expected", _of_quantity("expected"), quantity),
        Column("B: written off", _of_quantity("actual"), quantity),
        Column("Difference", _of_quantity("difference"), quantity),
        Column(VALUE, _amount(in_totals=True), money, total=True),
        Column("Counts as", lambda rows: rows["counts_as"].map(CLASSES).fillna(""), label),
        Column("What happened", "what_happened", long_text, min_width=36, max_width=44),
        Column("How many", "count", number),
        Column(open_items.AMOUNT, _amount(in_totals=False), money),
        Column("What to do", rule_texts(rules, "what_to_do"), long_translated, min_width=60, max_width=110),
        Column("Line", "receipt_product_id", ids),
        Column("Operation", "operation_id", ids),
        Column(open_items.OTHER_EXPECTED, _of_other("expected"), quantity),
        Column(open_items.OTHER_ACTUAL, _of_other("actual"), quantity),
        Column(open_items.EXPECTED_TEXT, "expected_text"),
        Column(open_items.ACTUAL_TEXT, "actual_text"),
        Column("Product id", "product_id", ids),
        Column("Stock", "stock_id", ids),
        Column("Rule name", "rule"),
        Column(CAUSE_ID, "cause"),
        Column("Finding id", "id"),
    )
    return table_sheet(
        context,
        FINDINGS,
        columns,
        rows,
        empty=to_say("No differences"),
        totals=TotalColumns("Counts as", VALUE, rows="How many"),
        freeze_to="Receipt",
        print_to="What happened",
    )


def _of_quantity(name: str) -> Callable[[pd.DataFrame], pd.Series[Any]]:
    """The source of a column: the numbers that are quantities of the product."""
    return lambda rows: rows[name].where(rows["is_quantity"])


def _of_other(name: str) -> Callable[[pd.DataFrame], pd.Series[Any]]:
    """The source of a column: the numbers that are money, minutes or other counts."""
    return lambda rows: rows[name].mask(rows["is_quantity"])


def _amount(*, in_totals: bool) -> Callable[[pd.DataFrame], pd.Series[Any]]:
    """The source of a column: the values that are in the totals, or the others."""
    classes = ("", *IN_TOTALS)
    return lambda rows: rows["value"].where(rows["counts_as"].isin(classes) == in_totals)


def causes_sheet(
    result: Result,
    units: Mapping[int, str],
    places: Mapping[str, str],
    answers: Mapping[str, tuple[Answer, str]],
    context: WorkbookContext,
) -> Sheet:
    """One row per cause, in order, with its value. `units` are by product id; `places` has the link to the first
    finding of each, by its id, and `answers` those that were given on this day, with their files.
    """
    causes, rules = result.causes, result.rules
    has_quantity = causes["expected"].notna() | causes["actual"].notna()
    given = [answers.get(key, (Answer(), "")) for key in causes["id"].tolist()]
    answered = {
        "status": [STATUSES[answer.status] if file else "" for answer, file in given],
        "reason": [REASONS.get(answer.reason, "") for answer, _ in given],
        "comment": [answer.comment for answer, _ in given],
        "answered_in": [file if answer.status != OPEN else "" for answer, file in given],
    }
    rows = causes.assign(
        unit=units_of(causes["product_id"], units).where(has_quantity, ""),
        **{name: pd.Series(texts, dtype="str") for name, texts in answered.items()},
    )
    columns = (
        Column("Severity", severity_words, label),
        Column("Sold", "dish", long_text, max_width=30),
        Column("Written off, or due", "product", long_text, max_width=30),
        Column("What is wrong with all of them", rule_texts(rules, "title"), long_translated, max_width=26),
        Column("In words", "words", long_translated, max_width=30),
        Column("B ÷ A: ratio", "ratio", partial(NumberFormat, decimals=(0, 1, 3))),
        Column("Findings", "findings", number),
        Column("Unit", "unit"),
        Column("A: expected", "expected", quantity),
        Column("B: found", "actual", quantity),
        Column(VALUE, "value", money, min_width=14),
        Column(open_items.STATUS, "status", translated, min_width=12),
        Column(open_items.REASON, "reason", translated, min_width=14),
        Column(open_items.COMMENT, "comment", long_text, min_width=30, max_width=40),
        Column("First receipt", "receipt_id", ids),
        Column(open_items.ANSWERED_IN, "answered_in", long_text, max_width=24),
        Column("Sold: id", "dish_id", ids),
        Column("Written off: id", "product_id", ids),
        Column("Rule name", "rule"),
        Column(CAUSE_ID, "id"),
    )
    links = {row: places[key] for row, key in enumerate(causes["id"].tolist())}
    return table_sheet(
        context,
        CAUSES,
        columns,
        rows,
        empty=to_say("No causes"),
        links=links,
        totals=TotalColumns("Severity", VALUE),
        choices={
            open_items.STATUS: tuple(STATUSES.values()),
            open_items.REASON: tuple(REASONS.values()),
        },
        freeze_to="Written off, or due",
        print_to=open_items.COMMENT,
        note=context.say("An answer here holds for all findings of the cause that have none of their own."),
    )
