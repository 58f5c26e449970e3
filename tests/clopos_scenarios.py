"""What may go wrong with a service: answers that are no good, and when they are given."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal, TypeAlias

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

RouteName: TypeAlias = Literal["auth", "list", "receipt", "operations"]
Answer: TypeAlias = Callable[[Request], Awaitable[Response | None]]
"""Makes a bad answer; None: the server answers as usual after all."""


@dataclasses.dataclass
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
    seen: int = 0
    given: int = 0

    async def response(self, route: RouteName, receipt_id: int | None, request: Request) -> Response | None:
        """The bad answer, where this request is to have it."""
        if self.route not in (None, route) or self.receipt_id not in (None, receipt_id):
            return None
        self.seen += 1
        if self.seen <= self.after or self.seen % self.every or self.given >= self.times:
            return None
        self.given += 1
        return await self.answer(request)


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


def drip(seconds: float, each: float = 0.05) -> Answer:
    """A body that comes a byte at a time for so long, and is right."""

    async def answer(_: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            for _ in range(round(seconds / each)):
                yield b" "
                await asyncio.sleep(each)
            yield b'{"data": []}'

        return StreamingResponse(body(), media_type="application/json")

    return answer


def slow(seconds: float, then: Answer | None = None) -> Answer:
    """Waits, then gives another answer; by default the usual one."""

    async def answer(request: Request) -> Response | None:
        await asyncio.sleep(seconds)
        return await then(request) if then is not None else None

    return answer
