"""The JSON Schemas that the program ships, and what holds all that it writes to them."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from reconcile.close.month import Month
from reconcile.core.exact_json import encode_json
from reconcile.engine.result import Result
from reconcile.evidence.log import EvidenceLog
from reconcile.report import findings_json
from reconcile.report.month import month_json
from tests.given.places import ROOT


def schema(name: str) -> dict[str, Any]:
    """`report`, `evidence` or `month`."""
    found: dict[str, Any] = json.loads((ROOT / "reconcile" / "schemas" / f"{name}.json").read_bytes())
    return found


@functools.cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema(name))


def faults(name: str, document: bytes) -> list[str]:
    """What of a JSON document does not follow the schema, and where."""
    found = _validator(name).iter_errors(json.loads(document))
    return [f"{'/'.join(map(str, each.instance_path))}: {each.message[:300]}" for each in found]


@contextlib.contextmanager
def held_to_schemas() -> Iterator[None]:
    """Within, a report, the JSON of a month or a line of evidence that does not follow its schema fails."""
    render, write, render_month = findings_json.render, EvidenceLog._write, month_json.render

    def held_report(result: Result) -> bytes:
        document = render(result)
        assert faults("report", document) == []
        return document

    def held_month(month: Month) -> bytes:
        document = render_month(month)
        assert faults("month", document) == []
        return document

    def held_line(log: EvidenceLog, record: Any) -> int:
        assert faults("evidence", encode_json(record)) == [], record.get("record")
        return write(log, record)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings_json, "render", held_report)
        patch.setattr(month_json, "render", held_month)
        patch.setattr(EvidenceLog, "_write", held_line)
        yield
