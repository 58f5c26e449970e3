"""Tables of the Summary: sales and their cost, and how much of the sales was judged."""

from __future__ import annotations

from reconcile.analysis.sales import Sales, coverage, share
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.report.excel.context import CHECKS_AND_NOTES, WorkbookContext
from reconcile.report.excel.formats import long_translated, money, number, percent
from reconcile.report.excel.table import Column, Table, frame_of
from reconcile.report.sheets.breakdowns import NARROW, WIDE

_CLASSES = {
    "judged": (to_say("Judged"), to_say("Sale lines, matched or flagged")),
    "unverified": (to_say("Unverified"), to_say("Sale lines with nothing to compare them with")),
    "untracked": (to_say("Not tracked"), to_say("Sale lines of what is not kept in stock")),
    "open": (to_say("Open"), to_say("Receipts not closed or not posted yet")),
    "failed": (to_say("Failed"), to_say("Receipts that could not be fetched or read")),
}


def sales_table(day: Sales, context: WorkbookContext) -> Table:
    """Sales net of discounts, the cost that is expected and the actual one, and the difference in points."""
    expected, actual = (share(cost, day.net) for cost in (day.expected_cost, day.actual_cost))
    points = None if expected is None or actual is None else actual - expected
    rows = [
        (to_say("Sales"), to_say("Of the lines, net of discounts and returns"), None, day.net),
        (
            to_say("Expected cost"),
            to_say("Of what should have been written off"),
            expected,
            day.expected_cost,
        ),
        (to_say("Actual cost"), to_say("Of what was written off"), actual, day.actual_cost),
        (to_say("Difference"), to_say("Actual less expected"), points, day.actual_cost - day.expected_cost),
    ]
    if day.of_receipts:
        text = to_say("Receipts' totals less their lines")
        rows.append((to_say("Of receipts"), text, share(day.of_receipts, day.net), day.of_receipts))
    columns = (
        Column("Sales and cost", "name", long_translated, max_width=NARROW),
        Column("Meaning", "meaning", long_translated, max_width=WIDE),
        Column("% of sales", "share", percent),
        Column("Amount", "amount", money),
    )
    return Table(context, "Sales", columns, frame_of(columns, rows))


def coverage_table(result: Result, context: WorkbookContext) -> Table:
    """How much of the day's sales was judged, and what could not be, with the reason. The rows after the classes are
    there only where there is something to say: the page is full.
    """
    classes = coverage(result)
    whole = sum(each.amount or 0 for each in classes)
    no_value = result.findings["is_goods"] & result.findings["value"].isna()
    of_the_day = len(result.failures) - result.control.receipts["failed"]
    unread = len(result.quarantine) + len(result.crashed_rules) + of_the_day
    unknown = sum(each.unknown for each in classes)
    without_amount = (
        (to_say("Not read, not run"), to_say("Records, rules or parts of the day that failed"), unread),
        (to_say("No value"), to_say("Findings of goods of unknown unit cost"), int(no_value.sum())),
        (to_say("No sale amount"), to_say("Of the above: no known amount"), unknown),
    )
    rows = [
        *((*_CLASSES[each.name], each.number, each.amount, share(each.amount, whole)) for each in classes),
        *((*row, None, None) for row in without_amount if row[-1]),
    ]
    columns = (
        Column("What", "what", long_translated, max_width=NARROW),
        Column("Because", "because", long_translated, max_width=WIDE),
        Column("Number", "number", number),
        Column("Sale amount", "amount", money),
        Column("Share", "share", percent),
    )
    listed = range(1, len(classes) + bool(unread))
    links = {row: context.link_to(CHECKS_AND_NOTES) for row in listed if rows[row][2]}
    return Table(context, "CouldNotBeJudged", columns, frame_of(columns, rows), links=links)
