"""Requests to addresses that the operator names: a ping to a monitoring service, a day's totals to a webhook.

A request that fails is a warning and never changes the run. An address may hold a secret id: no message has it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from typing import TYPE_CHECKING, Self

from reconcile import __version__
from reconcile.core.errors import UsageError
from reconcile.core.logs import hide_secrets
from reconcile.settings.environment import Environment

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)
_TIMEOUT_SECONDS = 5.0
"""Of one attempt, from connecting to the status of the answer."""
_ATTEMPTS, _PAUSE_SECONDS = 3, 0.5
_SHORTEST_HIDDEN_PATH = 8


class _Refused(Exception):
    """The address answered with another status than 2xx."""

    def __init__(self, status: int) -> None:
        super().__init__(f"it answered with status {status}")
        self.may_pass = status in (408, 429) or status >= 500


@dataclasses.dataclass
class Recipient:
    """The address in an environment variable."""

    variable: str
    url: httpx.URL = dataclasses.field(repr=False)
    _attempts: int = _ATTEMPTS

    @classmethod
    def named_by(cls, variable: str, environment: Environment) -> Self | None:
        """The address in this variable; None where it is not set. Raises `UsageError` if it is none, or not safe."""
        text = environment.address(variable)
        if text is None:
            return None
        import httpx

        try:
            url = httpx.URL(text)
        except httpx.InvalidURL:
            raise UsageError(f"{variable} is not a web address; set it to one, or unset it") from None
        path = url.raw_path.decode("ascii")
        hide_secrets([text, str(url), path if len(path) >= _SHORTEST_HIDDEN_PATH else ""])
        return cls(variable, url)

    def send(self, below: str = "", body: bytes | None = None) -> None:
        """GET the address, `below` added to its path; with a body POST that JSON. Tries a few times, within seconds."""
        try:
            asyncio.run(self._deliver(below, body))
        except Exception as error:  # a request that only informs must not end the run, whatever goes wrong
            reason = str(error) if isinstance(error, _Refused) else type(error).__name__
            log.warning(
                "the address in %s got no request through (%s); the run goes on", self.variable, reason
            )
            self._attempts = 1  # a long range does not wait for it each day

    async def _deliver(self, below: str, body: bytes | None) -> None:
        import httpx
        import stamina

        from reconcile.clopos.proxy import proxy_for
        from reconcile.clopos.tls import tls_context

        path, question, query = self.url.raw_path.partition(b"?")
        url = self.url.copy_with(raw_path=path.rstrip(b"/") + below.encode() + question + query)
        headers = {"user-agent": f"reconcile/{__version__}"}
        if body is not None:
            headers["content-type"] = "application/json"
        retries = stamina.retry_context(
            on=_may_pass, attempts=self._attempts, timeout=None,
            wait_initial=_PAUSE_SECONDS, wait_max=4 * _PAUSE_SECONDS, wait_jitter=_PAUSE_SECONDS,
        )  # fmt: skip
        async with httpx.AsyncClient(
            timeout=_TIMEOUT_SECONDS, verify=tls_context(), proxy=proxy_for(str(url)), trust_env=False
        ) as client:
            async for attempt in retries:
                with attempt:
                    async with (
                        asyncio.timeout(_TIMEOUT_SECONDS),
                        client.stream(
                            "GET" if body is None else "POST", url, content=body, headers=headers
                        ) as response,
                    ):
                        if not response.is_success:
                            raise _Refused(response.status_code)


def _may_pass(error: Exception) -> bool:
    """Whether another attempt may succeed."""
    import httpx

    return isinstance(error, httpx.TransportError | TimeoutError) or (
        isinstance(error, _Refused) and error.may_pass
    )
