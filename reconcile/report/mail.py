"""A day as plain text, fit for the body of a mail: what the Summary says first, in the reader's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from reconcile.engine.result import Result
from reconcile.language.messages import messages
from reconcile.language.translate import Language
from reconcile.ledger.ledger import BROUGHT_FORWARD, CARRIED_FORWARD, CLEARED, NEW, Ledger
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.sheets.open_items import unread
from reconcile.report.sheets.summary import verdict

_COSTLIEST = 5


def render(result: Result, ledger: Ledger, language: Language) -> str:
    """Lines of plain text; what a terminal or a mail would obey is replaced."""
    return "".join(f"{_harmless(line)}\n" for line in _lines(result, ledger, language))


def _harmless(line: str) -> str:
    """Without control characters, line ends among them."""
    return "".join("\ufffd" if unicodedata.category(each) in _OBEYED else each for each in line)


_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _lines(result: Result, ledger: Ledger, language: Language) -> Iterator[str]:
    say, number = language.say, language.number
    context = WorkbookContext.of(result, language)
    for told, _ in context.banners:
        yield told
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
    yield say(
        "{before} brought forward + {new} new − {cleared} cleared = {left} carried forward.",
        before=number(ledger.count(opening=BROUGHT_FORWARD)),
        new=number(ledger.count(opening=NEW)),
        cleared=number(ledger.count(closing=CLEARED)),
        left=number(ledger.count(closing=CARRIED_FORWARD)),
    )
    yield from unread(ledger, language)
    items = ledger.items[(ledger.items["severity"] != "info") & (ledger.items["value"].fillna(0) != 0)]
    size = items["value"].abs().to_numpy(np.int64)
    costliest = items.iloc[np.lexsort([np.arange(len(size)), -size])[:_COSTLIEST]]
    if len(costliest):
        yield ""
        yield say("What costs most:")
    said = messages(costliest, {name: rule.message for name, rule in result.rules.items()}, language)
    for item, message in zip(costliest.to_dict("records"), said, strict=True):
        yield _item(item, result.rules[item["rule"]].title, message, language)


def _item(item: Mapping[Any, Any], title: str, said: str, language: Language) -> str:
    named = "" if pd.isna(item["product"]) else f"{item['product']}: "
    receipt = item["receipt_id"]
    where = "" if pd.isna(receipt) else language.say(" (receipt {id})", id=receipt)
    return f"  {language.money(item['value'])}  {language.say(title)}. {named}{said}{where}"
