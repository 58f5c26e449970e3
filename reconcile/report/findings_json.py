"""The day's result as JSON, for other programs.

Quantities and money are strings of plain decimals, null where unknown. Same result, same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from reconcile.core.columns import nullable_array
from reconcile.core.exact import decimal_text
from reconcile.engine.result import Control, Result

SCHEMA_VERSION = 2
FIELDS = (
    "id", "rule", "severity", "receipt_id", "receipt_product_id", "operation_id", "product_id", "product",
    "stock_id", "storage", "expected", "actual", "difference", "value", "message", "cause", "explained_by",
)  # fmt: skip
"""Of a finding."""
NUMBERS = ("expected", "actual", "difference", "value")


def render(result: Result) -> bytes:
    """The document in UTF-8, one finding per line."""
    head: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "date": result.header.date.isoformat(),
        "venue_id": result.header.venue_id,
        "source": result.header.source,
        "demo": result.header.demo,
        "complete": result.complete,
        "not_judged": _not_judged(result),
        "control": control_record(result.control),
    }
    failures = [failure._asdict() for failure in result.failures]
    failures += [{"receipt_id": None, "reason": f"the rule {name} crashed"} for name in result.crashed_rules]
    lists = {
        "changed_since": [row.record() for row in result.changed_since],
        "findings": finding_records(result.findings),
        "failures": failures,
        "quarantine": _records(result.quarantine, ["record", "id", "receipt_id", "reason"]),
    }
    parts = [f" {_text(key)}: {_text(value)}" for key, value in head.items()]
    parts += [f" {_text(key)}: [{_lines(rows)}]" for key, rows in lists.items()]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def control_record(control: Control) -> dict[str, Any]:
    """The control totals: counts, and values as text of plain decimals."""
    return {
        "receipts": dict(control.receipts),
        "lines": dict(control.lines),
        "operations": dict(control.operations),
        "value": {name: decimal_text(count) for name, count in control.value.items()},
    }


def _not_judged(result: Result) -> dict[str, Any]:
    """Rules that did not run, and receipts that were not judged in full."""
    rules = set(result.not_run)
    if result.catalogue.missing:
        rules |= {rule.name for rule in result.rules.values() if rule.needs_catalogue}
    receipts, lines = result.receipts, result.lines
    is_open = receipts["receipt_class"] == "open"
    ids = {
        *receipts["receipt_id"][is_open].tolist(),
        *lines["receipt_id"][lines["status"] == "unverified"].tolist(),
        *lines["receipt_id"][(lines["kind"] == "composite") & (lines["recipe"] != "known")].tolist(),
    }
    return {"rules": sorted(rules), "receipts": sorted(ids)}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _lines(rows: Sequence[Any]) -> str:
    return ",".join(f"\n  {_text(row)}" for row in rows) + ("\n " if rows else "")


def finding_records(findings: pd.DataFrame) -> list[dict[str, Any]]:
    """One dict per finding, by `FIELDS`: ids as integers, numbers as text of plain decimals."""
    records = _records(findings, [*FIELDS, "expected_text", "actual_text"])
    for record in records:
        for name in NUMBERS:
            count = record[name]
            text = record.pop(f"{name}_text", None)
            record[name] = text or (None if count is None else decimal_text(count))
    return records


def _records(frame: pd.DataFrame, names: list[str]) -> list[dict[str, Any]]:
    """One dict per row; None where a value is missing."""
    rows = zip(*(nullable_array(frame, name).tolist() for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]
