"""The day as plain text for the body of a mail: the beginning of the Summary, in the reader's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from reconcile.engine.result import Result
from reconcile.language.messages import messages
from reconcile.language.translate import Language
from reconcile.ledger.ledger import Ledger
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.sheets.breakdowns import costliest
from reconcile.report.sheets.open_items import movement, unread
from reconcile.report.sheets.summary import verdict

_COSTLIEST = 5


def render(result: Result, ledger: Ledger, language: Language) -> str:
    """Lines of plain text; characters that could control a terminal or a mail client are replaced."""
    return "".join(f"{_harmless(line)}\n" for line in _lines(result, ledger, language))


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
        yield say("What costs most:")
    texts = messages(items, {name: rule.message for name, rule in result.rules.items()}, language)
    for item, message in zip(items.to_dict("records"), texts, strict=True):
        yield _item(item, result.rules[item["rule"]].title, message, language)


def _item(item: Mapping[Any, Any], title: str, message: str, language: Language) -> str:
    named = "" if pd.isna(item["product"]) else f"{item['product']}: "
    receipt = item["receipt_id"]
    where = "" if pd.isna(receipt) else language.say(" (receipt {id})", id=receipt)
    return f"  {language.money(item['value'])}  {language.say(title)}. {named}{message}{where}"
