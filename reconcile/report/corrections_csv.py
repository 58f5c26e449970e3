"""Corrections as CSV, to be entered by hand or by another system: the rows of the sheet of a day or of a month.

Documents, states and reasons are the codes of `reconcile.analysis.corrections` and `reconcile.ledger.item`; several
reasons or ids have a space between.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from reconcile.analysis.corrections import Corrections, corrections
from reconcile.core.exact import decimal_text
from reconcile.engine.result import Result
from reconcile.ledger.ledger import Ledger
from reconcile.report.csv_cells import document

AMOUNTS = ("quantity", "unit_cost", "amount")
COLUMNS = (
    "document", "status", "storage", "product_id", "product", "unit", *AMOUNTS, "reasons", "findings", "finding_ids",
    "date", "venue", "currency",
)  # fmt: skip


def render(result: Result, ledger: Ledger) -> bytes:
    """The header and the corrections of a day, in the sheet's order."""
    header = result.header
    found = corrections(ledger, result.rules)
    return as_csv(found, header.date, header.venue_id, result.settings.currency)


def as_csv(found: Corrections, day: date, venue: int | None, currency: str) -> bytes:
    """The header and the corrections, in the sheet's order; `day` is the date of each."""
    same = {"date": day.isoformat(), "venue": venue, "currency": currency}
    rows = (_record(row) | same for row in found.rows.astype(object).to_dict("records"))
    return document(COLUMNS, rows, AMOUNTS)


def _record(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """A row of `Corrections.rows` by the columns of the CSV."""
    amounts = {name: None if pd.isna(row[name]) else decimal_text(row[name]) for name in AMOUNTS}
    return amounts | {
        "document": row["document"],
        "status": row["state"],
        "storage": row["storage"],
        "product_id": None if pd.isna(row["product_id"]) else row["product_id"],
        "product": row["product"],
        "unit": row["unit"],
        "reasons": " ".join(row["reasons"]),
        "findings": row["findings"],
        "finding_ids": " ".join(row["ids"]),
    }
