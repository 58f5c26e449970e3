"""The sandbox server's account, behaviour, rate limits and request log."""

from __future__ import annotations

import dataclasses
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any, Literal

from reconcile.sandbox.faults import RouteName, reset_header

PRODUCTS_SCOPE = "products:read"


@dataclasses.dataclass(frozen=True)
class Account:
    """The credentials that the server accepts, long enough that a text search for them finds nothing else."""

    client_id: str = "sandbox-client-5f1c2ab7"
    client_secret: str = "sandbox-secret-93b0d6e4aa17"  # noqa: S105  of a server on this machine alone
    brand: str = "sandbox"
    integrator_id: str = "sandbox-integrator-c07e11"

    def environment(self) -> dict[str, str]:
        """The credentials as the command's environment variables."""
        return {f"CLOPOS_{name.upper()}": value for name, value in dataclasses.asdict(self).items()}

    def accepts(self, login: Any) -> bool:
        """Whether the body of a login has these credentials."""
        return isinstance(login, dict) and login | dataclasses.asdict(self) == login


@dataclasses.dataclass
class Behaviour:
    """Where the server's behaviour can be varied, documented or not. May be changed while it runs."""

    page_cap: int = 100
    """The largest page; a larger `limit` is lowered silently."""
    token_life_seconds: float = 3600.0
    requests_per_window: int = 300
    auth_per_window: int = 60
    failures_per_window: int = 600
    window_seconds: float = 60.0
    time_scale: float = 1.0
    """How many real seconds a second of a fault takes: tests play slow scenarios fast."""
    keep_alive_seconds: float = 5.0
    """How long an idle connection is kept open; read when the server starts."""
    sends_rate_limits: bool = True
    """Whether the RateLimit headers are sent."""
    reset_as: Literal["seconds", "epoch", "garbage", "absent"] = "seconds"
    scopes: frozenset[str] = frozenset({"receipts:read", PRODUCTS_SCOPE})
    ignores_venue: bool = False
    """Serves the receipts of all venues, whatever `x-venue` says."""
    lists_lines: bool = True
    embeds_products: bool = True
    lists_deleted_lines: bool = True
    """If False, only Get Receipt by ID has deleted lines."""
    modifier_lists: frozenset[str] = frozenset({"receipt_product_modificators"})
    """The lists of a line that have its modifiers: that one, `modificators`, or both."""
    refused_parts: frozenset[str] = frozenset()
    """Parts that `with[…]` may not request: of receipts, or of the list of products."""
    refuses_pages_above: int = 10**9
    """A larger `limit` is refused."""
    numbers_as_text: bool = False
    sorts: tuple[str, ...] = ("id", "created_at", "updated_at", "closed_at", "total")
    """The fields by which lists may be sorted; a sort by another is refused."""
    ignores_other_sorts: bool = False
    """Does not refuse a sort by another field: the list comes in the order of the store."""
    shuffles_pages: bool = False
    """Ignores the requested order: each page is cut from a new random order."""
    sorts_by_id_alone: bool = False
    """Ignores any requested order but that by id."""
    total_offset: int = 0
    """Added to the true `total`."""
    total_is_of_page: bool = False
    """The `total` of the lists is the number of records on the page."""
    hours_behind: int = 0
    """By how many hours the clock that `date[…]` goes by is behind the times of the receipts."""
    operations_page: int | None = None
    """The largest page of stock operations, which come with a `total`; None: all come at once, without one."""
    hides_operations: int = 0
    """How many of a receipt's operations are left out, though its `total` counts them; needs `operations_page`."""
    endless: frozenset[RouteName] = frozenset()
    """Lists (`list`, `products`) of which every page has new records."""
    is_in_test_mode: bool = False
    """The login is refused with 200: the integrator is in test mode, the brand is not."""
    missing_permission: Literal[401, 403] = 403
    """The status where a scope is missing."""
    before_page: Callable[[int], None] = lambda _: None
    """Called with the page number before a page of the list is cut."""
    before_login: Callable[[int], None] = lambda _: None
    """Called with the number of the login, from 1."""


@dataclasses.dataclass(frozen=True)
class LoggedRequest:
    """One request as received."""

    route: RouteName
    receipt_id: int | None
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: float
    """Monotonic seconds."""


@dataclasses.dataclass
class RequestLog:
    """The requests received and the statuses sent."""

    entries: list[LoggedRequest] = dataclasses.field(default_factory=list)
    statuses: Counter[int] = dataclasses.field(default_factory=Counter)
    tokens: list[str] = dataclasses.field(default_factory=list)
    """Every token issued."""
    token_ages: list[float] = dataclasses.field(default_factory=list)
    """The age in seconds of each request's token."""
    max_concurrent: int = 0
    _in_flight: int = 0

    def count(self, route: RouteName | None = None, receipt_id: int | None = None) -> int:
        """The number of requests, of all or of one route, for all receipts or one."""
        return sum(
            route in (None, entry.route) and receipt_id in (None, entry.receipt_id) for entry in self.entries
        )

    def start(self, request: LoggedRequest) -> None:
        self.entries.append(request)
        self._in_flight += 1
        self.max_concurrent = max(self.max_concurrent, self._in_flight)

    def finish(self, status: int) -> None:
        self._in_flight -= 1
        self.statuses[status] += 1


class Window:
    """A sliding window that counts requests."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def remaining(self, limit: int, seconds: float) -> int:
        """How many more requests the limit allows now."""
        while self._times and self._times[0] <= time.monotonic() - seconds:
            self._times.popleft()
        return max(0, limit - len(self._times))

    def add(self) -> None:
        """Count one more request."""
        self._times.append(time.monotonic())

    def headers(self, limit: int, seconds: float, reset_as: str) -> dict[str, str]:
        """The RateLimit headers; `RateLimit-Reset` is when the oldest request leaves the window."""
        headers = {"RateLimit-Limit": str(limit), "RateLimit-Remaining": str(self.remaining(limit, seconds))}
        oldest = self._times[0] if self._times else time.monotonic()
        reset = max(0.0, oldest + seconds - time.monotonic())
        return headers | reset_header(reset, reset_as, math.ceil)
