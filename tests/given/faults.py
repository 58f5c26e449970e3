"""Faults that only tests make the sandbox play."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from reconcile.sandbox.faults import refusal

wrong_stage = refusal(200, "integrator_stage_mismatch", "Integrator is in test stage")


async def cut_midway(request: Request) -> Response:
    """The connection is cut in the middle of the body."""
    transport: asyncio.Transport = request.scope["state"]["transport"]

    async def body() -> AsyncIterator[bytes]:
        yield b'{"data": ['
        await asyncio.sleep(0.01)
        transport.abort()

    return StreamingResponse(
        body(), headers={"content-length": "1000"}, background=BackgroundTask(_do_nothing)
    )


def _do_nothing() -> None:
    pass
