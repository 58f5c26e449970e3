"""Logs what changed in a day since its last report: findings that are new, gone or the same.

Findings are compared by id, which depends only on the rule and the records that a finding names.
"""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from typing import Any

from reconcile.batch.folder import base_name
from reconcile.core.input_files import read_report
from reconcile.engine.result import Result
from reconcile.evidence.day import Header

log = logging.getLogger(__name__)
_NAMED = 20
"""How many findings are listed one by one."""


@dataclasses.dataclass(frozen=True)
class Reported:
    """The last report of a day."""

    findings: dict[str, dict[str, Any]]
    """By id: rule, receipt_id, receipt_product_id, operation_id."""
    complete: bool


def last_report(folder: Path, header: Header) -> Reported | None:
    """The day's last report in the folder; None if it is missing or can't be read."""
    try:
        report = read_report(folder / f"{base_name(header)}.json")
        findings = {str(each["id"]): each for each in report["findings"] if str(each["rule"])}
        return Reported(findings, report["complete"] is True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def log_changes(before: Reported | None, result: Result) -> None:
    """Log the changes since the last report. A finding whose receipt was not judged this time is not gone."""
    if before is None:
        return
    names = ["id", "rule", "receipt_id", "receipt_product_id", "operation_id"]
    rows = result.findings[names].astype(object).to_dict("records")
    now: dict[str, dict[Any, Any]] = {str(row["id"]): row for row in rows}
    reconciled = result.receipts.loc[result.receipts["receipt_class"] == "reconciled", "receipt_id"]
    judged = set(reconciled.tolist())
    missing = [key for key in before.findings if key not in now]
    gone = [key for key in missing if result.complete or before.findings[key].get("receipt_id") in judged]
    new = [key for key in now if key not in before.findings]
    log.info(
        "findings since the last report%s: %d new, %d gone, %d the same%s",
        "" if before.complete else ", which was INCOMPLETE", len(new), len(gone), len(now) - len(new),
        f", {len(missing) - len(gone)} not judged this time" if len(gone) < len(missing) else "",
    )  # fmt: skip
    named = [f"new: {_in_words(now[key])}" for key in new]
    named += [f"gone: {_in_words(before.findings[key])}" for key in gone]
    for line in named[:_NAMED]:
        log.info("  %s", line)
    if len(named) > _NAMED:
        log.info("  and %d more: compare the reports", len(named) - _NAMED)


def _in_words(finding: dict[Any, Any]) -> str:
    """`quantity-mismatch, receipt 201, line 3004`."""
    words = {"receipt_id": "receipt", "receipt_product_id": "line", "operation_id": "operation"}
    ids = {word: finding.get(name) for name, word in words.items()}
    named = [f"{word} {key}" for word, key in ids.items() if isinstance(key, int)]
    return ", ".join([str(finding["rule"])[:60], *named])
