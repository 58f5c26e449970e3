"""A local Clopos: a real HTTP server on 127.0.0.1 that answers from a store as the vendor documents.

It knows the documented routes, headers, errors and limits; what may go wrong on top of that is in
`reconcile.sandbox.faults`. It writes down what it was asked.
"""

from __future__ import annotations

import contextlib
import random
import secrets
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconcile.core.errors import UsageError
from reconcile.core.exact import positive_int
from reconcile.core.exact_json import decode_json
from reconcile.sandbox import answers
from reconcile.sandbox.answers import BadRequest, Page, as_json, refused
from reconcile.sandbox.behaviour import LOGIN_FIELDS, PRODUCTS_SCOPE, Account, Asked, Behaviour, Diary, Window
from reconcile.sandbox.faults import Fault, Played, RouteName
from reconcile.sandbox.store import Store

PREFIX = "/open-api/v2"
_Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


class _Protocol(H11Protocol):
    """Shows each request its connection, so that a scenario can cut it; sends at once, as a real server does."""

    def connection_made(self, transport: Any) -> None:
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class CloposServer:
    """The server. `run` serves in the foreground; as a context manager it serves in a thread of its own."""

    def __init__(self, store: Store, port: int = 0, **how: Any) -> None:
        """Binds to 127.0.0.1 at once. Raises `UsageError` where the port is taken."""
        self.store = store
        self.behaviour = Behaviour(**how)
        self.account = Account()
        self.diary = Diary()
        self.faults: list[Fault] = []
        self._played = Played()
        self._tokens: dict[str, float] = {}
        self._windows = {"auth": Window(), "api": Window(), "failures": Window()}
        self._chance = random.Random(19)  # noqa: S311  pages in no order need no secrecy
        if not 0 <= port < 2**16:
            raise UsageError(f"{port} is no port; give --port a number up to 65535, or 0 for a free one")
        try:
            self._socket = socket.create_server(("127.0.0.1", port))
        except OSError as error:
            problem = error.strerror or type(error).__name__
            raise UsageError(
                f"port {port} of 127.0.0.1 can't be had ({problem}); give another --port"
            ) from None
        config = uvicorn.Config(
            self._application(), http=_Protocol, ws="none", loop="asyncio", lifespan="off", log_config=None,
            log_level="critical", timeout_graceful_shutdown=1, backlog=128,
            timeout_keep_alive=self.behaviour.keep_alive_seconds,  # type: ignore[arg-type]  # a float will do
        )  # fmt: skip
        self._server = uvicorn.Server(config)

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}{PREFIX}"

    def environment(self) -> dict[str, str]:
        """What the command needs to reach this server."""
        return {**self.account.environment(), "CLOPOS_BASE_URL": self.url}

    def trust(self, token: str) -> None:
        """Take a token that was not given by this server."""
        self._tokens[token] = time.monotonic() + self.behaviour.token_life_seconds

    def forget_tokens(self) -> None:
        """From now on no token that was given is good any more."""
        self._tokens.clear()

    def run(self) -> None:
        """Serve until interrupted."""
        self._server.run(sockets=[self._socket])

    def close(self) -> None:
        """Give the port back without having served."""
        self._socket.close()

    def __enter__(self) -> Self:
        threading.Thread(target=self.run, daemon=True).start()
        while not self._server.started:
            time.sleep(0.002)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True  # it sees this within a tenth of a second; nobody need wait for it
        self._server.force_exit = True

    # ------------------------------------------------------- round each route

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
        application = Starlette(
            routes=[
                Route(PREFIX + path, self._guarded(name, handler), methods=[method])
                for method, path, name, handler in routes
            ]
        )
        application.state.behaviour = self.behaviour
        return application

    def _guarded(self, route: RouteName, handler: _Handler) -> _Handler:
        """Around each route: the diary, the limits, what is to go wrong, the token, the headers."""
        kind = "auth" if route == "auth" else "api"

        async def respond(request: Request) -> Response:
            key = positive_int(request.path_params.get("id", ""))
            receipt_id = key if route in ("receipt", "operations") else None
            query, headers = dict(request.query_params), dict(request.headers)
            self.diary.enter(Asked(route, receipt_id, query, headers, time.monotonic()))
            response = self._over_the_limit(kind)
            if response is None and route != "auth":
                response = self._refusal(request, route)
            if response is None:
                response = await self._played.response(self.faults, route, receipt_id, request)
            if response is None:
                try:
                    response = await handler(request)
                except BadRequest as error:
                    response = refused(400, "bad_request", str(error))
            if response.status_code >= 400:
                self._windows["failures"].add()
            how = self.behaviour
            stated = self._windows[kind].headers(self._limit(kind), how.window_seconds, how.reset_as)
            for name, value in stated.items() if how.states_limits else ():
                response.headers.setdefault(name, value)
            self.diary.leave(response.status_code)
            return response

        return respond

    def _limit(self, kind: str) -> int:
        how = self.behaviour
        return {
            "auth": how.auth_per_window,
            "api": how.requests_per_window,
            "failures": how.failures_per_window,
        }[kind]

    def _over_the_limit(self, kind: str) -> Response | None:
        """429 over the route's limit, or over that of failed requests; else the request is counted."""
        for each in (kind, "failures"):
            if not self._windows[each].room(self._limit(each), self.behaviour.window_seconds):
                return refused(429, "rate_limited", "Too many requests")
        self._windows[kind].add()
        return None

    def _refusal(self, request: Request, route: RouteName) -> Response | None:
        """401 without a living token, 403 without the scope, 404 for a venue that the brand has not."""
        ends = self._tokens.get(request.headers.get("x-token", ""), 0.0)
        self.diary.token_ages.append(self.behaviour.token_life_seconds - ends + time.monotonic())
        if time.monotonic() >= ends:
            return refused(401, "unauthorized", "Token is missing, bad or expired")
        scope = PRODUCTS_SCOPE if route in ("products", "product") else "receipts:read"
        if route != "venues" and scope not in self.behaviour.scopes:
            return refused(403, "missing_scope", f"The scope {scope} is missing")
        venues = {str(each["id"]) for each in self.store.venues}
        if venues and request.headers.get("x-venue", str(self.store.home_venue)) not in venues:
            return refused(404, "not_found", "Venue not found")
        return None

    # ----------------------------------------------------------------- routes

    async def _auth(self, request: Request) -> Response:
        self.behaviour.before_login(len(self.diary.tokens) + 1)
        given = None
        with contextlib.suppress(ValueError):
            given = decode_json(await request.body())
        if not isinstance(given, dict) or any(
            given.get(name) != getattr(self.account, name) for name in LOGIN_FIELDS
        ):
            return refused(401, "invalid_credentials", "The credentials are wrong")
        token, life = f"sandbox-token-{secrets.token_hex(12)}", self.behaviour.token_life_seconds
        self.trust(token)
        self.diary.tokens.append(token)
        return as_json(answers.login(token, life))

    async def _list(self, request: Request) -> Response:
        how, page = self.behaviour, Page.of(request.query_params, self.behaviour.page_cap)
        how.before_page(page.number)
        first, last = answers.created_between(request.query_params)
        filters = answers.filters(request.query_params)
        found = self.store.receipts_of(self._venue(request), first, last, filters)
        field, down = ("id", False) if how.sorts_by_id_alone else answers.order(request.query_params)
        found.sort(key=lambda each: answers.sort_key(each, field), reverse=down)
        if how.shuffles_pages:
            self._chance.shuffle(found)
        shown = [
            answers.shown_receipt(each, request.query_params, how, listed=True) for each in page.cut(found)
        ]
        return self._data(shown, total=len(found) + how.total_off, sorts=answers.SORTS)

    async def _receipt(self, request: Request) -> Response:
        receipt = self.store.receipt(self._venue(request), request.path_params["id"])
        if receipt is None:
            return refused(404, "not_found", "Receipt not found")
        return self._data(answers.shown_receipt(receipt, request.query_params, self.behaviour, listed=False))

    async def _operations(self, request: Request) -> Response:
        receipt = self.store.receipt(self._venue(request), request.path_params["id"])
        if receipt is None:
            return refused(404, "not_found", "Receipt not found")
        return as_json({"data": self._numbers(self.store.deductions(int(request.path_params["id"])))})

    async def _products(self, request: Request) -> Response:
        page = Page.of(request.query_params, self.behaviour.page_cap)
        shown = [answers.shown_product(each, request.query_params) for each in page.cut(self.store.products)]
        return self._data(shown, total=len(self.store.products), sorts=answers.SORTS)

    async def _product(self, request: Request) -> Response:
        found = (each for each in self.store.products if str(each["id"]) == request.path_params["id"])
        product = next(found, None)
        if product is None:
            return refused(404, "not_found", "Product not found")
        return self._data(answers.shown_product(product, request.query_params))

    async def _venues(self, _: Request) -> Response:
        venues = self.store.venues or [{"id": self.store.home_venue, "name": "Sandbox", "status": 1}]
        return self._data(venues, total=len(venues), sorts=answers.SORTS)

    def _venue(self, request: Request) -> int:
        """The token's own venue, or the one that `x-venue` picks for this call."""
        return positive_int(request.headers.get("x-venue", "")) or self.store.home_venue

    def _data(self, data: Any, **more: Any) -> Response:
        return as_json(answers.envelope(self._numbers(data), **self._numbers(more)))

    def _numbers(self, value: Any) -> Any:
        return answers.numbers_as_text(value) if self.behaviour.numbers_as_text else value
