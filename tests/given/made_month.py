"""A made-up month, made once a process, and the evidence of its days as of any evening, without HTTP.

Records are shared by all who ask for the same month: nothing of them may be changed.
"""

from __future__ import annotations

import gzip
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from reconcile.core.exact_json import encode_json
from reconcile.evidence.day import Evidence, Header
from reconcile.evidence.privacy import kept_operation, kept_product, kept_receipt
from reconcile.evidence.proof import Proof, digest_of
from reconcile.evidence.records import read_lines
from reconcile.evidence.structs import Raw
from reconcile.frames import is_due
from reconcile.sandbox.generated_month import make_month
from reconcile.sandbox.made_month import MadeMonth

FIRST = date(2026, 1, 1)
FEW_DAYS, FEW_RECEIPTS = 5, 20
"""A month for tests that must be quick; `month(31, 200, share="0.01")` is a whole one, made in about a second."""


@cache
def month(days: int = FEW_DAYS, receipts: int = FEW_RECEIPTS, seed: int = 7, share: str = "0.1") -> MadeMonth:
    """From 2026-01-01 on; `share` of the receipts have faults, and `0` plants nothing at all."""
    return make_month(FIRST, days, receipts, seed, Decimal(share))


def evidence_as_of(made: MadeMonth, day: date, evening: date | None = None) -> Evidence:
    """What a run would have fetched for a day on the night after an evening; by default its own."""
    return read_lines(iter(_lines(made, day, evening or day)), Path(f"{day}.evidence.jsonl"))


def write_evidence(
    made: MadeMonth, day: date, folder: Path, evening: date | None = None, venue: int | None = None
) -> Path:
    """The same as the file that a run would have left in the folder. `venue`: the one that it was to be of."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day}{'' if venue is None else f'-venue-{venue}'}.evidence.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(_lines(made, day, evening or day, venue)), 1, mtime=0))
    return path


def _lines(made: MadeMonth, day: date, evening: date, venue: int | None = None) -> list[bytes]:
    """The lines of the evidence file."""
    proof, lines = Proof(), list[bytes]()
    for record in _records(made, day, evening, venue):
        proof.add(record)
        stated = proof.stated() if record["record"] == "end" else {}
        lines.append(encode_json(record | stated) + b"\n")
    return lines


def _records(made: MadeMonth, day: date, evening: date, venue: int | None) -> list[Raw]:
    store, night = made.as_of(evening), evening + timedelta(days=1)
    window = timedelta(days=1)
    listed = store.receipts_of(None, str(day - window), str(day + window), {})
    due = [each for each in listed if is_due(each, day, None)]
    header = Header(
        day, "clopos", venue, program="reconcile", started_at=f"{night}T02:10:00Z", asks_for_open=True
    )
    if venue is not None:
        listed = [each | {"venue_id": venue} for each in listed]
    return [
        header.record(),
        *({"record": "product", "product": kept_product(each)} for each in store.products),
        {"record": "catalogue", "total": len(store.products)},
        *({"record": "receipt", "asked": "list", "receipt": kept_receipt(each)} for each in listed),
        {"record": "listed", "total": len(listed), "digest": digest_of(each["id"] for each in listed)},
        *(
            {
                "record": "operations",
                "receipt_id": each["id"],
                "as_of": each["updated_at"],
                "operations": [kept_operation(operation) for operation in store.deductions(each["id"])],
            }
            for each in due
        ),
        {"record": "opened_earlier", "gone": []},
        {"record": "end", "finished_at": f"{night}T02:14:00Z", "requests": 3 + len(due)},
    ]
