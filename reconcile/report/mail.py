"""The day as plain text for the body of a mail: the beginning of the Summary, in the reader's language.

Of several days, a venue's total too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from reconcile.engine.result import Result
from reconcile.language.messages import messages
from reconcile.language.translate import Language
from reconcile.ledger.ledger import Ledger
from reconcile.report.excel.context import DEMO_BANNER, WorkbookContext
from reconcile.report.sheets.breakdowns import costliest
from reconcile.report.sheets.open_items import movement, unread
from reconcile.report.sheets.summary import verdict
from reconcile.report.venue_total import VenueTotal

_COSTLIEST = 5


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
        "{count} day: goods over {over}, under {under}, net {net}.",
        "{count} days: goods over {over}, under {under}, net {net}.",
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
        "{receipts} receipts, {lines} sale lines: {matched} matched, {flagged} flagged, {unverified} unverified.",
        receipts=number(receipts["reconciled"]),
        lines=number(lines["total"]),
        **{name: number(lines[name]) for name in ("matched", "flagged", "unverified")},
    )
    yield movement(ledger, language)
    yield from unread(ledger, language)
    items = costliest(ledger.items, _COSTLIEST)
    if len(items):
        yield ""
        yield say("Largest differences:")
    texts = messages(items, {name: rule.message for name, rule in result.rules.items()}, language)
    for item, message in zip(items.to_dict("records"), texts, strict=True):
        yield _item(item, result.rules[item["rule"]].title, message, language)


def _item(item: Mapping[Any, Any], title: str, message: str, language: Language) -> str:
    named = "" if pd.isna(item["product"]) else f"{item['product']}: "
    receipt = item["receipt_id"]
    where = "" if pd.isna(receipt) else language.say(" (receipt {id})", id=receipt)
    return f"  {language.money(item['value'])}  {language.say(title)}. {named}{message}{where}"
