"""A local Clopos' account, its behaviour, its limits, and its diary of what it was asked."""

from __future__ import annotations

import dataclasses
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Literal

from reconcile.sandbox.faults import RouteName

LOGIN_FIELDS = ("client_id", "client_secret", "brand", "integrator_id")
PRODUCTS_SCOPE = "products:read"


@dataclasses.dataclass(frozen=True)
class Account:
    """The credentials that the server lets in. They are long, so that a search for them finds nothing else."""

    client_id: str = "sandbox-client-5f1c2ab7"
    client_secret: str = "sandbox-secret-93b0d6e4aa17"  # noqa: S105  of a server on this machine alone
    brand: str = "sandbox"
    integrator_id: str = "sandbox-integrator-c07e11"

    def environment(self) -> dict[str, str]:
        """The credentials as the command reads them."""
        return {f"CLOPOS_{name.upper()}": getattr(self, name) for name in LOGIN_FIELDS}


def _nothing(number: int) -> None:
    """All stays as it is."""


@dataclasses.dataclass
class Behaviour:
    """How this server does what is documented, and what is not. May be changed while it runs."""

    page_cap: int = 100
    """The largest page; a larger `limit` is lowered silently."""
    token_life_seconds: float = 3600.0
    requests_per_window: int = 300
    auth_per_window: int = 60
    failures_per_window: int = 600
    window_seconds: float = 60.0
    pace: float = 1.0
    """What a fault lets pass, a second being this long: tests play slow scenarios fast."""
    keep_alive_seconds: float = 5.0
    """How long an idle connection is kept; read when the server starts."""
    states_limits: bool = True
    """Whether the RateLimit headers are there."""
    reset_as: Literal["seconds", "epoch", "garbage", "absent"] = "seconds"
    scopes: frozenset[str] = frozenset({"receipts:read", PRODUCTS_SCOPE})
    lists_lines: bool = True
    embeds_products: bool = True
    lists_deleted_lines: bool = True
    """Else a deleted line is shown only by Get Receipt by ID."""
    numbers_as_text: bool = False
    shuffles_pages: bool = False
    """Ignores the order that was asked for: each page is cut from another order."""
    sorts_by_id_alone: bool = False
    """Ignores any other order that is asked for."""
    total_off: int = 0
    """How far `total` is from the truth."""
    before_page: Callable[[int], None] = _nothing
    """Is called with the number of each page before it is cut."""
    before_login: Callable[[int], None] = _nothing
    """Is called with the number of each login, from 1."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """One request, as it came."""

    route: RouteName
    receipt_id: int | None
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: float
    """Monotonic seconds."""


@dataclasses.dataclass
class Diary:
    """What the server was asked, and how that ended."""

    asked: list[Asked] = dataclasses.field(default_factory=list)
    statuses: Counter[int] = dataclasses.field(default_factory=Counter)
    tokens: list[str] = dataclasses.field(default_factory=list)
    token_ages: list[float] = dataclasses.field(default_factory=list)
    """How many seconds old the token of each request was."""
    most_at_once: int = 0
    _now: int = 0

    def count(self, route: RouteName | None = None, receipt_id: int | None = None) -> int:
        """How many requests came, of one route, for one receipt."""
        return sum(
            route in (None, each.route) and receipt_id in (None, each.receipt_id) for each in self.asked
        )

    def enter(self, asked: Asked) -> None:
        self.asked.append(asked)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)

    def leave(self, status: int) -> None:
        self._now -= 1
        self.statuses[status] += 1


class Window:
    """A sliding window of requests."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def room(self, limit: int, seconds: float) -> int:
        """How many more it takes now."""
        while self._times and self._times[0] <= time.monotonic() - seconds:
            self._times.popleft()
        return max(0, limit - len(self._times))

    def add(self) -> None:
        """Count one more."""
        self._times.append(time.monotonic())

    def headers(self, limit: int, seconds: float, reset_as: str) -> dict[str, str]:
        """What the window says of itself: `RateLimit-Reset` is when the oldest request leaves it."""
        shown = {"RateLimit-Limit": str(limit), "RateLimit-Remaining": str(self.room(limit, seconds))}
        oldest = self._times[0] if self._times else time.monotonic()
        reset = max(0.0, oldest + seconds - time.monotonic())
        match reset_as:
            case "seconds":
                shown["RateLimit-Reset"] = str(math.ceil(reset))
            case "epoch":
                shown["RateLimit-Reset"] = str(math.ceil(time.time() + reset))
            case "garbage":
                shown["RateLimit-Reset"] = "soon; NaN"
        return shown
