"""Tables of the Summary for the whole day: bridge, values, what was not judged, open items, control totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconcile.analysis.bridge import Bridge
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.ledger.ledger import BROUGHT_FORWARD, CARRIED_FORWARD, CLEARED, NEW, Ledger
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import long_text, long_translated, money, number, translated
from reconcile.report.excel.table import Column, Table, frame_of
from reconcile.report.sheets.about import KINDS
from reconcile.report.sheets.analyses import NOT_JUDGED
from reconcile.report.sheets.breakdowns import OVER, UNDER
from reconcile.report.sheets.open_items import OPEN_ITEMS
from reconcile.rulebook.rule import Rule

CLASSES = {
    "receipts": {
        "listed": to_say("Receipts the API listed"),
        "reconciled": to_say("reconciled: of the day and closed, judged"),
        "open": to_say("open: not closed or not posted yet, not judged"),
        "other_day": to_say("other day: of another business day"),
        "failed": to_say("failed: could not be fetched or read"),
    },
    "lines": {
        "total": to_say("Sale lines of the reconciled receipts"),
        "matched": to_say("matched: written off as they should be"),
        "flagged": to_say("flagged: an error or a warning names them"),
        "unverified": to_say("unverified: nothing to compare them with"),
        "untracked": to_say("untracked: not kept in stock"),
        "void": to_say("void: deleted, cancelled or sold nothing"),
    },
    "operations": {
        "total": to_say("Stock operations of the reconciled receipts"),
        "matched": to_say("matched: as they should be"),
        "flagged": to_say("flagged: an error or a warning names them"),
        "unverified": to_say("unverified: of lines that are unverified"),
        "repeated": to_say("repeated: given more than once, counted once"),
        "quarantined": to_say("quarantined: not readable, in no sum"),
    },
}
"""The meaning of each control total; the first of each kind is the sum of the others."""
CARRIED = to_say("Carried forward")
"""The row of the roll-forward that the next day's workbook reads back."""


_APART = {
    "misplaced-write-off": to_say("Only in the wrong place: difference in cost"),
    "wrong-product": to_say("Another product in its place, less what was due"),
    "goods-never-written-off": to_say("Products that are never written off"),
    "unit-ratio": to_say("Counted in another unit"),
    "": to_say("Differences that are accepted"),
}
"""The items of `Bridge.apart`, in words of their own: a rule may have an item of goods beside."""


def bridge_table(bridge: Bridge, rules: Mapping[str, Rule], context: WorkbookContext) -> Table:
    """The bridge from the receipts to the warehouse."""
    rows = (
        ("", to_say("By the receipts: sales at the unit costs of the warehouse"), None, None, bridge.sold),
        *(("+", rules[name].title, *each, each.over + each.under) for name, each in bridge.by_rule.items()),
        *(("+", _APART[name], None, None, value) for name, value in bridge.apart.items()),
        ("+", to_say("Recipes: differences within rounding"), None, None, bridge.rounding),
        ("+", to_say("Cost: total costs that are not unit cost × quantity"), None, None, bridge.cost),
        (
            "+",
            to_say("Not judged, or not tracked: taken as it was written off"),
            None,
            None,
            bridge.not_judged,
        ),
        ("=", to_say("By the warehouse: all that was written off"), None, None, bridge.written_off),
        ("", to_say("Unexplained difference"), None, None, bridge.rest),
    )
    columns = (
        Column("Sign", "sign"),
        Column("Item", "what", long_translated, min_width=60),
        Column(OVER, "over", money),
        Column(UNDER, "under", money),
        Column("Amount", "amount", money),
    )
    return Table(context, "Bridge", columns, frame_of(columns, rows))


def money_table(result: Result, context: WorkbookContext) -> Table:
    """Over, under, net and gross."""
    over, under, put_back = (result.control.value[name] for name in ("over", "under", "put_back"))
    rows = (
        (OVER, to_say("Goods written off too much"), over),
        (UNDER, to_say("Goods written off too little"), under),
        (to_say("Net"), to_say("Over and under together"), over + under),
        (to_say("Gross"), to_say("Over and under without their signs"), over - under),
        (
            to_say("Put back"),
            to_say("Of over, what the stock shows as put back since"),
            put_back,
        ),
    )
    columns = (
        Column("Value", "name", translated),
        Column("Meaning", "meaning", long_translated),
        Column("Amount", "amount", money),
    )
    return Table(context, "Money", columns, frame_of(columns, rows))


def not_judged_table(result: Result, context: WorkbookContext) -> Table:
    """The number of records that could not be judged, by kind."""
    no_value = result.findings["is_goods"] & result.findings["value"].isna()
    failures, unverified = len(result.failures), result.control.lines["unverified"]
    rows = (
        (to_say("Failures"), to_say("Receipts, or parts of the day, that could not be fetched"), failures),
        (to_say("Unreadable records"), to_say("Quarantined: in no sum"), len(result.quarantine)),
        (to_say("Rules not run"), to_say("Rules that failed"), len(result.crashed_rules)),
        (
            to_say("Open receipts"),
            to_say("Not closed or not posted yet, so not final"),
            result.control.receipts["open"],
        ),
        (to_say("Unverified sale lines"), to_say("Nothing to compare them with"), unverified),
        (
            to_say("Findings of no known value"),
            to_say("Goods whose unit cost is not known: in neither over nor under"),
            int(no_value.sum()),
        ),
    )
    columns = (
        Column("What", "what", translated),
        Column("Because", "because", long_translated),
        Column("Number", "number", number),
    )
    links = {row: context.link_to(NOT_JUDGED) for row, (_, _, count) in enumerate(rows[:-1]) if count}
    return Table(context, "CouldNotBeJudged", columns, frame_of(columns, rows), links=links)


def open_items_table(ledger: Ledger, context: WorkbookContext) -> Table:
    """The roll-forward, in numbers and in money (values without their signs)."""
    before, new = ledger.selected(opening=BROUGHT_FORWARD), ledger.selected(opening=NEW)
    cleared, left = ledger.selected(closing=CLEARED), ledger.selected(closing=CARRIED_FORWARD)
    at_first = sum(abs(item.brought_value or 0) for item in before)
    now, added, gone, rest = (
        sum(abs(item.value or 0) for item in items) for items in (before, new, cleared, left)
    )
    rows = (
        ("", to_say("Brought forward"), len(before), at_first),
        ("+", to_say("New"), len(new), added),
        ("+", to_say("Found again, at another value"), None, now - at_first),
        ("−", to_say("Cleared: explained, corrected, or no longer found"), len(cleared), -gone),
        ("=", CARRIED, len(left), rest),
    )
    columns = (
        Column("Sign", "sign"),
        Column("Items", "what", long_translated),
        Column("Number", "count", number),
        Column("Value, gross", "value", money, min_width=18),
    )
    return Table(
        context, "RollForward", columns, frame_of(columns, rows), links={4: context.link_to(OPEN_ITEMS)}
    )


def control_table(result: Result, context: WorkbookContext) -> Table:
    """The control totals and their classes."""
    columns = (
        Column("Records", "records"),
        Column("Class (the classes add up to the total)", "meaning", long_text),
        Column("Total or class", "number", number),
    )
    return Table(context, "ControlTotals", columns, frame_of(columns, _control_rows(result, context)))


def _control_rows(result: Result, context: WorkbookContext) -> Iterator[tuple[str, str, int]]:
    for kind, classes in CLASSES.items():
        totals: Mapping[str, int] = getattr(result.control, kind)
        for place, (name, meaning) in enumerate(classes.items()):
            words = f"    {context.say(meaning)}" if place else context.say(meaning)
            yield "" if place else context.say(KINDS[kind]), words, totals[name]
