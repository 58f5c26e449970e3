"""What goes wrong with one line of a receipt; see `mixed_days`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from tests.given.mixed_bills import CORKAGE, COSTS, Bill
from tests.given.stock_movements import Movement, Raw, written

ONE = Decimal(1)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def nothing(_bill: Bill, _line: Raw) -> None:
    pass


def times(number: int) -> Callable[[Bill, Raw], None]:
    def post(bill: Bill, line: Raw) -> None:
        one_stock = 10 * line["product_id"] + 1
        for _ in range(number):
            bill.take(line, stock=one_stock if bill.chance.random() < 0.8 else None)

    return post


def _other_amount(bill: Bill, line: Raw) -> None:
    more = bill.chance.choice(["1", "-1", "0.001", "-0.0005", "3", "0.5"])
    bill.take(line, bill.due(line) * 10 if bill.chance.random() < 0.1 else bill.due(line) + Decimal(more))


def _in_parts(bill: Bill, line: Raw) -> None:
    half = bill.due(line) / 2
    bill.take(line, half)
    bill.take(line, half)


def _corrected(bill: Bill, line: Raw) -> None:
    """Taken, put back, and taken again: once, twice or not."""
    stock, due = 10 * line["product_id"] + 1, bill.due(line)
    for q in (due, -due, *[due] * bill.chance.choice([0, 1, 1, 2])):
        bill.take(line, q, stock=stock)


def _corrected_without_sign(bill: Bill, line: Raw) -> None:
    stock, more = 10 * line["product_id"] + 1, bill.chance.choice([ONE, ONE, Decimal(2)])
    bill.take(line, bill.due(line) + ONE, stock=stock)
    bill.take(line, -more, stock=stock, unsigned=True, time=bill.closed + minutes(2), fields={})


def _other_product(bill: Bill, line: Raw) -> int:
    return bill.chance.choice([product for product in COSTS if product != line["product_id"]])


def _in_place_of_another(bill: Bill, line: Raw) -> None:
    other, due = _other_product(bill, line), bill.due(line)
    for q in bill.chance.choice([[due], [due], [due / 2, due / 2], [due + ONE]]):
        bill.move(q, line, other)


def _besides_another(bill: Bill, line: Raw) -> None:
    bill.take(line)
    for _ in range(bill.chance.choice([1, 1, 2])):
        bill.move(ONE, line, _other_product(bill, line))


def _odd_fields(bill: Bill, line: Raw) -> None:
    cost = bill.register.cost(line["product_id"])
    total = bill.due(line) * cost
    free: list[Raw] = [{"cost": 0, "total_cost": 0}, {"cost": -cost, "total_cost": round(-total, 6)}]
    moved: list[Raw] = [{"before_cost": round(cost / 2, 6)}, {"before_cost": 0}, {"before_cost": None}]
    wrong: list[Raw] = [{"total_cost": round(total + 10, 6)}, {"total_cost": round(-total, 6)}]
    bill.take(line, fields=bill.chance.choice(free + moved + wrong))


def _dearer(bill: Bill, line: Raw) -> None:
    """The cost creeps up, with or without the cost before."""
    share = Decimal(bill.chance.choice(["1.04", "1.08", "0.5"]))
    cost = round(bill.register.cost(line["product_id"]) * share, 6)
    before = bill.chance.choice([cost, cost, None, 0])
    bill.take(line, cost=cost, fields={"before_cost": before})


def _odd_balance(bill: Bill, line: Raw) -> None:
    bill.take(line, broken_by=Decimal(bill.chance.choice(["1", "-0.001", "2", "-3"])))


def _lost_update(bill: Bill, line: Raw) -> None:
    """Two tills at once, or some minutes apart."""
    stock = 10 * line["product_id"] + 1
    later = bill.closed + timedelta(seconds=bill.chance.choice([1, 30, 60, 61, 600]))
    bill.take(line, bill.due(line) / 2, stock=stock, time=bill.closed)
    bill.take(line, bill.due(line) / 2, stock=stock, time=later, is_lost_update=True)


def _count_is_wrong(bill: Bill, line: Raw) -> None:
    line["count"], line["subtotal"] = ONE, line["price"] * 3
    bill.take(line, Decimal(3))


def _price(bill: Bill, line: Raw) -> None:
    """Too cheap, a gift, or paid for by the subtotal alone."""
    line["price"] = round(line["price"] / bill.chance.choice([6, 7, 20]), 6)
    line["subtotal"] = bill.chance.choice([0, None, line["subtotal"], line["price"] * line["count"]])
    line["is_gift"] = bill.chance.random() < 0.2
    bill.take(line)


def _voided(bill: Bill, line: Raw) -> None:
    line["deleted_at"] = written(bill.closed + minutes(1))
    if bill.chance.random() < 0.8:
        bill.take(line, bill.due(line))
    put_back(bill, line, bill.due(line))


def put_back(bill: Bill, line: Raw, due: Decimal) -> None:
    """Nothing, all, twice, in part, or another product, some minutes later."""
    way = bill.chance.choice(["nothing", "all", "all", "twice", "part", "another"])
    product = _other_product(bill, line) if way == "another" else line["product_id"]
    parts = {"nothing": [], "twice": [due, due], "part": [due / 2]}.get(way, [due])
    for place, q in enumerate(parts):
        bill.take(line, -q, product=product, time=bill.closed + minutes(2 + place))


def _count_of_zero(bill: Bill, line: Raw) -> None:
    bill.take(line)
    line["count"] = 0


def negative_count(bill: Bill, line: Raw) -> None:
    line["count"] = -line["count"]
    given_back(bill, line)


def given_back(bill: Bill, line: Raw) -> None:
    """A return: put back whole, in part, twice, too much, taken and put back, or not at all."""
    due = bill.due(line)
    parts = [[due], [due], [due], [due / 2], [due, due], [due - ONE], [due, -due], []]
    for q in bill.chance.choice(parts):
        bill.take(line, q)


def put_back_under_the_sale(bill: Bill, line: Raw) -> None:
    """An earlier line of the product holds what is put back."""
    bill.raw["is_returns"] = True
    for place, other in enumerate(bill.lines):
        if place:
            bill.take(other)
    sales = [
        (sale, sold)
        for sale in bill.register.bills
        for sold in sale.lines
        if sold["product_id"] == line["product_id"] and sale is not bill
    ]
    if sales:
        sale, sold = bill.chance.choice(sales)
        sale.take(sold, bill.due(line), time=bill.closed, fields={"quantity": bill.due(line)})


def elsewhere(bill: Bill, line: Raw) -> None:
    """Listed under another receipt: with its line's id or with none, named for either."""
    other = bill.earlier()
    if other is None:
        bill.take(line)
        return
    names = bill.chance.choice([bill.id, other.id, other.id])
    carries = bill.chance.choice([line["id"], line["id"], None, 77])
    parts = bill.chance.choice([1, 1, 1, 2])
    for _ in range(parts):
        bill.take(line, bill.due(line) / parts, listed=other.id, receipt=names, carries=carries)


def _under_the_neighbour(bill: Bill, line: Raw) -> None:
    """Under another line of the receipt, of this product or of another."""
    count, product = line["count"], bill.chance.choice([line["product_id"]] * 2 + list(COSTS))
    other = bill.add(product, count)
    bill.take(other)
    bill.take(other, bill.due(line), product=line["product_id"])
    bill.lines.remove(other)
    bill.lines.insert(bill.chance.choice([0, len(bill.lines)]), other)


def _orphans(bill: Bill, line: Raw) -> None:
    """An operation of no line, or of another document, besides the right one or in its place."""
    if bill.chance.random() < 0.6:
        bill.take(line)
    q = bill.due(line) * bill.chance.choice([1, 1, -1, 2])
    carries: list[Raw] = [{"receipt_product_id": None}, {"receipt_product_id": 77}, {"operation_id": 388}]
    bill.take(line, q, fields=bill.chance.choice(carries))


def _set_aside(bill: Bill, line: Raw) -> None:
    """A number that can't be read, or a product that is missing, perhaps beside one that can be read."""
    broken: list[Raw] = [{"quantity": "x"}, {"product_id": None}, {"cost": None}, {"after_quantity": "NaN"}]
    bill.take(line, fields=bill.chance.choice(broken))
    if bill.chance.random() < 0.3:
        bill.take(line)


def _given_twice(bill: Bill, line: Raw) -> None:
    """The same operation once more: as it was, under another receipt, or with another content."""
    bill.take(line)
    way, other = bill.chance.choice(["same", "elsewhere", "other content"]), bill.earlier()

    def again(operations: dict[int, list[Raw]]) -> None:
        for raw in list(operations.get(bill.id, [])):
            if raw["receipt_product_id"] == line["id"]:
                place = other.id if way == "elsewhere" and other else bill.id
                more: Raw = {"total_cost": 1} if way == "other content" else {}
                operations.setdefault(place, []).append(raw | more)
                return

    bill.register.changes.append(again)


def _late(bill: Bill, line: Raw) -> None:
    """Early, late, on the next day, or when the link is up again."""
    down = "link down" in bill.register.traits
    away = [[-20, 90, 90, 61, 24 * 60], [12 * 60 - bill.closed.hour * 60 - bill.closed.minute + 600]][down]
    bill.take(line, time=bill.closed + minutes(bill.chance.choice(away)))


def _clock_off(bill: Bill, line: Raw) -> None:
    bill.take(line, clock_off=minutes(bill.chance.choice([-14, -14, -3, 14])))


def _from_another_stock(bill: Bill, line: Raw) -> None:
    bill.take(line, stock=10 * _other_product(bill, line) + 1)


def _wrong_storage(bill: Bill, line: Raw) -> None:
    bill.take(line, fields={"storage_id": 9})


def _other_document(bill: Bill, line: Raw) -> None:
    """A delivery or waste: the stock moves without an operation."""
    bill.take(line)
    q = bill.chance.choice([-bill.due(line), bill.due(line), Decimal(-12)])
    later = bill.closed + minutes(bill.chance.choice([1, 3, 30]))
    bill.register.movements.append(Movement(stock=10 * line["product_id"] + 1, q=q, time=later))


def _brought_back(bill: Bill, line: Raw) -> None:
    """Written off too much, and brought back by another document before the stock moves again."""
    due, stock = bill.due(line), 10 * line["product_id"] + 1
    surplus = bill.chance.choice([due, due, ONE])
    bill.take(line, stock=stock)
    bill.take(line, surplus, stock=stock, carries=bill.chance.choice([line["id"], line["id"], None]))
    back = bill.chance.choice([-surplus, -surplus, -surplus - 1])
    bill.register.movements.append(Movement(stock=stock, q=back, time=bill.closed + minutes(1)))
    again = bill.add(line["product_id"], ONE)
    bill.take(again, stock=stock, time=bill.closed + minutes(bill.chance.choice([2, 4])))


def _deducted_elsewhere(bill: Bill, line: Raw) -> None:
    """Not written off under the receipt, though the stock fell."""
    q, stock = bill.due(line), 10 * line["product_id"] + 1
    bill.register.movements.append(Movement(stock=stock, q=q, time=bill.closed + minutes(0.1)))


def _untracked(bill: Bill, line: Raw) -> None:
    bill.add(CORKAGE, ONE)
    bill.take(line)
    if bill.chance.random() < 0.5:
        bill.move(ONE, bill.lines[-1], bill.chance.choice([CORKAGE, line["product_id"]]))


OF_A_LINE: dict[str, Callable[[Bill, Raw], None]] = {
    "missing": nothing,
    "missing again": nothing,
    "twice": times(2),
    "thrice": times(3),
    "other amount": _other_amount,
    "in parts": _in_parts,
    "corrected": _corrected,
    "corrected without sign": _corrected_without_sign,
    "in place of another": _in_place_of_another,
    "another besides": _besides_another,
    "odd fields": _odd_fields,
    "dearer": _dearer,
    "odd balance": _odd_balance,
    "lost update": _lost_update,
    "count is wrong": _count_is_wrong,
    "price": _price,
    "voided": _voided,
    "count of zero": _count_of_zero,
    "negative count": negative_count,
    "elsewhere": elsewhere,
    "elsewhere again": elsewhere,
    "under the neighbour": _under_the_neighbour,
    "orphans": _orphans,
    "set aside": _set_aside,
    "given twice": _given_twice,
    "late": _late,
    "late again": _late,
    "clock off": _clock_off,
    "from another stock": _from_another_stock,
    "wrong storage": _wrong_storage,
    "other document": _other_document,
    "brought back": _brought_back,
    "deducted elsewhere": _deducted_elsewhere,
    "untracked": _untracked,
}
