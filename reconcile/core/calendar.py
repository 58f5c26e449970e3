"""The days that can be reconciled: a few days before and after each are on the calendar too."""

from __future__ import annotations

from datetime import date

EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(9998, 12, 31)
