"""Changes of a store that scenarios make: records that come, go or turn out otherwise."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from decimal import Decimal

from reconcile.evidence.structs import Raw
from reconcile.sandbox.store import Store

HOSTILE_NAMES = (
    '=HYPERLINK("http://x","y")', "+1-1", "@SUM(A1)", "#N/A", "bell\x07 escape\x1b[31m null\x00", "right\u202eleft",
    "_x0041_", "</t></is><script>", "'; DROP TABLE stock; --", "../../etc/passwd", "%s %d {0} ${HOME}", "long " * 400,
)  # fmt: skip


def insert_one(store: Store) -> None:
    """An offline terminal sends an old receipt late: all others move down one place."""
    used = {receipt["id"] for receipt in store.receipts}
    free = min((key - 1 for key in used if key > 1 and key - 1 not in used), default=None)
    if free is not None:
        late = {"id": free, "receipt_products": [], "shift_date": "2000-01-01"}  # outside the days listed
        store.receipts.insert(0, copy.deepcopy(store.receipts[0]) | late)


def _with_deductions(store: Store) -> list[Raw]:
    return [receipt for receipt in store.receipts if store.deductions(receipt["id"])]


def drop_one(store: Store) -> None:
    """Leaves one receipt with stock operations out of the list."""
    for receipt in _with_deductions(store)[:1]:
        store.receipts.remove(receipt)


def void_a_line(store: Store) -> None:
    """Deletes the first line that agrees, but not its write-off."""
    for receipt in _with_deductions(store):
        written_off = {operation["receipt_product_id"] for operation in store.deductions(receipt["id"])}
        for line in receipt["receipt_products"]:
            if line["id"] in written_off and not line["deleted_at"] and line["product"]["type"] == "GOODS":
                line["deleted_at"] = receipt["updated_at"] = _a_day_after_closing(receipt)
                return


def _a_day_after_closing(receipt: Raw) -> str:
    return str(datetime.fromisoformat(receipt["closed_at"]) + timedelta(days=1))


def change_a_count(store: Store) -> None:
    """Sells one more of the first line that was written off, a day later; the price of the receipt stays."""
    for receipt in _with_deductions(store):
        written_off = {operation["receipt_product_id"] for operation in store.deductions(receipt["id"])}
        for line in receipt["receipt_products"]:
            if line["id"] in written_off and not line["deleted_at"]:
                line["count"] += 1
                receipt["updated_at"] = _a_day_after_closing(receipt)
                return


def delete_a_receipt(store: Store) -> None:
    """Removes the first receipt with stock operations, with these: neither the list nor its id has it."""
    for receipt in _with_deductions(store)[:1]:
        store.receipts.remove(receipt)
        del store.operations[receipt["id"]]


def recost(store: Store, day: str = "") -> None:
    """Works out costs anew, a tenth higher, without a change of any receipt; of one day (`YYYY-MM-DD`), if given."""
    for key in [each["id"] for each in store.receipts if str(each.get("shift_date")).startswith(day)]:
        for operation in store.deductions(key):
            for name in ("cost", "total_cost"):
                operation[name] = Decimal(str(operation[name])) * Decimal("1.1")


def set_hostile_names(store: Store) -> None:
    """Replaces the names of products by ones that a program might execute, cut off or reject."""
    for place, receipt in enumerate(store.receipts):
        for line in receipt["receipt_products"]:
            name = HOSTILE_NAMES[(place + line["id"]) % len(HOSTILE_NAMES)]
            line["meta"] = {"product": {"name": name}}
            line["product"] = (line["product"] or {}) | {"name": name, "full_name": name}
    for operations in store.operations.values():
        for operation in operations:
            name = HOSTILE_NAMES[operation["id"] % len(HOSTILE_NAMES)]
            operation["product"] = {"id": operation["product_id"], "name": name}


def second_venue(store: Store) -> None:
    store.venues += [
        {"id": 1, "name": "Nizami", "is_main": True, "media": []},
        {"id": 2, "name": "Чорсу", "is_main": False, "media": []},
    ]


def two_venues_alike(store: Store) -> None:
    """A second venue, and receipts that do not say of which venue they are."""
    second_venue(store)
    for receipt in store.receipts:
        receipt.pop("venue_id", None)
