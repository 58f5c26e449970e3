"""What a run makes of a made-up day, beside what was planted in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from hypothesis import strategies as st

from reconcile.core.exact_json import encode_json
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.evidence.day import Evidence, Header
from reconcile.evidence.structs import Raw
from reconcile.frames import is_due
from reconcile.rulebook.rules import RULES
from reconcile.sandbox.discrepancies import PlantedDiscrepancy
from reconcile.sandbox.store import Store
from reconcile.settings.model import Settings

DAY = date(2026, 1, 19)
SETTINGS = Settings()
NAMES = {rule.name: rule.names for rule in RULES}
seeds, sizes = st.integers(0, 10**9), st.integers(1, 80)
Named = tuple[Any, ...]
"""Rule, receipt, and what else the rule names: a line, an operation, a line's ingredient."""
FIELDS = {
    "receipt": (),
    "line": ("receipt_product_id",),
    "ingredient": ("receipt_product_id", "product_id"),
    "operation": ("operation_id",),
    "product": ("product_id",),
}


def evidence(store: Store) -> Evidence:
    """What a run would fetch from the store, the catalogue too."""
    header = Header(DAY, "clopos", program="reconcile", started_at="2026-01-20T02:10:00Z")
    due = [receipt["id"] for receipt in store.receipts if is_due(receipt, DAY, None)]
    return Evidence(
        header,
        len(store.receipts),
        [("list", receipt) for receipt in store.receipts],
        {key: store.deductions(key) for key in due},
        products=store.products,
        catalogue_total=len(store.products),
        finished_at="2026-01-20T02:11:00Z",
    )


def judged(store: Store) -> Result:
    return reconcile_day(evidence(store), SETTINGS)


def content(store: Store) -> bytes:
    return encode_json([store.receipts, store.operations, store.products, store.venues])


def named(ids: Mapping[Any, Any]) -> Named:
    return ids["rule"], ids["receipt_id"], *(ids[name] for name in FIELDS[NAMES[ids["rule"]]])


def found(result: Result) -> Counter[Named]:
    """The errors and warnings, by what each rule names."""
    serious = result.findings[result.findings["severity"] != "info"]
    return Counter(named(row) for row in serious.to_dict("records"))


def must_be_found(planted: list[PlantedDiscrepancy]) -> Counter[Named]:
    return Counter(named(asdict(each)) for each in planted)


def every_operation(store: Store) -> Iterator[Raw]:
    for receipt_id in store.operations:
        yield from store.operations[receipt_id]


def closed_of_the_day(store: Store) -> list[Raw]:
    return [each for each in store.receipts if each["shift_date"] == str(DAY) and each["status"] == 2]
