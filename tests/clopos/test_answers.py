"""One request and its answer: which answers are taken, how long and on which connection they are waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request

from reconcile.clopos.client import CloposClient, TransientError
from reconcile.sandbox.faults import Fault, Responder, raw, refusal, slow
from reconcile.sandbox.server import CloposServer
from reconcile.settings.environment import Environment
from reconcile.settings.model import Api
from tests.given.day_records import sales

Serve = Callable[..., CloposServer]
LIST = "/receipts"


def client_of(server: CloposServer, **api: Any) -> CloposClient:
    """A client that does not wait long between two attempts."""
    settings = {"attempts": 2, "retry_pause_seconds": 0.01, "read_timeout_seconds": 5.0, **api}
    return CloposClient(Environment(server.environment()).credentials(), Api(**settings))


def ask(server: CloposServer, *paths: str, **api: Any) -> list[dict[str, Any] | Exception]:
    """The answer to each path, one after the other, or the error instead."""

    async def in_turn() -> list[dict[str, Any] | Exception]:
        client, answers = client_of(server, **api), list[dict[str, Any] | Exception]()
        for path in paths:
            try:
                answers.append(await client.get(path))
            except Exception as error:
                answers.append(error)
        await client.aclose()
        return answers

    return asyncio.run(in_turn())


# ------------------------------------------------------------------ deadlines

USED_UP = {"RateLimit_Limit": "300", "RateLimit_Remaining": "0", "RateLimit_Reset": "300"}
WAITS: dict[str, Responder] = {
    "quota used up": raw(b'{"data": []}', "application/json", 200, **USED_UP),
    "429 with a reset": refusal(429, RateLimit_Reset="300"),
    "429 until tomorrow": refusal(429, Retry_After="86400"),
    "503 until tomorrow": refusal(503, Retry_After="86400"),
    "503 again and again": refusal(503),
    "no answer": slow(60.0),
}


@pytest.mark.parametrize("deadline", ["request", "run"])
@pytest.mark.parametrize("answer", WAITS.values(), ids=WAITS)
def test_no_wait_outlasts_a_deadline(serve: Serve, answer: Responder, deadline: str) -> None:
    """Whatever pause the service asks for, the request ends with its own deadline or the run's."""
    server = serve(*sales(1))
    server.faults.append(Fault("list", answer))
    limits = {
        "request": {"request_deadline_seconds": 0.5},
        "run": {"run_deadline_minutes": 0.5 / 60},
    }[deadline]

    async def asked() -> list[str]:
        client, reasons = client_of(server, attempts=1000, **limits), list[str]()
        client.begin_day()
        for _ in range(2):
            try:
                await asyncio.wait_for(client.get(LIST), 10.0)
            except TransientError as error:
                reasons.append(str(error))
        await client.aclose()
        return reasons

    reasons = asyncio.run(asked())
    if answer is WAITS["quota used up"] and deadline == "request":
        assert not reasons, "the pause is cut, and the next request is answered"
        return
    said = {"request": "no answer within 0.5 seconds", "run": "the fetch had gone on for 0.00833333 minutes"}
    assert reasons[-1].startswith((said[deadline], "429", "503")), (
        "or the last answer, if it came just before"
    )


def test_when_the_run_is_over_nothing_is_sent(serve: Serve) -> None:
    """The next request fails at once, with the reason."""
    server = serve(*sales(1))

    async def asked() -> None:
        client = client_of(server, run_deadline_minutes=0.0001)
        client.begin_day()
        await asyncio.sleep(0.01)
        with pytest.raises(TransientError, match=r"the fetch had gone on for 0\.0001 minutes"):
            await client.get(LIST)
        client.begin_day()
        assert not server.request_log.entries
        await client.aclose()

    asyncio.run(asked())


@pytest.mark.parametrize("answer", WAITS.values(), ids=WAITS)
def test_a_pause_too_long_still_leaves_time_for_one_more_attempt(serve: Serve, answer: Responder) -> None:
    """A wait beyond the deadline is cut, and the attempt after it succeeds."""
    server = serve(*sales(1))
    server.faults.append(Fault("list", answer, times=1))
    *_, last = ask(server, LIST, LIST, request_deadline_seconds=2.0, read_timeout_seconds=0.2)
    assert isinstance(last, dict)


# ------------------------------------------------------------------ connections


def test_a_fresh_connection_replaces_those_that_are_open(serve: Serve) -> None:
    """Where an answer belonged to another request, none of the old connections is used again; others end in peace."""
    server, ports = serve(*sales(1)), list[int]()

    async def note(request: Request) -> None:
        assert request.client is not None
        ports.append(request.client.port)

    async def note_and_wait(request: Request) -> None:
        await note(request)
        await asyncio.sleep(0.2)

    server.faults += [Fault("list", note), Fault("venues", note_and_wait)]

    async def asked() -> None:
        client = client_of(server)
        await client.get(LIST)
        await client.get(LIST)
        under_way = asyncio.create_task(client.get("/venues"))
        await asyncio.sleep(0.05)
        await client.get(LIST, fresh_connection=True)
        await client.get(LIST)
        await under_way
        await client.aclose()

    asyncio.run(asked())
    first, second, under_way, fresh, after = ports
    assert first == second == under_way
    assert fresh == after != first
    assert server.request_log.count("venues") == 1
