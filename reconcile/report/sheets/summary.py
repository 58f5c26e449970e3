"""The Summary, the first sheet: the verdict, the values, and links to the details."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconcile import __version__
from reconcile.analysis.bridge import Bridge
from reconcile.engine.result import Result
from reconcile.language.translate import Language, to_say
from reconcile.ledger.ledger import Ledger
from reconcile.model.judged import SEVERITIES
from reconcile.report.excel.chart import Chart
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.sheet import SUMMARY, Block, Sheet, banner_rows, section
from reconcile.report.excel.styles import HYPERLINK, INPUT_FIELD, LABEL, PLAIN, SECTION, TITLE, VERDICT_STYLES
from reconcile.report.excel.table import TextCell, TextRow
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
    found = say("{errors}, {warnings}; goods over {over}, under {under}, net {net}.", **counted, **worth)
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


def summary_sheet(
    result: Result,
    ledger: Ledger,
    context: WorkbookContext,
    *,
    bridge: Bridge,
    checks: Sequence[Check],
    places: Mapping[str, str],
) -> Sheet:
    """The Summary. `places` has the links to Findings: to the first item of a rule and severity
    (`missing-write-off warning`), and to an item by id.
    """
    say, findings, rules, items = context.say, result.findings, result.rules, ledger.items
    by_product = say("Goods written off too much or too little, by product")
    sections = (
        (say("From the receipts to the warehouse, in money"), bridge_table(bridge, rules, context)),
        (say("Goods written off too much or too little"), money_table(result, context)),
        (say("What could not be judged, and why"), not_judged_table(result, context)),
        (say("Largest differences"), costliest_table(items, rules, places, context)),
        (
            say("Findings by rule, errors first, then the largest"),
            by_rule_table(findings, rules, places, context),
        ),
        (say("Errors and warnings by storage"), by_storage_table(findings, rules, context)),
        (say("Open items"), open_items_table(ledger, context)),
        (by_product, by_product_table(findings, rules, context)),
    )
    blocks: list[Block] = [
        *banner_rows(context, len(_WIDTHS)),
        *_head(result, checks, context),
        *(block for title, table in sections for block in section(title, table)),
        *[()] * _CHART_ROWS,
        *section(say("Control totals"), control_table(result, context)),
        *_sign_off(result, context),
    ]
    chart = Chart(by_product, "ByProduct", PRODUCT, (OVER, UNDER), below=True)
    page_starts = ("Costliest", "ByStorage", "ByProduct", "ControlTotals")
    return Sheet(context, say(SUMMARY), blocks, widths=_WIDTHS, chart=chart, page_starts=page_starts)


_CHART_ROWS = 18
"""Room below the table by product."""


def _head(result: Result, checks: Sequence[Check], context: WorkbookContext) -> Iterator[TextRow]:
    say = context.say
    word, (first, *more) = verdict(result, context.language)
    failed = sum(not check.holds for check in checks)
    counts = {"failed": failed, "all": len(checks)}
    proof = (
        say("{failed} of {all} fail: start there", **counts) if failed else say("all {all} pass", **counts)
    )
    day = result.header.date.isoformat()
    yield (TextCell(say("Sales against stock, {day}", day=day), TITLE),)
    yield TextCell(word, VERDICT_STYLES[result.verdict]), TextCell(first, SECTION)
    yield from ((None, TextCell(sentence, SECTION)) for sentence in more)
    yield TextCell(say("Day and venue"), LABEL), TextCell(f"{day}, {venue(result, context)}")
    yield TextCell(say("Times"), LABEL), TextCell(times(result, context))
    yield TextCell(say("Evidence collected (UTC)"), LABEL), TextCell(evidence_times(result, context))
    yield TextCell(say("Recipes"), LABEL), TextCell(catalogue(result, context))
    yield (
        TextCell(say(CHECKS), HYPERLINK, context.link_to(CHECKS)),
        TextCell(proof, LABEL if failed else PLAIN),
    )


def _sign_off(result: Result, context: WorkbookContext) -> Iterator[TextRow]:
    say = context.say
    yield ()
    yield (TextCell(say("Sign-off"), SECTION),)
    made = say(
        "reconcile {version}, from the evidence of {times}",
        version=__version__,
        times=evidence_times(result, context),
    )
    yield TextCell(say("Prepared by"), LABEL), TextCell(made)
    for who in (to_say("Reviewed by"), to_say("Date"), to_say("Conclusion")):
        yield TextCell(say(who), LABEL), TextCell("", INPUT_FIELD)
