"""Makes a run of days whose stocks, costs and ids go on from day to day, and plants in it what a month has.

Faults of single days; a recipe card that is wrong on all of them; and changes made days afterwards.
"""

from __future__ import annotations

import copy
import itertools
import random
from collections import deque
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal

from reconcile.core import garbage_collection
from reconcile.evidence.structs import Raw
from reconcile.sandbox.discrepancies import is_live, largest_id, plant_in_turn
from reconcile.sandbox.discrepancy_kinds import KINDS
from reconcile.sandbox.discrepancy_targets import Planting, name_of
from reconcile.sandbox.generated_day import make_day
from reconcile.sandbox.generated_sales import OFF_THE_MENU
from reconcile.sandbox.generated_stock import Opening
from reconcile.sandbox.made_month import MadeMonth, PlantedInMonth, Version
from reconcile.sandbox.menu_records import number
from reconcile.sandbox.month_changes import CHANGES, LateChanges
from reconcile.sandbox.stock_chains import StockChains
from reconcile.sandbox.store import Store, is_own_deduction

_FIRST_ID, _FIRST_DOCUMENT = 1_000_001, 40_001
_MOST_DAYS_LATER = 3
_MISTAKEN_DISH, _MISTAKEN_INGREDIENT, _ON_ITS_CARD = 32003, 33008, "0.040"
"""A dish whose recipe card says less of an ingredient than is used."""
_ONCE_ONLY = "days-later"
"""A fault that no evening of its own day shows; `posted-late` is what a month has of it."""


def make_month(first: date, days: int, receipts: int, seed: int, share: Decimal) -> MadeMonth:
    """So many days of so many closed receipts each, with faults in a share of each day's receipts.

    A share of 0 plants nothing. The same arguments give the same month.
    """
    with garbage_collection.paused():
        making = _Making(MadeMonth(first, days), share, seed)
        for day in making.month.all_days():
            making.add(day, receipts)
        return making.month


class _Making:
    """A month that is being made."""

    def __init__(self, month: MadeMonth, share: Decimal, seed: int) -> None:
        self.month = month
        self._share, self._seed = share, seed
        self._opening = Opening(_FIRST_ID, _FIRST_DOCUMENT, {}, OFF_THE_MENU, month.first)
        self._changes = LateChanges(month)
        self._faults = deque(fault for fault in KINDS if fault != _ONCE_ONLY)
        self._kinds_of_change = deque(CHANGES)
        self._recosted_on = month.first + timedelta(days=month.days * 2 // 3)

    def add(self, day: date, receipts: int) -> None:
        """Add the next day."""
        store = make_day(day, receipts, self._seed, self._opening)
        new_ids = itertools.count(max(self._opening.first_id, 1 + largest_id(store)))
        chains = StockChains(store)
        self._list_documents(store, day)
        if self._share:
            self._changes.post(day, chains, new_ids)
            self._plant(Planting(store, [], new_ids, chains), day)
        self.month.products = store.products
        for receipt in store.receipts:
            version = Version(day, receipt, store.operations.get(receipt["id"], []))  # before the one planted
            self.month.versions.setdefault(receipt["id"], []).insert(0, version)
        if self._share:
            self._mistake_recipe(store, day)
            if day == self._recosted_on > self.month.first:
                self._changes.recost(day)
        self._close(chains, next(new_ids))

    def _close(self, chains: StockChains, first_id: int) -> None:
        """Let the next day open as this one ended."""
        ends = chains.ends()
        for stock in self._opening.stocks.values():
            stock.balance = ends.get(stock.id, stock.balance)
        self._opening.first_id, self._opening.off_the_menu = first_id, 0

    def _plant(self, planting: Planting, day: date) -> None:
        """Plant the faults of the day, and a change that is made after it."""
        chance = random.Random(f"{day} {self._share} {self._seed}")  # noqa: S311  a made-up day needs no secrecy
        live = [receipt for receipt in planting.store.receipts if is_live(receipt, day)]
        wanted = round(self._share * len(live))
        planting.live = [receipt for receipt in live if not _has_mistaken_dish(receipt)]
        chance.shuffle(planting.live)
        planting.edges = _edges(planting)
        planted = plant_in_turn(planting, self._faults, wanted)
        self._faults.rotate(-len(planted))
        self.month.planted += [
            PlantedInMonth(day, day, None, "fault", **asdict(each))
            for each in sorted(planted, key=lambda each: each.receipt_id)
        ]
        evening = min(self.month.last, day + timedelta(days=chance.randrange(1, 1 + _MOST_DAYS_LATER)))
        for kind in list(self._kinds_of_change):
            if evening > day and CHANGES[kind](self._changes, planting, day, evening):
                self._kinds_of_change.remove(kind)
                self._kinds_of_change.append(kind)
                break

    def _mistake_recipe(self, store: Store, day: date) -> None:
        """Let the card of a dish say less than was used on each day, and list the lines."""
        self.month.products = copy.deepcopy(store.products)
        dish = next(each for each in self.month.products if each["id"] == _MISTAKEN_DISH)
        for part in dish["recipe"]:
            if part["id"] == _MISTAKEN_INGREDIENT:
                part["pivot"]["gross"] = _ON_ITS_CARD
        for receipt in store.receipts:
            lines = {
                line["id"] for line in receipt["receipt_products"] if line["product_id"] == _MISTAKEN_DISH
            }
            for operation in store.deductions(receipt["id"]):
                if (
                    operation["receipt_product_id"] in lines
                    and operation["product_id"] == _MISTAKEN_INGREDIENT
                ):
                    what = f"the recipe card says {_ON_ITS_CARD} of {name_of(operation)} each"
                    self.month.planted.append(
                        PlantedInMonth(
                            day, day, None, "fault", "recipe-mismatch", "recipe-card", receipt["id"],
                            operation["receipt_product_id"], None, _MISTAKEN_INGREDIENT, what=what,
                        )
                    )  # fmt: skip

    def _list_documents(self, store: Store, day: date) -> None:
        """List what else moved the stocks, so that a gap between two days can be explained."""
        moved = (
            each for key in store.operations for each in store.operations[key] if not is_own_deduction(each)
        )
        for each in sorted(moved, key=lambda operation: operation["id"]):
            is_delivery = each["operated_at"].endswith("06:00:00")
            self.month.planted.append(
                PlantedInMonth(
                    day, day, None, "document", None, "delivery" if is_delivery else "correction", None, None,
                    each["id"], each["product_id"], each["storage_id"], number(-Decimal(each["quantity"])),
                    each["cost"], each.get("operation_id"), each["operated_at"], name_of(each),
                )
            )  # fmt: skip


def _has_mistaken_dish(receipt: Raw) -> bool:
    return any(line["product_id"] == _MISTAKEN_DISH for line in receipt["receipt_products"])


def _edges(planting: Planting) -> frozenset[int]:
    """The first and the last write-off of a sale in each stock: by them two days meet."""
    own = {receipt["id"] for receipt in planting.store.receipts}
    found: set[int] = set()
    for chain in planting.chains.all():
        sold = [each["id"] for each in chain if is_own_deduction(each) and each["receipt_id"] in own]
        found.update(sold[:1] + sold[-1:])
    return frozenset(found)
