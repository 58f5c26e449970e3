"""The first sheet: the verdict in words, what it is worth, and where to look first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from reconcile import __version__
from reconcile.analysis.bridge import Bridge
from reconcile.engine.result import Result
from reconcile.language.translate import Language, to_say
from reconcile.ledger.ledger import Ledger
from reconcile.model.contracts import SEVERITIES
from reconcile.report.excel.edition import Edition
from reconcile.report.excel.sheet import SUMMARY, Chart, Part, Sheet, banners
from reconcile.report.excel.styles import BLANK_TO_FILL, LABEL, LINKED, PLAIN, SECTION, TITLE, VERDICTS
from reconcile.report.excel.table import Line, Table, Text
from reconcile.report.sheets.about import catalogue, evidence_times, times, venue
from reconcile.report.sheets.breakdowns import (
    OVER,
    PRODUCT,
    UNDER,
    by_product_table,
    by_rule_table,
    by_storage_table,
    costliest_table,
)
from reconcile.report.sheets.checks import CHECKS, Check
from reconcile.report.sheets.summary_tables import (
    bridge_table,
    control_table,
    money_table,
    not_judged_table,
    open_items_table,
)

_WIDTHS = (24, 60, 14, 18, 18)

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
    receipts, lines = result.control.receipts, result.control.lines
    left_open = language.many(
        "{count} receipt is still open, and not judged.",
        "{count} receipts are still open, and not judged.",
        receipts["open"],
    )
    more = [left_open] if receipts["open"] else []
    if result.verdict == "DIFFERENCES":
        return word, [found, *more]
    if not receipts["reconciled"]:
        return word, [say("There was nothing to judge: no receipt of this day is closed."), *more]
    agreed = say(
        "No errors and no warnings ({notes}): {matched} of {total} sale lines match the warehouse.",
        notes=language.many("{count} note", "{count} notes", notes),
        matched=language.number(lines["matched"]),
        total=language.number(lines["total"]),
    )
    return word, [agreed, *more]


def summary_sheet(told: Contents, edition: Edition) -> Sheet:
    """All that answers in ten seconds, and where to look then."""
    result = told.result
    say = edition.say
    parts: list[Part] = [
        *banners(edition, len(_WIDTHS)),
        *_head(told, edition),
        *_section(
            say("From the receipts to the warehouse, in money"),
            bridge_table(told.bridge, result.rules, edition),
        ),
        *_section(say("Goods too many and too few"), money_table(result, edition)),
        *_section(say("What could not be judged, and why"), not_judged_table(result, edition)),
        *_section(
            say("What costs most"), costliest_table(told.ledger.items, result.rules, told.places, edition)
        ),
        *_section(
            say("Findings by rule, errors first, then the biggest"),
            by_rule_table(result.findings, result.rules, told.places, edition),
        ),
        *_section(
            say("Errors and warnings by storage"), by_storage_table(result.findings, result.rules, edition)
        ),
        *_section(say("Open items"), open_items_table(told.ledger, edition)),
        *_section(
            say("Goods too many and too few, by product"),
            by_product_table(result.findings, result.rules, edition),
        ),
        *[()] * _CHART_ROWS,
        *_section(say("Control totals"), control_table(result, edition)),
        *_sign_off(result, edition),
    ]
    chart = Chart(
        say("Goods too many and too few, by product"), "ByProduct", PRODUCT, (OVER, UNDER), below=True
    )
    new_pages = ("Costliest", "ByStorage", "ByProduct", "ControlTotals")
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
