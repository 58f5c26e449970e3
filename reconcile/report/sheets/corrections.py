"""The Corrections sheet: what to re-enter in the point of sale, and what a storage comes to."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from reconcile.analysis.corrections import DOCUMENTS, PROPOSED, STATES, Corrections
from reconcile.core.exact import nullable, sum_of_known
from reconcile.language.translate import Language, to_say
from reconcile.ledger.item import LEFT_OUT, REASONS, Item
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import (
    ids,
    label,
    long_text,
    money,
    number,
    quantity,
    translated,
    unit_cost,
)
from reconcile.report.excel.paper import WIDEST_PAGE
from reconcile.report.excel.sheet import Block, Sheet
from reconcile.report.excel.styles import NOTE, SECTION, TITLE
from reconcile.report.excel.table import Column, Table, TextCell, TextRow, TotalColumns
from reconcile.report.excel.table_sheet import back_link, banner_rows, section

CORRECTIONS = to_say("Corrections")
_STORAGE, _AMOUNT, _STATUS, _POSTED = (
    to_say("Storage"),
    to_say("Amount"),
    to_say("Status"),
    to_say("Posted no."),
)
_NOTE = to_say(
    "What to re-enter in the point of sale, a document by storage: of the open items that are set To correct, and as "
    "proposed of those that nobody has decided on. A dish: its ingredients by the recipe. Amount: what the cost of "
    "sales becomes more or less by it. Write the number of each document beside it, and set its open items to "
    "Corrected."
)
_TOTAL_COLUMNS = (
    Column(_STORAGE, "storage", max_width=34),
    *(Column(text, code, money, total=True) for code, text in DOCUMENTS.items()),
    Column("Net", "net", money, total=True),
    Column("Of it proposed", "proposed", money, total=True),
)
_COLUMNS = (
    Column("Document", "document", translated),
    Column(_STORAGE, "storage", max_width=18),
    Column("Product", "product", min_width=20, max_width=30),
    Column("Unit", "unit"),
    Column("Quantity", "quantity", quantity),
    Column("Unit cost", "unit_cost", unit_cost),
    Column(_AMOUNT, "amount", money, total=True),
    Column(_STATUS, "state", label),
    Column("Reason", "reasons", long_text, max_width=18),
    Column("Findings", "findings", number),
    Column(_POSTED, "posted", long_text, min_width=14),
    Column("Product id", "product_id", ids),
    Column("Finding ids", "ids", long_text, max_width=40),
)


def corrections_sheet(found: Corrections, context: WorkbookContext) -> Sheet:
    """The documents to enter, and how much of the open items is left out, and why."""
    say, empty = context.say, to_say("Nothing to re-enter")
    rows = _frame(found.rows, context.language)
    table = Table(
        context,
        "Corrections",
        _COLUMNS,
        rows,
        empty=empty,
        totals=TotalColumns(_STATUS, _AMOUNT),
        with_filter=True,
    )
    totals = Table(context, "CorrectionTotals", _TOTAL_COLUMNS, _by_storage(found.rows), empty=empty)
    blocks: list[Block] = [
        *banner_rows(context, len(_COLUMNS)),
        (back_link(context), TextCell(f"{say(CORRECTIONS)}: {context.day}", TITLE)),
        *((TextCell(line, NOTE),) for line in textwrap.wrap(say(_NOTE), WIDEST_PAGE)),
        *section(say("By storage"), totals),
        *section(say("To re-enter"), table),
        *_left_out(found.left_out, context),
    ]
    return Sheet(context, say(CORRECTIONS), blocks, print_to=_POSTED)


def _frame(rows: pd.DataFrame, language: Language) -> pd.DataFrame:
    reasons = [", ".join(language.say(REASONS[each]) for each in codes) for codes in rows["reasons"]]
    return rows.assign(
        document=rows["document"].map(DOCUMENTS),
        state=rows["state"].map(STATES),
        reasons=pd.Series(reasons, index=rows.index, dtype="str"),
        ids=rows["ids"].map(" ".join),
        posted="",
    )


def _by_storage(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a storage: the sums of its amounts that are known."""
    storages = sorted(set(rows["storage"].tolist()))

    def sums(chosen: pd.Series[bool]) -> Any:
        amounts = rows["amount"].where(chosen)
        return nullable(sum_of_known(amounts[rows["storage"] == each].tolist()) for each in storages)

    return pd.DataFrame(
        {
            "storage": pd.Series(storages, dtype="str"),
            **{code: sums(rows["document"] == code) for code in DOCUMENTS},
            "net": sums(rows["document"].notna()),
            "proposed": sums(rows["state"] == PROPOSED),
        }
    )


def _left_out(left_out: Mapping[str, Sequence[Item]], context: WorkbookContext) -> Iterator[TextRow]:
    """A line for each reason: how many items, and what they are worth."""
    if left_out:
        yield ()
        yield (TextCell(context.say("Left out"), SECTION),)
    language = context.language
    for code, items in left_out.items():
        count = language.many("{count} item", "{count} items", len(items))
        values = sum_of_known(item.value for item in items) or 0
        said = language.say(to_say("{count}, worth {value}"), count=count, value=language.amount(values))
        yield (TextCell(f"{language.say(LEFT_OUT[code])}: {said}", NOTE),)
