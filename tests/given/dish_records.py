"""Small builders of a catalogue and of a day of dishes, as the API gives them: what a test leaves out agrees."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import pandas as pd

from reconcile.core.exact import decimal_text
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.evidence.day import Evidence, Header
from reconcile.settings.model import Settings
from tests.given.day_records import DAY, Raw, line, operation, receipt

Takes: TypeAlias = dict[int, Any]
"""Amounts by product."""

RICE, LAMB, OIL, TEA, FLOUR, EGG = range(33001, 33007)
PILAF, DUMPLING = 32001, 32002
DOUGH, STUFFING = 33101, 33102


def product(
    key: int, type_: str = "INGREDIENT", recipe: Sequence[tuple[int, Any]] | None = (), **fields: Any
) -> Raw:
    """A product of the catalogue; `recipe`: (ingredient, gross) in the rows' order, None for a recipe not given."""
    rows = [
        {"id": part, "pivot": {"dish_id": key, "ingredient_id": part, "net": "0.000", "gross": gross}}
        for part, gross in recipe or ()
    ]
    return {
        "id": key,
        "type": type_,
        "name": f"product {key}",
        "updated_at": "2025-12-02 10:00:00",
        "deleted_at": None,
        **({} if recipe is None else {"recipe": rows}),
    } | fields


def dish(key: int, *recipe: tuple[int, Any], **fields: Any) -> Raw:
    """A dish."""
    return product(key, "DISH", recipe, **fields)


def preparation(key: int, *recipe: tuple[int, Any], **fields: Any) -> Raw:
    """A preparation."""
    return product(key, "PREPARATION", recipe, **fields)


def group(*modifiers: Raw, is_scaled: bool | None = False) -> Raw:
    """A group of modifiers."""
    return {"id": 601, "name": "extras", "adjust_to_portion": is_scaled, "modificators": list(modifiers)}


def modifier(key: int, ingredient: int | None = None, brutto: Any = 0, **fields: Any) -> Raw:
    """A modifier of a group."""
    linked = {"ingredient_id": ingredient, "dish_id": None}
    return {"id": key, "name": f"modifier {key}", "brutto": brutto, **linked} | fields


def chosen(*keys: int, count: Any = 1) -> list[Raw]:
    """Modifiers as a line has them."""
    return [
        {"id": 9000 + key, "modificator_id": key, "name": f"modifier {key}", "count": count} for key in keys
    ]


LARDER = [product(key) for key in (RICE, LAMB, OIL, TEA, FLOUR, EGG)]
MENU = [
    *LARDER,
    preparation(DOUGH, (FLOUR, "0.600"), (EGG, "2.000")),
    dish(PILAF, (RICE, "0.150"), (LAMB, "0.120")),
    dish(DUMPLING, (DOUGH, "0.100"), (LAMB, "0.080")),
]


@dataclasses.dataclass
class DishDay:
    """A day, sale by sale, each a receipt of its own."""

    products: list[Raw] = dataclasses.field(default_factory=lambda: list(MENU))
    receipts: list[Raw] = dataclasses.field(default_factory=list)
    operations: dict[int, list[Raw]] = dataclasses.field(default_factory=dict)
    _left: dict[int, Decimal] = dataclasses.field(default_factory=dict)
    _ids: Any = dataclasses.field(default_factory=lambda: itertools.count(1))

    def sell(
        self, key: int, took: Takes, count: Any = 1, *, type_: str | None = "DISH", **fields: Any
    ) -> int:
        """Sell a product that took so much of each; its line's id. Fields of receipts begin with `receipt_`."""
        number: int = next(self._ids)
        of_receipt = {name[8:]: fields.pop(name) for name in list(fields) if name.startswith("receipt_x_")}
        of_receipt = {name.removeprefix("x_"): value for name, value in of_receipt.items()}
        about = {"id": key, "type": type_, "name": f"product {key}"} if type_ else None
        sold = line(1000 + number, key, count, name=f"product {key}") | {"product": about} | fields
        self.receipts.append(receipt(number, [sold], **of_receipt))
        self.operations[number] = []
        for place, (taken, amount) in enumerate(took.items()):
            q = Decimal(str(amount))
            self._left[taken] = self._left.get(taken, Decimal(100_000)) - q
            made = operation(number * 100 + place, number, 1000 + number, taken, q, left=self._left[taken])
            self.operations[number].append(made)
        return 1000 + number

    def evidence(self) -> Evidence:
        """As a run would have fetched it."""
        listed = [("list", each) for each in self.receipts]
        header = Header(date.fromisoformat(DAY), "clopos", started_at="2026-01-20T02:10:00Z")
        found = Evidence(
            header, len(listed), listed, dict(self.operations), finished_at="2026-01-20T02:11:00Z"
        )
        found.products, found.catalogue_total = list(self.products), len(self.products) or None
        return found

    def judged(self, settings: Settings | None = None) -> Judged:
        """The day, reconciled."""
        return Judged(reconcile_day(self.evidence(), settings or Settings()))


@dataclasses.dataclass(frozen=True)
class Judged:
    """What came of a day, without what the made-up stocks would say of gaps."""

    result: Result

    @property
    def findings(self) -> pd.DataFrame:
        found = self.result.findings
        return found[found["rule"] != "stock-gap"]

    @property
    def told(self) -> list[tuple[str, str, int, str | None, str | None]]:
        """Rule, severity, product, expected and actual of each finding."""
        return [
            (row["rule"], row["severity"], row["product_id"], _plain(row["expected"]), _plain(row["actual"]))
            for row in self.findings.to_dict("records")
        ]

    @property
    def classes(self) -> list[str]:
        """The class of each line."""
        return self.result.lines["status"].astype(str).tolist()

    @property
    def kinds(self) -> list[str]:
        """The kind of each line."""
        return [str(each) for each in self.result.lines["kind"]]

    @property
    def because(self) -> str:
        """Why the first line is not judged by its recipe."""
        return str(self.result.lines["because"].iloc[0])


def _plain(count: Any) -> str | None:
    return None if pd.isna(count) else decimal_text(int(count))


def one(products: list[Any], took: Takes, count: Any = 1, key: int = PILAF, **fields: Any) -> DishDay:
    """A day of one sale."""
    day = DishDay(products=[*LARDER, *products])
    day.sell(key, took, count, **fields)
    return day
