"""The Summary of a month: whether it is closed, what stands in the way, the bridge, and what costs most."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from reconcile.close.month import Month
from reconcile.close.obstacles import REASONS, Obstacle
from reconcile.core.exact import sum_of_known
from reconcile.language.translate import to_say
from reconcile.report.excel.chart import Chart
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import day, label, long_text, long_translated, money, number
from reconcile.report.excel.sheet import SUMMARY, Block, Sheet
from reconcile.report.excel.styles import INPUT_FIELD, LABEL, SECTION, TITLE, VERDICT_STYLES
from reconcile.report.excel.table import Column, Table, TextCell, TextRow, frame_of
from reconcile.report.excel.table_sheet import banner_rows, section, table_sheet
from reconcile.report.month.tables import AGES, NET, OLDEST
from reconcile.report.sheets.breakdowns import NARROW, OVER_HEADER, UNDER_HEADER, WIDE
from reconcile.report.sheets.summary import CONCLUSION, CONCLUSIONS, SIGNATURES
from reconcile.rulebook.amounts import OVER, UNDER

CLOSED, NOT_YET, IN_THE_WAY = to_say("CLOSED"), to_say("NOT YET"), to_say("In the way")
_WIDTHS = (NARROW, WIDE, 12, 14, 14, 14)
_LARGEST = 5
_BY_DAY = "ByDay"
_MOST_NAMED = 12
_REASON, _DAY, _WHAT = to_say("Reason"), to_say("Day"), to_say("What")


def summary_sheet(month: Month, context: WorkbookContext) -> Sheet:
    """The Summary."""
    say = context.say
    tables = (
        (say(IN_THE_WAY), _in_the_way(month, context)),
        (say("From the receipts to the warehouse, in money"), _bridge(month, context)),
        (say("Open items by age"), _ages(month, context)),
        (say("What repeats, by value"), _repeating(month, context)),
    )
    blocks: list[Block] = [
        *banner_rows(context, len(_WIDTHS)),
        *_head(month, context),
        *(block for title, table in tables for block in section(title, table)),
        *_sign_off(context),
        *section(say("By day"), _by_day(month, context)),
    ]
    title = say("Over- and under-deducted by day, net")
    trend = Chart(title, _BY_DAY, _DAY, (NET,), below=True, is_by_day=True)
    return Sheet(
        context,
        say(SUMMARY),
        blocks,
        widths=_WIDTHS,
        is_portrait=True,
        charts=(trend,),
        page_starts=(_BY_DAY,),
    )


def _head(month: Month, context: WorkbookContext) -> Iterator[TextRow]:
    say, language = context.say, context.language
    yield (TextCell(say("Sales against stock, {day}", day=context.day), TITLE),)
    sums = {name: sum_of_known(month.days[name].tolist()) or 0 for name in ("over", "under", "net")}
    told = say(
        "Over-deducted {over}, under-deducted {under}, net {net}.",
        **{name: language.money(each) for name, each in sums.items()},
    )
    if month.closed:
        yield (
            TextCell(say(CLOSED), VERDICT_STYLES["RECONCILED"]),
            TextCell(say("Nothing stands in the way."), SECTION),
        )
    else:
        named = language.many(
            "{count} thing stands in the way.", "{count} things stand in the way.", len(month.obstacles)
        )
        style = VERDICT_STYLES["INCOMPLETE" if month.unfetched else "DIFFERENCES"]
        yield TextCell(say(NOT_YET), style), TextCell(named, SECTION)
    yield None, TextCell(told, SECTION)
    failed = sum(not each.holds for each in month.proofs)
    counts = {"failed": failed, "all": len(month.proofs)}
    proof = (
        say("{failed} of {all} fail: start there", **counts) if failed else say("all {all} pass", **counts)
    )
    yield TextCell(say("Checks"), LABEL), TextCell(proof)


def _in_the_way(month: Month, context: WorkbookContext) -> Table:
    """The first things that stand in the way, and a row for the others; every one is on the sheet of that name."""
    columns = (
        Column(_REASON, "reason", label, max_width=NARROW),
        Column(_WHAT, "what", long_text, max_width=WIDE),
        Column("Items", "items", number),
        Column("First day", "date", day),
        Column("Value", "value", money, total=True),
    )
    first, others = month.obstacles[:_MOST_NAMED], month.obstacles[_MOST_NAMED:]
    rows: list[tuple[Any, ...]] = [
        (REASONS[each.reason], _said(each, month, context), len(each.items) or None, each.date, each.value)
        for each in first
    ]
    if others:
        more = context.language.many("{count} more", "{count} more", len(others))
        items = sum(len(each.items) for each in others) or None
        value = sum_of_known(each.value for each in others)
        rows.append(("", more, items, min(each.date for each in others), value))
    return Table(context, "InTheWay", columns, frame_of(columns, rows), empty=to_say("Nothing"))


def _said(each: Obstacle, month: Month, context: WorkbookContext) -> str:
    """What stands in the way; of open items the rule and the product, as the other sheets name them."""
    if not each.items:
        return each.said(context.language)
    item = each.items[0]
    title = month.rules[item.rule].title if item.rule in month.rules else item.rule
    return ": ".join(filter(None, [context.say(title), item.product]))


def in_the_way_sheet(month: Month, context: WorkbookContext) -> Sheet:
    """Every thing that stands in the way."""
    columns = (
        Column(_DAY, "date", day),
        Column(_REASON, "reason", label),
        Column(_WHAT, "what", long_text, max_width=60),
        Column("Items", "items", number),
        Column("Value", "value", money, total=True),
        Column("Finding ids", "ids", long_text, max_width=40),
    )
    rows = [
        (
            each.date,
            REASONS[each.reason],
            _said(each, month, context),
            len(each.items) or None,
            each.value,
            " ".join(item.id for item in each.items),
        )
        for each in month.obstacles
    ]
    return table_sheet(
        context,
        to_say(IN_THE_WAY),
        columns,
        frame_of(columns, rows),
        empty=to_say("Nothing"),
        table_name="AllInTheWay",
    )


def _bridge(month: Month, context: WorkbookContext) -> Table:
    def of(name: str) -> int:
        return sum_of_known(month.days[name].tolist()) or 0

    rows = (
        ("", to_say("Sold, at the unit costs of the warehouse"), of("expected_cost")),
        ("+", to_say("Over-deducted"), of("over")),
        ("+", to_say("Under-deducted"), of("under")),
        ("+", to_say("Set apart, and accepted"), of("apart")),
        ("+", to_say("Recipes: differences within rounding"), of("rounding")),
        ("+", to_say("Total cost other than unit cost × quantity"), of("cost_gap")),
        ("+", to_say("Not judged or not tracked, as written off"), of("not_judged")),
        ("=", to_say("Written off by the warehouse"), of("written_off")),
        ("", to_say("Unexplained difference"), of("rest")),
    )
    columns = (
        Column("Sign", "sign"),
        Column("Item", "what", long_translated, max_width=WIDE),
        Column("Amount", "amount", money),
    )
    return Table(context, "Bridge", columns, frame_of(columns, rows))


def _ages(month: Month, context: WorkbookContext) -> Table:
    def row(title: str, least: int, most: int) -> tuple[Any, ...]:
        some = [item for item in month.ledger.items if least <= (month.last - item.first_day).days <= most]
        goods = (
            sum_of_known(item.value for item in some if item.counts_as == name) for name in (OVER, UNDER)
        )
        return title, len(some), *(each or 0 for each in goods)

    least, rows = -(10**6), []
    for most, title in AGES:
        rows.append(row(title, least, most))
        least = most + 1
    rows.append(row(OLDEST, least, 10**6))
    columns = (
        Column("Age", "age", label, max_width=NARROW),
        Column("Items", "items", number),
        Column(OVER_HEADER, "over", money, total=True),
        Column(UNDER_HEADER, "under", money, total=True),
    )
    return Table(context, "Ages", columns, frame_of(columns, rows))


def _by_day(month: Month, context: WorkbookContext) -> Table:
    columns = (
        Column(_DAY, "date", day),
        Column("Verdict", "verdict", label, max_width=WIDE),
        Column(OVER_HEADER, "over", money, total=True),
        Column(UNDER_HEADER, "under", money, total=True),
        Column(NET, "net", money, total=True),
    )
    return Table(context, _BY_DAY, columns, month.days[["date", "verdict", "over", "under", "net"]])


def _repeating(month: Month, context: WorkbookContext) -> Table:
    first = month.repeating.iloc[:_LARGEST]
    columns = (
        Column("Rule", "rule", long_translated, max_width=NARROW),
        Column("Product", "product", long_text, max_width=WIDE),
        Column("Days", "days", number),
        Column("Value", "value", money),
        Column("A year at this pace", "a_year", money),
    )
    titles = [month.rules[each].title if each in month.rules else each for each in first["rule"].tolist()]
    frame = pd.DataFrame(
        {
            "rule": pd.Series(titles, dtype="str"),
            "product": first["product"].fillna(""),
            **{name: first[name] for name in ("days", "value", "a_year")},
        }
    )
    return Table(
        context, "MostRepeated", columns, frame, empty=to_say("Nothing repeats on three days or more")
    )


def _sign_off(context: WorkbookContext) -> Iterator[TextRow]:
    say = context.say
    yield ()
    yield TextCell(say("Sign-off"), SECTION), TextCell(say("Name"), LABEL), None, TextCell(say("Date"), LABEL)
    for who in SIGNATURES:
        yield TextCell(say(who), LABEL), TextCell("", INPUT_FIELD), None, TextCell("", INPUT_FIELD)
    yield TextCell(say(CONCLUSION), LABEL), TextCell("", INPUT_FIELD, choices=CONCLUSIONS)
