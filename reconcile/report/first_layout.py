"""Workbooks of the first layout, of fourteen sheets: an item has a Status on Findings and another on Open items.

They are read for as long as they are in the folder. A row becomes one of the layout that is written today.
"""

from __future__ import annotations

from reconcile.language.translate import to_say
from reconcile.report.read_back import Headers, Row
from reconcile.report.sheets import open_items

_SAME = (
    open_items.FINDING_ID, open_items.STATUS, open_items.COMMENT, open_items.ANSWERED_IN, open_items.RULE_NAME,
    open_items.EXPECTED, open_items.EXPECTED_TEXT, open_items.ACTUAL_TEXT, open_items.VALUE,
)  # fmt: skip
"""Headers that mean the same today."""
_SEVERITY, _FOUND = to_say("Severity"), to_say("B: found")
_CLOSING = to_say("Left as")
FINDINGS: Headers = (*_SAME, _SEVERITY, _FOUND)
OPEN_ITEMS: Headers = (
    *FINDINGS, _CLOSING, open_items.FIRST_DAY, open_items.LAST_DAY, open_items.RECEIPT, open_items.PRODUCT,
    open_items.STORAGE,
)  # fmt: skip
_NOW = {_SEVERITY: open_items.PRIORITY, _FOUND: open_items.ACTUAL, _CLOSING: open_items.CLOSING}


def as_today(row: Row) -> Row:
    """The row under the headers of today."""
    return row.renamed(_NOW)
