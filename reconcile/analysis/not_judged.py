"""Everything of the day that no rule judged.

Input: `crashed_rules`, `failures`, `quarantine`, `receipts`, `catalogue`, `lines` and `line_class` of a `Result`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias

import pandas as pd

from reconcile.core.exact import ints_or_none
from reconcile.engine.result import Result
from reconcile.language.reasons import in_words
from reconcile.language.translate import ENGLISH, Language, to_say

_UNREADABLE = {
    "receipt": to_say("Unreadable receipt"),
    "line": to_say("Unreadable sale line"),
    "operation": to_say("Unreadable stock operation"),
}

_NOT_CLOSED_YET = to_say("Not closed yet, so not final; run the day again once it is")
_NOT_POSTED_YET = to_say(
    "Closed shortly before this run began, and without a stock operation so far: the till may post it later; run the "
    "day again"
)


Row: TypeAlias = tuple[str, int, int | None, int | None, str]
"""What, how many, receipt, record, reason."""


def not_judged(result: Result, language: Language = ENGLISH) -> pd.DataFrame:
    """One row per record, or per product and reason for unverified lines; texts are in the language.

    `what` is the kind of record, `number` how many there are, `receipt` and `record` are ids (NA where there is none),
    and `reason` says why.
    """
    rows = [*_failed(result, language), *_unreadable(result, language), *_unverified(result, language)]
    dtypes = {"what": "str", "number": "int64", "receipt": "Int64", "record": "Int64", "reason": "str"}
    return pd.DataFrame(rows, columns=[*dtypes], dtype=object).astype(dtypes)


def _failed(result: Result, language: Language) -> Iterator[Row]:
    """Rules that crashed, and what could not be fetched."""
    say = language.say
    for name in result.crashed_rules:
        told = say("{rule}: nothing was checked by this rule; report the bug", rule=name)
        yield say("Rule failed to run"), 1, None, None, told
    for each in result.failures:
        what = say("Receipt not fetched") if each.receipt_id else say("Whole day")
        yield what, 1, each.receipt_id, None, in_words(each.reason, language)


def _unreadable(result: Result, language: Language) -> Iterator[Row]:
    """Records in quarantine, open receipts, and a missing catalogue."""
    say = language.say
    quarantine = result.quarantine
    receipts, ids = ints_or_none(quarantine["receipt_id"]), ints_or_none(quarantine["id"])
    for record, receipt, id_, reason in zip(
        quarantine["record"], receipts, ids, quarantine["reason"], strict=True
    ):
        yield say(_UNREADABLE[record]), 1, receipt, id_, in_words(reason, language)
    is_open = result.receipts[result.receipts["receipt_class"] == "open"]
    for receipt, awaits_posting in is_open[["receipt_id", "awaits_posting"]].itertuples(index=False):
        told = say(_NOT_POSTED_YET if awaits_posting else _NOT_CLOSED_YET)
        yield say("Open receipt"), 1, receipt, None, told
    if result.catalogue.missing:
        why = in_words(result.catalogue.missing, language)
        yield say("Catalogue"), 1, None, None, say("No recipes: {why}", why=why)


def _unverified(result: Result, language: Language) -> Iterator[Row]:
    """Unverified lines, counted by product and reason."""
    rows = result.lines[result.lines["status"] == "unverified"]
    names = ("product_id", "product", "recipe", "lost_operation", "because", "operations")
    columns = [rows[name].astype(object).tolist() for name in names]
    counted = Counter(
        (key, product, _why(recipe, lost, because, operations > 0, language))
        for key, product, recipe, lost, because, operations in zip(*columns, strict=True)
    )
    for (key, product, why), count in sorted(counted.items()):
        told = language.say("{product} (product {id}): {why}", product=product, id=key, why=why)
        yield language.say("Unverified sale lines"), count, None, None, told


def _why(recipe: str, lost: bool, because: str, has_operations: bool, language: Language) -> str:
    """Why a line is unverified."""
    if lost:
        return language.say("a stock operation of it was unreadable")
    if not because:
        return language.say("see its operations")
    if recipe in ("", "known"):
        return in_words(because, language)
    like = (
        to_say("no recipe to judge it by: {why}; and fewer than three alike, or no majority among them")
        if has_operations
        else to_say("no recipe to judge it by: {why}; and nothing was written off")
    )
    return language.say(like, why=in_words(because, language))
