"""What changed in a day since it was last reported: findings that are new, gone, the same.

A finding keeps its id as long as its rule and the records it names are the same, so ids tell them apart.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from reconcile.evidence import Header
from reconcile.output import base_name
from reconcile.result import Result

log = logging.getLogger(__name__)
_NAMED = 20
"""How many findings are named one by one."""


def reported_before(folder: Path, header: Header) -> dict[str, str] | None:
    """The findings of the report that stands in the folder, by id, each in a few words; None if there is none."""
    try:
        report = json.loads((folder / f"{base_name(header)}.json").read_bytes())
        return {str(each["id"]): _in_words(each) for each in report["findings"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def tell(before: dict[str, str] | None, result: Result) -> None:
    """Say what changed since then, the new and the gone ones by name."""
    if before is None:
        return
    found = result.findings
    ids = ["rule", "receipt_id", "receipt_product_id", "operation_id"]
    now = {str(row["id"]): _in_words(row) for row in found[["id", *ids]].astype(object).to_dict("records")}
    new, gone = now.keys() - before.keys(), before.keys() - now.keys()
    same = len(now) - len(new)
    log.info("findings since the last report: %d new, %d gone, %d the same", len(new), len(gone), same)
    named = [f"new: {text}" for key, text in now.items() if key in new]
    named += [f"gone: {text}" for key, text in before.items() if key in gone]
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
