"""Tables of the Summary: the largest open items, and the findings by rule, by storage and by product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reconcile.language.translate import to_say
from reconcile.ledger.item import CARRIED_FORWARD, Item
from reconcile.ledger.ledger import Ledger
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import day, ids, label, long_text, long_translated, money, number
from reconcile.report.excel.table import Column, Table, frame_of
from reconcile.report.sheets.open_items import PRIORITIES
from reconcile.rulebook.amounts import COST, IN_TOTALS, OVER, UNDER, sums_by_class
from reconcile.rulebook.rule import Rule

NARROW, WIDE = 20, 42
"""Widths of the first two columns of the Summary, in characters."""
LARGEST = 5
_MOST_RULES = 16
MOST_PRODUCTS = 10
PRODUCT = to_say("Product")
OVER_HEADER, UNDER_HEADER = to_say("Over"), to_say("Under")
_NOTES, _TOTAL = to_say("Notes"), to_say("Total")

Rules = Mapping[str, Rule]


def largest_items(ledger: Ledger, most: int) -> list[Item]:
    """The open items of the largest values, of whichever day, at most so many; none without a value in the totals."""
    items = ledger.selected(closing=CARRIED_FORWARD)
    return [item for item in items if item.counts_as in IN_TOTALS][:most]


def largest_table(ledger: Ledger, rules: Rules, places: Mapping[str, str], context: WorkbookContext) -> Table:
    """The largest open items. `places` has the link to the row of each item, by its id."""
    items = largest_items(ledger, LARGEST)
    columns = (
        Column("Priority", "priority", label),
        Column("What, and which product (the first cell links to it)", "what", long_text, max_width=WIDE),
        Column("Receipt", "receipt", ids),
        Column("First day", "first_day", day),
        Column("Value", "value", money),
    )
    rows = (
        (
            PRIORITIES[item.severity],
            ": ".join(filter(None, (item_title(item, rules, context), item.product))),
            item.receipt_id,
            item.first_day,
            item.value,
        )
        for item in items
    )
    links = {row: places[item.id] for row, item in enumerate(items)}
    empty = to_say("No open item of a known value")
    return Table(context, "Costliest", columns, frame_of(columns, rows), empty=empty, links=links)


def item_title(item: Item, rules: Rules, context: WorkbookContext) -> str:
    """The title of its rule; the name of a rule that there no longer is."""
    return context.say(rules[item.rule].title) if item.rule in rules else item.rule


def rule_and_severity(findings: pd.DataFrame) -> pd.Series[str]:
    """One text for each finding, such as `missing-write-off warning`."""
    return findings["rule"].astype(str) + " " + findings["severity"].astype(str)


_SUMS = (
    Column("Findings", "count", number),
    Column(OVER_HEADER, "over", money),
    Column(UNDER_HEADER, "under", money),
    Column("Net", "net", money),
    Column("Cost", "cost", money),
)


def by_rule_table(
    findings: pd.DataFrame, rules: Rules, places: Mapping[str, str], context: WorkbookContext
) -> Table:
    """One row for each rule and severity, errors first, then the largest; one for the others, where there are many;
    one for all notes; the total.

    `findings` have `counts_as`. `places` has the link to the first item of each.
    """
    judged = findings[findings["severity"] != "info"]
    groups = [
        (severity, name, rows)
        for severity in ("error", "warning")
        for name, rows in _largest_first(judged[judged["severity"] == severity], "rule")
    ]
    groups, others = groups[:_MOST_RULES], groups[_MOST_RULES:]
    table: list[tuple[Any, ...]] = [
        (severity.capitalize(), rules[name].title, *_sums(rows)) for severity, name, rows in groups
    ]
    if others:
        rest = context.language.many("{count} other rule", "{count} other rules", len(others))
        table.append(("", rest, *_sums(pd.concat([rows for _, _, rows in others]))))
    columns = (
        Column("Severity", "severity", label),
        Column("Rule (the first cell links to its findings)", "title", long_translated, max_width=WIDE),
        *_SUMS,
    )
    links = {row: places[f"{name} {severity}"] for row, (severity, name, _) in enumerate(groups)}
    rows = [*table, *_notes_and_total(findings, "")]
    return Table(
        context, "ByRule", columns, frame_of(columns, rows), empty=to_say("No differences"), links=links
    )


def by_storage_table(findings: pd.DataFrame, rules: Rules, context: WorkbookContext) -> Table:
    """Errors and warnings by storage, the largest first; one row for all notes; the total."""
    judged = findings[findings["severity"] != "info"]
    nameless = context.say("(no storage named)")
    table = [
        (name or nameless, _worst(rows, rules), *_sums(rows))
        for name, rows in _largest_first(judged, "storage")
    ]
    columns = (
        Column("Storage", "name", long_text, max_width=NARROW),
        Column("Rule of the largest finding", "worst", long_translated, max_width=WIDE),
        *_SUMS,
    )
    rows = [*table, *(("", *row[1:]) for row in _notes_and_total(findings, ""))]
    return Table(context, "ByStorage", columns, frame_of(columns, rows), empty=to_say("No differences"))


def by_product_table(findings: pd.DataFrame, rules: Rules, context: WorkbookContext) -> Table:
    """Goods over and under by product: the `MOST_PRODUCTS` largest, then all others in one row."""
    goods = findings[findings["counts_as"].isin((OVER, UNDER))]
    groups = _largest_first(goods, "product")
    nameless = context.say("(no product named)")
    columns = (
        Column(PRODUCT, "name", long_text, max_width=NARROW),
        Column("Rule of the largest finding", "worst", long_translated, max_width=WIDE),
        *_SUMS[:4],
    )
    rows: list[Any] = [
        (name or nameless, _worst(each, rules), *_sums(each)[:4]) for name, each in groups[:MOST_PRODUCTS]
    ]
    if others := groups[MOST_PRODUCTS:]:
        count = len(others)
        rest = context.language.many("{count} other product", "{count} other products", count)
        rows.append((rest, "", *_sums(pd.concat([each for _, each in others]))[:4]))
    empty = to_say("No goods written off too much or too little")
    return Table(context, "ByProduct", columns, frame_of(columns, rows), empty=empty)


def _notes_and_total(findings: pd.DataFrame, label: str) -> list[tuple[Any, ...]]:
    """The row of all notes, and the row of all findings."""
    notes = findings[findings["severity"] == "info"]
    if findings.empty:
        return []
    return [(label, _NOTES, *_sums(notes)), (label, _TOTAL, *_sums(findings))]


def _sums(findings: pd.DataFrame) -> tuple[int, int, int, int, int]:
    """Findings, over, under, net, cost."""
    sums = sums_by_class(findings)
    return len(findings), sums[OVER], sums[UNDER], sums[OVER] + sums[UNDER], sums[COST]


def _largest_first(findings: pd.DataFrame, column: str) -> Sequence[tuple[str, pd.DataFrame]]:
    """The findings by the texts of a column, the group with the largest sum of magnitudes first; then by text."""
    by = findings[column].astype(object).fillna("").astype(str)
    groups = [(str(name), rows) for name, rows in findings.groupby(by, sort=True)]
    return sorted(groups, key=lambda each: -_size(each[1]))


def _size(findings: pd.DataFrame) -> int:
    """The sum of the magnitudes of the values that are in the totals."""
    counted = findings[findings["counts_as"].isin(IN_TOTALS)]
    return sum(map(abs, counted["value"].tolist()))


def _worst(findings: pd.DataFrame, rules: Rules) -> str:
    """The title of the rule of the finding with the largest value."""
    value = findings["value"].abs().fillna(0)
    return rules[str(findings["rule"].iloc[int(value.to_numpy().argmax())])].title
