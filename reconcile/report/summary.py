"""The first sheet: the verdict in words, what it is worth, and where to look first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from reconcile import __version__
from reconcile.bridge import Bridge
from reconcile.contracts import SEVERITIES
from reconcile.exact import known
from reconcile.language import Language, to_say
from reconcile.memory import BROUGHT_FORWARD, CARRIED_FORWARD, CLEARED, NEW, Ledger
from reconcile.report.about import catalogue, evidence_times, times, venue
from reconcile.report.breakdowns import (
    OVER,
    PRODUCT,
    UNDER,
    by_product_table,
    by_rule_table,
    by_storage_table,
    costliest_table,
    title_of,
)
from reconcile.report.cells import long_ours, long_text, money, number, ours
from reconcile.report.checks import CHECKS, Check
from reconcile.report.edition import Edition
from reconcile.report.not_judged import NOT_JUDGED
from reconcile.report.open_items import OPEN_ITEMS
from reconcile.report.rule_texts import RuleText
from reconcile.report.sheet import SUMMARY, Chart, Part, Sheet, banners
from reconcile.report.styles import BLANK_TO_FILL, LABEL, LINKED, PLAIN, SECTION, TITLE, VERDICTS
from reconcile.report.table import Column, Line, Table, Text
from reconcile.result import Result

_WIDTHS = (24, 60, 14, 18, 18)

CLASSES = {
    "receipts": {
        "listed": to_say("Receipts the API listed"),
        "reconciled": to_say("reconciled: of the day and closed, judged"),
        "open": to_say("open: not closed yet, not judged"),
        "other_day": to_say("other day: of another business day"),
        "failed": to_say("failed: could not be had or read"),
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
"""What each control total counts; the first of each is the sum of the others."""
_NAMES = {
    "receipts": to_say("Receipts"),
    "lines": to_say("Sale lines"),
    "operations": to_say("Stock operations"),
}
_WORDS = {
    "RECONCILED": to_say("RECONCILED"),
    "DIFFERENCES": to_say("DIFFERENCES"),
    "INCOMPLETE": to_say("INCOMPLETE"),
}


class Contents(NamedTuple):
    """What the Summary sums up."""

    result: Result
    ledger: Ledger
    bridge: Bridge
    checks: Sequence[Check]
    rules: Mapping[str, RuleText]
    places: Mapping[str, str]
    """From a rule to its first item, and from an item's id to it, on Findings."""


def verdict(result: Result, language: Language) -> tuple[str, list[str]]:
    """The day in one word, and in a sentence or two."""
    errors, warnings, notes = (result.count(severity) for severity in SEVERITIES)
    counted = {
        "errors": language.many("{count} error", "{count} errors", errors),
        "warnings": language.many("{count} warning", "{count} warnings", warnings),
    }
    value = result.control.value
    worth = {name: language.money(value[name]) for name in ("over", "under")}
    worth["net"] = language.money(value["over"] + value["under"])
    say, word = language.say, language.say(_WORDS[result.verdict])
    found = say("{errors}, {warnings}; goods over {over}, under {under}, net {net}.", **counted, **worth)
    if not result.complete:
        missing = say(
            "The day is not whole: {failures}, {records}, {rules}.",
            failures=language.many("{count} failure", "{count} failures", len(result.failures)),
            records=language.many(
                "{count} unreadable record", "{count} unreadable records", len(result.quarantine)
            ),
            rules=language.many("{count} rule not run", "{count} rules not run", len(result.crashed_rules)),
        )
        return word, [missing, say("So far: {found}", found=found)]
    if result.verdict == "DIFFERENCES":
        return word, [found]
    lines = result.control.lines
    agreed = say(
        "No errors and no warnings ({notes}): {matched} of {total} sale lines match the warehouse.",
        notes=language.many("{count} note", "{count} notes", notes),
        matched=language.number(lines["matched"]),
        total=language.number(lines["total"]),
    )
    return word, [agreed]


def summary_sheet(told: Contents, edition: Edition) -> Sheet:
    """All that answers in ten seconds, and where to look then."""
    result = told.result
    say = edition.say
    parts: list[Part] = [
        *banners(edition, len(_WIDTHS)),
        *_head(told, edition),
        *_section(say("From the receipts to the warehouse, in money"), _bridge_table(told, edition)),
        *_section(say("Goods too many and too few"), _money_table(result, edition)),
        *_section(say("What could not be judged, and why"), _not_judged_table(result, edition)),
        *_section(
            say("What costs most"), costliest_table(told.ledger.items, told.rules, told.places, edition)
        ),
        *_section(
            say("Findings by rule, errors first, then the biggest"),
            by_rule_table(result.findings, told.rules, told.places, edition),
        ),
        *_section(say("Findings by storage"), by_storage_table(result.findings, told.rules, edition)),
        *_section(say("Open items"), _open_items_table(told.ledger, edition)),
        *_section(
            say("Goods too many and too few, by product"),
            by_product_table(result.findings, told.rules, edition),
        ),
        *[()] * _CHART_ROWS,
        *_section(say("Control totals"), _control_table(result, edition)),
        *_sign_off(result, edition),
    ]
    chart = Chart(
        say("Goods too many and too few, by product"), "ByProduct", PRODUCT, (OVER, UNDER), below=True
    )
    new_pages = ("Costliest", "RollForward", "ControlTotals")
    return Sheet(edition, say(SUMMARY), parts, widths=_WIDTHS, chart=chart, new_pages=new_pages)


_CHART_ROWS = 18
"""Room below the table by product."""


def _head(told: Contents, edition: Edition) -> Iterator[Line]:
    result, say = told.result, edition.say
    word, (first, *more) = verdict(result, edition.language)
    failed = sum(not check.holds for check in told.checks)
    counts = {"failed": failed, "all": len(told.checks)}
    proof = (
        say("{failed} of {all} do not hold: see there first", **counts)
        if failed
        else say("all {all} hold", **counts)
    )
    day = result.header.date.isoformat()
    yield (Text(say("Sales against stock, {day}", day=day), TITLE),)
    yield Text(word, VERDICTS[result.verdict]), Text(first, SECTION)
    yield from ((None, Text(sentence, SECTION)) for sentence in more)
    yield Text(say("Day and venue"), LABEL), Text(f"{day}, {venue(result, edition)}")
    yield Text(say("Times"), LABEL), Text(times(result, edition))
    yield Text(say("Evidence of (UTC)"), LABEL), Text(evidence_times(result, edition))
    yield Text(say("Recipes"), LABEL), Text(catalogue(result, edition))
    yield Text(say(CHECKS), LINKED, edition.place(CHECKS)), Text(proof, LABEL if failed else PLAIN)


def _section(title: str, table: Table) -> list[Part]:
    return [(), (Text(title, SECTION),), table]


def _bridge_table(told: Contents, edition: Edition) -> Table:
    bridge, say = told.bridge, edition.say
    rows: list[tuple[str, str, int | None, int | None, int]] = [
        (
            "",
            to_say("By the receipts: sales at the unit costs of the warehouse"),
            None,
            None,
            bridge.sold,
        )
    ]
    for name, (over, under) in bridge.by_rule.items():
        rows.append(("+", title_of(name, told.rules), over, under, over + under))
    rows += [
        ("+", to_say("Recipes: differences within rounding"), None, None, bridge.rounding),
        ("+", to_say("Cost: total costs that are not unit cost × quantity"), None, None, bridge.cost),
        (
            "+",
            to_say("Could not be judged, or is not tracked: taken as written off"),
            None,
            None,
            bridge.not_judged,
        ),
        ("=", to_say("By the warehouse: all that was written off"), None, None, bridge.written_off),
        ("", to_say("Unexplained rest"), None, None, bridge.rest),
    ]
    signs, what, overs, unders, amounts = zip(*rows, strict=True)
    frame = pd.DataFrame(
        {
            "sign": signs,
            "what": [say(text) for text in what],
            "over": known(overs),
            "under": known(unders),
            "amount": known(amounts),
        }
    )
    columns = (
        Column("Step", "sign"),
        Column("Of what", "what", long_text, narrowest=60),
        Column(OVER, "over", money),
        Column(UNDER, "under", money),
        Column("Amount", "amount", money),
    )
    return Table(edition, "Bridge", columns, frame, with_filter=False)


def _money_table(result: Result, edition: Edition) -> Table:
    over, under = result.control.value["over"], result.control.value["under"]
    rows = (
        (OVER, to_say("Goods written off too much"), over),
        (UNDER, to_say("Goods written off too little"), under),
        (to_say("Net"), to_say("Over and under together"), over + under),
        (to_say("Gross"), to_say("Over and under without their signs"), over - under),
    )
    columns = (
        Column("Value", "name", ours),
        Column("Meaning", "meaning", long_ours),
        Column("Amount", "amount", money),
    )
    frame = pd.DataFrame(rows, columns=["name", "meaning", "amount"])
    frame["amount"] = known(amount for _, _, amount in rows)
    return Table(edition, "Money", columns, frame, with_filter=False)


def _not_judged_table(result: Result, edition: Edition) -> Table:
    rows = (
        (
            to_say("Failures"),
            to_say("Receipts, or parts of the day, that could not be had"),
            len(result.failures),
        ),
        (to_say("Unreadable records"), to_say("Quarantined: in no sum"), len(result.quarantine)),
        (to_say("Rules not run"), to_say("Rules that failed"), len(result.crashed_rules)),
        (to_say("Open receipts"), to_say("Not closed, so not final"), result.control.receipts["open"]),
        (
            to_say("Unverified sale lines"),
            to_say("Nothing to compare them with"),
            result.control.lines["unverified"],
        ),
    )
    columns = (
        Column("What", "what", ours),
        Column("Because", "because", long_ours),
        Column("Number", "number", number),
    )
    what, because, numbers = zip(*rows, strict=True)
    frame = pd.DataFrame({"what": what, "because": because, "number": numbers})
    links = {row: edition.place(NOT_JUDGED) for row, count in enumerate(numbers) if count}
    return Table(edition, "CouldNotBeJudged", columns, frame, links=links, with_filter=False)


def _open_items_table(ledger: Ledger, edition: Edition) -> Table:
    """The roll-forward, in numbers and in money (values without their signs)."""
    before, new = ledger.some(opening=BROUGHT_FORWARD), ledger.some(opening=NEW)
    cleared, left = ledger.some(closing=CLEARED), ledger.some(closing=CARRIED_FORWARD)
    at_first = sum(abs(item.brought_value or 0) for item in before)
    now, added, gone, rest = (
        sum(abs(item.value or 0) for item in items) for items in (before, new, cleared, left)
    )
    rows = (
        ("", to_say("Brought forward"), len(before), at_first),
        ("+", to_say("New"), len(new), added),
        ("+", to_say("Found again, at another value"), None, now - at_first),
        ("−", to_say("Cleared: explained, corrected, or no longer found"), len(cleared), -gone),
        ("=", to_say("Carried forward"), len(left), rest),
    )
    frame = pd.DataFrame(rows, columns=["sign", "what", "count", "value"])
    frame["count"], frame["value"] = known(row[2] for row in rows), known(row[3] for row in rows)
    columns = (
        Column("Step", "sign"),
        Column("Items", "what", long_ours),
        Column("Number", "count", number),
        Column("Value, gross", "value", money, narrowest=18),
    )
    links = {4: edition.place(OPEN_ITEMS)}
    return Table(edition, "RollForward", columns, frame, links=links, with_filter=False)


def _control_table(result: Result, edition: Edition) -> Table:
    frame = pd.DataFrame(_control_rows(result, edition), columns=["records", "meaning", "number"])
    columns = (
        Column("Records", "records"),
        Column("Class (the classes add up to the total)", "meaning", long_text),
        Column("Total or class", "number", number),
    )
    return Table(edition, "ControlTotals", columns, frame, with_filter=False)


def _control_rows(result: Result, edition: Edition) -> Iterator[tuple[str, str, int]]:
    for kind, classes in CLASSES.items():
        totals: Mapping[str, int] = getattr(result.control, kind)
        for place, (name, meaning) in enumerate(classes.items()):
            words = f"    {edition.say(meaning)}" if place else edition.say(meaning)
            yield "" if place else edition.say(_NAMES[kind]), words, totals[name]


def _sign_off(result: Result, edition: Edition) -> Iterator[Line]:
    say = edition.say
    yield ()
    yield (Text(say("Sign-off"), SECTION),)
    made = say(
        "reconcile {version}, on the evidence of {times}",
        version=__version__,
        times=evidence_times(result, edition),
    )
    yield Text(say("Prepared by"), LABEL), Text(made)
    for who in (to_say("Reviewed by"), to_say("Date"), to_say("Conclusion")):
        yield Text(say(who), LABEL), Text("", BLANK_TO_FILL)
