"""The connections to the service: one request sent, its whole answer read within the limits of time and size."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import io
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx

from reconcile import __version__
from reconcile.clopos.answers import Answer, PermanentError, TransientError
from reconcile.clopos.proxy import proxy_for
from reconcile.clopos.tls import certificate_problem, tls_context
from reconcile.core.errors import DayUnavailable
from reconcile.settings.model import Api


class TooLarge(PermanentError):
    """The answer is larger than the settings allow."""


class Connections:
    """Connections to one base address."""

    def __init__(self, base_url: str, api: Api) -> None:
        """Raises `UsageError` where a variable about certificates or proxies can't be used."""
        self._base_url = base_url
        self._api = api
        self._tls = tls_context()
        self._proxy = proxy_for(base_url)
        self._http = self._new_http()
        self._in_flight: Counter[httpx.AsyncClient] = Counter()

    def _new_http(self) -> httpx.AsyncClient:
        """Connections, none of them open yet."""
        return httpx.AsyncClient(
            timeout=httpx.Timeout(self._api.read_timeout_seconds, connect=10.0, pool=None),
            limits=httpx.Limits(
                max_connections=self._api.connections,
                max_keepalive_connections=self._api.connections,
                keepalive_expiry=4.0,
            ),
            headers={
                "accept": "application/json",
                "accept-encoding": "gzip",
                "user-agent": f"reconcile/{__version__}",
            },
            verify=self._tls,
            proxy=self._proxy,
            trust_env=False,  # the variables are read in `proxy` and `tls`
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], fresh: bool = False, **content: Any
    ) -> Answer:
        """Send one request and read its whole answer. With `fresh`, no open connection is used, now or later.

        Raises `TransientError`, `TooLarge`, and `DayUnavailable` where the server's certificate is not accepted.
        """
        url = f"{self._base_url}{path}"
        try:
            async with (
                asyncio.timeout(2 * self._api.read_timeout_seconds),
                self._connections(fresh) as http,
                http.stream(method, url, headers=headers, **content) as response,
            ):
                body = await self._body(response)
                return Answer(response.status_code, response.headers, body)
        except httpx.TransportError as error:
            if problem := certificate_problem(error):
                raise DayUnavailable(
                    f"the certificate of the server was not accepted ({problem}); check CLOPOS_BASE_URL and this "
                    "machine's clock, and if a proxy has certificates of its own, name them in SSL_CERT_FILE"
                ) from None
            raise TransientError(type(error).__name__) from None
        except TimeoutError:
            raise TransientError("the answer took too long") from None

    async def _body(self, response: httpx.Response) -> bytes:
        """The unpacked body. It is unpacked here, as a small one may unpack to gigabytes."""
        limit = self._api.answer_limit_mib * 2**20
        packed = bytearray()
        async for part in response.aiter_raw():
            packed += part
            if len(packed) > limit:
                raise self._too_large()
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding in ("identity", "") or not packed:
            return bytes(packed)
        if encoding != "gzip":
            raise TransientError("the answer is packed in another way than gzip")
        try:
            body = gzip.GzipFile(fileobj=io.BytesIO(packed)).read(limit + 1)
        except (OSError, EOFError, zlib.error):
            raise TransientError("the answer can't be unpacked") from None
        if len(body) > limit:
            raise self._too_large()
        return body

    def _too_large(self) -> TooLarge:
        limit = self._api.answer_limit_mib
        return TooLarge(f"the answer is larger than {limit} MiB unpacked, which is api.answer_limit_mib")

    @contextlib.asynccontextmanager
    async def _connections(self, fresh: bool) -> AsyncIterator[httpx.AsyncClient]:
        """The connections for one request. Those that `fresh` ones replace are closed when no request uses them."""
        http = self._http
        if fresh:
            self._http = self._new_http()
            if not self._in_flight[http]:
                await http.aclose()
            http = self._http
        self._in_flight[http] += 1
        try:
            yield http
        finally:
            self._in_flight[http] -= 1
            if http is not self._http and not self._in_flight[http]:
                await http.aclose()
