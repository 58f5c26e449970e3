"""The day's findings as CSV, for other systems: the JSON's fields, then the day, venue, unit and currency.

One finding per row. The unit is that of the product; the currency is the one of the settings.

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

COLUMNS = (*FIELDS, "date", "venue", "unit", "currency")


def render(result: Result) -> bytes:
    """The header and the findings, in the JSON's order."""
    header, units = result.header, _units(result)
    same = {
        "date": header.date.isoformat(),
        "venue": header.venue_id,
        "currency": result.settings.currency,
    }
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    for finding in finding_records(result.findings):
        row = finding | same | {"unit": units.get(finding["product_id"])}
        rows.writerow([_cell(name, row[name]) for name in COLUMNS])
    return written.getvalue().encode()


def _units(result: Result) -> dict[int, str]:
    """The unit of each product: as it was sold, else as an ingredient, else by the catalogue."""
    units = {key: product.unit for key, product in result.catalogue.products.items()}
    for frame in (result.ingredients, result.lines):
        units |= dict(zip(frame["product_id"].tolist(), frame["unit"].astype("str").tolist(), strict=True))
    return units


def _cell(name: str, value: int | str | None) -> int | str:
    if value is None:
        return ""
    if isinstance(value, int) or (name in NUMBERS and _is_number(value)):
        return value
    return _FORMULA.sub(r"\1'", value)


_FORMULA = re.compile(rf"(^|[;|\t\r\n][\s\"]*)(?=[{re.escape(''.join(FORMULA_STARTS))}])")


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal() and text.isascii()
