"""One request to the Clopos API, with its token, quota, time-outs, retries and error envelope.

Source: the vendor's pages on authentication, errors and limits. Nothing here interprets the data of a response.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import math
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import stamina

from reconcile.clopos.answers import (
    OVER_THE_LIMIT,
    Answer,
    PermanentError,
    TransientError,
    Unauthorized,
    permission_missing,
    read_answer,
)
from reconcile.clopos.connections import Connections, TooLarge
from reconcile.clopos.quota import Quota, reset_seconds
from reconcile.core.errors import AccessRefused, CredentialsRefused
from reconcile.core.logs import hide_secrets
from reconcile.settings.environment import CREDENTIALS, Credentials
from reconcile.settings.model import Api

__all__ = ["CloposClient", "PermanentError", "RequestCounts", "RunOver", "TransientError"]

log = logging.getLogger(__name__)

_LOGIN = "/auth"
_TOKEN_LIFE_SECONDS = 3600.0
_LONGEST_PAUSE_SHARE = 0.9
"""A pause takes at most this share of what is left of a deadline, so that one more attempt fits in."""


class RunOver(TransientError):
    """The run deadline is over: no request gets an answer any more."""


class _LoginFailed(TransientError):
    """No attempt to log in got a usable response."""


class _TokenRefused(Exception):
    """401 for a request with this token."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token


@dataclasses.dataclass
class RequestCounts:
    """The requests of one day's fetch; `retries` by cause."""

    requests: int = 0
    retries: Counter[str] = dataclasses.field(default_factory=Counter)
    most: float = math.inf
    """So many are sent at most, logins and retries included."""

    def add(self) -> None:
        """Count one more request. Raises `RunOver` where no more may be sent."""
        if self.requests >= self.most:
            raise RunOver(f"the {self.most} requests that may be sent were used up")
        self.requests += 1


class CloposClient:
    """A client for one brand: one quota and one token for all its venues."""

    def __init__(self, credentials: Credentials, api: Api, share: Decimal = Decimal(1)) -> None:
        """`share`: of the quota, that this client may use."""
        self._credentials = credentials
        self._api = api
        self.quota = Quota(
            api.requests_per_window,
            api.window_seconds,
            api.connections,
            longest_pause_seconds=_LONGEST_PAUSE_SHARE * api.request_deadline_seconds,
            share=share,
        )
        self._token = ""
        self._renew_at = 0.0
        self._token_lock = asyncio.Lock()
        self._run_minutes = api.run_deadline_minutes
        self._ends_at = math.inf
        self.counts = RequestCounts()
        self._connections = Connections(credentials.base_url, api)
        self._has_been_answered = False
        """Whether a request with a token succeeded."""

    async def aclose(self) -> None:
        """Close the connections."""
        await self._connections.aclose()

    def begin_day(self, minutes: float | None = None) -> RequestCounts:
        """Count the requests from zero, and let no request or wait outlast the run deadline, which begins now.

        `minutes`: to the deadline, if not those of the settings.
        """
        self._run_minutes = self._api.run_deadline_minutes if minutes is None else minutes
        self._ends_at = time.monotonic() + self._run_minutes * 60
        self.counts = RequestCounts()
        return self.counts

    async def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        venue: int | None = None,
        *,
        fresh_connection: bool = False,
    ) -> dict[str, Any]:
        """The body of a successful GET, a JSON object. `venue`: its id, if not the token's own.

        With `fresh_connection`, none of the open connections is used again, by this request or later ones: an answer
        that belongs to another request shows that one of them is out of step.

        Raises `PermanentError` where a retry is useless, `TransientError` where all attempts failed or a deadline is
        over, and `AccessRefused` where the token or the scope is refused.
        """

        async def attempt() -> dict[str, Any]:
            try:
                return await self._send_within_quota(path, params, venue, fresh_connection)
            except _TokenRefused as error:
                self.counts.retries["401 with a fresh token"] += 1
                log.debug("%s: 401, retried with a fresh token", path)
                if error.token == self._token:
                    self._token = ""
            try:
                return await self._send_within_quota(path, params, venue, fresh_connection)
            except _TokenRefused:
                if self._has_been_answered:
                    raise permission_missing(path, "401 with a fresh token") from None
                raise AccessRefused(
                    "the service refused a fresh token (401); ask whoever manages the integration whether it is "
                    "still enabled, and whether the staff user that the credentials act for may read receipts "
                    "(Clopos back office, Add-ons → Open API), then run again"
                ) from None

        return await self._with_retries(attempt, path)

    async def _send_within_quota(
        self,
        path: str,
        params: Mapping[str, str | int] | None,
        venue: int | None,
        fresh_connection: bool,
    ) -> dict[str, Any]:
        """One GET within the quota. The token is taken after the wait, during which it might expire."""
        await self.quota.acquire()
        received: Mapping[str, str] = {}
        try:
            token = await self._valid_token()
            headers = {"x-token": token}
            if venue is not None:
                headers["x-venue"] = str(venue)
            answer = await self._send("GET", path, headers, fresh_connection, params=params)
            received = answer.headers
        finally:
            self.quota.release(received)
        try:
            body = self._read(answer, path)
        except Unauthorized:
            raise _TokenRefused(token) from None
        self._has_been_answered = True
        return body

    async def _with_retries(
        self, attempt: Callable[[], Awaitable[dict[str, Any]]], path: str
    ) -> dict[str, Any]:
        """Retry transient errors after growing, jittered pauses, within the deadlines of the request and the run."""
        began = time.monotonic()
        seconds = min(self._api.request_deadline_seconds, self._ends_at - began)
        last = ""
        if seconds <= 0:
            raise self._deadline_over(last)
        retries = stamina.retry_context(
            on=partial(self._pause_before_retry, began + seconds),
            attempts=self._api.attempts,
            timeout=seconds,
            wait_initial=self._api.retry_pause_seconds,
            wait_max=50 * self._api.retry_pause_seconds,
            wait_jitter=5 * self._api.retry_pause_seconds,
        )
        try:
            async with asyncio.timeout(seconds):
                async for trial in retries:
                    with trial:
                        try:
                            return await attempt()
                        except TransientError as error:
                            last = str(error)
                            if trial.num < self._api.attempts:
                                self.counts.retries[last] += 1
                            log.debug("%s: %s (attempt %d of %d)", path, last, trial.num, self._api.attempts)
                            raise
        except TimeoutError:
            raise self._deadline_over(last) from None
        raise AssertionError("the last attempt returns or raises")

    def _deadline_over(self, last: str) -> TransientError:
        """Which deadline is over, and the last error before."""
        before = f"; before that: {last}" if last else ""
        if time.monotonic() >= self._ends_at:
            return RunOver(f"the fetch had gone on for {self._run_minutes:g} minutes{before}")
        seconds = self._api.request_deadline_seconds
        return TransientError(f"no answer within {seconds:g} seconds, waits for the quota included{before}")

    def _pause_before_retry(self, ends_at: float, error: Exception) -> bool | float:
        if not isinstance(error, TransientError) or isinstance(error, _LoginFailed):
            return False
        if error.wait is None:
            return True
        jitter = random.uniform(0.0, 5 * self._api.retry_pause_seconds)  # noqa: S311  jitter is no secret
        return min(error.wait + jitter, _LONGEST_PAUSE_SHARE * max(0.0, ends_at - time.monotonic()))

    async def _send(
        self, method: str, path: str, headers: Mapping[str, str], fresh: bool = False, **content: Any
    ) -> Answer:
        self.counts.add()
        return await self._connections.send(method, path, headers, fresh, **content)

    def _read(self, answer: Answer, path: str) -> dict[str, Any]:
        if answer.status == OVER_THE_LIMIT and (wait := reset_seconds(answer.headers)):
            self.quota.pause(wait)
        return read_answer(answer, path, (*self._credentials.secrets, self._token))

    # -------------------------------------------------------------- token

    async def log_in(self) -> None:
        """Get a token, unless there is one. Raises `CredentialsRefused`, and `TransientError` without an answer."""
        await self._valid_token()

    async def _valid_token(self) -> str:
        """A token that has not expired; renewed once for all requests that need it at the same time."""
        async with self._token_lock:
            if not self._token or time.monotonic() >= self._renew_at:
                self._token, life = await self._new_token()
                self._renew_at = time.monotonic() + life - min(60.0, life / 10)
            return self._token

    async def _new_token(self) -> tuple[str, float]:
        login = {name: getattr(self._credentials, name) for name in CREDENTIALS}

        async def attempt() -> dict[str, Any]:
            return self._read(await self._send("POST", _LOGIN, {}, json=login), _LOGIN)

        try:
            body = await self._with_retries(attempt, _LOGIN)
        except (TransientError, TooLarge) as error:
            raise _LoginFailed(f"login: {error}") from None
        except CredentialsRefused:
            raise
        except (Unauthorized, PermanentError, AccessRefused) as error:
            reason = "" if isinstance(error, AccessRefused) or not str(error) else f" ({error})"
            raise CredentialsRefused(
                f"the service refused the credentials{reason}; check CLOPOS_CLIENT_ID, CLOPOS_CLIENT_SECRET, "
                "CLOPOS_BRAND and CLOPOS_INTEGRATOR_ID (an integrator in test can't enter production)"
            ) from None
        token = body.get("token")
        if not (isinstance(token, str) and token and token.isascii() and token.isprintable()):
            raise CredentialsRefused(
                "the service answered the credentials without a token; run again, or ask the vendor"
            )
        hide_secrets([token])
        return token, _life_seconds(body)


def _life_seconds(body: Mapping[str, Any]) -> float:
    """Seconds until a token expires: `expires_in`, else `expires_at`, else the documented hour."""
    for name, base in (("expires_in", 0.0), ("expires_at", time.time())):
        try:
            life = float(body[name]) - base
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
        if life > 0:
            return life
    return _TOKEN_LIFE_SECONDS
