"""A local Clopos: an HTTP server on 127.0.0.1 that serves a store as the vendor documents.

It has the documented routes, headers, errors and limits, and keeps a log of requests. Faults are in
`reconcile.sandbox.faults`.
"""

from __future__ import annotations

import contextlib
import random
import secrets
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconcile.core.errors import UsageError
from reconcile.core.exact import positive_int
from reconcile.core.exact_json import decode_json
from reconcile.evidence.structs import Raw
from reconcile.sandbox import api_format
from reconcile.sandbox.api_format import ApiError, Page, json_response
from reconcile.sandbox.behaviour import PRODUCTS_SCOPE, Account, Behaviour, LoggedRequest, RequestLog, Window
from reconcile.sandbox.faults import Fault, FaultCounters, RouteName, error_body
from reconcile.sandbox.store import Store

PREFIX = "/open-api/v2"
_Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


class _Protocol(H11Protocol):
    """Passes each request its transport, so that a fault can cut the connection; sends without delay (TCP_NODELAY)."""

    def connection_made(self, transport: Any) -> None:
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class CloposServer:
    """The server. `run` serves in the foreground; as a context manager it serves in its own thread."""

    def __init__(self, store: Store, port: int = 0, **behaviour: Any) -> None:
        """Binds to 127.0.0.1 at once. Raises `UsageError` where the port is invalid or taken."""
        self.store = store
        self.clock: Callable[[], Store] | None = None
        """Gives the store of the moment, before each request."""
        self.behaviour = Behaviour(**behaviour)
        self.account = Account()
        self.request_log = RequestLog()
        self.faults: list[Fault] = []
        self._fault_counters = FaultCounters()
        self._tokens: dict[str, float] = {}
        self._windows = {"auth": Window(), "requests": Window(), "failures": Window()}
        self._chance = random.Random(19)  # noqa: S311  shuffled pages need no secrecy
        if not 0 <= port < 2**16:
            raise UsageError(f"{port} is not a port; give --port a number up to 65535, or 0 for a free one")
        try:
            self._socket = socket.create_server(("127.0.0.1", port))
        except OSError as error:
            problem = error.strerror or type(error).__name__
            raise UsageError(
                f"port {port} of 127.0.0.1 can't be used ({problem}); give another --port"
            ) from None
        config = uvicorn.Config(
            self._application(), http=_Protocol, ws="none", loop="asyncio", lifespan="off", log_config=None,
            log_level="critical", timeout_graceful_shutdown=1, backlog=128,
            timeout_keep_alive=self.behaviour.keep_alive_seconds,  # type: ignore[arg-type]  # a float will do
        )  # fmt: skip
        self._server = uvicorn.Server(config)

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}{PREFIX}"

    def environment(self) -> dict[str, str]:
        """The environment variables that the command needs to reach this server."""
        return {**self.account.environment(), "CLOPOS_BASE_URL": self.url}

    def accept_token(self, token: str) -> None:
        """From now on, accept this token."""
        self._tokens[token] = time.monotonic() + self.behaviour.token_life_seconds

    def run(self) -> None:
        """Serve until interrupted."""
        self._server.run(sockets=[self._socket])

    def close(self) -> None:
        """Release the port without having served."""
        self._socket.close()

    def __enter__(self) -> Self:
        threading.Thread(target=self.run, daemon=True).start()
        while not self._server.started:
            time.sleep(0.002)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True  # takes effect within 0.1 s; no need to wait
        self._server.force_exit = True

    # ------------------------------------------------------- every route

    def _application(self) -> Starlette:
        routes: list[tuple[str, str, RouteName, _Handler]] = [
            ("POST", "/auth", "auth", self._auth),
            ("GET", "/receipts", "list", self._list),
            ("GET", "/receipts/{id}", "receipt", self._receipt),
            ("GET", "/receipts/{id}/stock-operations", "operations", self._operations),
            ("GET", "/products", "products", self._products),
            ("GET", "/products/{id}", "product", self._product),
            ("GET", "/venues", "venues", self._venues),
        ]
        application = Starlette()
        for method, path, name, handler in routes:
            application.add_route(PREFIX + path, self._wrapped(name, handler), [method])
        application.state.behaviour = self.behaviour
        return application

    def _wrapped(self, route: RouteName, handler: _Handler) -> _Handler:
        """The handler with what all routes share: request log, limits, token and scope, faults, headers."""
        kind = "auth" if route == "auth" else "requests"

        async def respond(request: Request) -> Response:
            key = positive_int(request.path_params.get("id", ""))
            receipt_id = key if route in ("receipt", "operations") else None
            query, headers = dict(request.query_params), dict(request.headers)
            self.request_log.start(LoggedRequest(route, receipt_id, query, headers, time.monotonic()))
            if self.clock is not None:
                self.store = self.clock()
            try:
                self._check_rate_limits(kind)
                if route != "auth":
                    self._check_access(request, route)
                response = await self._fault_counters.response(self.faults, route, receipt_id, request)
                response = response or await handler(request)
            except ApiError as error:
                status, *texts = error.args
                response = json_response(error_body(*texts), status)
            if response.status_code >= 400:
                self._windows["failures"].add()
            if self.behaviour.sends_rate_limits:
                for name, value in self._rate_limits(kind).items():
                    response.headers.setdefault(name, value)
            self.request_log.finish(response.status_code)
            return response

        return respond

    def _rate_limits(self, kind: str) -> dict[str, str]:
        """The headers: of the route's own limit or of that of failed requests, whichever is nearer its end."""
        seconds, reset_as = self.behaviour.window_seconds, self.behaviour.reset_as
        nearest = min(
            (kind, "failures"),
            key=lambda name: self._windows[name].remaining(self._limit(name), seconds) / self._limit(name),
        )
        return self._windows[nearest].headers(self._limit(nearest), seconds, reset_as)

    def _limit(self, kind: str) -> int:
        limit: int = getattr(self.behaviour, f"{kind}_per_window")
        return limit

    def _check_rate_limits(self, kind: str) -> None:
        """429 where the route's limit or that of failed requests is reached; else counts the request."""
        for name in (kind, "failures"):
            if not self._windows[name].remaining(self._limit(name), self.behaviour.window_seconds):
                raise ApiError(429, "rate_limited", "Too many requests")
        self._windows[kind].add()

    def _check_access(self, request: Request, route: RouteName) -> None:
        """401 without a valid token, 403 (or 401) without the scope, 404 for a venue that the brand does not have."""
        if "x-token" not in request.headers:
            raise ApiError(401, "Headers are missing", "x-token is missing")
        expires = self._tokens.get(request.headers.get("x-token", ""), 0.0)
        self.request_log.token_ages.append(self.behaviour.token_life_seconds - expires + time.monotonic())
        if time.monotonic() >= expires:
            raise ApiError(401, "Token expired" if expires else "Invalid token", "Log in again")
        scope = PRODUCTS_SCOPE if route in ("products", "product") else "receipts:read"
        if route != "venues" and scope not in self.behaviour.scopes:
            raise ApiError(
                self.behaviour.missing_permission, "missing_scope", f"The scope {scope} is missing"
            )
        venues = {str(venue["id"]) for venue in self.store.venues}
        if venues and request.headers.get("x-venue", str(self.store.home_venue)) not in venues:
            raise ApiError(404, "not_found", "Venue not found")

    # ----------------------------------------------------------------- routes

    async def _auth(self, request: Request) -> Response:
        self.behaviour.before_login(len(self.request_log.tokens) + 1)
        body = None
        with contextlib.suppress(ValueError):
            body = decode_json(await request.body())
        if self.behaviour.is_in_test_mode:
            raise ApiError(200, "Integrator is in test mode. But brand is not in test mode", "")
        if not self.account.accepts(body):
            raise ApiError(401, "invalid_credentials", "The credentials are wrong")
        token, life = f"sandbox-token-{secrets.token_hex(12)}", self.behaviour.token_life_seconds
        self.accept_token(token)
        self.request_log.tokens.append(token)
        return json_response(api_format.login_body(token, life))

    async def _list(self, request: Request) -> Response:
        query, behaviour = request.query_params, self.behaviour
        page = Page.of(query, behaviour.page_cap, behaviour.refuses_pages_above)
        api_format.embedded_parts(query, behaviour)
        behaviour.before_page(page.number)
        first, last = api_format.created_between(query)
        receipts = self.store.receipts_of(
            self._venue(request), first, last, api_format.filters(query), behaviour.hours_behind
        )
        field, descending = api_format.sort_order(query, behaviour)
        if behaviour.sorts_by_id_alone:
            field, descending = "id", False
        receipts.sort(key=lambda receipt: api_format.sort_key(receipt, field), reverse=descending)
        if behaviour.shuffles_pages:
            self._chance.shuffle(receipts)
        views = [
            api_format.receipt_view(receipt, query, behaviour, listed=True)
            for receipt in self._cut("list", page, receipts)
        ]
        return self._data(views, total=self._total(receipts, views), sorts=list(behaviour.sorts))

    async def _receipt(self, request: Request) -> Response:
        receipt = self._requested_receipt(request)
        view = api_format.receipt_view(receipt, request.query_params, self.behaviour, listed=False)
        return self._data(view)

    async def _operations(self, request: Request) -> Response:
        operations = self.store.deductions(self._requested_receipt(request)["id"])
        if (largest := self.behaviour.operations_page) is None:
            return json_response({"data": self._numbers(operations)})
        page = Page.of(request.query_params, largest, largest * 50)
        given = operations[: max(0, len(operations) - self.behaviour.hides_operations)]
        return json_response({"data": self._numbers(page.cut(given)), "total": len(operations)})

    def _requested_receipt(self, request: Request) -> Raw:
        receipt = self.store.receipt(self._venue(request), request.path_params["id"])
        if receipt is None:
            raise ApiError(404, "not_found", "Receipt not found")
        return receipt

    async def _products(self, request: Request) -> Response:
        behaviour, products = self.behaviour, self.store.products
        page = Page.of(request.query_params, behaviour.page_cap, behaviour.refuses_pages_above)
        api_format.embedded_parts(request.query_params, behaviour)
        views = [
            api_format.product_view(product, request.query_params, behaviour)
            for product in self._cut("products", page, products)
        ]
        total = len(views) if behaviour.total_is_of_page else len(products)
        return self._data(views, total=total, sorts=list(behaviour.sorts))

    async def _product(self, request: Request) -> Response:
        key = request.path_params["id"]
        product = next((each for each in self.store.products if str(each["id"]) == key), None)
        if product is None:
            raise ApiError(404, "not_found", "Product not found")
        return self._data(api_format.product_view(product, request.query_params, self.behaviour))

    async def _venues(self, _: Request) -> Response:
        home = {"id": self.store.home_venue, "name": "Sandbox", "is_main": True, "media": []}
        venues = self.store.venues or [home]
        return self._data(venues, total=len(venues), sorts=list(self.behaviour.sorts))

    def _cut(self, route: RouteName, page: Page, rows: Sequence[Raw]) -> Sequence[Raw]:
        """The rows of a page of a list."""
        return api_format.endless_page(rows, page) if route in self.behaviour.endless else page.cut(rows)

    def _total(self, receipts: Sequence[Raw], page: Sequence[Raw]) -> int:
        return (len(page) if self.behaviour.total_is_of_page else len(receipts)) + self.behaviour.total_offset

    def _venue(self, request: Request) -> int | None:
        """The token's own venue, or the one in `x-venue`; None for all."""
        if self.behaviour.ignores_venue:
            return None
        named = request.headers.get("x-venue")
        venue = positive_int(named)
        if named is not None and venue is None:
            raise ApiError(400, "bad_request", "x-venue must be a positive whole number")
        return venue or self.store.home_venue

    def _data(self, data: Any, **more: Any) -> Response:
        return json_response(api_format.envelope(self._numbers(data), **self._numbers(more)))

    def _numbers(self, value: Any) -> Any:
        return api_format.numbers_as_text(value) if self.behaviour.numbers_as_text else value
