"""Faults of a service: bad responses, and when they are sent."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import math
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Literal, TypeAlias
from weakref import WeakKeyDictionary

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

RouteName: TypeAlias = Literal["auth", "list", "receipt", "operations", "products", "product", "venues"]
Responder: TypeAlias = Callable[[Request], Awaitable[Response | None]]
"""Makes a bad response; None: the server responds as usual."""


@dataclasses.dataclass(frozen=True, eq=False)
class Fault:
    """Responds with `responder` instead, `times` times, on one route or all, for one receipt or all."""

    route: RouteName | None
    responder: Responder
    times: float = math.inf
    receipt_id: int | None = None
    one_receipt_in: int = 1
    """Only receipts whose id is a multiple of this."""
    after: int = 0
    """The number of requests that succeed first."""
    every: int = 1
    """Only every so many requests one is affected."""
    page: int | None = None
    """Only this page of the list."""
    venue: int | None = None
    """Only requests for this venue."""

    def applies_to(self, route: RouteName, receipt_id: int | None, request: Request) -> bool:
        """Whether the fault is for such a request."""
        page, venue = request.query_params.get("page"), request.headers.get("x-venue")
        return (
            self.route in (None, route)
            and self.receipt_id in (None, receipt_id)
            and (
                self.one_receipt_in == 1 or (receipt_id is not None and receipt_id % self.one_receipt_in == 0)
            )
            and (self.page is None or str(self.page) == page)
            and (self.venue is None or str(self.venue) == venue)
        )


class FaultCounters:
    """Counts, for each fault, the requests it applies to and the bad responses it made."""

    def __init__(self) -> None:
        self._seen: Counter[Fault] = Counter()
        self._made: Counter[Fault] = Counter()

    async def response(
        self, faults: Iterable[Fault], route: RouteName, receipt_id: int | None, request: Request
    ) -> Response | None:
        """The bad response to this request, if it is to get one."""
        for fault in faults:
            if not fault.applies_to(route, receipt_id, request):
                continue
            self._seen[fault] += 1
            seen = self._seen[fault]
            if seen <= fault.after or seen % fault.every or self._made[fault] >= fault.times:
                continue
            self._made[fault] += 1
            response = await fault.responder(request)
            if response is not None:
                return response
        return None


def error_body(error: str | list[str], message: str) -> dict[str, Any]:
    """The documented envelope of an error; its `error` is a text or a list of them."""
    return {"success": False, "error": error, "message": message}


def refusal(
    status: int, error: str | list[str] = "some_error", message: str = "", **headers: str
) -> Responder:
    """An error in its envelope; the status may be 200."""
    return raw(json.dumps(error_body(error, message)).encode(), status=status, **headers)


def raw(body: bytes, kind: str = "application/json", status: int = 200, **headers: str) -> Responder:
    """Any bytes as a response; header names are written with _ for -."""

    async def respond(_: Request) -> Response:
        named_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return Response(body, status, headers=named_headers, media_type=kind)

    return respond


html = raw(b"<!doctype html><title>504</title><h1>Gateway Time-out</h1>", "text/html")
truncated = raw(b'{"data": [{"id": 1001, "receipt_id": 1, "quan')
nan = raw(b'{"data": [{"id": 1001, "quantity": NaN}]}')


async def cut(request: Request) -> Response:
    """The connection is cut before the first byte of the response."""
    transport: asyncio.Transport = request.scope["state"]["transport"]
    transport.abort()
    return Response(status_code=500)


async def _sleep(seconds: float, request: Request) -> None:
    """Wait for so many seconds of the scenario, scaled by `Behaviour.time_scale`."""
    await asyncio.sleep(seconds * request.app.state.behaviour.time_scale)


def drip(seconds: float, pause: float = 0.05) -> Responder:
    """A valid body that is sent a byte at a time for so many seconds."""

    async def respond(request: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            for _ in range(round(seconds / pause)):
                yield b" "
                await _sleep(pause, request)
            yield b'{"data": []}'

        return StreamingResponse(body(), media_type="application/json")

    return respond


def reset_header(wait: float, reset_as: str, rounded: Callable[[float], float] = float) -> dict[str, str]:
    """The header `RateLimit-Reset`: in seconds, as an epoch, unreadably (garbage), or not at all (absent)."""
    texts = {"seconds": str(rounded(wait)), "epoch": str(rounded(time.time() + wait)), "garbage": "soon; NaN"}
    return {"RateLimit-Reset": texts[reset_as]} if reset_as in texts else {}


def throttled(seconds: float, reset_as: str = "seconds") -> Responder:
    """429 that requests a pause of so many seconds, in a `reset_header`."""

    async def respond(request: Request) -> Response:
        headers = reset_header(seconds * request.app.state.behaviour.time_scale, reset_as)
        body = json.dumps(error_body("rate_limited", "Too many requests")).encode()
        return Response(body, 429, headers=headers, media_type="application/json")

    return respond


def sometimes(share: float, then: Responder) -> Responder:
    """The response of `then` to a random share of the requests."""
    chance = random.Random(19)  # noqa: S311  a scenario needs no secrecy

    async def respond(request: Request) -> Response | None:
        return await then(request) if chance.random() < share else None

    return respond


async def lower_quota(request: Request) -> Response | None:
    """Lowers the limit to a third, then responds as usual."""
    request.app.state.behaviour.requests_per_window //= 3
    return None


def out_of_step(after: int) -> Responder:
    """After so many answers a connection gives to each request the answer of the one before."""
    asked: WeakKeyDictionary[asyncio.Transport, list[str]] = WeakKeyDictionary()

    async def respond(request: Request) -> Response | None:
        before = asked.setdefault(request.scope["state"]["transport"], [])
        before.append(request.path_params["id"])
        if len(before) > after:
            request.path_params["id"] = before[-2]
        return None

    return respond


def slow(seconds: float, then: Responder | None = None) -> Responder:
    """Waits, then responds with `then`; by default as usual."""

    async def respond(request: Request) -> Response | None:
        await _sleep(seconds, request)
        return await then(request) if then is not None else None

    return respond
