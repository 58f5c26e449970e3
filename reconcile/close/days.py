"""The days of the month: one row a day, also for a day that has no books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from reconcile.close.query import frame
from reconcile.core.exact import nullable
from reconcile.ledger.day_records import DayRecord
from reconcile.ledger.sign_offs import ROLES, Signed

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MISSING = "MISSING"
"""The verdict of a day without books."""

_QUERY = """
select date, verdict, complete, errors, warnings, receipts_reconciled as receipts, sales, expected_cost,
       actual_cost, written_off, over, under, over + under as net, put_back, currency, tenant, venue_id,
       bridge_misplaced + bridge_wrong_product + bridge_never_written_off + bridge_unit_ratio
       + bridge_accepted as apart, bridge_rounding as rounding, bridge_cost as cost_gap,
       bridge_not_judged as not_judged, bridge_rest as rest
from control order by date
"""


def calendar(first: date, last: date) -> list[date]:
    """Every day from first to last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def days_frame(
    books: DuckDBPyConnection,
    first: date,
    last: date,
    records: Mapping[date, DayRecord],
    signed: Mapping[date, Mapping[str, Signed]],
) -> pd.DataFrame:
    """One row a day from first to last. Amounts in millionths of money, NA where not known.

    `verdict` is `MISSING` without books. `sales`, `expected_cost`, `actual_cost`, `written_off`, `over`, `under`,
    `net`, and the parts of the bridge, are the day's control totals. `open_items` is how many its ledger carried
    forward, `signed_by` who signed it off (the one that counts most), empty without a sign-off that holds.
    """
    found = frame(books, _QUERY).set_index("date")
    whole = pd.DataFrame(index=pd.DatetimeIndex(calendar(first, last), name="date").as_unit("s"))
    days = whole.join(found).reset_index()
    names = [each.date() for each in days["date"]]
    who = [next((signed[day][role][0] for role in ROLES if role in signed.get(day, {})), "") for day in names]
    counted = [records[day].totals["open_items"] if day in records else None for day in names]
    return days.assign(
        verdict=days["verdict"].fillna(MISSING),
        open_items=nullable(None if each is None else int(each) for each in counted),
        signed_by=pd.Series(who, dtype="str"),
    )
