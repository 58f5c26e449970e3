"""Corrections: what to re-enter in the point of sale, of the open items of goods.

Input: a `Ledger`, and the rules.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, half_even, nullable, sum_of_known
from reconcile.language.translate import to_say
from reconcile.ledger.item import CARRIED_FORWARD, LEFT_OUT, SEVERAL, STATUSES, TO_CORRECT, Item
from reconcile.ledger.ledger import Ledger
from reconcile.rulebook.amounts import OVER, UNDER
from reconcile.rulebook.declaration import Declaration

WRITE_OFF, PUT_BACK = "write-off-more", "put-back"
DOCUMENTS: Mapping[str, str] = {WRITE_OFF: to_say("Write off more"), PUT_BACK: to_say("Put back")}
"""Labels by document."""
PROPOSED = "proposed"
STATES: Mapping[str, str] = {TO_CORRECT: STATUSES[TO_CORRECT], PROPOSED: to_say("Proposed")}
"""Labels: whether a person said that it is to be corrected, or nobody yet; in the order of the rows."""


@dataclasses.dataclass(frozen=True)
class Corrections:
    """What to re-enter."""

    rows: pd.DataFrame
    """One row a state, document, storage and product; those to correct first, then by document and storage, the largest
    amount first.

    `state` and `document` are codes of `STATES` and `DOCUMENTS`. `quantity` is in millionths of the unit, and positive.
    `amount` is in millionths of money, with the sign of what it adds to the cost of sales: its sum is minus the values
    of `items`; NA where no value is known. `unit_cost` is amount / quantity without its sign, NA where a value is not
    known. `reasons` are codes, `findings` a number of items, `ids` theirs, the largest value first.
    """
    items: tuple[Item, ...]
    """The open items of which a row is made."""
    left_out: Mapping[str, tuple[Item, ...]]
    """The other open items of goods, by the keys of `LEFT_OUT`, in their order."""


def corrections(ledger: Ledger, rules: Mapping[str, Declaration]) -> Corrections:
    """The corrections of the items that are carried forward."""
    taken: dict[_Key, list[Item]] = {}
    left_out: dict[str, list[Item]] = {code: [] for code in LEFT_OUT}
    for item in ledger.selected(closing=CARRIED_FORWARD):
        if code := _why_left_out(item, rules):
            left_out[code].append(item)
        elif _is_of_goods(item, rules):
            taken.setdefault(_key(item), []).append(item)
    return Corrections(
        _rows(taken),
        tuple(item for items in taken.values() for item in items),
        {code: tuple(items) for code, items in left_out.items() if items},
    )


class _Key(NamedTuple):
    state: str
    document: str
    storage: str
    product_id: int | None
    product: str
    unit: str


def _key(item: Item) -> _Key:
    state = TO_CORRECT if item.answer.status == TO_CORRECT else PROPOSED
    document = PUT_BACK if (item.difference or 0) > 0 else WRITE_OFF
    return _Key(state, document, item.storage, item.product_id, item.product, item.unit)


def _is_of_goods(item: Item, rules: Mapping[str, Declaration]) -> bool:
    rule = rules.get(item.rule)
    return item.counts_as in (OVER, UNDER) or (item.value is None and rule is not None and rule.is_goods)


def _why_left_out(item: Item, rules: Mapping[str, Declaration]) -> str:
    """A key of `LEFT_OUT`, also of an item that was brought forward from a workbook which does not say."""
    if item.left_out or not _is_of_goods(item, rules):
        return item.left_out
    return "" if item.is_quantity and item.difference else SEVERAL


def _rows(taken: Mapping[_Key, list[Item]]) -> pd.DataFrame:
    rows = sorted(((key, _sums(items)) for key, items in taken.items()), key=_in_order)
    records = [key._asdict() | sums for key, sums in rows]
    table = pd.DataFrame(records, columns=[*_Key._fields, *_SUMS], dtype=object)  # floats would round amounts
    numbers = {
        name: nullable(table[name].tolist()) for name in ("product_id", "quantity", "amount", "unit_cost")
    }
    return table.assign(**numbers, findings=table["findings"].astype(np.int64))


_SUMS = ("quantity", "amount", "unit_cost", "reasons", "findings", "ids")


def _sums(items: Sequence[Item]) -> dict[str, Any]:
    """The columns of a row that do not name it."""
    quantity = sum(abs(item.difference or 0) for item in items)
    values = [item.value for item in items]
    known = sum_of_known(values)
    is_priced = known is not None and None not in values
    return {
        "quantity": quantity,
        "amount": None if known is None else -known,
        "unit_cost": half_even(abs(known or 0) * MICRO, quantity) if is_priced else None,
        "reasons": tuple(dict.fromkeys(item.answer.reason for item in items if item.answer.reason)),
        "findings": len(items),
        "ids": tuple(item.id for item in items),
    }


def _in_order(row: tuple[_Key, dict[str, Any]]) -> tuple[Any, ...]:
    key, sums = row
    places = list(STATES).index(key.state), list(DOCUMENTS).index(key.document)
    return *places, key.storage, -abs(sums["amount"] or 0), key.product, key.product_id or 0
