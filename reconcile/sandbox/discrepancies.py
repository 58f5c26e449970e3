"""Discrepancies planted in a made-up day, each with one cause, and the list of them.

Each must be found once, by its own rule and no other.
"""

from __future__ import annotations

import csv
import itertools
import random
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reconcile.evidence.structs import Raw
from reconcile.sandbox.discrepancy_kinds import KINDS
from reconcile.sandbox.discrepancy_targets import Planting, Target, targets
from reconcile.sandbox.generated_day import CLOSED, set_sums
from reconcile.sandbox.stock_chains import StockChains
from reconcile.sandbox.store import Store


@dataclass(frozen=True)
class PlantedDiscrepancy:
    """One discrepancy: the rule that must find it, and the records that its finding must name."""

    rule: str
    fault: str
    """Its name in `discrepancy_kinds.KINDS`."""
    receipt_id: int
    receipt_product_id: int | None
    operation_id: int | None
    product_id: int | None
    """Of the ingredient, where an ingredient's amount is wrong."""
    what: str


def plant(store: Store, day: date, share: Decimal, seed: int) -> list[PlantedDiscrepancy]:
    """Plant discrepancies in a share of the day's live closed receipts: one in each, each kind in turn.

    Changes the store, which must come from `generated_day.make_day`, in place. Some kinds change a second receipt, in
    which nothing else is planted then. Plants fewer only where no kind applies to the receipts left. The same arguments
    give the same discrepancies.
    """
    chance = random.Random(f"{day} {share} {seed}")  # noqa: S311  a made-up day needs no secrecy
    live = [receipt for receipt in store.receipts if is_live(receipt, day)]
    wanted = round(share * len(live))
    chance.shuffle(live)
    planting = Planting(store, live, itertools.count(1 + largest_id(store)), StockChains(store))
    return sorted(plant_in_turn(planting, KINDS, wanted), key=lambda each: each.receipt_id)


def plant_in_turn(planting: Planting, kinds: Iterable[str], wanted: int) -> list[PlantedDiscrepancy]:
    """Plant so many discrepancies, or as many as apply, of kinds in turn."""
    planted: list[PlantedDiscrepancy] = []
    turns = deque((fault, iter(list(planting.live))) for fault in kinds)  # receipts not tried yet
    while len(planted) < wanted and turns:
        fault, receipts = turns.popleft()
        unused = (receipt for receipt in receipts if receipt["id"] not in planting.used)
        done = next(filter(None, (plant_one(fault, each, planting) for each in unused)), None)
        if done is not None:
            planted.append(done)
            turns.append((fault, receipts))
    return planted


def write_planted(path: Path, planted: Sequence[Any], row: type = PlantedDiscrepancy) -> None:
    """Write the list as CSV with a header row, the fields of the data class `row`; what an item has not is empty."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow([field.name for field in fields(row)])
        rows.writerows(astuple(discrepancy) for discrepancy in planted)


def is_live(receipt: Raw, day: date) -> bool:
    """Whether a receipt of the day is closed, and neither deleted nor cancelled."""
    is_of_day = receipt["shift_date"] == str(day) and receipt["status"] == CLOSED
    return is_of_day and receipt["order_status"] != "CANCELLED" and not receipt["deleted_at"]


def largest_id(store: Store) -> int:
    """The largest id of its lines and operations; 0 if there are none."""
    operations = (operation["id"] for each in store.operations.values() for operation in each)
    lines = (line["id"] for receipt in store.receipts for line in receipt["receipt_products"])
    return max(itertools.chain(operations, lines), default=0)


def plant_one(fault: str, receipt: Raw, planting: Planting) -> PlantedDiscrepancy | None:
    """Plant it in the first line of the receipt that it applies to."""
    kind = KINDS[fault]
    for target in targets(receipt, kind, planting):
        if what := kind.change(target):
            changed = [receipt, target.receipt, *target.changed]
            planting.used |= {each["id"] for each in changed}
            if fault != "wrong-receipt-cost":
                for each in changed:
                    set_sums(each, planting.store.deductions(each["id"]))
            return PlantedDiscrepancy(
                kind.rule, fault, target.receipt["id"], *_ids(kind.record, target), what
            )
    return None


def _ids(record: str, target: Target) -> tuple[int | None, int | None, int | None]:
    """The ids of the line, the operation and the product in the finding."""
    line, operation = target.line, target.operation
    return {
        "receipt": (None, None, None),
        "line": (line["id"], None, line["product_id"]),
        "ingredient": (line["id"], None, operation["product_id"]),
        "operation": (operation["receipt_product_id"], operation["id"], operation["product_id"]),
    }[record]
