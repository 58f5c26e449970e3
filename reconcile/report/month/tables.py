"""The sheets of the month that are one table each."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reconcile.close.counts import RESULTS
from reconcile.close.days import MISSING
from reconcile.close.month import Month
from reconcile.core.exact import nullable
from reconcile.core.file_names import file_name
from reconcile.language.translate import to_say
from reconcile.ledger.item import REASONS, STATUSES
from reconcile.report.excel.chart import Chart
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import (
    day,
    ids,
    label,
    long_text,
    money,
    number,
    percent,
    quantity,
    text,
    translated,
    unit_cost,
)  # fmt: skip
from reconcile.report.excel.sheet import Sheet
from reconcile.report.excel.table import Column, TotalColumns
from reconcile.report.excel.table_sheet import table_sheet
from reconcile.report.sheets.breakdowns import OVER_HEADER, UNDER_HEADER
from reconcile.report.sheets.open_items import PRIORITIES

DAYS, PRODUCTS, INGREDIENTS, REPEATING, COSTS, STOCK, COUNTS, OPEN_ITEMS = (
    to_say("Days"), to_say("Products"), to_say("Ingredients"), to_say("Repeat offenders"), to_say("Cost drift"),
    to_say("Stock between days"), to_say("Counts"), to_say("Open items"),
)  # fmt: skip
NET, EXPECTED, ACTUAL, DAY, VALUE = (
    to_say("Net"), to_say("Expected cost"), to_say("Actual cost"), to_say("Day"), to_say("Value"),
)  # fmt: skip
VERDICTS = {
    MISSING: to_say("MISSING"),
    "INCOMPLETE": to_say("INCOMPLETE"),
    "DIFFERENCES": to_say("DIFFERENCES"),
    "RECONCILED": to_say("RECONCILED"),
}
AGES = ((7, to_say("up to 7 days")), (30, to_say("8 to 30 days")))
OLDEST = to_say("over 30 days")


def days_sheet(month: Month, context: WorkbookContext) -> Sheet:
    """A row a day, also of days without books."""
    columns = (
        Column(DAY, "date", day),
        Column("Verdict", "verdict", label),
        Column("Receipts", "receipts", number),
        Column("Errors", "errors", number),
        Column("Sales", "sales", money, total=True),
        Column(EXPECTED, "expected_cost", money, total=True),
        Column(ACTUAL, "actual_cost", money, total=True),
        Column(OVER_HEADER, "over", money, total=True),
        Column(UNDER_HEADER, "under", money, total=True),
        Column(NET, "net", money, total=True),
        Column("Open at its end", "open_items", number),
        Column("Signed by", "signed_by", long_text, max_width=20),
        Column("Changed since sign-off", "changed", translated),
        Column("Workbook", "workbook", text),
    )
    changed, (demo, venue) = set(month.ledger.changed), month.series
    names = [each.date() for each in month.days["date"]]
    frame = month.days.assign(
        verdict=month.days["verdict"].map(VERDICTS),
        changed=pd.Series([to_say("yes") if each in changed else "" for each in names], dtype="str"),
        workbook=pd.Series(
            [
                f"{file_name(each, demo=demo, venue_id=venue or None)}.xlsx" if row != MISSING else ""
                for each, row in zip(names, month.days["verdict"], strict=True)
            ],
            dtype="str",
        ),
    )
    charts = (
        Chart(context.say("Over- and under-deducted by day, net"), "Days", DAY, (NET,), is_by_day=True),
        Chart(
            context.say("Expected and actual cost by day"), "Days", DAY, (EXPECTED, ACTUAL), is_by_day=True
        ),
    )
    return table_sheet(context, DAYS, columns, frame, totals=TotalColumns("Verdict", NET), charts=charts)


def usage_sheet(month: Month, context: WorkbookContext, *, ingredients: bool) -> Sheet:
    """Theoretical and actual usage of products that are sold as such, or of ingredients."""
    columns = (
        Column("Class", "class_", text),
        Column("Category", "category", max_width=24),
        Column("Product", "product", min_width=24, max_width=34),
        Column("Unit", "unit"),
        Column("Storage", "storage", max_width=18),
        Column("A: theoretical", "due", quantity),
        Column("B: actual", "q", quantity),
        Column("Difference", "difference", quantity),
        Column("% of A", "share", percent),
        Column(VALUE, "value", money, total=True),
        Column("Days", "days", number),
        *(Column(f"{start:%d.%m}", f"week_{place}", money) for place, start in enumerate(month.weeks, 1)),
        Column("Product id", "product_id", ids),
    )
    name = INGREDIENTS if ingredients else PRODUCTS
    chosen = month.usage["is_ingredient"].astype(bool) == ingredients
    frame = month.usage[chosen.to_numpy()].reset_index(drop=True)
    note = context.say(
        "A: what the sales should have taken. B: what was written off. Class A is what comes to 80 % of all "
        "magnitudes, B to 95 %. The last columns are the values of weeks, by the Monday they begin with."
    )
    chart = Chart(context.say("The ten largest differences, in money"), name, "Product", (VALUE,))
    return table_sheet(
        context,
        name,
        columns,
        frame,
        empty=to_say("Nothing was judged"),
        totals=TotalColumns("Unit", VALUE),
        freeze_to="Product",
        print_to=f"{month.weeks[-1]:%d.%m}",
        note=note,
        charts=(chart,) if (frame["value"].fillna(0) != 0).any() else (),
    )


def repeating_sheet(month: Month, context: WorkbookContext) -> Sheet:
    """The same cause on three days or more."""
    columns = (
        Column("Rule", "title", translated),
        Column("Product", "product", min_width=24, max_width=34),
        Column("Dish", "dish", max_width=34),
        Column("Days", "days", number),
        Column("On", "on_days", long_text, max_width=30),
        Column("Findings", "findings", number),
        Column(VALUE, "value", money, total=True),
        Column("A year at this pace", "a_year", money, total=True),
        Column("Cause id", "cause", text),
    )
    frame = month.repeating.assign(
        title=_titles(month, month.repeating["rule"]), dish=month.repeating["dish"].fillna("")
    )
    return table_sheet(
        context, REPEATING, columns, frame.fillna({"product": "", "cause": ""}),
        empty=to_say("Nothing repeats on three days or more"), totals=TotalColumns("Rule", VALUE),
        note=context.say("The pace is that of the days that have books."),
    )  # fmt: skip


def costs_sheet(month: Month, context: WorkbookContext) -> Sheet:
    """What a unit cost, and what changes of cost and of quantity came to."""
    columns = (
        Column("Product", "product", min_width=24, max_width=34),
        Column("First unit cost", "first_cost", unit_cost),
        Column("Last", "last_cost", unit_cost),
        Column("Lowest", "least_cost", unit_cost),
        Column("Highest", "most_cost", unit_cost),
        Column("Change", "change", money, total=True),
        Column("By cost", "price_effect", money, total=True),
        Column("By quantity", "quantity_effect", money, total=True),
        Column("Product id", "product_id", ids),
    )
    note = context.say(
        "Change: the cost of the last seven days less that of the first seven, of what was written off for sales; by "
        "cost: the change of the unit cost × the last quantity; by quantity: the rest."
    )
    return table_sheet(
        context, COSTS, columns, month.costs, empty=to_say("No product was written off on two days"), note=note,
        totals=TotalColumns("Product", "Change"),
    )  # fmt: skip


def stock_sheet(month: Month, context: WorkbookContext) -> Sheet:
    """How much stocks moved between days, and which document explains it."""
    columns = (
        Column(DAY, "date", day),
        Column("Left on", "from_day", day),
        Column("Product", "product", min_width=24, max_width=34),
        Column("Storage", "storage", max_width=18),
        Column("Left with", "closed_at", quantity),
        Column("Opened with", "opened_at", quantity),
        Column("Moved", "moved", quantity),
        Column("Unit cost", "cost", unit_cost),
        Column("Explained by", "document", long_text, max_width=30),
        Column("Product id", "product_id", ids),
        Column("Stock", "stock_id", ids),
    )
    note = context.say(
        "Purchases, transfers and stock-takes: the API does not give them. With movements.csv beside the settings, "
        "those without a document stand in the way of closing."
    )
    return table_sheet(
        context, STOCK, columns, month.moved, empty=to_say("No stock moved between two days"), note=note
    )


def counts_sheet(counts: pd.DataFrame, context: WorkbookContext) -> Sheet:
    """Book stock against counted, of `reconcile.close.counts.counts_frame`."""
    columns = (
        Column(DAY, "date", day),
        Column("Product", "product", min_width=24, max_width=34),
        Column("Unit", "unit"),
        Column("Storage", "storage", max_width=18),
        Column("Book stock", "book", quantity),
        Column("Counted", "counted", quantity),
        Column("Difference", "difference", quantity),
        Column("Unit cost", "cost", unit_cost),
        Column(VALUE, "value", money, total=True),
        Column("Result", "result", label),
        Column("Last operation on", "left_on", day),
        Column("Product id", "product_id", ids),
        Column("Storage id", "storage_id", ids),
    )
    note = context.say(
        "Book stock: what the last stock operation up to the end of that day left; purchases and transfers after it "
        "are not in it. Value: the difference at the last unit cost. A difference does not stand in the way of closing."
    )
    return table_sheet(
        context,
        COUNTS,
        columns,
        counts.assign(result=counts["result"].map(RESULTS)),
        empty=to_say("Nothing was counted on these days"),
        totals=TotalColumns("Result", VALUE),
        note=note,
    )


def open_items_sheet(month: Month, context: WorkbookContext) -> Sheet:
    """What is open at the end, with its age."""
    columns = (
        Column("Priority", "priority", label),
        Column("First day", "first_day", day),
        Column("Days open", "age", number),
        Column("Age", "age_class", label),
        Column("Rule", "title", translated),
        Column("Product", "product", min_width=20, max_width=30),
        Column("Storage", "storage", max_width=18),
        Column("Receipt", "receipt_id", ids),
        Column(VALUE, "value", money, total=True),
        Column("Status", "status", label),
        Column("Reason", "reason", label),
        Column("Owner", "owner", max_width=18),
        Column("Due", "due", day),
        Column("Comment", "comment", long_text, max_width=40),
        Column("Answered in", "answered_in", text),
        Column("Finding id", "id", text),
    )
    items = month.ledger.items
    ages = [(month.last - item.first_day).days for item in items]
    rows: dict[str, Any] = {
        "priority": [PRIORITIES[item.severity] for item in items],
        "age_class": [next((name for most, name in AGES if age <= most), OLDEST) for age in ages],
        "status": [STATUSES[item.answer.status] for item in items],
        "reason": [REASONS.get(item.answer.reason, "") for item in items],
        "owner": [item.answer.owner for item in items],
        "comment": [item.answer.comment for item in items],
        "id": [item.id for item in items],
        "product": [item.product for item in items],
        "storage": [item.storage for item in items],
        "answered_in": [item.answered_in for item in items],
    }
    frame = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in rows.items()})
    frame = frame.assign(
        title=_titles(month, pd.Series([item.rule for item in items], dtype="str")),
        first_day=pd.Series([item.first_day for item in items], dtype="datetime64[s]"),
        due=pd.Series([item.answer.due for item in items], dtype="datetime64[s]"),
        age=nullable(ages),
        receipt_id=nullable(item.receipt_id for item in items),
        value=nullable(item.value for item in items),
    )
    return table_sheet(
        context,
        OPEN_ITEMS,
        columns,
        frame,
        empty=to_say("Nothing is open"),
        totals=TotalColumns("Status", VALUE),
        freeze_to="Product",
        print_to="Comment",
    )


def _titles(month: Month, rules: pd.Series[Any]) -> pd.Series[Any]:
    """The title of each rule (English); of one that this program does not know, its name."""
    titles = {name: rule.title for name, rule in month.rules.items()}
    return pd.Series([titles.get(each, each) for each in rules.tolist()], dtype="str")
