"""The Summary, the first sheet: the verdict, the values, and links to the details."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from reconcile import __version__
from reconcile.analysis.bridge import Bridge
from reconcile.analysis.day_items import storages
from reconcile.analysis.sales import sales
from reconcile.engine.result import Result
from reconcile.language.translate import Language, to_say
from reconcile.ledger.ledger import Ledger
from reconcile.model.classes import SEVERITIES
from reconcile.report.excel.chart import Chart
from reconcile.report.excel.context import CHECKS_AND_NOTES, WorkbookContext
from reconcile.report.excel.sheet import SUMMARY, Block, Sheet
from reconcile.report.excel.styles import HYPERLINK, INPUT_FIELD, LABEL, PLAIN, SECTION, TITLE, VERDICT_STYLES
from reconcile.report.excel.table import Table, TextCell, TextRow
from reconcile.report.excel.table_sheet import banner_rows, section
from reconcile.report.sheets.about import evidence_times, times, venue
from reconcile.report.sheets.breakdowns import (
    NARROW,
    OVER_HEADER,
    PRODUCT,
    UNDER_HEADER,
    WIDE,
    by_product_table,
    by_rule_table,
    by_storage_table,
    largest_table,
)
from reconcile.report.sheets.checks import Check
from reconcile.report.sheets.sales_tables import coverage_table, sales_table
from reconcile.report.sheets.summary_tables import (
    bridge_table,
    money_table,
    open_items_table,
)
from reconcile.rulebook.amounts import amount_classes

_WIDTHS = (NARROW, WIDE, 10, 14, 14, 14, 14)


def verdict(result: Result, language: Language) -> tuple[str, list[str]]:
    """The verdict in one word, and explained in one or two sentences."""
    errors, warnings, notes = (result.count(severity) for severity in SEVERITIES)
    counted = {
        "errors": language.many("{count} error", "{count} errors", errors),
        "warnings": language.many("{count} warning", "{count} warnings", warnings),
    }
    value = result.control.value
    worth = {name: language.money(value[name]) for name in ("over", "under")}
    worth["net"] = language.money(value["over"] + value["under"])
    say, word = language.say, language.say(result.verdict)
    found = say(
        "{errors}, {warnings}; over-deducted {over}, under-deducted {under}, net {net}.", **counted, **worth
    )
    small = list(_immaterial(result, language))
    if not result.complete:
        missing = say(
            "The day is incomplete: {failures}, {records}, {rules}.",
            failures=language.many("{count} failure", "{count} failures", len(result.failures)),
            records=language.many(
                "{count} unreadable record", "{count} unreadable records", len(result.quarantine)
            ),
            rules=language.many("{count} rule not run", "{count} rules not run", len(result.crashed_rules)),
        )
        return word, [missing, say("So far: {found}", found=found), *small]
    receipts, lines = result.control.receipts, result.control.lines
    left_open = language.many(
        "{count} receipt is still open, and not judged.",
        "{count} receipts are still open, and not judged.",
        receipts["open"],
    )
    more = [*small, left_open] if receipts["open"] else small
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


def _immaterial(result: Result, language: Language) -> Iterator[str]:
    """How many findings are notes only because their value is not material."""
    count, value = result.immaterial
    if count:
        yield language.many(
            "{count} finding is a note, as its value is not material: {value}.",
            "{count} findings are notes, as their values are not material: together {value}.",
            count,
            value=language.money(value),
        )


def effect(result: Result, language: Language) -> str:
    """What the differences do to the books, in a sentence; empty where there are none."""
    net = result.control.value["over"] + result.control.value["under"]
    if not net:
        return ""
    amount = language.money(abs(net))
    if net > 0:
        return language.say(
            "Cost of sales is overstated by {amount}, and stock understated by as much, until corrected.",
            amount=amount,
        )
    return language.say(
        "Cost of sales is understated by {amount}, and stock overstated by as much, until corrected.",
        amount=amount,
    )


Titled: TypeAlias = tuple[str, Table]


@dataclasses.dataclass(frozen=True)
class Pages:
    """The tables of the two printed pages, each with its title."""

    first: tuple[Titled, ...]
    second: tuple[Titled, ...]

    @classmethod
    def of(
        cls,
        result: Result,
        ledger: Ledger,
        bridge: Bridge,
        places: Mapping[str, str],
        context: WorkbookContext,
    ) -> Pages:
        """`places`: links to Findings, to the first item of a rule and severity (`missing-write-off warning`), and
        to Open items by id.
        """
        say, rules, today = context.say, result.rules, result.header.date
        findings = result.findings.assign(
            counts_as=amount_classes(result.findings, rules),
            storage=storages(result.findings, result.operations),
        )
        return cls(
            (
                (_money_of(result, context), sales_table(sales(result, bridge), context)),
                (
                    say("From the receipts to the warehouse, in money"),
                    bridge_table(bridge, findings, rules, context),
                ),
                (say("Open items"), open_items_table(ledger, today, context)),
                (say("Largest open items"), largest_table(ledger, rules, places, context)),
                (say("Sales judged, and what could not be"), coverage_table(result, context)),
            ),
            (
                (say("Differences in money"), money_table(result, findings, context)),
                (say("Findings by rule"), by_rule_table(findings, rules, places, context)),
                (say("Findings by storage"), by_storage_table(findings, rules, context)),
                (say(_BY_PRODUCT), by_product_table(findings, rules, context)),
            ),
        )


_BY_PRODUCT = to_say("Over- and under-deducted by product")


def summary_sheet(
    result: Result, pages: Pages, context: WorkbookContext, *, checks: Sequence[Check], first_item: str | None
) -> Sheet:
    """The Summary, of two printed pages. `first_item` is the link to the first open item."""
    blocks: list[Block] = [
        *banner_rows(context, len(_WIDTHS)),
        *_head(result, checks, first_item, context),
        *(block for title, table in pages.first for block in section(title, table)),
        *_sign_off(result, context),
        *(block for title, table in pages.second for block in section(title, table)),
    ]
    chart = Chart(context.say(_BY_PRODUCT), "ByProduct", PRODUCT, (OVER_HEADER, UNDER_HEADER), below=True)
    return Sheet(
        context,
        context.say(SUMMARY),
        blocks,
        widths=_WIDTHS,
        charts=(chart,),
        page_starts=("Money",),
        is_portrait=True,
    )


def _money_of(result: Result, context: WorkbookContext) -> str:
    """The title of the first table of money, with its currency."""
    currency = result.settings.currency
    if not currency:
        return context.say("Sales and cost of sales (no currency is set)")
    return context.say("Sales and cost of sales, in {currency}", currency=currency)


def _head(
    result: Result, checks: Sequence[Check], first_item: str | None, context: WorkbookContext
) -> Iterator[TextRow]:
    say, day = context.say, result.header.date
    word, (first, *more) = verdict(result, context.language)
    failed = sum(not check.holds for check in checks)
    counts = {"failed": failed, "all": len(checks)}
    proof = (
        say("{failed} of {all} fail: start there", **counts) if failed else say("all {all} pass", **counts)
    )
    yield (TextCell(say("Sales against stock, {day}", day=context.day), TITLE),)
    # LibreOffice draws a link in its own blue, which can't be read on the colour of the verdict
    yield TextCell(word, VERDICT_STYLES[result.verdict]), TextCell(first, SECTION, first_item)
    sentences = (*more, effect(result, context.language))
    yield from ((None, TextCell(sentence, SECTION)) for sentence in sentences if sentence)
    yield TextCell(say("Venue"), LABEL), TextCell(venue(result, context))
    yield (
        TextCell(say("Business day"), LABEL),
        TextCell(
            say(
                "{weekday} {day}; times: {zone}",
                weekday=say(_WEEKDAYS[day.weekday()]),
                day=day,
                zone=times(result, context),
            )
        ),
    )
    yield (
        TextCell(say("Checks"), HYPERLINK, context.link_to(CHECKS_AND_NOTES)),
        TextCell(proof, LABEL if failed else PLAIN),
    )


_WEEKDAYS = (
    to_say("Monday"), to_say("Tuesday"), to_say("Wednesday"), to_say("Thursday"), to_say("Friday"),
    to_say("Saturday"), to_say("Sunday"),
)  # fmt: skip
CONCLUSIONS = (
    to_say("Agreed"),
    to_say("Agreed with open items"),
    to_say("Not agreed"),
)


SIGNATURES = (to_say("Prepared by"), to_say("Reviewed by"), to_say("Approved by"))
CONCLUSION = to_say("Conclusion")


def _sign_off(result: Result, context: WorkbookContext) -> Iterator[TextRow]:
    say = context.say
    yield ()
    yield TextCell(say("Sign-off"), SECTION), TextCell(say("Name"), LABEL), None, TextCell(say("Date"), LABEL)
    made = say(
        "reconcile {version}, from the evidence of {times}",
        version=__version__,
        times=evidence_times(result, context),
    )
    yield TextCell(say("Computed by"), LABEL), TextCell(made)
    for who in SIGNATURES:
        yield TextCell(say(who), LABEL), TextCell("", INPUT_FIELD), None, TextCell("", INPUT_FIELD)
    yield TextCell(say(CONCLUSION), LABEL), TextCell("", INPUT_FIELD, choices=CONCLUSIONS)
