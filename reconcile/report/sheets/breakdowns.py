"""Tables of the Summary: the largest open items, and the findings by rule, by storage and by product."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import IntArray, magnitude, total
from reconcile.language.translate import to_say
from reconcile.ledger.item import CARRIED_FORWARD, Item
from reconcile.ledger.ledger import Ledger
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import day, ids, label, long_text, long_translated, money, number
from reconcile.report.excel.table import Column, Table, frame_of
from reconcile.report.sheets.open_items import PRIORITIES
from reconcile.rulebook.amounts import COST, IN_TOTALS, OVER, UNDER
from reconcile.rulebook.flags import Rows
from reconcile.rulebook.rule import Rule

NARROW, WIDE = 20, 42
"""Widths of the first two columns of the Summary, in characters."""
LARGEST = 5
_MOST_RULES = 16
MOST_PRODUCTS = 10
PRODUCT = to_say("Product")
OVER_HEADER, UNDER_HEADER = to_say("Over-deducted"), to_say("Under-deducted")
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
    amounts = _Amounts.of(findings)
    groups = [
        (severity, name, rows)
        for severity in ("error", "warning")
        for name, rows in amounts.largest_first("rule", amounts.of_severity(severity))
    ]
    groups, others = groups[:_MOST_RULES], groups[_MOST_RULES:]
    table: list[tuple[Any, ...]] = [
        (severity.capitalize(), rules[name].title, *amounts.sums(rows)) for severity, name, rows in groups
    ]
    if others:
        rest = context.language.many("{count} other rule", "{count} other rules", len(others))
        table.append(("", rest, *amounts.sums(np.concatenate([rows for _, _, rows in others]))))
    columns = (
        Column("Severity", "severity", label),
        Column("Rule (the first cell links to its findings)", "title", long_translated, max_width=WIDE),
        *_SUMS,
    )
    links = {row: places[f"{name} {severity}"] for row, (severity, name, _) in enumerate(groups)}
    rows = [*table, *amounts.notes_and_total()]
    return Table(
        context, "ByRule", columns, frame_of(columns, rows), empty=to_say("No differences"), links=links
    )


def by_storage_table(findings: pd.DataFrame, rules: Rules, context: WorkbookContext) -> Table:
    """Errors and warnings by storage, the largest first; one row for all notes; the total."""
    amounts, nameless = _Amounts.of(findings), context.say("(no storage named)")
    judged = np.concatenate([amounts.of_severity("error"), amounts.of_severity("warning")])
    table = [
        (name or nameless, rules[amounts.largest_rule(rows)].title, *amounts.sums(rows))
        for name, rows in amounts.largest_first("storage", judged)
    ]
    columns = (
        Column("Storage", "name", long_text, max_width=NARROW),
        Column("Rule of the largest finding", "worst", long_translated, max_width=WIDE),
        *_SUMS,
    )
    rows = [*table, *amounts.notes_and_total()]
    return Table(context, "ByStorage", columns, frame_of(columns, rows), empty=to_say("No differences"))


def by_product_table(findings: pd.DataFrame, rules: Rules, context: WorkbookContext) -> Table:
    """Goods over and under by product: the `MOST_PRODUCTS` largest, then all others in one row."""
    amounts, nameless = _Amounts.of(findings), context.say("(no product named)")
    goods = np.flatnonzero(np.isin(amounts.classes, (OVER, UNDER)))
    groups = amounts.largest_first("product", goods)
    columns = (
        Column(PRODUCT, "name", long_text, max_width=NARROW),
        Column("Rule of the largest finding", "worst", long_translated, max_width=WIDE),
        *_SUMS[:4],
    )
    table: list[Any] = [
        (name or nameless, rules[amounts.largest_rule(rows)].title, *amounts.sums(rows)[:4])
        for name, rows in groups[:MOST_PRODUCTS]
    ]
    if others := groups[MOST_PRODUCTS:]:
        rest = context.language.many("{count} other product", "{count} other products", len(others))
        table.append((rest, "", *amounts.sums(np.concatenate([rows for _, rows in others]))[:4]))
    empty = to_say("No goods written off too much or too little")
    return Table(context, "ByProduct", columns, frame_of(columns, table), empty=empty)


@dataclasses.dataclass(frozen=True)
class _Amounts:
    """The values of findings with their classes, to be summed by the positions of rows."""

    findings: pd.DataFrame
    values: IntArray
    """0 where not known."""
    classes: npt.NDArray[np.object_]

    @classmethod
    def of(cls, findings: pd.DataFrame) -> _Amounts:
        values = findings["value"].fillna(0).to_numpy(np.int64)
        return cls(findings, values, findings["counts_as"].to_numpy(object))

    def of_severity(self, severity: str) -> Rows:
        return np.flatnonzero((self.findings["severity"] == severity).to_numpy())

    def sums(self, rows: Rows) -> tuple[int, int, int, int, int]:
        """Findings, over, under, net, cost."""
        values, classes = self.values[rows], self.classes[rows]
        over, under, cost = (total(values[classes == name]) for name in (OVER, UNDER, COST))
        return len(rows), over, under, over + under, cost

    def largest_first(self, column: str, rows: Rows) -> list[tuple[str, Rows]]:
        """The rows by the texts of a column, the largest sum of magnitudes in the totals first; then by text."""
        texts = self.findings[column].astype(object).fillna("").astype(str).to_numpy(object)[rows]
        codes, names = pd.factorize(texts, sort=True)
        counted = np.where(np.isin(self.classes[rows], IN_TOTALS), magnitude(self.values[rows]), 0)
        sizes = np.bincount(codes, weights=counted, minlength=len(names))
        groups = {int(code): rows[codes == code] for code in range(len(names))}
        return [(str(names[code]), groups[code]) for code in np.argsort(-sizes, kind="stable").tolist()]

    def largest_rule(self, rows: Rows) -> str:
        """The name of the rule of the finding with the largest value."""
        return str(self.findings["rule"].iloc[rows[int(magnitude(self.values[rows]).argmax())]])

    def notes_and_total(self) -> list[tuple[Any, ...]]:
        """The row of all notes, and the row of all findings."""
        if self.findings.empty:
            return []
        notes = self.sums(self.of_severity("info"))
        return [("", _NOTES, *notes), ("", _TOTAL, *self.sums(np.arange(len(self.findings))))]
