"""The day's control totals as JSON: counts and sums alone, no names and no findings."""

from __future__ import annotations

import json

from reconcile.engine.result import Result
from reconcile.model.classes import SEVERITIES
from reconcile.report.findings_json import control_record


def render(result: Result, status: int) -> bytes:
    """The document in UTF-8. `status`: the exit status of the day."""
    header = result.header
    document = {
        "schema_version": 1,
        "date": header.date.isoformat(),
        "venue_id": header.venue_id,
        "demo": header.demo,
        "complete": result.complete,
        "status": status,
        "findings": {severity: result.count(severity) for severity in SEVERITIES},
        "control": control_record(result.control),
    }
    return json.dumps(document, allow_nan=False).encode()
