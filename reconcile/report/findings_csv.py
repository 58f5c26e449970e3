"""The day's findings as CSV, for other systems: the JSON's fields, then the day, venue, unit and currency.

One finding per row. The unit is that of the product; the currency is the one of the settings.
"""

from __future__ import annotations

from reconcile.engine.result import Result
from reconcile.report.csv_cells import document
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
    rows = (
        finding | same | {"unit": units.get(finding["product_id"])}
        for finding in finding_records(result.findings)
    )
    return document(COLUMNS, rows, NUMBERS)


def _units(result: Result) -> dict[int, str]:
    """The unit of each product: as it was sold, else as an ingredient, else by the catalogue."""
    units = {key: product.unit for key, product in result.catalogue.products.items()}
    for frame in (result.ingredients, result.lines):
        units |= dict(zip(frame["product_id"].tolist(), frame["unit"].astype("str").tolist(), strict=True))
    return units
