"""The quota: a sliding window of requests, shared by all that one run asks, retries included.

The service limits 300 requests a minute for each integrator and brand, whoever asks. It counts a request when it
arrives, this program when it is sent: at most as many as there are connections can lie between. So that many are
left free, and while nobody else asks, the limit can't be passed. What the `RateLimit-*` headers say is believed over
the configured number; from what they count and this run did not send follows what others use.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime

from pyrate_limiter import InMemoryBucket, Limiter, Rate, SingleBucketFactory

_EPOCH_FROM = 10**6
_LONGEST_WAIT_SECONDS = 300.0


class Quota:
    """Waits until one more request may be sent. Each `acquire` is followed by one `settle`."""

    def __init__(self, requests: int, window_seconds: float, connections: int) -> None:
        """At most `requests` in `window_seconds`, of which `connections` are left free."""
        self._configured = requests
        self._window_seconds = window_seconds
        self._spare = connections
        self._allowed = _with_some_left(requests, connections)
        self._bucket = InMemoryBucket([self._rate()])
        self._limiter = Limiter(SingleBucketFactory(self._bucket, schedule_leak=False))  # else: a thread
        self._turn = asyncio.Lock()
        self._answered = asyncio.Event()
        self._not_before = 0.0
        self._in_flight = 0
        self._remaining: int | None = None
        """What the service last said that it would take; None while it says nothing."""
        self._waiting_since: float | None = None
        self._waited_seconds = 0.0
        self._others = 0
        self._others_until = 0.0

    def _rate(self) -> Rate:
        return Rate(self._allowed, max(1, round(self._window_seconds * 1000)))

    async def acquire(self) -> None:
        """Return when a request may be sent."""
        async with self._turn:
            self._waiting_since = time.monotonic()
            try:
                while not await self._may_go():
                    pass
                self._in_flight += 1
            finally:
                self._waited_seconds += time.monotonic() - self._waiting_since
                self._waiting_since = None

    async def _may_go(self) -> bool:
        """Wait for what stands in the way, and whether nothing does any more."""
        self._answered.clear()
        if (pause := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(pause)
        elif self._at_the_wall():
            await self._answered.wait()
        else:
            self._forget_old()
            await self._limiter.try_acquire_async("clopos")
            return time.monotonic() >= self._not_before  # a pause may have been asked for meanwhile
        return False

    @property
    def waited_seconds(self) -> float:
        """How long requests waited, the one that waits now included, those that queue behind it not."""
        now = 0.0 if self._waiting_since is None else time.monotonic() - self._waiting_since
        return self._waited_seconds + now

    def seconds_for(self, requests: int) -> float:
        """About how long so many more requests will have to wait, if nobody else asks."""
        self._forget_old()
        return (self._bucket.count() + max(requests, 1) - 1) // self._allowed * self._window_seconds

    def _at_the_wall(self) -> bool:
        """Whether what is under way may take all that is left; one at a time always goes."""
        return self._in_flight > 0 and self._remaining is not None and self._remaining <= self._in_flight

    def settle(self, headers: Mapping[str, str]) -> None:
        """The request was answered, or was lost (no headers). Believe what the service says of its limits."""
        self._in_flight -= 1
        self._answered.set()
        limit, remaining = (_number(headers.get(f"RateLimit-{name}")) for name in ("Limit", "Remaining"))
        self._remaining = None if remaining is None else int(remaining)
        if limit is None or limit < 1:
            return
        if remaining is not None:
            self._note_others(int(limit) - int(remaining))
        mine = _with_some_left(min(self._configured, int(limit)), self._spare)
        allowed = max(mine - self._others, mine // 10, 1)
        if allowed != self._allowed:
            self._allowed = allowed
            self._bucket.rates = [self._rate()]
        if remaining == 0 and (wait := reset_seconds(headers)):
            self.pause(wait)

    def _note_others(self, used: int) -> None:
        """Others use what the service counts and this run did not send; their most in a window counts."""
        now = time.monotonic()
        self._forget_old()
        others = max(0, used - self._bucket.count())
        others = others if others > self._spare else 0  # that little may be requests on their way
        if others >= self._others or now >= self._others_until:
            self._others, self._others_until = others, now + self._window_seconds

    def _forget_old(self) -> None:
        self._bucket.leak(int(self._bucket.now()))  # type: ignore[no-untyped-call]  # the library's own gap

    def pause(self, seconds: float) -> None:
        """Send nothing for so long."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)


def _with_some_left(limit: int, spare: int) -> int:
    """A limit less what is to be left free, and at least half of it (a small limit needs its requests)."""
    return max(limit - spare, limit // 2, 1)


def reset_seconds(
    headers: Mapping[str, str], names: Sequence[str] = ("Retry-After", "RateLimit-Reset")
) -> float | None:
    """The wait that the first of these headers asks for: seconds, or an epoch if over 10^6; capped.

    An epoch is of the service's clock, which its `Date` tells: this machine's may be wrong, or jump.
    """
    for name in names:
        stated = _number(headers.get(name))
        if stated is not None:
            wait = stated - _service_time(headers) if stated > _EPOCH_FROM else stated
            return min(max(wait, 0.0), _LONGEST_WAIT_SECONDS)
    return None


def _service_time(headers: Mapping[str, str]) -> float:
    try:
        return parsedate_to_datetime(headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return time.time()


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None and len(text) < 32 else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < float("inf") else None
