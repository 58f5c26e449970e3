"""The sheets of details: findings, sale lines, stock operations, and what could not be judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reconcile.contracts import SEVERITIES
from reconcile.exact import MICRO, IntArray, known, shares
from reconcile.report.cells import IdCells, TimeCells, label, long_text, money, number, quantity
from reconcile.report.rule_texts import RuleText, one_line
from reconcile.report.sheet import Sheet, detail
from reconcile.report.table import Column, Table, Tally
from reconcile.result import Result
from rules import GOODS_RULES

FINDINGS = "Findings"
LINES = "Sale lines"
OPERATIONS = "Stock operations"
NOT_JUDGED = "Not judged"
STATUSES = ("Open", "Explained", "Corrected")
_UNKNOWN_LAST = -1


def findings_in_order(findings: pd.DataFrame, causes: pd.DataFrame) -> pd.DataFrame:
    """Errors first, then the biggest value, then unknown values, then by the ids; those of one cause together, by
    what they are worth together.
    """
    value = findings["value"].abs().fillna(_UNKNOWN_LAST).to_numpy(np.int64)
    of_cause = pd.Index(causes["id"]).get_indexer(pd.Index(findings["cause"]))
    together = np.append(causes["value"].abs().fillna(_UNKNOWN_LAST).to_numpy(np.int64), 0)[of_cause]
    together = np.where(of_cause >= 0, together, value)
    severity = pd.Categorical(findings["severity"], categories=SEVERITIES).codes
    ids = ("receipt_id", "receipt_product_id", "operation_id", "product_id")
    keys = [findings[name].fillna(0).to_numpy(np.int64) for name in reversed(ids)]
    order = np.lexsort(
        [findings["rule"].astype(str).to_numpy(str), *keys, -value, of_cause, -together, severity]
    )
    return findings.iloc[order].reset_index(drop=True)


def findings_sheet(
    findings: pd.DataFrame, rules: Mapping[str, RuleText], day: str, demo: str | None
) -> Sheet:
    """One row a finding, with room for a person's answer. `findings` are in order."""

    def words(attribute: str) -> Any:
        def of(rows: pd.DataFrame) -> pd.Series[Any]:
            names = rows["rule"].cat.categories
            texts = [one_line(getattr(rules[name], attribute)) if name in rules else name for name in names]
            return pd.Series(np.array([*texts, ""], dtype=object)[rows["rule"].cat.codes])

        return of

    columns = (
        Column("No.", lambda rows: pd.Series(rows.index + 1), number, narrowest=11),
        Column("Severity", lambda rows: rows["severity"].cat.rename_categories(str.capitalize), label),
        Column("Rule", words("title"), long_text, widest=30),
        Column("Receipt", "receipt_id", IdCells),
        Column("Line", "receipt_product_id", IdCells),
        Column("Operation", "operation_id", IdCells),
        Column("Product", "product", long_text, widest=26),
        Column("Sold as", "dish", long_text, widest=22),
        Column("Storage", "storage", long_text, widest=18),
        Column("A: expected", "expected", quantity),
        Column("B: found", "actual", quantity),
        Column("B − A: difference", "difference", quantity),
        Column("Value", "value", money),
        Column("What happened", "message", long_text, narrowest=36, widest=44),
        Column("Status", lambda rows: _constant(rows, STATUSES[0]), narrowest=12),
        Column("Comment", lambda rows: _constant(rows, ""), long_text, narrowest=30),
        Column("What to do", words("what_to_do"), long_text, narrowest=60, widest=110),
        Column("Expected, no number", "expected_text"),
        Column("Found, no number", "actual_text"),
        Column("Counts as", _counts_as, label),
        Column("Product id", "product_id", IdCells),
        Column("Stock", "stock_id", IdCells),
        Column("Rule name", "rule"),
        Column("Cause id", "cause"),
        Column("Finding id", "id"),
    )
    table = Table("Findings", columns, findings, empty="No differences", tally=Tally("Counts as", "Value"))
    return detail(FINDINGS, day, demo, table, choices=("Status", STATUSES), printed="Comment")


def _constant(rows: pd.DataFrame, text: str) -> pd.Series[Any]:
    return pd.Series(
        pd.Categorical.from_codes(np.zeros(len(rows), dtype=np.int8), categories=pd.Index([text]))
    )


def _counts_as(rows: pd.DataFrame) -> pd.Series[Any]:
    """Goods written off too much (over) or too little (under), or a difference of cost alone."""
    value = rows["value"].fillna(0).to_numpy(np.int64)
    goods = rows["rule"].isin(GOODS_RULES).to_numpy()
    codes = np.select([value == 0, ~goods, value > 0], [0, 3, 1], 2)
    return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(["", "over", "under", "cost"])))


def _written_off(lines: pd.DataFrame) -> IntArray:
    """Of a line whose product is itself in stock: that product; of any other: all its operations."""
    direct = (lines["kind"] == "direct").to_numpy()
    return np.where(direct, lines["own_written_off"].to_numpy(), lines["written_off"].to_numpy())


def _all_written_off(lines: pd.DataFrame) -> pd.Series[Any]:
    return pd.Series(_written_off(lines))


def _difference(lines: pd.DataFrame) -> pd.Series[Any]:
    """Empty where portions are not comparable with what was taken: dishes, and what is not in stock."""
    difference = _written_off(lines) - lines["sold"].to_numpy()
    return pd.Series(pd.array(difference, dtype="Int64")).mask((lines["kind"] != "direct").to_numpy())


def _unit_cost(lines: pd.DataFrame) -> pd.Series[Any]:
    ones = np.full(len(lines), MICRO)
    total, amount = (lines[f"unit_cost_{part}"].to_numpy() for part in ("total", "quantity"))
    return pd.Series(shares(ones, total, amount))


LINE_COLUMNS = (
    Column("Receipt", "receipt_id", IdCells),
    Column("Line", "receipt_product_id", IdCells),
    Column("Product id", "product_id", IdCells),
    Column("Product", "product", widest=40),
    Column("Unit", "unit"),
    Column("Type", "type"),
    Column("Kind", "kind"),
    Column("Count", "count", quantity),
    Column("Portion", "portion_size", quantity),
    Column("A: sold", "sold", quantity),
    Column("B: written off", _all_written_off, quantity),
    Column("B − A: difference", _difference, quantity),
    Column("Unit cost", _unit_cost, money),
    Column("Write-off cost", "written_off_cost", money),
    Column("Status", "status", label),
)


def lines_sheet(result: Result, day: str, demo: str | None) -> Sheet:
    """Every sale line."""
    lines = result.lines.assign(status=result.line_class)
    tally = Tally("Status", "Write-off cost")
    table = Table("SaleLines", LINE_COLUMNS, lines, empty="No sale lines", tally=tally)
    return detail(LINES, day, demo, table)


def _value_written_off(operations: pd.DataFrame) -> pd.Series[Any]:
    """What each operation adds to the day's control total: its magnitude, with the sign of the movement."""
    cost = np.abs(operations["total_cost"].to_numpy())
    if "q" not in operations:  # a repeat adds nothing
        return pd.Series(pd.array([pd.NA] * len(operations), dtype="Int64"))
    return pd.Series(np.sign(operations["q"].to_numpy()) * cost)


OPERATION_COLUMNS = (
    Column("Receipt", "asked_receipt_id", IdCells),
    Column("Line", "receipt_product_id", IdCells),
    Column("Operation", "operation_id", IdCells),
    Column("Product id", "product_id", IdCells),
    Column("Product", "product", widest=40),
    Column("Stock", "stock_id", IdCells),
    Column("Storage", "storage", widest=24),
    Column("Quantity", "quantity", quantity),
    Column("Quantity before", "before_quantity", quantity),
    Column("Quantity after", "after_quantity", quantity),
    Column("Cost before", "before_cost", money),
    Column("Cost", "cost", money),
    Column("Total cost", "total_cost", money),
    Column("Value written off", _value_written_off, money),
    Column("Operated at", "operated_at", TimeCells),
    Column("Status", "status", label),
)


def operations_sheet(result: Result, day: str, demo: str | None) -> Sheet:
    """Every stock operation that the API gave, repeats at the end."""
    operations = result.operations.assign(status=result.operation_class)
    repeated = result.repeated.assign(status=_constant(result.repeated, "repeated").to_numpy())
    tally = Tally("Status", "Value written off")
    table = Table(
        "StockOperations",
        OPERATION_COLUMNS,
        operations,
        repeated,
        empty="No stock operations",
        tally=tally,
    )
    return detail(OPERATIONS, day, demo, table)


NOT_JUDGED_COLUMNS = (
    Column("What", "what", long_text, narrowest=28),
    Column("Number", "number", number),
    Column("Receipt", "receipt", IdCells),
    Column("Record id", "record", IdCells),
    Column("Reason", "reason", long_text, narrowest=60),
)


def not_judged(result: Result) -> pd.DataFrame:
    """Everything of the day on which no rule could say anything."""
    rows: list[tuple[str, int, int | None, int | None, str]] = [
        ("Rule failed to run", 1, None, None, f"{name}: nothing was checked by this rule; report the bug")
        for name in result.crashed_rules
    ]
    rows += [
        ("Receipt not had" if each.receipt_id else "Whole day", 1, each.receipt_id, None, each.reason)
        for each in result.failures
    ]
    kept = ("record", "receipt_id", "id", "reason")
    rows += [
        (f"Unreadable {record}", 1, _whole(receipt), _whole(id_), reason)
        for record, receipt, id_, reason in zip(*(result.quarantine[name] for name in kept), strict=True)
    ]
    receipts = result.receipts
    rows += [
        ("Open receipt", 1, receipt, None, "Not closed yet, so not final; run the day again once it is")
        for receipt in receipts["receipt_id"][receipts["receipt_class"] == "open"].tolist()
    ]
    if result.catalogue.missing:
        rows.append(("Catalogue", 1, None, None, f"No recipes: {result.catalogue.missing}"))
    rows += _unverified(result)
    what, numbers, receipt_ids, records, reasons = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return pd.DataFrame(
        {
            "what": pd.Series(what, dtype=str),
            "number": np.array(numbers, dtype=np.int64),
            "receipt": known(receipt_ids),
            "record": known(records),
            "reason": pd.Series(reasons, dtype=str),
        }
    )


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _unverified(result: Result) -> Sequence[tuple[str, int, None, None, str]]:
    """Unverified lines, counted by product and cause."""
    rows = result.lines[result.line_class == "unverified"]
    if rows.empty:
        return []
    lost = rows["lost_operation"].to_numpy()
    composite = (rows["kind"] == "composite").to_numpy()
    because = rows["because"].astype("str").to_numpy()
    like = np.where(
        rows["operations"] > 0, "fewer than three alike, or no majority among them", "nothing was written off"
    )
    alone = [f"no recipe to judge it by: {why}; and {so}" for why, so in zip(because, like, strict=True)]
    causes = np.select(
        [lost, composite & (because != "")],
        ["a stock operation of it was unreadable", np.array(alone, dtype=object)],
        "",
    )
    counted: Counter[tuple[int, str, str]] = Counter(
        zip(rows["product_id"].tolist(), rows["product"].astype(str).tolist(), causes.tolist(), strict=True)
    )
    return [
        (
            "Unverified sale lines",
            count,
            None,
            None,
            f"{product} (product {key}): {cause or 'see its operations'}",
        )
        for (key, product, cause), count in sorted(counted.items())
    ]


def not_judged_sheet(result: Result, day: str, demo: str | None) -> Sheet:
    """What could not be judged, and why."""
    table = Table("NotJudged", NOT_JUDGED_COLUMNS, not_judged(result), empty="Nothing")
    return detail(NOT_JUDGED, day, demo, table)
