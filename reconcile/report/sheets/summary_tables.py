"""Tables of the Summary for the whole day: bridge, values, what was not judged, open items."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pandas as pd

from reconcile.analysis.bridge import Bridge
from reconcile.core.exact import exact_micros
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.ledger.item import BROUGHT_FORWARD, CARRIED_FORWARD, CLEARED, NEW, Item
from reconcile.ledger.ledger import Ledger
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import long_text, long_translated, money, number
from reconcile.report.excel.table import Column, Table, frame_of
from reconcile.report.sheets.breakdowns import NARROW, OVER_HEADER, UNDER_HEADER, WIDE
from reconcile.report.sheets.open_items import OPEN_ITEMS
from reconcile.rulebook.amounts import COST, OVER, UNDER, sums_by_class
from reconcile.rulebook.rule import Rule

CARRIED = to_say("Carried forward")
"""The row of the roll-forward that the next day's workbook reads back."""


_MOST_RULES = 3
"""Rules of the bridge with a row of their own; the others, of smaller values, share one."""
_APART = {
    "misplaced-write-off": to_say("Misplaced: difference in cost"),
    "wrong-product": to_say("Another product instead: difference"),
    "goods-never-written-off": to_say("Products that are never written off"),
    "unit-ratio": to_say("Counted in another unit"),
    "": to_say("Differences that are accepted"),
}
"""The items of `Bridge.apart`, in words of their own: a rule may have an item of goods beside."""


def bridge_table(
    bridge: Bridge, findings: pd.DataFrame, rules: Mapping[str, Rule], context: WorkbookContext
) -> Table:
    """The bridge from the receipts to the warehouse."""
    counts = findings[findings["is_goods"] & findings["value"].notna()]["rule"].value_counts()
    items = [
        (rules[name].title, int(counts[name]), *sums)
        for name, sums in sorted(bridge.by_rule.items(), key=lambda each: each[1].under - each[1].over)
    ]
    if others := items[_MOST_RULES:]:
        text = context.language.many("{count} other rule", "{count} other rules", len(others))
        _, counts_, overs, unders = zip(*others, strict=True)
        items = [*items[:_MOST_RULES], (text, sum(counts_), sum(overs), sum(unders))]
    others_of = (
        *((_APART[name], value) for name, value in bridge.apart.items()),
        (to_say("Recipes: differences within rounding"), bridge.rounding),
        (to_say("Total cost other than unit cost × quantity"), bridge.cost),
        (to_say("Not judged or not tracked, as written off"), bridge.not_judged),
    )
    rows = (
        ("", to_say("Sold, at the unit costs of the warehouse"), None, None, None, bridge.sold),
        *(("+", title, count, over, under, over + under) for title, count, over, under in items),
        *(("+", text, None, None, None, value) for text, value in others_of),
        ("=", to_say("Written off by the warehouse"), None, None, None, bridge.written_off),
        ("", to_say("Unexplained difference"), None, None, None, bridge.rest),
    )
    columns = (
        Column("Sign", "sign"),
        Column("Item", "what", long_translated, max_width=WIDE),
        Column("Findings", "count", number),
        Column(OVER_HEADER, "over", money),
        Column(UNDER_HEADER, "under", money),
        Column("Amount", "amount", money),
    )
    return Table(context, "Bridge", columns, frame_of(columns, rows))


def money_table(result: Result, findings: pd.DataFrame, context: WorkbookContext) -> Table:
    """The classes of differences in money, as all tables of this workbook sum them. `findings` have `counts_as`."""
    value, sums, counts = result.control.value, sums_by_class(findings), findings["counts_as"].value_counts()
    over, under = value["over"], value["under"]
    of_class = {name: int(counts.get(name, 0)) for name in sums}
    least = context.language.amount(exact_micros(result.settings.thresholds.material_value))
    small = context.say("Notes only because they are below the material value of {least}", least=least)
    count, immaterial = result.immaterial
    both = of_class[OVER] + of_class[UNDER]
    put_back = int((findings["put_back"] != 0).sum())
    rows = (
        (to_say("Over-deducted"), context.say("Book stock is too low"), of_class[OVER], over),
        (to_say("Under-deducted"), context.say("Book stock is too high"), of_class[UNDER], under),
        (to_say("Net"), context.say("Over- and under-deducted together"), both, over + under),
        (
            to_say("Total without sign"),
            context.say("Errors that offset one another show"),
            both,
            over - under,
        ),
        (to_say("Cost"), context.say("Differences of cost, in neither"), of_class[COST], sums[COST]),
        (to_say("Put back"), context.say("Of over-deducted, put back since"), put_back, value["put_back"]),
        (to_say("Below materiality"), small, count, immaterial),
    )
    columns = (
        Column("Value", "name", long_translated, max_width=NARROW),
        Column("Meaning", "meaning", long_text, max_width=WIDE),
        Column("Findings", "count", number),
        Column("Amount", "amount", money),
    )
    return Table(context, "Money", columns, frame_of(columns, rows))


def open_items_table(ledger: Ledger, today: date, context: WorkbookContext) -> Table:
    """The roll-forward of the open items, and those carried forward by age, in numbers and in money."""
    before, new = ledger.selected(opening=BROUGHT_FORWARD), ledger.selected(opening=NEW)
    cleared, left = ledger.selected(closing=CLEARED), ledger.selected(closing=CARRIED_FORWARD)
    as_brought = [item._replace(value=item.brought_value) for item in before]
    opening, now, gone = _by_class(as_brought), _by_class(before), _by_class(cleared)
    changes = list(map(operator.sub, now, opening))
    rows = (
        ("", to_say("Brought forward"), len(before), *opening),
        ("+", to_say("New"), len(new), *_by_class(new)),
        *([("+", to_say("Found again, at another value"), None, *changes)] if any(changes) else []),
        (
            "−",
            to_say("Cleared: answered, or no longer found"),
            len(cleared),
            *map(operator.neg, gone),
        ),
        ("=", CARRIED, len(left), *_by_class(left)),
        *(("", text, len(some), *_by_class(some)) for text, some in _by_age(left, today)),
    )
    columns = (
        Column("Sign", "sign"),
        Column("Items", "what", long_translated, max_width=WIDE),
        Column("Number", "count", number),
        *(Column(header, name, money) for header, name in _CLASS_HEADERS),
    )
    links = {len(rows) - len(_AGES) - 1: context.link_to(OPEN_ITEMS)}
    return Table(context, "RollForward", columns, frame_of(columns, rows), links=links)


_CLASS_HEADERS = ((OVER_HEADER, OVER), (UNDER_HEADER, UNDER), (to_say("Cost"), COST))
_AGES = (
    (to_say("of these, open up to 7 days"), -math.inf, 7),
    (to_say("of these, open 8 to 30 days"), 8, 30),
    (to_say("of these, open over 30 days"), 31, math.inf),
)


def _by_age(items: Sequence[Item], today: date) -> Iterator[tuple[str, list[Item]]]:
    """The items of each age, with its words."""
    for text, first, last in _AGES:
        yield text, [item for item in items if first <= (today - item.first_day).days <= last]


def _by_class(items: Sequence[Item]) -> list[int]:
    """The sums of the values of the classes that are summed. The class of a value that changed is that of today."""
    return [sum(item.value or 0 for item in items if item.counts_as == name) for _, name in _CLASS_HEADERS]
