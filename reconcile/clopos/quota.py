"""The quota: a sliding window of requests, shared by all requests of a run, retries included.

The service allows 300 requests a minute for each integrator and brand, over all clients. It counts a request on
arrival, this program on sending: the counts differ by at most one request a connection. With so many held in reserve,
one client alone can't exceed the limit. A lower limit in the `RateLimit-*` headers replaces the configured one;
requests that they count and this run did not send are those of other clients.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from email.utils import parsedate_to_datetime

from pyrate_limiter import InMemoryBucket, Limiter, Rate, SingleBucketFactory

_EPOCH_FROM = 10**6
"""A reset above this is a time in epoch seconds, else a number of seconds."""


OTHER_LIMITS = {60: "logins of this address", 600: "failed requests of this address"}
"""The documented limits beside that of requests: the headers tell of the limit that is nearest its end."""


class Quota:
    """Waits until one more request may be sent. Each `acquire` is followed by one `release`."""

    def __init__(
        self,
        requests: int,
        window_seconds: float,
        connections: int,
        longest_pause_seconds: float,
        share: Decimal = Decimal(1),
    ) -> None:
        """At most `share` of `requests` in `window_seconds`, these less a reserve of `connections`."""
        self._longest_pause_seconds = longest_pause_seconds
        self._configured = requests
        self._window_seconds = window_seconds
        self._reserve = connections
        self._share = share
        self._allowed = self._of_share(_less_reserve(requests, connections))
        self._bucket = InMemoryBucket([self._rate()])
        self._limiter = Limiter(
            SingleBucketFactory(self._bucket, schedule_leak=False)
        )  # True starts a thread
        self._lock = asyncio.Lock()
        self._released = asyncio.Event()
        self._not_before = 0.0
        self.last_headers: Mapping[str, str] = {}
        """Of the last response; empty where the last request got none."""
        self._in_flight = 0
        self._remaining: int | None = None
        """The last `RateLimit-Remaining`; None without one."""
        self._waiting_since: float | None = None
        self._waited_seconds = 0.0
        self._other_clients = 0
        self._other_clients_until = 0.0

    def _rate(self) -> Rate:
        return Rate(self._allowed, max(1, round(self._window_seconds * 1000)))

    def _of_share(self, limit: int) -> int:
        return max(int(self._share * limit), 1)

    async def acquire(self) -> None:
        """Return when a request may be sent."""
        async with self._lock:
            self._waiting_since = time.monotonic()
            try:
                while not await self._try_acquire():
                    pass
                self._in_flight += 1
            finally:
                self._waited_seconds += time.monotonic() - self._waiting_since
                self._waiting_since = None

    async def _try_acquire(self) -> bool:
        """Wait for a pause, the limit or the window. Returns whether a request may be sent now."""
        self._released.clear()
        if (pause := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(pause)
        elif self._limit_reached():
            await self._released.wait()
        else:
            self._drop_expired()
            await self._limiter.try_acquire_async("clopos")
            return time.monotonic() >= self._not_before  # a pause may have begun meanwhile
        return False

    @property
    def waited_seconds(self) -> float:
        """Seconds that requests waited, including the first one waiting now but not those queued behind it."""
        now = 0.0 if self._waiting_since is None else time.monotonic() - self._waiting_since
        return self._waited_seconds + now

    def seconds_for(self, requests: int) -> float:
        """About how many seconds so many more requests will wait, without other clients."""
        self._drop_expired()
        return (self._bucket.count() + max(requests, 1) - 1) // self._allowed * self._window_seconds

    def _limit_reached(self) -> bool:
        """Whether the requests in flight may use up what remains; a single request is always allowed."""
        return self._in_flight > 0 and self._remaining is not None and self._remaining <= self._in_flight

    def release(self, headers: Mapping[str, str]) -> None:
        """The request has ended: adopt the limits in its response headers (none: it got no response)."""
        self.last_headers = headers
        self._in_flight -= 1
        self._released.set()
        limit, remaining = (_number(headers.get(f"RateLimit-{name}")) for name in ("Limit", "Remaining"))
        is_other = limit in OTHER_LIMITS and limit != self._configured
        self._remaining = None if remaining is None or is_other else int(remaining)
        if limit is None or limit < 1 or is_other:
            return
        if remaining is not None:
            self._estimate_other_clients(int(limit) - int(remaining))
        own_limit = _less_reserve(min(self._configured, int(limit)), self._reserve)
        left = max(own_limit - self._other_clients, own_limit // 10)
        allowed = max(min(self._of_share(own_limit), left), 1)
        if allowed != self._allowed:
            self._allowed = allowed
            self._bucket.rates = [self._rate()]
        if remaining == 0 and (wait := reset_seconds(headers)):
            self.pause(wait)

    def _estimate_other_clients(self, used: int) -> None:
        """Keep the largest number of a window: requests that the service counts and this run did not send."""
        now = time.monotonic()
        self._drop_expired()
        others = max(0, used - self._bucket.count())
        others = others if others > self._reserve else 0  # so few may be this run's own, in flight
        if others >= self._other_clients or now >= self._other_clients_until:
            self._other_clients, self._other_clients_until = others, now + self._window_seconds

    def _drop_expired(self) -> None:
        self._bucket.leak(int(self._bucket.now()))  # type: ignore[no-untyped-call]  # the library's own gap

    def pause(self, seconds: float) -> None:
        """Send nothing for this many seconds, but not longer than the longest pause."""
        self._not_before = max(self._not_before, time.monotonic() + min(seconds, self._longest_pause_seconds))


def _less_reserve(limit: int, reserve: int) -> int:
    """The limit less the reserve, but at least half the limit."""
    return max(limit - reserve, limit // 2, 1)


def reset_seconds(
    headers: Mapping[str, str], names: Sequence[str] = ("Retry-After", "RateLimit-Reset")
) -> float | None:
    """The seconds to wait by the first of these headers that has a number; None if none has.

    An epoch is compared with the service's own clock, its `Date` header: this machine's may be wrong, or jump.
    """
    for name in names:
        reset = _number(headers.get(name))
        if reset is not None:
            wait = reset - _service_time(headers) if reset > _EPOCH_FROM else reset
            return max(wait, 0.0)
    return None


def _service_time(headers: Mapping[str, str]) -> float:
    try:
        return parsedate_to_datetime(headers["Date"]).timestamp()
    except (KeyError, ValueError, OverflowError, OSError):  # none, or one that is off the calendar
        return time.time()


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(r"[0-9]{1,15}(\.[0-9]{0,15})?", text) else None
