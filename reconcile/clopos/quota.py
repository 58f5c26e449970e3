"""The quota: a sliding window of requests, shared by all that one run asks, retries included.

The service limits 300 requests a minute for each integrator and brand, whoever asks. The configured number is
kept a little under it; what the `RateLimit-*` headers say is believed over it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence

from pyrate_limiter import InMemoryBucket, Limiter, Rate

_EPOCH_FROM = 10**6
_LONGEST_WAIT_SECONDS = 300.0
_RESERVE = 5
"""How far to stay under a limit that the service states."""


class Quota:
    """Waits until one more request may be sent."""

    def __init__(self, requests: int, window_seconds: float) -> None:
        self._configured = requests
        self._window_ms = max(1, round(window_seconds * 1000))
        self._not_before = 0.0
        self.waited_seconds = 0.0
        self._requests = requests
        self._bucket = InMemoryBucket([Rate(requests, self._window_ms)])
        self._limiter = Limiter(self._bucket)

    def _limit(self, requests: int) -> None:
        """From now on so many; what was sent is remembered."""
        self._requests = requests
        self._bucket.rates = [Rate(requests, self._window_ms)]

    async def acquire(self) -> None:
        """Return when a request may be sent."""
        begun = time.monotonic()
        while (pause := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(pause)
        await self._limiter.try_acquire_async("clopos")
        self.waited_seconds += time.monotonic() - begun

    def heed(self, headers: Mapping[str, str]) -> None:
        """Believe what the service says of its own limits; what is odd or missing means nothing."""
        limit = _number(headers.get("RateLimit-Limit"))
        if limit is not None and limit >= 1:
            allowed = min(
                self._configured, max(1, int(limit) - _RESERVE if limit > 2 * _RESERVE else int(limit))
            )
            if allowed != self._requests:
                self._limit(allowed)
        if _number(headers.get("RateLimit-Remaining")) == 0 and (wait := reset_seconds(headers)):
            self.pause(wait)

    def pause(self, seconds: float) -> None:
        """Send nothing for so long."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)


def reset_seconds(
    headers: Mapping[str, str], names: Sequence[str] = ("Retry-After", "RateLimit-Reset")
) -> float | None:
    """The wait that the first of these headers asks for: seconds, or an epoch if over 10^6; capped."""
    for name in names:
        stated = _number(headers.get(name))
        if stated is not None:
            wait = stated - time.time() if stated > _EPOCH_FROM else stated
            return min(max(wait, 0.0), _LONGEST_WAIT_SECONDS)
    return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None and len(text) < 32 else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < float("inf") else None
