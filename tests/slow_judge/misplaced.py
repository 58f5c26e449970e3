"""What is only in the wrong place: under another line, receipt or product than where it is due."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from tests.slow_judge.day import Day, Line, Operation, Receipt
from tests.slow_judge.findings import SlowFinding
from tests.slow_judge.operation_rules import finding
from tests.slow_judge.terms import GOODS, UnitCosts, type_of
from tests.slow_judge.values import six

MOVED_WITHIN = timedelta(minutes=10)


@dataclasses.dataclass(eq=False)
class Difference:
    """What stands under a line, or is an orphan, less what is due there, of one product."""

    product: int
    amount: Fraction
    receipt: Receipt
    line: Line | None = None
    orphan: Operation | None = None
    is_used: bool = False


@dataclasses.dataclass(frozen=True)
class Moved:
    """Operations that stand under one receipt and are due under another."""

    operations: tuple[Operation, ...]
    stands: Receipt
    due: Receipt


@dataclasses.dataclass
class Places:
    """The day's differences, and what was found of them."""

    day: Day
    differences: list[Difference]
    found: list[SlowFinding] = dataclasses.field(default_factory=list)
    moved: list[Moved] = dataclasses.field(default_factory=list)
    gave_or_took: set[Line] = dataclasses.field(default_factory=set)

    def __post_init__(self) -> None:
        self._by_line = {(each.line, each.product): each for each in self.differences if each.line}
        self._by_orphan = {each.orphan: each for each in self.differences if each.orphan}

    def of(self, line: Line, product: int) -> Difference | None:
        """The difference of a product under a line; None if there is none or it is used."""
        found = self._by_line.get((line, product))
        return found if found and not found.is_used else None

    def of_orphan(self, orphan: Operation) -> Difference | None:
        """The difference that an orphan is; None if it is used."""
        found = self._by_orphan.get(orphan)
        return found if found and not found.is_used else None

    def is_used(self, line: Line, product: int) -> bool:
        """Whether the difference of a product under a line is explained by another place."""
        found = self._by_line.get((line, product))
        return found is not None and found.is_used

    def is_used_orphan(self, orphan: Operation) -> bool:
        """Whether an orphan is due elsewhere."""
        found = self._by_orphan.get(orphan)
        return found is not None and found.is_used


def find_places(day: Day, costs: UnitCosts) -> Places:
    """All that is only in the wrong place, in the order of the kinds."""
    places = Places(day, list(_differences(day)))
    if day.is_on("misplaced-write-off"):
        _in_one_receipt(places)
    if day.is_on("wrong-product"):
        _in_place_of_another(places, costs)
    if day.is_on("misplaced-write-off"):
        for kind in (_of_the_lines_id, _orphans, _returns, _moved_lines):
            for _, _, _, pair in sorted(kind(places), key=lambda each: each[:3]):
                _claim(places, pair)
    return places


def _differences(day: Day) -> Iterator[Difference]:
    step = day.threshold("quantity_step")
    for receipt in day.receipts:
        if receipt.is_duplicate:
            continue
        for line in receipt.lines:
            if line.is_unverified:
                continue
            products = {each.product for each in line.operations} | ({line.product} if line.due else set())
            for product in sorted(products):
                amount = line.stands(product) - due(line, product)
                if abs(amount) > step:
                    yield Difference(product, amount, receipt, line=line)
        for operation in receipt.operations:
            if operation.line is None and abs(operation.q) > step:
                yield Difference(operation.product, operation.q, receipt, orphan=operation)


def due(line: Line, product: int) -> Fraction:
    """What is due of a product under a line."""
    return line.due if product == line.product else Fraction(0)


def _misplaced(line: Line, product: int, severity: str) -> SlowFinding:
    return SlowFinding(
        "misplaced-write-off",
        severity,
        line.receipt.id,
        line.id,
        product_id=product,
        expected=due(line, product),
        actual=line.stands(product),
        value=Fraction(0),
    )


def _in_one_receipt(places: Places) -> None:
    step = places.day.threshold("quantity_step")
    groups: dict[tuple[int, int], list[Difference]] = {}
    for each in places.differences:
        groups.setdefault((each.receipt.id, each.product), []).append(each)
    for group in groups.values():
        lines = [each.line for each in group if each.line]
        if len(group) < 2 or not lines or abs(sum((each.amount for each in group), Fraction(0))) > step:
            continue
        for each in group:
            each.is_used = True
        places.gave_or_took.update(lines)
        named = min(lines, key=lambda line: line.id)
        places.found.append(_misplaced(named, group[0].product, "info"))


def takes_itself_alone(line: Line, day: Day) -> bool:
    """Whether it is known that nothing but its own product is due under the line."""
    return line.product in day.catalogue or type_of(line, day) in GOODS


def _in_place_of_another(places: Places, costs: UnitCosts) -> None:
    step = places.day.threshold("quantity_step")
    for line in places.day.lines:
        missing = places.of(line, line.product)
        foreign = [
            found
            for product in sorted({each.product for each in line.operations} - {line.product})
            if (found := places.of(line, product))
        ]
        if not (line.is_live and line.kind == "direct" and missing and len(foreign) == 1):
            continue
        if not takes_itself_alone(line, places.day):
            continue
        (other,) = foreign
        if abs(line.own_sum) > step or abs(other.amount - line.due) > step:
            continue
        missing.is_used = other.is_used = True
        operations = [each for each in line.operations if each.product == other.product]
        value = six(sum((each.q * each.cost for each in operations), Fraction(0)))
        value -= costs.worth(line, line.due) or 0
        named = min(operations, key=lambda each: each.id)
        places.found.append(
            finding(
                named,
                "wrong-product",
                "warning",
                actual=Fraction(other.product),
                value=value,
                in_totals=False,
            )
        )


@dataclasses.dataclass(frozen=True)
class Pair:
    """A line whose difference is explained by differences of another receipt."""

    line: Line
    difference: Difference
    others: tuple[Difference, ...]
    operations: tuple[Operation, ...]
    """Those in the wrong place."""
    stands: Receipt
    due: Receipt


Ranked = tuple[float, int, int, Pair]
"""The distance between the closing times, the lowest id of what is too much, the id of the line, and the pair."""


def _distance(one: Receipt, other: Receipt) -> float:
    if one.closed is None or other.closed is None:
        return float("inf")
    return abs((one.closed - other.closed).total_seconds())


def _agree(one: Fraction, other: Fraction, places: Places) -> bool:
    return abs(one - other) <= places.day.threshold("quantity_step")


def _claim(places: Places, pair: Pair) -> None:
    if pair.difference.is_used or any(each.is_used for each in pair.others):
        return
    for each in (pair.difference, *pair.others):
        each.is_used = True
        if each.line:
            places.gave_or_took.add(each.line)
    places.found.append(_misplaced(pair.line, pair.difference.product, "warning"))
    places.moved.append(Moved(pair.operations, pair.stands, pair.due))


def _of_the_lines_id(places: Places) -> Iterator[Ranked]:
    """Operations listed under one receipt that carry the line id of another."""
    lines = {line.id: line for line in places.day.lines}
    groups: dict[tuple[int, int | None, int], list[Difference]] = {}
    for each in places.differences:
        if each.orphan and not each.is_used:
            groups.setdefault((each.receipt.id, each.orphan.named_line, each.product), []).append(each)
    for (receipt_id, line_id, product), group in groups.items():
        line = lines.get(line_id) if line_id is not None else None
        if line is None or line.receipt.id == receipt_id:
            continue
        short = places.of(line, product)
        if short and _agree(sum((each.amount for each in group), Fraction(0)), -short.amount, places):
            operations = tuple(each.orphan for each in group if each.orphan)
            lowest = min(operation.id for operation in operations)
            pair = Pair(line, short, tuple(group), operations, group[0].receipt, line.receipt)
            yield _distance(group[0].receipt, line.receipt), lowest, line.id, pair


def _orphans(places: Places) -> Iterator[Ranked]:
    """An orphan and a line whose difference is its opposite."""
    for orphan in places.differences:
        if orphan.is_used or not orphan.orphan:
            continue
        for short in places.differences:
            is_other = short.product == orphan.product and short.receipt is not orphan.receipt
            if (
                short.is_used
                or not short.line
                or not is_other
                or not _agree(short.amount, -orphan.amount, places)
            ):
                continue
            pair = Pair(short.line, short, (orphan,), (orphan.orphan,), orphan.receipt, short.receipt)
            yield _distance(orphan.receipt, short.receipt), orphan.orphan.id, short.line.id, pair


def _returns(places: Places) -> Iterator[Ranked]:
    """A return with nothing put back, and a sale with that put-back under it."""
    for back in places.differences:
        of_return = back.line
        if back.is_used or not of_return or of_return.sold >= 0 or of_return.product != back.product:
            continue
        if of_return.own_sum != 0:
            continue
        for short in places.differences:
            sale = short.line
            if short.is_used or not sale or short.product != back.product or sale.product != back.product:
                continue
            if (
                not sale.is_live_sale
                or short.receipt is back.receipt
                or not _agree(short.amount, -back.amount, places)
            ):
                continue
            put_back = [each for each in sale.own if _agree(each.q, short.amount, places)]
            if put_back:
                named = min(put_back, key=lambda each: each.id)
                pair = Pair(of_return, back, (short,), (named,), sale.receipt, of_return.receipt)
                yield _distance(sale.receipt, of_return.receipt), sale.id, of_return.id, pair


def _moved_lines(places: Places) -> Iterator[Ranked]:
    """A line deleted, and shortly after a line of that product and amount on another receipt."""
    for surplus in places.differences:
        old = surplus.line
        deleted = old and (old.deleted or old.receipt.deleted)
        if surplus.is_used or not old or not deleted or old.product != surplus.product:
            continue
        if any(each is not surplus and each.line is old and not each.is_used for each in places.differences):
            continue  # more stands under it than what its product took
        for short in places.differences:
            new = short.line
            if (
                short.is_used
                or not new
                or not new.is_live
                or new.created is None
                or new.product != short.product
            ):
                continue
            if short.product != surplus.product or new.receipt is old.receipt or short.amount * new.sold > 0:
                continue
            in_time = timedelta(0) <= new.created - deleted <= MOVED_WITHIN
            same = _agree(short.amount, -surplus.amount, places) and _agree(new.sold, old.ordered, places)
            if in_time and same:
                pair = Pair(new, short, (surplus,), tuple(old.own), old.receipt, new.receipt)
                yield _distance(old.receipt, new.receipt), old.id, new.id, pair
