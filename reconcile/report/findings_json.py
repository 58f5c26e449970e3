"""The day's result as JSON, for other programs.

Quantities and money are strings of plain decimals, null where unknown. Same result, same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from reconcile.core.exact import decimal_text, ints_or_none
from reconcile.engine.result import Result

SCHEMA_VERSION = 1
FIELDS = (
    "id", "rule", "severity", "receipt_id", "receipt_product_id", "operation_id", "product_id", "product",
    "stock_id", "storage", "expected", "actual", "difference", "value", "message", "cause",
)  # fmt: skip
"""Of a finding."""
NUMBERS = ("expected", "actual", "difference", "value")
_IDS = ("receipt_id", "receipt_product_id", "operation_id", "product_id", "stock_id")


def render(result: Result) -> bytes:
    """The document in UTF-8, one finding per line."""
    control = result.control
    head: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "date": result.header.date.isoformat(),
        "venue_id": result.header.venue_id,
        "source": result.header.source,
        "demo": result.header.demo,
        "complete": result.complete,
        "not_judged": _not_judged(result),
        "control": {
            "receipts": dict(control.receipts),
            "lines": dict(control.lines),
            "operations": dict(control.operations),
            "value": {name: decimal_text(count) for name, count in control.value.items()},
        },
    }
    failures = [failure._asdict() for failure in result.failures]
    failures += [{"receipt_id": None, "reason": f"the rule {name} crashed"} for name in result.crashed_rules]
    lists = {
        "findings": finding_records(result.findings),
        "failures": failures,
        "quarantine": _quarantine(result.quarantine),
    }
    parts = [f" {_text(key)}: {_text(value)}" for key, value in head.items()]
    parts += [f" {_text(key)}: [{_lines(rows)}]" for key, rows in lists.items()]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _not_judged(result: Result) -> dict[str, Any]:
    """Rules that did not run, and receipts that were not judged in full."""
    rules = {*result.crashed_rules, *result.settings.rules.off}
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
    return "".join(f"{',' if number else ''}\n  {_text(row)}" for number, row in enumerate(rows)) + (
        "\n " if rows else ""
    )


def finding_records(findings: pd.DataFrame) -> list[dict[str, Any]]:
    """One dict per finding, by `FIELDS`: ids as integers, numbers as text of plain decimals."""
    columns: dict[str, list[Any]] = {
        name: findings[name].astype("str").tolist() for name in ("id", "rule", "severity")
    }
    columns |= {name: ints_or_none(findings[name]) for name in _IDS}
    columns |= {name: _or_none(findings[name]) for name in ("product", "storage", "message", "cause")}
    for name in NUMBERS:
        counts = ints_or_none(findings[name])
        columns[name] = [None if count is None else decimal_text(count) for count in counts]
    for name in ("expected", "actual"):
        texts = _or_none(findings[f"{name}_text"])
        columns[name] = [text or number for text, number in zip(texts, columns[name], strict=True)]
    return _records({name: columns[name] for name in FIELDS})


def _quarantine(quarantine: pd.DataFrame) -> list[dict[str, Any]]:
    columns = {name: ints_or_none(quarantine[name]) for name in ("id", "receipt_id")}
    record, reason = quarantine["record"].astype("str").tolist(), quarantine["reason"].tolist()
    return _records({"record": record, **columns, "reason": reason})


def _records(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _or_none(column: pd.Series[str]) -> list[str | None]:
    return [None if pd.isna(value) else value for value in column.tolist()]
