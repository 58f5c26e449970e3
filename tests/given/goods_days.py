"""Days of goods in a few words, judged, and what is said of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from reconcile.core.exact import decimal_text
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.evidence.day import Evidence, Header
from reconcile.settings.model import Settings
from tests.given.day_records import COLA, DAY, Raw, line, operation, receipt

Told = tuple[str, str, int, str, str]
"""Rule, severity, line (0: none), expected, actual."""


class GoodsDay:
    """Receipts and their operations. The line of a receipt has its number, plus 1000."""

    def __init__(self) -> None:
        self.receipts: list[Raw] = []
        self.operations: dict[int, list[Raw]] = {}
        self._next = 1

    def sell(
        self, count: Any = 1, took: Any = None, *, product: int = COLA, at: str = "15:00", **fields: Any
    ) -> int:
        """A sale closed `at` a time, and what was written off for it: a list of amounts, or what was sold."""
        key = len(self.receipts) + 1
        times = {"created_at": f"{DAY} {at}:00", "closed_at": f"{DAY} {at}:30"}
        of_line = {name[5:]: fields.pop(name) for name in list(fields) if name.startswith("line_")}
        sold = line(1000 + key, product, count, created_at=times["created_at"], **of_line)
        self.receipts.append(receipt(key, [sold], **times | fields))
        self.operations[key] = []
        for amount in [count] if took is None else took:
            self.take(key, amount, product=product)
        return key

    def take(self, key: int, amount: Any, *, product: int = COLA, **fields: Any) -> int:
        """An operation under a receipt, of its line unless `fields` say otherwise."""
        number, self._next = self._next, self._next + 1
        self.operations[key].append(
            operation(number, key, 1000 + key, product, amount, left=-number)
            | {"operated_at": self.receipts[key - 1]["closed_at"], "stock_id": product}
            | fields
        )
        return number

    def judged(self, settings: Settings | None = None) -> Result:
        """The result of the day."""
        listed = [("list", each) for each in self.receipts]
        header = Header(date.fromisoformat(DAY), "clopos")
        evidence = Evidence(header, len(listed), listed, self.operations, finished_at="2026-01-20T02:11:00Z")
        return reconcile_day(evidence, settings or Settings())

    def told(self, settings: Settings | None = None) -> list[Told]:
        """What is said of goods, and of what is only in the wrong place or unit, in the order of lines."""
        findings = self.judged(settings).findings
        left_out = ("stock-gap", "negative-stock", "balance-broken")
        some = findings[~findings["rule"].isin(left_out)]
        names = ["rule", "severity", "receipt_product_id", "expected", "actual"]
        values = some[names].astype(object)
        told: list[Told] = [
            (
                rule,
                severity,
                int(key or 0),
                *(decimal_text(each) if each is not None else "" for each in numbers),
            )
            for rule, severity, key, *numbers in values.where(values.notna(), None).to_numpy().tolist()
        ]
        return sorted(told, key=lambda each: (each[2], each[0]))
