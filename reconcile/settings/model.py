"""The settings of a run: thresholds and exceptions from `reconcile.toml`, credentials from the environment.

All are immutable and read before anything is fetched; a wrong key or value raises a `UsageError` that names it.
Units are part of the names.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from reconcile.core.errors import UsageError
from reconcile.core.text import shown

Severity = Literal["error", "warning", "info"]
CONFIG_NAME = "reconcile.toml"
VENDOR_URL = "https://integrations.clopos.com/open-api/v2"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

LARGEST = 10**6
"""The largest number in the settings, except ids."""
Count = Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]
Minutes = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=LARGEST)]
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Unit = Annotated[str, msgspec.Meta(min_length=1)]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of `reconcile.toml`: all keys are optional, unknown keys are errors."""


class ThresholdException(_Table, frozen=True):
    """Thresholds for some products, as in `Thresholds`; None: the general threshold."""

    quantity_step: Decimal | None = None
    money_step: Decimal | None = None
    cost_step: Decimal | None = None
    cost_drift_share: Decimal | None = None
    returns_restock: bool | None = None

    def __post_init__(self) -> None:
        _check_decimals(self)


class Thresholds(_Table, frozen=True):
    """Differences that the rules allow."""

    quantity_step: Decimal = Decimal("0.001")
    """A quantity difference up to this is rounding: reported as info."""
    money_step: Decimal = Decimal("0.01")
    """The smallest money step of a total cost."""
    cost_step: Decimal = Decimal("0.0001")
    """The smallest step of a unit cost."""
    cost_drift_share: Decimal = Decimal("0.05")
    """A change of unit cost up to this share of the cost before is not reported."""
    early_minutes: Minutes = 5
    """How long before the receipt's creation an operation may be."""
    late_minutes: Minutes = 60
    """How long after the receipt's closing an operation may be."""
    returns_restock: bool = True
    """Whether a return is expected to put goods back into stock."""
    by_unit: dict[Unit, ThresholdException] = {}
    """Exceptions for all products of a unit, by its name on the report, in any case."""
    by_category: dict[Id, ThresholdException] = {}
    """For all products of a category; these override exceptions by unit, key by key."""
    by_product: dict[Id, ThresholdException] = {}
    """For single products; these override all others."""

    def __post_init__(self) -> None:
        _check_decimals(self)
        units: dict[str, str] = {}
        for unit in self.by_unit:
            other = units.setdefault(unit.casefold(), unit)
            if other != unit:
                raise ValueError(
                    f"by_unit names {shown(other)} and {shown(unit)}, which are the same unit; name each once"
                )

    def exceptions(self) -> Iterator[tuple[str, object, object]]:
        """(key such as `by_unit.kg.money_step`, its value, the general value) of each exception."""
        for table in ("by_unit", "by_category", "by_product"):
            for key, exception in getattr(self, table).items():
                for name, value in msgspec.structs.asdict(exception).items():
                    if value is not None:
                        yield f"{table}.{key}.{name}", value, getattr(self, name)


def _check_decimals(thresholds: Thresholds | ThresholdException) -> None:
    for name in ("quantity_step", "money_step", "cost_step", "cost_drift_share"):
        value: Decimal | None = getattr(thresholds, name)
        if value is None:
            continue
        if not (value.is_finite() and 0 <= value < LARGEST):
            raise ValueError(f"{name} is {str(value)[:40]}; allowed is a number from 0 to a million")
        if value != round(value, 6):
            raise ValueError(f"{name} is {str(value)[:40]}; allowed are at most six decimals")


class Untracked(_Table, frozen=True):
    """Products whose sale takes nothing from stock."""

    products: frozenset[Id] = frozenset()
    """Product ids that are not kept in stock."""
    inventory_behaviors: frozenset[int] = frozenset({3})
    """Values of `inventory_behavior` that mean the same (the API documents 3 for products sold by time)."""


class RulesTable(_Table, frozen=True):
    """Rules switched off, and severities changed."""

    off: frozenset[str] = frozenset()
    severity: dict[str, Severity] = {}


class Api(_Table, frozen=True):
    """Limits of the API client."""

    requests_per_window: Count = 300
    """The API's quota for the brand; one request per connection is left unused."""
    window_seconds: Positive = 60.0
    connections: Annotated[int, msgspec.Meta(ge=1, le=64)] = 6
    page_size: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    attempts: Count = 8
    """The maximum number of tries of one request, the first included."""
    retry_pause_seconds: Positive = 0.2
    """Before the first retry; doubled each time, up to fifty times; jitter adds up to five times this."""
    read_timeout_seconds: Positive = 15.0
    request_deadline_seconds: Positive = 300.0
    """Of one request with all its attempts and waits."""
    run_deadline_minutes: Positive = 240.0
    """Of one day's fetch; what is not fetched by then is listed, and the day is INCOMPLETE."""
    resume_within_hours: Annotated[float, msgspec.Meta(ge=0, le=LARGEST)] = 24.0
    """The maximum age of an unfinished run that another run may resume."""


class Settings(_Table, frozen=True):
    """All of `reconcile.toml`."""

    timezone: str | None = None
    """IANA name of the venue's time zone; None: the machine's, and times with `Z` are not checked."""
    window_days: Annotated[int, msgspec.Meta(ge=0, le=31)] = 1
    """Days requested before and after the business day, as the API lists by `created_at`."""
    thresholds: Thresholds = Thresholds()
    untracked: Untracked = Untracked()
    rules: RulesTable = RulesTable()
    api: Api = Api()

    def __post_init__(self) -> None:
        if self.timezone is not None and self.timezone not in available_timezones():
            raise ValueError(
                f"timezone is {shown(self.timezone)}; allowed is an IANA name such as 'Asia/Baku'"
            )

    @property
    def zone(self) -> ZoneInfo | None:
        """The venue's time zone, if set."""
        return ZoneInfo(self.timezone) if self.timezone else None

    def today(self) -> date:
        """Today's date at the venue."""
        return datetime.now(self.zone).date() if self.zone else datetime.now().astimezone().date()

    def day(self, text: str) -> date:
        """The business day for `today`, `yesterday` or `YYYY-MM-DD`.

        Raises `UsageError` for anything else and for a day that has not begun at the venue.
        """
        today = self.today()
        if text in ("today", "yesterday"):
            return today if text == "today" else today - timedelta(days=1)
        try:
            asked = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a business day has no zone
        except ValueError:
            raise UsageError(
                f"'{text}' is not a date; give one as YYYY-MM-DD (such as 2026-01-19), today or yesterday"
            ) from None
        if asked > today:
            raise UsageError(f"{asked} is in the future (today is {today}); give a day up to today")
        return asked


@dataclasses.dataclass(frozen=True)
class Credentials:
    """API credentials; ids and secret are left out of `repr`."""

    client_id: str = dataclasses.field(repr=False)
    client_secret: str = dataclasses.field(repr=False)
    brand: str
    integrator_id: str = dataclasses.field(repr=False)
    base_url: str = VENDOR_URL

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts to hide in all output, longest first. Short ids are not hidden: `12` would hide parts of dates."""
        ids = [each for each in (self.client_id, self.integrator_id) if len(each) >= _SHORTEST_HIDDEN_ID]
        return tuple(sorted((self.client_secret, *ids), key=len, reverse=True))


_SHORTEST_HIDDEN_ID = 8
CREDENTIALS = {
    "client_id": "CLOPOS_CLIENT_ID",
    "client_secret": "CLOPOS_CLIENT_SECRET",
    "brand": "CLOPOS_BRAND",
    "integrator_id": "CLOPOS_INTEGRATOR_ID",
}


@dataclasses.dataclass(frozen=True)
class Environment:
    """Environment variables, or else files of the same names in `$CREDENTIALS_DIRECTORY`."""

    variables: Mapping[str, str] = dataclasses.field(default_factory=lambda: os.environ, repr=False)

    def origin(self, name: str) -> str:
        """Where the value of a variable comes from, in words; empty if not set. Raises as `get`."""
        if self.get(name) is None:
            return ""
        is_own = bool(self.variables.get(name, "").strip())
        return "from the environment" if is_own else "from a file in $CREDENTIALS_DIRECTORY"

    def get(self, name: str) -> str | None:
        """The value of a variable; None if not set or empty. Raises `UsageError` for an unreadable file."""
        value = self.variables.get(name, "").strip()
        folder = self.variables.get("CREDENTIALS_DIRECTORY")
        if not value and folder:
            try:
                value = (Path(folder) / name).read_text(encoding="utf-8").strip()
            except FileNotFoundError:
                return None
            except (OSError, UnicodeDecodeError) as error:
                problem = type(error).__name__
                raise UsageError(f"{name} in $CREDENTIALS_DIRECTORY can't be read ({problem})") from None
        return value or None

    def has_any_credential(self) -> bool:
        """Whether any of the four credentials is set."""
        return any(self.get(name) for name in CREDENTIALS.values())

    def venue_id(self) -> int | None:
        """`CLOPOS_VENUE_ID` if set. Raises `UsageError` if it is not a positive whole number."""
        text = self.get("CLOPOS_VENUE_ID")
        if text is None:
            return None
        if not re.fullmatch("0*[1-9][0-9]{0,17}", text):
            raise UsageError(
                "CLOPOS_VENUE_ID is not a positive whole number; set it to the venue's id, or unset it"
            )
        return int(text)

    def credentials(self) -> Credentials:
        """All four credentials. Raises `UsageError`, which names the missing ones."""
        found = {field: self.get(name) for field, name in CREDENTIALS.items()}
        missing = [CREDENTIALS[field] for field, value in found.items() if value is None]
        if missing:
            raise UsageError(
                f"{', '.join(missing)} not set; set all of {', '.join(CREDENTIALS.values())} in the environment, "
                "or run with --source demo"
            )
        known: dict[str, Any] = {
            field: _header_safe(CREDENTIALS[field], value) for field, value in found.items()
        }
        return Credentials(**known, base_url=self.base_url())

    def base_url(self) -> str:
        """`CLOPOS_BASE_URL`, or the vendor's address. Raises `UsageError` for an unsafe or invalid address."""
        return _checked_url(self.get("CLOPOS_BASE_URL") or VENDOR_URL)


def _header_safe(name: str, value: str | None) -> str:
    if value is None or not value.isprintable():
        raise UsageError(f"{name} holds a control character; set it to the text you were given")
    return value


def _checked_url(text: str) -> str:
    """The base address without a trailing slash. Plain http is refused, except to loopback addresses."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.username or parts.password:
        raise UsageError("CLOPOS_BASE_URL holds a user name or password; give only the address")
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError(f"CLOPOS_BASE_URL is not a web address; give one like {VENDOR_URL}")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise UsageError(
            f"CLOPOS_BASE_URL uses plain http to '{host}', which would send the credentials unencrypted; "
            "use https (http is allowed only to 127.0.0.1, ::1 and localhost)"
        )
    return text.rstrip("/")
