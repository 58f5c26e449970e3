"""The day as plain text for the body of a mail: the beginning of the Summary, in the reader's language.

Of several days, a venue's total too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from reconcile.engine.result import Result
from reconcile.language.translate import Language
from reconcile.ledger.item import Item
from reconcile.ledger.ledger import Ledger
from reconcile.report.excel.context import DEMO_BANNER, WorkbookContext
from reconcile.report.item_texts import what_happened
from reconcile.report.sheets.breakdowns import item_title, largest_items
from reconcile.report.sheets.open_items import movement, unread
from reconcile.report.sheets.summary import verdict
from reconcile.report.venue_total import VenueTotal

_LARGEST = 5


def render(result: Result, ledger: Ledger, language: Language) -> str:
    """Lines of plain text; characters that could control a terminal or a mail client are replaced."""
    return "".join(f"{_harmless(line)}\n" for line in _lines(result, ledger, language))


def render_total(total: VenueTotal, language: Language) -> str:
    """The sums of a venue's days, in lines of plain text."""
    return "".join(f"{line}\n" for line in _total_lines(total, language))


def _total_lines(total: VenueTotal, language: Language) -> Iterator[str]:
    say, many, money = language.say, language.many, language.money
    if any(each.demo for each in total.days):
        yield say(DEMO_BANNER)
    names = [f"{total.asked[0]} – {total.asked[-1]}"]
    if total.venue is not None:
        names.append(say("venue {number}", number=total.venue))
    yield say("Total, {days}", days=", ".join(names))
    yield many(
        "{count} day: over-deducted {over}, under-deducted {under}, net {net}.",
        "{count} days: over-deducted {over}, under-deducted {under}, net {net}.",
        len(total.days),
        over=money(total.over),
        under=money(total.under),
        net=money(total.over + total.under),
    )
    if total.last is not None and total.last.open_items is not None:
        yield many(
            "{count} open item after {day}.",
            "{count} open items after {day}.",
            total.last.open_items,
            day=total.last.day.isoformat(),
        )
    if total.not_reconciled:
        yield many(
            "{count} day was not reconciled, and is in no sum.",
            "{count} days were not reconciled, and are in no sum.",
            total.not_reconciled,
        )
    if total.incomplete:
        yield many(
            "{count} day is incomplete: see its workbook.",
            "{count} days are incomplete: see their workbooks.",
            total.incomplete,
        )


def _harmless(line: str) -> str:
    """The line with control characters, line ends included, replaced."""
    return "".join("\ufffd" if unicodedata.category(each) in _CONTROLS else each for each in line)


_CONTROLS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _lines(result: Result, ledger: Ledger, language: Language) -> Iterator[str]:
    say, number = language.say, language.number
    context = WorkbookContext.of(result, language)
    for banner, _ in context.banners:
        yield banner
    word, sentences = verdict(result, language)
    yield say("Sales against stock, {day}", day=context.day)
    yield f"{word}: {' '.join(sentences)}"
    lines, receipts = result.control.lines, result.control.receipts
    yield say(
        "Receipts: {receipts}. Sale lines: {lines}; matched {matched}, flagged {flagged}, unverified {unverified}.",
        receipts=number(receipts["reconciled"]),
        lines=number(lines["total"]),
        **{name: number(lines[name]) for name in ("matched", "flagged", "unverified")},
    )
    yield movement(ledger, language)
    yield from unread(ledger, language)
    items = largest_items(ledger, _LARGEST)
    if items:
        yield ""
        yield say("Largest open items:")
    texts = dict(zip(ledger.items["id"], what_happened(ledger.items, result.rules, language), strict=True))
    for item in items:
        title = item_title(item, result.rules, context)
        yield _item(item, title, texts.get(item.id, item.what_happened), language)


def _item(item: Item, title: str, message: str, language: Language) -> str:
    named = f"{item.product}: " if item.product else ""
    where = language.say(" (receipt {id})", id=item.receipt_id) if item.receipt_id else ""
    return f"  {language.money(item.value or 0)}  {title}. {named}{message}{where}"
