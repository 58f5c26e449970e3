"""Lines for the log: the verdict of a day, what is missing from an incomplete one, and a venue's total of several."""

from __future__ import annotations

from collections import defaultdict

from reconcile.core.exact import decimal_text
from reconcile.engine.result import Result
from reconcile.report.venue_total import VenueTotal

_REASONS, _IDS = 5, 6
"""How many reasons are listed, and how many receipts of each."""


def in_one_line(result: Result) -> str:
    """The verdict with the control totals that matter most."""
    control = result.control
    return (
        f"{result.verdict}. {control.receipts['reconciled']} receipts, {control.lines['total']} lines "
        f"({control.lines['matched']} matched, {control.lines['unverified']} can't be judged), "
        f"{result.count('error')} errors, {result.count('warning')} warnings, {result.count('info')} notes; "
        f"over {decimal_text(control.value['over'])}, under {decimal_text(control.value['under'])}"
    )


def total_in_one_line(total: VenueTotal) -> str:
    """The sums of a venue's days, and how many of them are in no sum, or not judged whole."""
    venue = "" if total.venue is None else f"venue {total.venue}, "
    over, under = total.over, total.under
    parts = [f"over {decimal_text(over)}, under {decimal_text(under)}, net {decimal_text(over + under)}"]
    if total.last is not None and total.last.open_items is not None:
        items = total.last.open_items
        parts.append(f"{items} open item{'s' * (items != 1)} after {total.last.day}")
    if total.not_reconciled:
        parts.append(f"{total.not_reconciled} not reconciled")
    if total.incomplete:
        parts.append(f"{total.incomplete} incomplete")
    return f"{venue}{total.asked[0]} to {total.asked[-1]}, {len(total.asked)} days: {'; '.join(parts)}"


def what_is_missing(result: Result) -> list[str]:
    """Why a day is incomplete: the reasons, each with its receipts; empty for a complete day."""
    by_reason: dict[str, list[int]] = defaultdict(list)
    for receipt_id, reason in result.failures:
        by_reason[reason] += [] if receipt_id is None else [receipt_id]
    reasons = [f"{_receipts(ids)}{reason}" for reason, ids in list(by_reason.items())[:_REASONS]]
    if len(by_reason) > _REASONS:
        reasons.append(f"{len(by_reason) - _REASONS} more reasons: see Not judged in the workbook")
    if count := len(result.quarantine):
        reasons.append(f"{count} record{'s' * (count > 1)} can't be read: see Not judged in the workbook")
    return reasons + [f"the rule {name} crashed" for name in result.crashed_rules]


def _receipts(ids: list[int]) -> str:
    if not ids:
        return ""
    more = f" and {len(ids) - _IDS} more" if len(ids) > _IDS else ""
    return f"{'receipt' if len(ids) == 1 else 'receipts'} {', '.join(map(str, ids[:_IDS]))}{more}: "
