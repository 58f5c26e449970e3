"""From the records of evidence to a day: which receipts are judged, and which operations count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from reconcile.settings.model import Settings
from tests.slow_judge.day import Day, Line, Operation, Raw, Receipt, SetAside
from tests.slow_judge.values import (
    UnreadableError,
    identifier,
    identifier_or_none,
    moment,
    number,
    number_or,
    six,
)

CONTENT = """
    id receipt_id receipt_product_id operation_id product_id stock_id storage_id
    quantity before_quantity after_quantity cost before_cost total_cost operated_at
""".split()
"""The fields in which two versions of one operation may differ: numbers, ids and times."""


def read_day(records: Iterable[Raw], settings: Settings) -> Day:
    """The receipts of the day that are reconciled, with their lines and operations."""
    given: dict[str, list[Raw]] = {}
    for record in records:
        given.setdefault(record["record"], []).append(record)
    (header,) = given["run"]
    asked = date.fromisoformat(header["date"])
    rows = _rows(given.get("operations", []))
    receipts = {}
    for raw in _latest(given.get("receipt", [])):
        receipt = _receipt(raw, settings)
        is_open = _is_open(
            receipt, bool(rows.get(receipt.id)), moment(header.get("started_at"), settings.zone), settings
        )
        if receipt.business_day == asked and receipt.id in rows and not is_open:
            receipts[receipt.id] = receipt
    set_aside = _give_operations(receipts, rows, settings)
    products = {identifier(record["product"]["id"]): record["product"] for record in given.get("product", [])}
    return Day(list(receipts.values()), set_aside, products, bool(products), settings)


def _rows(records: list[Raw]) -> dict[int, list[Any]]:
    """The operations given for each receipt, as of its latest answer."""
    latest: dict[int, tuple[str, list[Any]]] = {}
    for record in records:
        as_of = str(record.get("as_of", ""))
        if as_of >= latest.get(record["receipt_id"], ("", []))[0]:
            latest[record["receipt_id"]] = as_of, list(record["operations"])
    return {key: operations for key, (_, operations) in latest.items()}


def _latest(records: list[Raw]) -> list[Raw]:
    """Each receipt in its latest version, in the order of their ids."""
    found: dict[int, Raw] = {}
    for record in records:
        raw = record["receipt"]
        key = identifier(raw["id"])
        if key not in found or str(raw.get("updated_at") or "") >= str(found[key].get("updated_at") or ""):
            found[key] = raw
    return [found[key] for key in sorted(found)]


def _receipt(raw: Raw, settings: Settings) -> Receipt:
    zone = settings.zone
    created, closed = moment(raw.get("created_at"), zone), moment(raw.get("closed_at"), zone)
    receipt = Receipt(
        id=identifier(raw["id"]),
        cid=str(raw.get("cid") or ""),
        status=identifier_or_none(raw.get("status")),
        is_return=bool(raw.get("is_returns")),
        is_deleted=bool(raw.get("deleted_at")),
        is_cancelled=raw.get("order_status") == "CANCELLED",
        created=created,
        closed=closed,
        closed_text=raw.get("closed_at"),
        created_text=raw.get("created_at"),
        deleted=moment(raw.get("deleted_at"), zone),
        business_day=_business_day(raw, closed, created),
        total_cost=number_or(raw.get("totalCost")),
    )
    receipt.lines = sorted(
        (_line(each, receipt, settings) for each in raw.get("receipt_products", [])), key=lambda line: line.id
    )
    return receipt


def _business_day(raw: Raw, closed: datetime | None, created: datetime | None) -> date | None:
    if raw.get("shift_date"):
        return date.fromisoformat(str(raw["shift_date"])[:10])
    known = closed or created
    return known.date() if known else None


def _line(raw: Raw, receipt: Receipt, settings: Settings) -> Line:
    product = identifier_or_none(raw.get("product_id"))
    count = number_or(raw.get("count"))
    portion = number_or(raw.get("portion_size"), None if raw.get("portion_size") is not None else Fraction(1))
    is_broken = product is None or count is None or portion is None
    amount = Fraction(0) if count is None or portion is None else six(count * portion)
    return Line(
        id=identifier(raw["id"]),
        receipt=receipt,
        product=-1 if product is None else product,
        is_broken=is_broken,
        amount=amount,
        count=count or Fraction(0),
        portion=Fraction(1) if portion is None else portion,
        price=number_or(raw.get("price")),
        subtotal=number_or(raw.get("subtotal")),
        is_gift=bool(raw.get("is_gift")),
        deleted=moment(raw.get("deleted_at"), settings.zone),
        is_deleted=bool(raw.get("deleted_at")),
        created=moment(raw.get("created_at"), settings.zone),
        about=raw.get("product") or {},
        is_unverified=is_broken,
    )


def _is_open(receipt: Receipt, has_rows: bool, began: datetime | None, settings: Settings) -> bool:
    """Whether it is not final: not closed, or closed so shortly before the run that the till may post later."""
    if receipt.is_dead:
        return False
    if receipt.status == 1:
        return True
    if has_rows or settings.zone is None or began is None or receipt.closed is None:
        return False
    return began - receipt.closed < timedelta(minutes=settings.thresholds.late_minutes)


def _give_operations(
    receipts: dict[int, Receipt], rows: dict[int, list[Any]], settings: Settings
) -> list[SetAside]:
    """Give each receipt its operations; returns the quarantined ones."""
    versions: dict[int, list[tuple[int, Raw]]] = {}
    set_aside = []
    for asked in sorted(receipts):
        for raw in rows[asked]:
            key = identifier_or_none(raw.get("id"))
            if key is None:
                set_aside.append(_set_aside(asked, raw, settings))
            else:
                versions.setdefault(key, []).append((asked, raw))
    for key in sorted(versions):
        given = versions[key]
        contents = {tuple(_content(raw, field) for field in CONTENT) for _, raw in given}
        asked, raw = next(
            (each for each in given if identifier_or_none(each[1].get("receipt_id")) == each[0]), given[0]
        )
        try:
            operation = _operation(raw, receipts[asked], settings)
        except UnreadableError:
            operation = None
        if operation and len(contents) == 1:
            _give(operation, raw)
        else:
            set_aside += [_set_aside(place, version, settings) for place, version in given]
    for each in set_aside:
        receipt = receipts[each.receipt]
        receipt.set_aside.append(each)
        for line in receipt.lines:
            line.is_unverified |= line.id == each.line
    return set_aside


def _content(raw: Raw, field: str) -> Any:
    """A field in a form that compares: numbers as numbers."""
    value = raw.get(field)
    read = None if field == "operated_at" else number_or(value)
    return repr(value) if read is None else read


def _operation(raw: Raw, receipt: Receipt, settings: Settings) -> Operation:
    before_cost, storage = raw.get("before_cost"), raw.get("storage_id")
    return Operation(
        id=identifier(raw.get("id")),
        receipt=receipt,
        line=None,
        named_line=identifier_or_none(raw.get("receipt_product_id")),
        product=identifier(raw.get("product_id")),
        stock=identifier(raw.get("stock_id")),
        storage=identifier_or_none(storage),
        quantity=number(raw.get("quantity")),
        before=number(raw.get("before_quantity")),
        after=number(raw.get("after_quantity")),
        cost=number(raw.get("cost")),
        before_cost=None if before_cost is None else number(before_cost),
        total=number(raw.get("total_cost")),
        time=moment(raw.get("operated_at"), settings.zone),
        time_text=raw.get("operated_at"),
    )


def _give(operation: Operation, raw: Raw) -> None:
    """Put the operation under its receipt, and under its line unless it is an orphan."""
    receipt = operation.receipt
    receipt.operations.append(operation)
    of_receipt = identifier_or_none(raw.get("receipt_id")) == receipt.id
    of_no_document = identifier_or_none(raw.get("operation_id")) in (None, 0)
    if of_receipt and of_no_document:
        operation.line = next((line for line in receipt.lines if line.id == operation.named_line), None)
    if operation.line:
        operation.line.operations.append(operation)


def _set_aside(asked: int, raw: Raw, settings: Settings) -> SetAside:
    return SetAside(
        id=identifier_or_none(raw.get("id")) or 0,
        receipt=asked,
        line=identifier_or_none(raw.get("receipt_product_id")),
        product=identifier_or_none(raw.get("product_id")),
        stock=identifier_or_none(raw.get("stock_id")),
        time=moment(raw.get("operated_at"), settings.zone),
    )
