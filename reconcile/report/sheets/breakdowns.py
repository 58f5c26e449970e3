"""Tables of the Summary: the costliest items, and the findings by rule, by storage and by product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import nullable, sum_of_known
from reconcile.language.translate import Language, to_say
from reconcile.model.judged import SEVERITIES
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import ids, label, long_text, long_translated, money, number
from reconcile.report.excel.table import Column, Table, frame_of
from reconcile.report.sheets.findings import severity_words
from reconcile.rulebook.rule import Rule

COSTLIEST = 10
MOST_PRODUCTS = 10
OVER, UNDER = to_say("Over"), to_say("Under")
PRODUCT = to_say("Product")

Rules = Mapping[str, Rule]


def costliest(items: pd.DataFrame, most: int) -> pd.DataFrame:
    """The errors and warnings of the largest values, at most so many; none without a value."""
    items = items[(items["severity"] != "info") & (items["value"].fillna(0) != 0)]
    return _largest_first(items, "value").head(most).reset_index(drop=True)


def costliest_table(
    items: pd.DataFrame, rules: Rules, places: Mapping[str, str], context: WorkbookContext
) -> Table:
    """The costliest items. `places` has the link to the row of each item, by its id."""
    rows = costliest(items, COSTLIEST)
    names = [
        ": ".join(filter(None, (context.say(rules[rule].title), "" if pd.isna(product) else product)))
        for rule, product in zip(rows["rule"].astype(str), rows["product"].tolist(), strict=True)
    ]
    columns = (
        Column("Severity", severity_words, label),
        Column("What, and which product (the first cell links to it)", "what", long_text, min_width=60),
        Column("Receipt", "receipt_id", ids),
        Column("Status", "status", long_translated),
        Column("Value", "value", money, min_width=18),
    )
    links = {row: places[key] for row, key in enumerate(rows["id"].tolist())}
    empty = to_say("No error or warning of a known value")
    rows = rows.assign(what=pd.Series(names, dtype=str))
    return Table(context, "Costliest", columns, rows, empty=empty, links=links)


def rule_and_severity(findings: pd.DataFrame) -> pd.Series[str]:
    """One text for each finding, such as `missing-write-off warning`."""
    return findings["rule"].astype(str) + " " + findings["severity"].astype(str)


def by_rule_table(
    findings: pd.DataFrame, rules: Rules, places: Mapping[str, str], context: WorkbookContext
) -> Table:
    """One row for each rule and severity: by severity, then largest gross value first. `places` has the link to the
    first item of each.
    """
    sums = _sums(findings, rule_and_severity(findings))
    sums = _largest_first(sums, "gross").sort_values(
        "worst", kind="stable"
    )  # ties stay in order of rule names
    frame = sums.assign(
        severity=[SEVERITIES[code].capitalize() for code in sums["worst"]],
        title=[rules[key.partition(" ")[0]].title for key in sums.index],
    )
    columns = (
        Column("Severity", "severity", label),
        Column("Rule (the first cell links to its findings)", "title", long_translated, min_width=60),
        *_SUMS,
    )
    links = {row: places[name] for row, name in enumerate(sums.index)}
    return Table(context, "ByRule", columns, frame, empty=to_say("No differences"), links=links)


_SUMS = (
    Column("Findings", "count", number),
    Column("Value, net", "net", money, min_width=18),
    Column("Value, gross", "gross", money, min_width=18),
)


def by_storage_table(findings: pd.DataFrame, rules: Rules, context: WorkbookContext) -> Table:
    """Errors and warnings by storage, largest gross value first."""
    findings = findings[findings["severity"] != "info"]
    frame = _biggest(findings, "storage", rules, context.language, to_say("(no storage named)"))
    columns = (
        Column("Storage", "name", long_text, max_width=30),
        Column("Rule of the largest finding", "worst_title", long_translated, min_width=60),
        *_SUMS,
    )
    return Table(context, "ByStorage", columns, frame, empty=to_say("No differences"))


def by_product_table(findings: pd.DataFrame, rules: Rules, context: WorkbookContext) -> Table:
    """Goods over and under by product: the `MOST_PRODUCTS` largest, then all others in one row."""
    goods = findings[findings["is_goods"] & (findings["value"].fillna(0) != 0)]
    groups = _biggest(goods, "product", rules, context.language, to_say("(no product named)"))
    names = ["name", "worst_title", "count", "over", "under"]
    rows: list[Any] = groups[names].astype(object).to_numpy().tolist()
    rows, others = rows[:MOST_PRODUCTS], rows[MOST_PRODUCTS:]
    if others:
        rest = context.language.many("{count} other product", "{count} other products", len(others))
        _, _, *numbers = zip(*others, strict=True)
        rows.append((rest, "", *map(sum, numbers)))
    columns = (
        Column(PRODUCT, "name", long_text, max_width=30),
        Column("Rule of the largest finding", "worst_title", long_translated, min_width=60),
        Column("Findings", "count", number),
        Column(OVER, "over", money, min_width=18),
        Column(UNDER, "under", money, min_width=18),
    )
    empty = to_say("No goods written off too much or too little")
    return Table(context, "ByProduct", columns, frame_of(columns, rows), empty=empty)


def _sums(findings: pd.DataFrame, by: pd.Series[str]) -> pd.DataFrame:
    """By group: `count`; `net` and `gross` value (NA where none is known); `over` and `under`, the sums of positive and
    of negative values; and `worst`, the index of its severity.
    """
    groups = findings.assign(code=findings["severity"].cat.codes.astype(np.int64)).groupby(by)
    values = [each.dropna().tolist() for _, each in groups["value"]]
    return pd.DataFrame(
        {
            "count": groups.size(),
            "net": nullable(map(sum_of_known, values)),
            "gross": nullable(sum_of_known(map(abs, each)) for each in values),
            "over": nullable(sum(value for value in each if value > 0) for each in values),
            "under": nullable(sum(value for value in each if value < 0) for each in values),
            "worst": groups["code"].min(),
        }
    )


def _biggest(
    findings: pd.DataFrame, column: str, rules: Rules, language: Language, nameless: str
) -> pd.DataFrame:
    """One row per value of a column, largest gross value first; `worst_title` is the title of the rule of its largest
    finding.
    """
    by = findings[column].fillna("").astype(str)
    sums = _largest_first(_sums(findings, by), "gross")
    largest = _largest_first(findings.assign(by=by), "value").drop_duplicates("by").set_index("by")["rule"]
    return sums.assign(
        name=[key or language.say(nameless) for key in sums.index],
        worst_title=[rules[rule].title for rule in largest[sums.index].astype(str)],
    )


def _largest_first(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sorted by magnitude; an unknown value counts as 0."""
    return rows.sort_values(column, key=lambda values: -values.abs().fillna(0), kind="stable")
