"""Changes made after a made-up day: receipts voided or deleted, stock posted late, operations at another cost."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from reconcile.evidence.structs import Raw
from reconcile.sandbox.discrepancies import plant_one
from reconcile.sandbox.discrepancy_targets import Planting, later
from reconcile.sandbox.generated_day import set_sums
from reconcile.sandbox.generated_stock import total_cost
from reconcile.sandbox.made_month import MadeMonth, PlantedInMonth, Version
from reconcile.sandbox.menu_records import number
from reconcile.sandbox.stock_chains import StockChains
from reconcile.sandbox.store import is_own_deduction

RECOSTED = 33003
"""The ingredient whose operations get another cost."""
_DAYS_RECOSTED = 3
_DEARER = Decimal("1.03")
"""Less than what is a finding within a day."""
_STEP = Decimal("0.0001")


@dataclass
class Unposted:
    """A write-off that is not in the stock yet, and the row that says that it is missing."""

    row: PlantedInMonth
    receipt: Raw
    operations: list[Raw]
    due: date


@dataclass
class LateChanges:
    """Makes changes of a month while its days are made."""

    month: MadeMonth
    unposted: list[Unposted] = field(default_factory=list)

    # -------------------------------------------------- receipts of the day

    def void(self, planting: Planting, day: date, evening: date) -> bool:
        """Cancel a receipt on a later day; its write-off stays. Returns False where no receipt is fit for it."""
        free = dataclasses.replace(planting, edges=frozenset())  # its operations stay as they are
        for receipt in _unused(planting):
            again = copy.deepcopy(receipt)
            if planted := plant_one("cancelled-afterwards", again, free):
                again["updated_at"] = at = _moment(evening, receipt)
                self._replace(receipt["id"], evening, again, planting.store.operations[receipt["id"]])
                self.month.planted.append(
                    PlantedInMonth(
                        day, evening, None, "change", planted.rule, "voided-later", receipt["id"],
                        planted.receipt_product_id, None, planted.product_id, at=at,
                        what="the receipt was cancelled, its write-off stayed",
                    )
                )  # fmt: skip
                return True
        return False

    def delete(self, planting: Planting, day: date, evening: date) -> bool:
        """Delete a receipt and its operations on a later day. Returns False where none is fit for it."""
        for receipt in _unused(planting):
            operations = planting.store.deductions(receipt["id"])
            if operations and planting.edges.isdisjoint(each["id"] for each in operations):
                planting.used.add(receipt["id"])
                self._replace(receipt["id"], evening, None, [])
                self.month.planted.append(
                    PlantedInMonth(
                        day, evening, None, "change", None, "deleted-later", receipt["id"],
                        at=_moment(evening, receipt), what=f"the receipt over {receipt['total']} is not there any more",
                    )
                )  # fmt: skip
                return True
        return False

    def hold_back(self, planting: Planting, day: date, evening: date) -> bool:
        """Take away a write-off, to be posted on a later day. Returns False where no receipt is fit for it."""
        for receipt in _unused(planting):
            if receipt["closed_at"][:10] != str(day):
                continue  # the day of closing would not be late
            before = list(planting.store.operations.get(receipt["id"], ()))
            if planted := plant_one("nothing", receipt, planting):
                left = {each["id"] for each in planting.store.operations[receipt["id"]]}
                row = PlantedInMonth(
                    day, day, None, "fault", planted.rule, "posted-late", receipt["id"],
                    planted.receipt_product_id, None, planted.product_id, what="it was not written off yet",
                )  # fmt: skip
                self.month.planted.append(row)
                self.unposted.append(
                    Unposted(row, receipt, [each for each in before if each["id"] not in left], evening)
                )
                return True
        return False

    def _replace(self, receipt_id: int, since: date, receipt: Raw | None, operations: Sequence[Raw]) -> None:
        version = Version(since, receipt, list(operations))
        self.month.versions.setdefault(receipt_id, []).append(version)

    # ------------------------------------------------------- days before it

    def post(self, day: date, chains: StockChains, new_ids: Iterator[int]) -> None:
        """Post the write-offs that are due into the day's stocks, where they have room."""
        for waiting in [each for each in self.unposted if each.due <= day]:
            posted = [_posted(each, chains, new_ids) for each in waiting.operations]
            done = [each for each in posted if each is not None]
            if len(done) < len(posted):
                for each in done:
                    chains.remove(each)
                continue
            self.unposted.remove(waiting)
            self._record(waiting, done, day)

    def _record(self, waiting: Unposted, operations: list[Raw], day: date) -> None:
        """Add the operations to their receipt, from this day on."""
        row, receipt = waiting.row, copy.deepcopy(waiting.receipt)
        row.seen_until = day - timedelta(days=1)
        receipt["updated_at"] = operations[-1]["operated_at"]
        everything = [*self.month.versions[receipt["id"]][-1].operations, *operations]
        set_sums(receipt, [each for each in everything if is_own_deduction(each)])
        self._replace(receipt["id"], day, receipt, everything)
        self.month.planted += [
            PlantedInMonth(
                row.day, day, None, "change", "cut-off", "posted-late", row.receipt_id, row.receipt_product_id,
                each["id"], each["product_id"], each["storage_id"], at=each["operated_at"],
                what=f"written off {(day - row.day).days} days after the sale",
            )
            for each in operations
        ]  # fmt: skip

    def recost(self, evening: date) -> None:
        """Give the operations of an ingredient on the days before this one another cost; receipts stay as they are."""
        first = evening - timedelta(days=_DAYS_RECOSTED)
        mismatched = {each.receipt_id for each in self.month.planted if each.rule == "receipt-cost-mismatch"}
        for receipt_id, versions in self.month.versions.items():
            day, last = versions[0].since, versions[-1]
            is_of_it = [is_own_deduction(each) and each["product_id"] == RECOSTED for each in last.operations]
            if not (first <= day < evening and any(is_of_it)):
                continue
            operations = [
                _dearer(each) if is_dearer else each
                for each, is_dearer in zip(last.operations, is_of_it, strict=True)
            ]
            self._replace(receipt_id, evening, last.receipt, operations)
            self.month.planted += [
                PlantedInMonth(
                    day, evening, None, "change", None, "re-costed", receipt_id, after["receipt_product_id"],
                    after["id"], RECOSTED, after["storage_id"],
                    what=f"unit cost is {after['cost']}, it was {before['cost']}",
                )
                for before, after in zip(last.operations, operations, strict=True) if after is not before
            ]  # fmt: skip
            if receipt_id not in mismatched:
                self.month.planted.append(
                    PlantedInMonth(
                        day, evening, None, "change", "receipt-cost-mismatch", "re-costed", receipt_id,
                        what="the receipt's cost is as it was before its operations got another one",
                    )
                )  # fmt: skip


CHANGES: dict[str, Callable[[LateChanges, Planting, date, date], bool]] = {
    "posted-late": LateChanges.hold_back,
    "voided-later": LateChanges.void,
    "deleted-later": LateChanges.delete,
}
"""The changes of one receipt, in the order of planting."""


def _unused(planting: Planting) -> Iterator[Raw]:
    """Receipts in which nothing is planted, and whose operations stay at their cost."""
    for receipt in planting.live:
        operations = planting.store.deductions(receipt["id"])
        if receipt["id"] not in planting.used and all(each["product_id"] != RECOSTED for each in operations):
            yield receipt


def _moment(evening: date, receipt: Raw) -> str:
    """A time on a day that differs from receipt to receipt."""
    return later(f"{evening} 10:00:00", seconds=receipt["id"] % 36_000)


def _posted(operation: Raw, chains: StockChains, new_ids: Iterator[int]) -> Raw | None:
    """The operation among those of its stock on a day, after the first of a sale; None where there is no room."""
    chain = chains.of(operation["stock_id"])
    sold = [each for each in chain if is_own_deduction(each)]
    if not sold or later(sold[0]["operated_at"], seconds=2) >= sold[-1]["operated_at"]:
        return None
    cost = Decimal(sold[0]["cost"])
    again = operation | {
        "id": next(new_ids), "operated_at": later(sold[0]["operated_at"], seconds=2),
        "cost": number(cost), "before_cost": number(cost),
        "total_cost": number(total_cost(cost, Decimal(operation["quantity"]))),
    }  # fmt: skip
    return again if chains.add(again) else None


def _dearer(operation: Raw) -> Raw:
    """A copy at a higher cost."""
    cost = (Decimal(operation["cost"]) * _DEARER).quantize(_STEP)
    before = operation["before_cost"]
    return operation | {
        "cost": number(cost),
        "before_cost": before if before is None else number((Decimal(before) * _DEARER).quantize(_STEP)),
        "total_cost": number(total_cost(cost, Decimal(operation["quantity"]))),
    }
