"""The row of the table `control`: what is said of a day as a whole.

Values in millionths of money; unknown ones are None.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from reconcile.analysis.bridge import bridge
from reconcile.analysis.sales import sales
from reconcile.core.exact import decimal_text
from reconcile.engine.result import Result

Value = tuple[object, str]
"""A value, and its type in SQL."""


def control_row(result: Result, decimal: str) -> Mapping[str, Value]:
    """By column. `decimal`: the type of amounts, whose values are texts of plain decimals."""
    header, day_bridge = result.header, bridge(result)
    day_sales, control = sales(result, day_bridge), result.control
    counts = {
        f"{what}_{name}": count
        for what in ("receipts", "lines", "operations")
        for name, count in getattr(control, what).items()
    }
    counts |= {word: result.count(severity) for word, severity in _FINDINGS.items()}
    amounts: dict[str, int | None] = {
        **control.value,
        "sales": day_sales.net,
        "receipt_charges": day_sales.of_receipts,
        "expected_cost": day_sales.expected_cost,
        "actual_cost": day_sales.actual_cost,
        **{f"bridge_{name}": day_bridge.apart.get(rule, 0) for name, rule in _APART.items()},
        "bridge_rounding": day_bridge.rounding,
        "bridge_cost": day_bridge.cost,
        "bridge_not_judged": day_bridge.not_judged,
        "bridge_rest": day_bridge.rest,
    }
    return {
        "venue_id": (result.venue, "BIGINT"),
        "tenant": (header.tenant or None, "VARCHAR"),
        "source": (header.source, "VARCHAR"),
        "demo": (header.demo, "BOOLEAN"),
        "started_at": (_utc(header.started_at), "TIMESTAMP"),
        "complete": (result.complete, "BOOLEAN"),
        "verdict": (result.verdict, "VARCHAR"),
        "currency": (result.settings.currency or None, "VARCHAR"),
        **{name: (count, "BIGINT") for name, count in counts.items()},
        **{
            name: (None if value is None else decimal_text(value), decimal) for name, value in amounts.items()
        },
    }


_FINDINGS = {"errors": "error", "warnings": "warning", "notes": "info"}
_APART = {
    "misplaced": "misplaced-write-off",
    "wrong_product": "wrong-product",
    "never_written_off": "goods-never-written-off",
    "unit_ratio": "unit-ratio",
    "accepted": "",
}
"""By column, the rule in `Bridge.apart`."""


def _utc(text: str) -> datetime | None:
    """A time of the evidence, without its zone; None where it is no time."""
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
    except (ValueError, OverflowError):
        return None
