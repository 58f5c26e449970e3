"""What may go wrong with a service: answers that are no good, and when they are given."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import math
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Literal, TypeAlias

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

RouteName: TypeAlias = Literal["auth", "list", "receipt", "operations", "products", "product", "venues"]
Answer: TypeAlias = Callable[[Request], Awaitable[Response | None]]
"""Makes a bad answer; None: the server answers as usual after all."""


@dataclasses.dataclass(frozen=True, eq=False)
class Fault:
    """Gives `answer` instead of the usual one, `times` times, on one route, for one receipt or all."""

    route: RouteName | None
    answer: Answer
    times: float = math.inf
    receipt_id: int | None = None
    after: int = 0
    """So many requests go well first."""
    every: int = 1
    """Only each so many-th request is hit."""
    page: int | None = None
    """Only this page of the list."""
    venue: int | None = None
    """Only requests for this venue."""

    def concerns(self, route: RouteName, receipt_id: int | None, request: Request) -> bool:
        """Whether it is about such a request."""
        asked = {
            "page": (self.page, request.query_params.get("page")),
            "venue": (self.venue, request.headers.get("x-venue")),
        }
        return (
            self.route in (None, route)
            and self.receipt_id in (None, receipt_id)
            and all(wanted is None or str(wanted) == got for wanted, got in asked.values())
        )


@dataclasses.dataclass
class Played:
    """How far a server is with each fault."""

    _seen: dict[Fault, int] = dataclasses.field(default_factory=dict)
    _given: dict[Fault, int] = dataclasses.field(default_factory=dict)

    async def response(
        self, faults: Iterable[Fault], route: RouteName, receipt_id: int | None, request: Request
    ) -> Response | None:
        """The bad answer, where this request is to have one."""
        for fault in faults:
            if not fault.concerns(route, receipt_id, request):
                continue
            seen = self._seen[fault] = self._seen.get(fault, 0) + 1
            given = self._given.get(fault, 0)
            if seen <= fault.after or seen % fault.every or given >= fault.times:
                continue
            self._given[fault] = given + 1
            response = await fault.answer(request)
            if response is not None:
                return response
        return None


def error_body(error: str, message: str) -> dict[str, Any]:
    """The documented envelope."""
    return {"success": False, "error": error, "message": message}


def refusal(status: int, error: str = "some_error", message: str = "", **headers: str) -> Answer:
    """An error in its envelope; 200 is allowed."""
    return raw(json.dumps(error_body(error, message)).encode(), status=status, **headers)


def raw(body: bytes, kind: str = "application/json", status: int = 200, **headers: str) -> Answer:
    """Any bytes as an answer; header names are written with _ for -."""

    async def answer(_: Request) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Response(body, status, headers=named, media_type=kind)

    return answer


html = raw(b"<!doctype html><title>504</title><h1>Gateway Time-out</h1>", "text/html")
truncated = raw(b'{"data": [{"id": 1001, "receipt_id": 1, "quan')
nan = raw(b'{"data": [{"id": 1001, "quantity": NaN}]}')
wrong_stage = refusal(200, "integrator_stage_mismatch", "Integrator is in test stage")


async def cut(request: Request) -> Response:
    """The connection is cut before a byte of the answer."""
    transport: asyncio.Transport = request.scope["state"]["transport"]
    transport.abort()
    return Response(status_code=500)


async def cut_midway(request: Request) -> Response:
    """The connection is cut in the middle of the body."""
    transport: asyncio.Transport = request.scope["state"]["transport"]

    async def body() -> AsyncIterator[bytes]:
        yield b'{"data": ['
        await asyncio.sleep(0.01)
        transport.abort()

    return StreamingResponse(body(), headers={"content-length": "1000"}, background=BackgroundTask(_nothing))


def _nothing() -> None:
    return None


async def _pass_time(seconds: float, request: Request) -> None:
    """A scenario's second may be shorter than a second: `Behaviour.pace`."""
    await asyncio.sleep(seconds * request.app.state.behaviour.pace)


def drip(seconds: float, each: float = 0.05) -> Answer:
    """A body that comes a byte at a time for so long, and is right."""

    async def answer(request: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            for _ in range(round(seconds / each)):
                yield b" "
                await _pass_time(each, request)
            yield b'{"data": []}'

        return StreamingResponse(body(), media_type="application/json")

    return answer


def throttled(seconds: float, reset_as: str = "seconds") -> Answer:
    """429 that asks for so long a pause: in seconds, as an epoch, in no sensible way, or not at all."""

    async def answer(request: Request) -> Response:
        wait = seconds * request.app.state.behaviour.pace
        stated = {"seconds": str(wait), "epoch": str(time.time() + wait), "garbage": "soon; NaN"}
        headers = {"RateLimit-Reset": stated[reset_as]} if reset_as in stated else {}
        body = json.dumps(error_body("rate_limited", "Too many requests")).encode()
        return Response(body, 429, headers=headers, media_type="application/json")

    return answer


def sometimes(share: float, then: Answer) -> Answer:
    """Another answer, in so large a share of the cases."""
    chance = random.Random(19)  # noqa: S311  a scenario needs no secrecy

    async def answer(request: Request) -> Response | None:
        return await then(request) if chance.random() < share else None

    return answer


async def lower_quota(request: Request) -> Response | None:
    """From now on a third of the requests is allowed."""
    request.app.state.behaviour.requests_per_window //= 3
    return None


def slow(seconds: float, then: Answer | None = None) -> Answer:
    """Waits, then gives another answer; by default the usual one."""

    async def answer(request: Request) -> Response | None:
        await _pass_time(seconds, request)
        return await then(request) if then is not None else None

    return answer
