"""Discrepancies planted in a made-up day, each of one cause, and the list of what must be found.

What is planted is found once, by its own rule, and by no other.
"""

from __future__ import annotations

import csv
import itertools
import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path

from reconcile.evidence.records import Raw
from reconcile.sandbox.made_day import CLOSED, settle
from reconcile.sandbox.made_faults import KINDS, Target, targets
from reconcile.sandbox.store import Store


@dataclass(frozen=True)
class Planted:
    """One discrepancy: the rule that must find it, and the records that its finding must name."""

    rule: str
    fault: str
    """Its name in `made_faults.KINDS`."""
    receipt_id: int
    receipt_product_id: int | None
    operation_id: int | None
    product_id: int | None
    """The ingredient, where it is the amount of one that is wrong."""
    what: str


def plant(store: Store, day: date, share: Decimal, seed: int) -> list[Planted]:
    """Change so large a share of the day's live closed receipts, one fault each, the kinds in turn.

    The store must be as `made_day.make_day` gives it, and is changed in place. Fewer are planted only where no
    fault suits the receipts that are left. The same arguments give the same faults.
    """
    chance = random.Random(f"{day} {share} {seed}")  # noqa: S311  a made-up day needs no secrecy
    live = [receipt for receipt in store.receipts if _is_live(receipt, day)]
    wanted = round(share * len(live))
    chance.shuffle(live)
    fresh_ids = itertools.count(1 + _largest_id(store))
    found: dict[int, Planted] = {}
    turns = deque((fault, iter(live)) for fault in KINDS)  # what does not suit a receipt now never will
    while len(found) < wanted and turns:
        fault, receipts = turns.popleft()
        unused = (receipt for receipt in receipts if receipt["id"] not in found)
        planted = next(filter(None, (_plant(fault, each, store, fresh_ids) for each in unused)), None)
        if planted is not None:
            found[planted.receipt_id] = planted
            turns.append((fault, receipts))
    return [found[receipt_id] for receipt_id in sorted(found)]


def write_planted(path: Path, planted: Sequence[Planted]) -> None:
    """The list as CSV: a header row, then a row each; what a discrepancy does not name is empty."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow([each.name for each in fields(Planted)])
        rows.writerows(astuple(each) for each in planted)


def _is_live(receipt: Raw, day: date) -> bool:
    is_of_day = receipt["shift_date"] == str(day) and receipt["status"] == CLOSED
    return is_of_day and receipt["order_status"] != "CANCELLED" and not receipt["deleted_at"]


def _largest_id(store: Store) -> int:
    operations = (operation["id"] for each in store.operations.values() for operation in each)
    lines = (line["id"] for receipt in store.receipts for line in receipt["receipt_products"])
    return max(itertools.chain(operations, lines), default=0)


def _plant(fault: str, receipt: Raw, store: Store, fresh_ids: Iterator[int]) -> Planted | None:
    """Plant it in the first line of the receipt that it suits."""
    kind = KINDS[fault]
    for target in targets(receipt, store, kind, fresh_ids):
        if what := kind.change(target):
            if kind.names != "receipt":
                settle(receipt, store.deductions(receipt["id"]))
            return Planted(kind.rule, fault, receipt["id"], *_named(kind.names, target), what)
    return None


def _named(names: str, target: Target) -> tuple[int | None, int | None, int | None]:
    """Ids of the line, the operation and the product that a finding names."""
    line, operation = target.line, target.operation
    return {
        "receipt": (None, None, None),
        "line": (line["id"], None, line["product_id"]),
        "ingredient": (line["id"], None, operation["product_id"]),
        "operation": (operation["receipt_product_id"], operation["id"], operation["product_id"]),
    }[names]
