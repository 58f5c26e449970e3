"""Checks of times: this machine's clock, and the venue's time zone."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import numpy as np

from reconcile.doctor.checks import SETTINGS, Check, fail, ok, skipped, warn
from reconcile.doctor.requests import Contact
from reconcile.doctor.service import age_in_words
from reconcile.frames import reading
from reconcile.settings.model import Settings

_TOLERATED_SECONDS = 120
_QUARTER = 15
"""Zones differ by multiples of so many minutes."""
_SLACK = _TOLERATED_SECONDS / 60 / _QUARTER
"""A receipt stamped by a till whose clock is ahead by what is tolerated does not count as the next quarter."""


def _seconds_ahead(found: Contact) -> float | None:
    """This machine's clock less the service's, by the envelope or else by the header `Date`."""
    if found.seconds_ahead is not None:
        return found.seconds_ahead
    try:
        return datetime.now(UTC).timestamp() - parsedate_to_datetime(found.headers["date"]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return None


def check_clock(found: Contact) -> Check:
    """This machine's clock against the service's."""
    ahead = _seconds_ahead(found)
    if ahead is None:
        return warn(
            "clock", "the service does not tell its time", "check that this machine's clock is set by NTP"
        )
    if abs(ahead) <= _TOLERATED_SECONDS:
        return ok("clock", f"within {_TOLERATED_SECONDS // 60} minutes of the service's")
    where = "ahead of" if ahead > 0 else "behind"
    broken = "'yesterday' is wrong near midnight, tokens end unseen, and receipts just closed are misjudged"
    difference = age_in_words(timedelta(seconds=ahead))
    return warn("clock", f"{difference} {where} the service's: {broken}", "set this machine's clock by NTP")


def check_time_zone(found: Contact, settings: Settings) -> Check:
    """The venue's zone against the newest times of the receipts and the service's UTC."""
    if not found.receipts:
        return skipped("time-zone", "receipts" if "receipts" in found.failed else "receipts: there is none")
    now = datetime.now(UTC) - timedelta(seconds=_seconds_ahead(found) or 0.0)
    local = now.astimezone(settings.zone).replace(tzinfo=None)
    zone = settings.timezone or "this machine's zone"
    newest = _newest_time(found.receipts, settings)
    if newest is None:
        return warn("time-zone", f"{zone}: no receipt has a time that can be read", "see the check answers")
    set_it = 'set timezone in reconcile.toml to the venue\'s IANA name, such as timezone = "Asia/Baku"'
    age = local - newest
    if age < -timedelta(seconds=_TOLERATED_SECONDS):
        quarters = math.ceil((newest - now.replace(tzinfo=None)) / timedelta(minutes=_QUARTER) - _SLACK)
        offset = quarters * _QUARTER
        sign = "-" if offset < 0 else "+"
        east = f"UTC{sign}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
        future = f"by {zone} the newest receipt is {age_in_words(age)} in the future"
        message = f"{future}; the venue is at {east} or further east"
        return fail("time-zone", message, set_it, SETTINGS)
    message = f"by {zone} the newest receipt is {age_in_words(age)} old"
    if settings.timezone is None:
        return warn("time-zone", f"timezone is not set; {message}", set_it)
    if age > timedelta(days=2):
        return ok("time-zone", f"{message}: too old to tell whether the zone is right")
    return ok("time-zone", f"{message}, which fits unless the venue has sold since")


def _newest_time(receipts: list[Any], settings: Settings) -> datetime | None:
    fields = ("created_at", "updated_at", "closed_at")
    values = [receipt.get(field) for receipt in receipts if isinstance(receipt, dict) for field in fields]
    times, zoned, bad = reading.times(values, settings.zone)
    known = times[~(zoned | bad | np.isnat(times))]
    return datetime.fromisoformat(str(known.max())) if len(known) else None
