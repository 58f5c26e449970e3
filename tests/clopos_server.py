"""A local Clopos: a real HTTP server on 127.0.0.1 that answers from records held in memory as the vendor documents.

It knows the documented routes, headers, errors and limits; what may go wrong on top of that is in
`tests.clopos_scenarios`. It writes down what it was asked.
"""

from __future__ import annotations

import copy
import json
import random
import secrets
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.clopos_behaviour import LOGIN_FIELDS, Account, Asked, Behaviour, Diary, Window
from tests.clopos_scenarios import Fault, RouteName, error_body
from tests.day_records import Raw

_PREFIX = "/open-api/v2"


class _Protocol(H11Protocol):
    """Shows each request its connection, so that a scenario can cut it."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class CloposServer:
    """The server, in a thread of its own. Use as a context manager; records may change while it runs."""

    def __init__(
        self, receipts: Sequence[Raw] = (), operations: Mapping[int, Sequence[Any]] | None = None, **how: Any
    ) -> None:
        self.receipts: list[Raw] = list(receipts)
        self.operations: dict[int, Sequence[Any]] = dict(operations or {})
        self.behaviour = Behaviour(**how)
        self.account = Account()
        self.diary = Diary()
        self.faults: list[Fault] = []
        self._tokens: dict[str, float] = {}
        self._windows = {"auth": Window(), "api": Window()}
        self._chance = random.Random(19)
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            self._application(), http=_Protocol, ws="none", loop="asyncio", lifespan="off",
            log_config=None, log_level="critical", timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}{_PREFIX}"

    def environment(self) -> dict[str, str]:
        """What the command needs to reach this server."""
        return {**self.account.environment(), "CLOPOS_BASE_URL": self.url}

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.002)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True  # it sees this within a tenth of a second; nobody need wait for it
        self._server.force_exit = True

    # ------------------------------------------------------------- routes

    def _application(self) -> Starlette:
        routes: list[tuple[str, str, RouteName, Callable[[Request], Awaitable[Response]]]] = [
            ("POST", "/auth", "auth", self._auth),
            ("GET", "/receipts", "list", self._list),
            ("GET", "/receipts/{id}", "receipt", self._receipt),
            ("GET", "/receipts/{id}/stock-operations", "operations", self._operations),
        ]
        return Starlette(
            routes=[
                Route(_PREFIX + path, self._guarded(name, answer), methods=[method])
                for method, path, name, answer in routes
            ]
        )

    def _guarded(
        self, route: RouteName, answer: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Around each route: the diary, the limits, what is to go wrong, the token, the headers."""
        window = self._windows["auth" if route == "auth" else "api"]

        async def respond(request: Request) -> Response:
            key = request.path_params.get("id")
            receipt_id = int(key) if key is not None and key.isdigit() else None
            self.diary.enter(
                Asked(route, receipt_id, dict(request.query_params), dict(request.headers), time.monotonic())
            )
            how = self.behaviour
            limit = how.auth_per_window if route == "auth" else how.requests_per_window
            response: Response | None = None
            if not window.admit(limit, how.window_seconds):
                response = refused(429, "rate_limited", "Too many requests")
            if response is None and route != "auth":
                response = self._refusal(request)
            for fault in self.faults:
                response = response or await fault.response(route, receipt_id, request)
            response = response or await answer(request)
            for name, value in window.headers(limit, how.window_seconds, how.reset_as).items():
                response.headers.setdefault(name, value)
            self.diary.leave(response.status_code)
            return response

        return respond

    def _refusal(self, request: Request) -> Response | None:
        """401 without a living token, 403 without the scope."""
        ends = self._tokens.get(request.headers.get("x-token", ""), 0.0)
        self.diary.token_ages.append(self.behaviour.token_life_seconds - ends + time.monotonic())
        if time.monotonic() >= ends:
            return refused(401, "unauthorized", "Token is missing, bad or expired")
        if "receipts:read" not in self.behaviour.scopes:
            return refused(403, "missing_scope", "The scope receipts:read is missing")
        return None

    async def _auth(self, request: Request) -> Response:
        given = json.loads(await request.body())
        if not isinstance(given, dict) or any(
            given.get(name) != getattr(self.account, name) for name in LOGIN_FIELDS
        ):
            return refused(401, "invalid_credentials", "The credentials are wrong")
        token, life = f"canary-token-{secrets.token_hex(12)}", self.behaviour.token_life_seconds
        self._tokens[token] = time.monotonic() + life
        self.diary.tokens.append(token)
        return as_json(
            {
                "success": True,
                "token": token,
                "token_type": "Bearer",
                "expires_in": life if life % 1 else int(life),
                "expires_at": int(time.time() + life),
                "message": "Authenticated",
            }
        )

    async def _list(self, request: Request) -> Response:
        query, how = request.query_params, self.behaviour
        page, limit = int(query.get("page", 1)), min(int(query.get("limit", 50)), how.page_cap)
        how.before_page(page)
        first, last = query.get("date[0]", ""), query.get("date[1]", "9999")
        found = [each for each in self.receipts if first <= str(each.get("created_at"))[:10] <= last]
        field, down = query.get("sort[0]", "id"), query.get("sort[1]") == "-1"
        found.sort(key=lambda each: _order(each.get(field)), reverse=down)
        if how.shuffles_pages:
            self._chance.shuffle(found)
        rows = [self._shown(each, request, listed=True) for each in found[(page - 1) * limit : page * limit]]
        return self._data(rows, total=len(found) + how.total_off, sorts=[[field, -1 if down else 1]])

    async def _receipt(self, request: Request) -> Response:
        for each in self.receipts:
            if str(each.get("id")) == request.path_params["id"]:
                return self._data(self._shown(each, request, listed=False))
        return refused(404, "not_found", "Receipt not found")

    async def _operations(self, request: Request) -> Response:
        key = request.path_params["id"]
        if not any(str(each.get("id")) == key for each in self.receipts):
            return refused(404, "not_found", "Receipt not found")
        return as_json({"data": self._numbers(list(self.operations.get(int(key), [])))})

    def _data(self, data: Any, **more: Any) -> Response:
        return as_json({"success": True, "data": self._numbers(data), **self._numbers(more)})

    def _numbers(self, value: Any) -> Any:
        return _as_text(value) if self.behaviour.numbers_as_text else value

    def _shown(self, receipt: Raw, request: Request, listed: bool) -> Raw:
        """A receipt with what `with[…]` asks for, as far as this server gives it."""
        how = self.behaviour
        wanted = [value for name, value in request.query_params.items() if name.startswith("with[")]
        shown = copy.deepcopy(receipt)
        if not any(each.startswith("receipt_products") for each in wanted) or (
            listed and not how.lists_lines
        ):
            shown.pop("receipt_products", None)
        lines = shown.get("receipt_products")
        if not isinstance(lines, list):
            return shown
        if listed and not how.lists_deleted_lines:
            lines[:] = [each for each in lines if not (isinstance(each, dict) and each.get("deleted_at"))]
        if not (how.embeds_products and any(each.startswith("receipt_products.product") for each in wanted)):
            for each in lines:
                if isinstance(each, dict):
                    each.pop("product", None)
        return shown


def as_json(body: Any, status: int = 200) -> Response:
    """A JSON answer; lone surrogates go out as escapes."""
    text = json.dumps(body, ensure_ascii=True)
    return Response(text, status, media_type="application/json")


def refused(status: int, error: str, message: str) -> Response:
    """The documented envelope of an error."""
    return as_json(error_body(error, message), status)


def _order(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, int) else (1, str(value))


def _as_text(value: Any) -> Any:
    """The same with every number as a string."""
    match value:
        case bool():
            return value
        case int() | float():
            return str(value)
        case list():
            return [_as_text(each) for each in value]
        case dict():
            return {key: _as_text(each) for key, each in value.items()}
    return value
