"""The day's findings as CSV, for other systems: the JSON's fields, one finding per row.

Numbers are plain decimals. A text that a spreadsheet would read as a formula gets an apostrophe in front (OWASP), also
within a text where another separator would start a cell. UTF-8, comma, CRLF (RFC 4180).
"""

from __future__ import annotations

import csv
import io
import re

from reconcile.core.text import FORMULA_STARTS
from reconcile.engine.result import Result
from reconcile.report.findings_json import FIELDS, NUMBERS, finding_records


def render(result: Result) -> bytes:
    """The header and the findings, in the JSON's order."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(FIELDS)
    for finding in finding_records(result.findings):
        rows.writerow([_cell(name, finding[name]) for name in FIELDS])
    return written.getvalue().encode()


def _cell(name: str, value: int | str | None) -> int | str:
    if value is None:
        return ""
    if isinstance(value, int) or (name in NUMBERS and _is_number(value)):
        return value
    return _FORMULA.sub(r"\1'", value)


_FORMULA = re.compile(rf"(^|[;|\t\r\n][\s\"]*)(?=[{re.escape(''.join(FORMULA_STARTS))}])")


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal() and text.isascii()
