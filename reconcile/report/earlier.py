"""Reads an earlier workbook: the answers in it, the items it carries forward, and the unit costs of its day."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from reconcile.core.exact import LARGEST_SUM, micros
from reconcile.ledger.item import CARRIED_FORWARD, OPEN, Answer, Item, Response
from reconcile.ledger.ledger import Workbook
from reconcile.report import first_layout
from reconcile.report.earlier_rows import (
    Spoilt,
    cell_text,
    has_answer,
    is_blank,
    is_id,
    item_of,
    response_of,
    written_answer,
)
from reconcile.report.excel.sheet import SUMMARY
from reconcile.report.read_back import (
    Row,
    Unreadable,
    Wanted,
    cells_after,
    in_english,
    missing_headers,
    number_in_row,
    open_workbook,
    table_rows,
)
from reconcile.report.sheets import analyses, findings, open_items
from reconcile.report.sheets.summary import CONCLUSION, CONCLUSIONS, SIGNATURES
from reconcile.report.sheets.summary_tables import CARRIED

__all__ = ["Unreadable", "read"]

_OPEN_ITEMS = Wanted(
    (
        open_items.PRIORITY, open_items.RECEIPT, open_items.PRODUCT, open_items.STORAGE, open_items.EXPECTED,
        open_items.ACTUAL, open_items.DIFFERENCE, open_items.VALUE, open_items.AMOUNT, open_items.STATUS,
        open_items.REASON, open_items.OWNER, open_items.DUE, open_items.COMMENT, open_items.FIRST_DAY,
        open_items.ANSWERED_IN, open_items.CLOSING, open_items.LAST_DAY, open_items.OTHER_EXPECTED,
        open_items.OTHER_ACTUAL, open_items.EXPECTED_TEXT, open_items.ACTUAL_TEXT, open_items.PRODUCT_ID,
        open_items.RULE_NAME, open_items.CAUSE, open_items.FINDING_ID,
    ),
    open_items.OPEN_ITEMS,
    (
        open_items.SOLD_AT, open_items.DISH, open_items.UNIT, open_items.WHAT_HAPPENED, open_items.COUNTS_AS,
        open_items.SALE_TYPE, open_items.TERMINAL, open_items.SOURCE,
        open_items.STOCK, open_items.LINE, open_items.OPERATION, open_items.NO_CORRECTION,
    ),
)  # fmt: skip
_CAUSES = Wanted(
    (findings.CAUSE_ID, open_items.STATUS, open_items.REASON, open_items.COMMENT, open_items.ANSWERED_IN),
    findings.CAUSES,
)
_FIRST_OPEN_ITEMS = Wanted(first_layout.OPEN_ITEMS, open_items.OPEN_ITEMS)
_FIRST_FINDINGS = Wanted(first_layout.FINDINGS, findings.FINDINGS)
_COSTS = Wanted(
    (analyses.PRODUCT_ID, analyses.STORAGE_ID, analyses.QUANTITY, analyses.RETURNED, analyses.COST),
    analyses.DRIFT,
)
_TABLES = (_OPEN_ITEMS, _FIRST_OPEN_ITEMS, _FIRST_FINDINGS, _CAUSES, _COSTS)
"""The tables that are read. One whose headers are among those of another comes after it."""


def read(path: Path, day: date) -> Workbook:
    """The earlier workbook of a day. Raises `Unreadable`."""
    with open_workbook(path) as book:
        rows = table_rows(book, _TABLES)
        items, answered = _item_rows(rows, book)
        spoilt: list[str] = []
        causes = _cause_rows(rows.get(_CAUSES, ()), spoilt)
        if (
            _OPEN_ITEMS in rows
            and _CAUSES not in rows
            and any(cell_text(row[open_items.CAUSE]) for row in items)
        ):
            spoilt.append(_what_is_missing(book, _CAUSES))
        responses = _responses([*answered, *items], causes, spoilt)
        carried = list(_carried(items, responses, spoilt))
        stated = number_in_row(book, SUMMARY, CARRIED)
        withdrawn = sum(item.closing != CARRIED_FORWARD for item in carried)
        return Workbook(
            path.name,
            day,
            responses,
            {key: written_answer(row) for key, row in causes.items()},
            [item._replace(closing=CARRIED_FORWARD) for item in carried],
            None if stated is None else stated + withdrawn,
            _costs(rows.get(_COSTS, ())),
            list(dict.fromkeys(spoilt)),
            _sign_offs(book),
            str(book.properties.lastModifiedBy or ""),
        )


def _item_rows(rows: Mapping[Wanted, list[Row]], book: object) -> tuple[list[Row], list[Row]]:
    """The rows of Open items, and of Findings where these have answers too. Raises `Unreadable` without them."""
    if _OPEN_ITEMS in rows:
        return rows[_OPEN_ITEMS], []
    if _FIRST_OPEN_ITEMS in rows and _FIRST_FINDINGS in rows:
        first, others = (
            list(map(first_layout.as_today, rows[each])) for each in (_FIRST_OPEN_ITEMS, _FIRST_FINDINGS)
        )
        return first, others
    is_first = _FIRST_OPEN_ITEMS in rows or _FIRST_FINDINGS in rows
    layouts = [_FIRST_OPEN_ITEMS, _FIRST_FINDINGS] if is_first else [_OPEN_ITEMS]
    raise Unreadable("; ".join(_what_is_missing(book, each) for each in layouts if each not in rows))


def _what_is_missing(book: object, table: Wanted) -> str:
    missing = missing_headers(book, table)
    if missing == table.headers:
        return f"there is no sheet {table.sheet} with its table"
    return f"the sheet {table.sheet} has no column {', '.join(missing)}"


def _sign_offs(book: object) -> dict[str, tuple[str, str]]:
    """What stands in the sign-off of the Summary: by role the name and the date, and the conclusion."""
    signed = {}
    for role, (name, *others) in cells_after(book, SUMMARY, (*SIGNATURES, CONCLUSION)).items():
        when = others[1] if len(others) > 1 else None
        text = cell_text(when.date() if isinstance(when, datetime) else when)
        if shown := cell_text(name):
            signed[role] = ((in_english(shown, CONCLUSIONS) or shown) if role == CONCLUSION else shown, text)
    return signed


def _cause_rows(rows: Sequence[Row], spoilt: list[str]) -> dict[str, Row]:
    """The row of each cause, by id; of a cause that stands in two rows, the one that a person changed. Such a cause is
    added to `spoilt`, and so is an answer without a cause.
    """
    causes: dict[str, Row] = {}
    for row in rows:
        key, place = cell_text(row[findings.CAUSE_ID]), row.place(findings.CAUSE_ID)
        if not is_id(key):
            if has_answer(row):
                spoilt.append(str(Spoilt(row, findings.CAUSE_ID)))
            continue
        first = causes.setdefault(key, row)
        if first is not row:
            spoilt.append(f"{place}: the cause id {key} stands in {first.place(findings.CAUSE_ID)} too")
            causes[key] = max(first, row, key=_rank_of_cause)
    return causes


_NO_ANSWER, _AS_CARRIED, _OF_CAUSE_AS_CARRIED, _OF_CAUSE, _CHANGED = range(5)
"""Ranks of a response: none; as it was carried over; of its cause; given or withdrawn in this workbook."""


def _responses(rows: Iterable[Row], causes: Mapping[str, Row], spoilt: list[str]) -> dict[str, Response]:
    """The response to each item, by id. One that has several, of two sheets or of its cause, has them merged."""
    found: dict[str, list[tuple[int, Response]]] = {}
    for row in rows:
        if is_blank(row):
            continue
        key = cell_text(row[open_items.FINDING_ID])
        if not is_id(key):
            if has_answer(row):
                spoilt.append(str(Spoilt(row, open_items.FINDING_ID)))
            continue
        try:
            own = response_of(row)
        except Spoilt as error:
            spoilt.append(str(error))
            continue
        ranked = [(_rank(own.answer, row, _AS_CARRIED, _CHANGED), own)]
        if cause := causes.get(cell_text(row[open_items.CAUSE])):
            answer = written_answer(cause)
            rank = _rank_of_cause(cause)
            withdrawn = rank == _OF_CAUSE and answer.status == OPEN
            ranked.append((rank, Response(answer, own.facts, withdrawn, answer.is_supported)))
        found.setdefault(key, []).extend(ranked)
    return {key: _merged(each) for key, each in found.items()}


def _rank(answer: Answer, row: Row, as_carried: int, changed: int) -> int:
    """The rank of the answer in a row, which says whether one was carried over from another workbook."""
    is_answered, was_carried = answer.status != OPEN, bool(cell_text(row[open_items.ANSWERED_IN]))
    return changed if is_answered != was_carried else as_carried if is_answered else _NO_ANSWER


def _rank_of_cause(row: Row) -> int:
    """The rank of the answer in a row of Causes."""
    return _rank(written_answer(row), row, _OF_CAUSE_AS_CARRIED, _OF_CAUSE)


def _merged(ranked: Sequence[tuple[int, Response]]) -> Response:
    """The first response of the highest rank, with the comments of all. Comments that were carried over are dropped
    if another response was changed.
    """
    highest = max(rank for rank, _ in ranked)
    stale = (_AS_CARRIED, _OF_CAUSE_AS_CARRIED) if highest >= _OF_CAUSE else ()
    first, *others = (each for rank, each in sorted(ranked, key=lambda each: -each[0]) if rank not in stale)
    comment = functools.reduce(_both, (each.answer.comment for each in others), first.answer.comment)
    comment = comment or next((each.answer.comment for _, each in ranked if each.answer.comment), "")
    answer = first.answer._replace(comment=comment)
    for other in others:
        answer = answer.filled_from(other.answer)
    return first._replace(answer=answer, is_supported=first.is_supported or answer.is_supported)


def _both(comment: str, other: str) -> str:
    """Two comments as one, each once."""
    if other in comment:
        return comment
    return other if comment in other else f"{comment}; {other}"


def _carried(rows: Sequence[Row], responses: Mapping[str, Response], spoilt: list[str]) -> Iterator[Item]:
    """The items that are carried forward, and those whose answer was withdrawn since, whose closing status is still
    cleared. A row that can't be read is added to `spoilt`.
    """
    places: dict[str, str] = {}
    for row in rows:
        if is_blank(row):
            continue  # a row that the user added
        try:
            item = item_of(row)
        except Spoilt as error:
            spoilt.append(str(error))
            continue
        place = row.place(open_items.FINDING_ID)
        if item.id in places:
            spoilt.append(f"{place}: the finding id {item.id} stands in {places[item.id]} too")
            continue
        places[item.id] = place
        if item.closing == CARRIED_FORWARD or responses[item.id].withdrawn:
            yield item


def _costs(rows: Sequence[Row]) -> dict[tuple[int, int], tuple[int, int]]:
    """Quantity and cost by product and storage; without rows that a manual edit made unreadable."""
    costs = {}
    for row in rows:
        ids = (cell_text(row[analyses.PRODUCT_ID]), cell_text(row[analyses.STORAGE_ID]) or "0")
        quantity, cost = (micros(row[each], LARGEST_SUM) for each in (analyses.QUANTITY, analyses.COST))
        if all(key.isdecimal() for key in ids) and quantity is not None and cost is not None:
            costs[int(ids[0]), int(ids[1])] = quantity, cost
    return costs
