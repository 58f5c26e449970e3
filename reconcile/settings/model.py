"""The settings in `reconcile.toml`: immutable, with defaults; units are part of the names.

A value that contradicts another raises ValueError, which `reconcile.settings.file` turns into a `UsageError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from reconcile.core.calendar import EARLIEST_DAY
from reconcile.core.errors import UsageError
from reconcile.core.text import shown

Severity = Literal["error", "warning", "info"]
CONFIG_NAME = "reconcile.toml"

LARGEST = 10**6
"""The largest number in the settings, except ids."""
Count = Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]
Minutes = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=LARGEST)]
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Name = Annotated[str, msgspec.Meta(min_length=1)]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of `reconcile.toml`: all keys are optional, unknown keys are errors."""


class ThresholdException(_Table, frozen=True):
    """Thresholds for some products, as in `Thresholds`; None: the general threshold."""

    quantity_step: Decimal | None = None
    money_step: Decimal | None = None
    cost_step: Decimal | None = None
    cost_drift_share: Decimal | None = None
    cost_to_price: Decimal | None = None
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
    cost_to_price: Decimal = Decimal(3)
    """A sale may cost up to so many times what it brought in."""
    material_value: Decimal = Decimal(0)
    """An error or a warning of goods that is worth less is info; 0: none is."""
    early_minutes: Minutes = 5
    """How long before the receipt's creation an operation may be."""
    late_minutes: Minutes = 60
    """How long after the receipt's closing an operation may be."""
    returns_restock: bool = True
    """Whether a return is expected to put goods back into stock."""
    by_unit: dict[Name, ThresholdException] = {}
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
    for name, value in msgspec.structs.asdict(thresholds).items():
        if not isinstance(value, Decimal):
            continue
        if not (value.is_finite() and 0 <= value < LARGEST):
            raise ValueError(f"{name} is {str(value)[:40]}; allowed is a number from 0 to a million")
        if value != round(value, 6):
            raise ValueError(f"{name} is {str(value)[:40]}; allowed are at most six decimals")


class Untracked(_Table, frozen=True):
    """Products whose sale takes nothing from stock."""

    products: frozenset[Id] = frozenset()
    """Product ids that are not kept in stock."""
    categories: frozenset[Name] = frozenset()
    """Names of categories, in any case: the same for all their products."""


class InventoryBehavior(_Table, frozen=True):
    """What the values of a product's `inventory_behavior` mean. The API documents none of them."""

    untracked: frozenset[int] = frozenset({3})
    """Its sale takes nothing from stock."""
    itself: frozenset[int] = frozenset({1})
    """Its sale takes the product itself, also of a dish or a preparation."""
    ingredients: frozenset[int] = frozenset({0})
    """The sale of a dish or a preparation takes what its recipe says."""

    def __post_init__(self) -> None:
        meanings: dict[int, str] = {}
        for name, values in msgspec.structs.asdict(self).items():
            for value in values:
                if value in meanings:
                    raise ValueError(
                        f"{name} names {value}, and so does {meanings[value]}; allowed is one meaning for each value"
                    )
                meanings[value] = name


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
    answer_limit_mib: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 64
    """The size of one answer, unpacked, in MiB; a larger one is refused."""
    request_deadline_seconds: Positive = 300.0
    """Of one request with all its attempts and waits."""
    run_deadline_minutes: Positive = 240.0
    """Of one day's fetch; what is not fetched by then is listed, and the day is INCOMPLETE."""
    resume_within_hours: Annotated[float, msgspec.Meta(ge=0, le=LARGEST)] = 24.0
    """The maximum age of an unfinished run that another run may resume."""
    recheck_sample: Decimal = Decimal("0.02")
    """Of the receipts that did not change since: for which share `--recheck`, and the night after `--collect`, asks for
    the stock operations all the same; at least for one of a day."""
    share: Decimal = Decimal("0.8")
    """Of the quota: what `--collect` uses of it at most, as it runs by day, beside other programs of the brand."""
    collect_minutes: Positive = 12.0
    """Of one collection of all venues; what is not read by then is named, and comes first in the next."""

    def __post_init__(self) -> None:
        for name in ("recheck_sample", "share"):
            value: Decimal = getattr(self, name)
            if not (value.is_finite() and 0 < value <= 1):
                raise ValueError(f"{name} is {str(value)[:40]}; allowed is a number above 0, up to 1")


class Venue(_Table, frozen=True):
    """One venue of the brand."""

    name: str = ""
    """As the Summary calls it; empty: by its number."""


class Settings(_Table, frozen=True):
    """All of `reconcile.toml`."""

    timezone: str | None = None
    """IANA name of the venue's time zone; None: the machine's, and times with `Z` are not checked."""
    currency: str = ""
    """ISO 4217 code of the venue's money, for the Summary and the CSV; empty: not said."""
    window_days: Annotated[int, msgspec.Meta(ge=0, le=31)] = 1
    """Days requested before and after the business day, as the API lists by `created_at`."""
    venues: dict[Id, Venue] = {}
    """By number, as the API gives it."""
    thresholds: Thresholds = Thresholds()
    untracked: Untracked = Untracked()
    inventory_behavior: InventoryBehavior = InventoryBehavior()
    rules: RulesTable = RulesTable()
    api: Api = Api()

    def __post_init__(self) -> None:
        if self.timezone is not None and self.timezone not in available_timezones():
            raise ValueError(
                f"timezone is {shown(self.timezone)}; allowed is an IANA name such as 'Asia/Baku'"
            )
        if not re.fullmatch("([A-Z]{3})?", self.currency):
            raise ValueError(f"currency is {shown(self.currency)}; allowed is an ISO 4217 code such as 'AZN'")

    @property
    def zone(self) -> ZoneInfo | None:
        """The venue's time zone, if set."""
        return ZoneInfo(self.timezone) if self.timezone else None

    def today(self) -> date:
        """Today's date at the venue."""
        return datetime.now(self.zone).date() if self.zone else datetime.now().astimezone().date()

    def day(self, text: str) -> date:
        """The business day for `today`, `yesterday` or `YYYY-MM-DD`.

        Raises `UsageError` for anything else, for a day that has not begun at the venue and for one before 2000.
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
        if asked < EARLIEST_DAY:
            raise UsageError(f"{asked} is before {EARLIEST_DAY}, the earliest day; give a later one")
        return asked
