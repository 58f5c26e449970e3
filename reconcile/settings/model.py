"""What a run is told: thresholds and exceptions from `reconcile.toml`, credentials from the environment.

Everything here is frozen, and read before anything is fetched: a wrong key or value is a `UsageError`
that names it. Units stand in the names.
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
"""No number of the settings may be larger, but for ids."""
Count = Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]
Minutes = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=LARGEST)]
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Unit = Annotated[str, msgspec.Meta(min_length=1)]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of `reconcile.toml`: unknown keys are errors, all keys are optional."""


class ThresholdException(_Table, frozen=True):
    """Thresholds of some products alone; None: as elsewhere. The meanings are those of `Thresholds`."""

    quantity_step: Decimal | None = None
    money_step: Decimal | None = None
    cost_step: Decimal | None = None
    cost_drift_share: Decimal | None = None
    returns_restock: bool | None = None

    def __post_init__(self) -> None:
        _check_decimals(self)


class Thresholds(_Table, frozen=True):
    """How much may differ before it counts; the defaults are the rules' own."""

    quantity_step: Decimal = Decimal("0.001")
    """A difference of quantity up to this is rounding: found, but as info."""
    money_step: Decimal = Decimal("0.01")
    """The smallest step of money in a total."""
    cost_step: Decimal = Decimal("0.0001")
    """The smallest step of a unit cost."""
    cost_drift_share: Decimal = Decimal("0.05")
    """A change of unit cost up to this share of the cost before is no drift."""
    early_minutes: Minutes = 5
    """An operation may precede the receipt's creation by this."""
    late_minutes: Minutes = 60
    """An operation may follow the receipt's closing by this."""
    returns_restock: bool = True
    """Whether a return is expected to put goods back into stock."""
    by_unit: dict[Unit, ThresholdException] = {}
    """Exceptions for the products of a unit, by its name on the report, in capitals or not."""
    by_category: dict[Id, ThresholdException] = {}
    """For the products of a category; these go before those by unit, key by key."""
    by_product: dict[Id, ThresholdException] = {}
    """For single products; these go before all."""

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
        """Of each exception its key, its value, and the general one that it stands in for."""
        for table in ("by_unit", "by_category", "by_product"):
            for key, some in getattr(self, table).items():
                for name, value in msgspec.structs.asdict(some).items():
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
    """What a sale takes nothing from stock for."""

    products: frozenset[Id] = frozenset()
    """Product ids that are not kept in stock."""
    inventory_behaviors: frozenset[int] = frozenset({3})
    """Values of `inventory_behavior` that mean the same (the API documents 3 for time sold)."""


class RulesTable(_Table, frozen=True):
    """Rules switched off, and severities changed."""

    off: frozenset[str] = frozenset()
    severity: dict[str, Severity] = {}


class Api(_Table, frozen=True):
    """How hard the API may be asked."""

    requests_per_window: Count = 300
    """What the service allows the brand; as many as there are connections are left free of it."""
    window_seconds: Positive = 60.0
    connections: Annotated[int, msgspec.Meta(ge=1, le=64)] = 6
    page_size: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    attempts: Count = 8
    """How often one request is tried, the first time included."""
    retry_pause_seconds: Positive = 0.2
    """Before the first retry; then twice that, up to fifty times that; chance adds up to five times that."""
    read_timeout_seconds: Positive = 15.0
    request_deadline_seconds: Positive = 300.0
    """One request, all its attempts and waits included."""
    run_deadline_minutes: Positive = 240.0
    """One day's fetch; what was not asked for by then is named, and the day is INCOMPLETE."""
    resume_within_hours: Annotated[float, msgspec.Meta(ge=0, le=LARGEST)] = 24.0
    """How old an unfinished run may be for another one to go on from it."""


class Settings(_Table, frozen=True):
    """All of `reconcile.toml`."""

    timezone: str | None = None
    """IANA name of the venue's zone; None: the machine's, and times with `Z` are not tested."""
    window_days: Annotated[int, msgspec.Meta(ge=0, le=31)] = 1
    """Days listed either side of the business day, as the API lists by `created_at`."""
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
        return ZoneInfo(self.timezone) if self.timezone else None

    def today(self) -> date:
        """Today where the venue is."""
        return datetime.now(self.zone).date() if self.zone else datetime.now().astimezone().date()

    def day(self, text: str) -> date:
        """The business day that `today`, `yesterday` or `YYYY-MM-DD` means.

        Raises `UsageError` for anything else and for a day that has not begun at the venue.
        """
        today = self.today()
        if text in ("today", "yesterday"):
            return today if text == "today" else today - timedelta(days=1)
        try:
            asked = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a business day has no zone
        except ValueError:
            raise UsageError(
                f"'{text}' is no day; give one as YYYY-MM-DD (such as 2026-01-19), today or yesterday"
            ) from None
        if asked > today:
            raise UsageError(f"{asked} has not come yet (today is {today}); give a day up to today")
        return asked


@dataclasses.dataclass(frozen=True)
class Credentials:
    """Who asks. The secret is in no `repr`."""

    client_id: str = dataclasses.field(repr=False)
    client_secret: str = dataclasses.field(repr=False)
    brand: str
    integrator_id: str = dataclasses.field(repr=False)
    base_url: str = VENDOR_URL

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be said, longest first. A short id is no secret: hiding `12` would hide dates."""
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
    """The variables of the process; where absent, files of the same names in `$CREDENTIALS_DIRECTORY`."""

    variables: Mapping[str, str] = dataclasses.field(default_factory=lambda: os.environ, repr=False)

    def origin(self, name: str) -> str:
        """Where a variable's value comes from, in words; empty where it is not set."""
        if self.get(name) is None:
            return ""
        is_own = bool(self.variables.get(name, "").strip())
        return "from the environment" if is_own else "from a file in $CREDENTIALS_DIRECTORY"

    def get(self, name: str) -> str | None:
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
        return any(self.get(name) for name in CREDENTIALS.values())

    def venue_id(self) -> int | None:
        """`CLOPOS_VENUE_ID`, where set."""
        text = self.get("CLOPOS_VENUE_ID")
        if text is None:
            return None
        if not re.fullmatch("0*[1-9][0-9]{0,17}", text):
            raise UsageError(
                "CLOPOS_VENUE_ID is no positive whole number; set it to the venue's id, or unset it"
            )
        return int(text)

    def credentials(self) -> Credentials:
        """All four credentials, or a `UsageError` that names the missing ones."""
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
        """`CLOPOS_BASE_URL`, else the vendor's address."""
        return _checked_url(self.get("CLOPOS_BASE_URL") or VENDOR_URL)


def _header_safe(name: str, value: str | None) -> str:
    if value is None or not value.isprintable():
        raise UsageError(f"{name} holds a control character; set it to the plain text you were given")
    return value


def _checked_url(text: str) -> str:
    """The base address without a closing slash; plain http is refused except on loopback."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.username or parts.password:
        raise UsageError("CLOPOS_BASE_URL holds a user name or password; give the address alone")
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError(f"CLOPOS_BASE_URL is no web address; give one like {VENDOR_URL}")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise UsageError(
            f"CLOPOS_BASE_URL uses plain http to '{host}', which would send the credentials in the clear; "
            "use https (http is allowed to 127.0.0.1, ::1 and localhost alone)"
        )
    return text.rstrip("/")
