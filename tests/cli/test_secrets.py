"""Canaries: nothing secret and nobody's name in any file or stream, whatever happens."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.responses import Response

from reconcile.sandbox.api_format import json_response
from reconcile.sandbox.behaviour import Account
from reconcile.sandbox.faults import Fault, Responder, cut, error_body, html, raw, refusal, slow, truncated
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, Raw, line, operation, receipt
from tests.given.running import LIVE, Desk, Ended, unpacked

Serve = Callable[..., CloposServer]
VERBOSE = (*LIVE, "--verbose")
NAME, PHONE, STREET, CARD = "Canary Quliyeva", "+994-50-555-01-99", "Canary street 7", "4169-7388-0000-1234"
PERSON = {"name": NAME, "phone": PHONE, "address": STREET, "card": CARD}


def of_a_customer(key: int) -> Raw:
    """A receipt full of a person: in the fields for that, in unknown ones, and where plain values belong."""
    sold = line(
        100 + key,
        comment=f"no onions for {NAME}",
        price=PERSON,
        is_gift=[PERSON],
        guest=PERSON,
        receipt_product_modificators=[{"id": 1, "name": PERSON, "count": 1, "note": PHONE}],
        created_at=None,
    )
    sold["meta"]["product"] |= {"name": PERSON, "seller": NAME}
    sold["product"] |= {"unit": NAME, "cost_price": PERSON, "full_name": PERSON, "supplier": PERSON}
    return receipt(
        key, [sold],
        customer=NAME if key % 2 else PERSON, customer_id=77, customer_name=NAME, customer_phone=PHONE, address=STREET,
        payment_methods=[{"name": "card", "number": CARD}], comment=NAME, delivery=[[PERSON]],
        source=PERSON, total=[PERSON], inventory_status={"by": NAME}, lock=[NAME, PHONE],
    )  # fmt: skip


def with_people(count: int) -> tuple[list[Raw], dict[int, list[Raw]]]:
    """Receipts of customers; the last one's lines are no list but a person."""
    receipts = [of_a_customer(key) for key in range(1, count + 1)]
    receipts[-1]["receipt_products"] = PERSON
    operations = {key: [operation(key, key, 100 + key)] for key in range(1, count + 1)}
    operations[1][0] |= {"user": PERSON, "storage_id": PERSON, "operated_at": [NAME], "comment": NAME}
    operations[2][0]["product"] = {"id": 31001, "name": PERSON, "owner": NAME}
    operations[3][0]["stock"] = {
        "id": 1,
        "storage": {"id": 3, "name": [NAME], "keeper": NAME},
        "keeper": NAME,
    }
    return receipts, operations


def expect_no_canary(desk: Desk, server: CloposServer, ended: Ended) -> None:
    """Look through every stream, every name and every file, also inside gzip and zip."""
    account = server.account
    secrets = [account.client_secret, account.client_id, account.integrator_id, *server.request_log.tokens]
    canaries = [*secrets, "sandbox-", "Canary", NAME, PHONE, STREET, CARD, CARD[:9], PHONE[:8]]
    written = {str(path): unpacked(path) for path in desk.home.rglob("*") if path.is_file()}
    places = {"standard output": ended.out.encode(), "standard error": ended.err.encode()} | written
    names = " ".join(written).encode()
    found = [(where, word) for where, text in places.items() for word in canaries if word.encode() in text]
    assert found == []
    assert not any(word.encode() in names for word in canaries)


async def echo(request: Request) -> Response:
    """An error that repeats whatever secret it was sent."""
    token, body = request.headers.get("x-token", ""), (await request.body()).decode()
    return json_response(error_body(f"bad:{token}{body}", f"{token} {body} {NAME}"), 400)


async def echo_bare(request: Request) -> Response:
    """An error whose stable id is the secret itself."""
    return json_response(error_body(request.headers.get("x-token") or Account().client_secret, ""), 400)


async def echo_start(request: Request) -> Response:
    """An error with so long an id that a cut would leave the start of the secret in it."""
    secret = request.headers.get("x-token") or Account().client_secret
    return json_response(error_body(f"invalid_credential_was_{secret}", ""), 400)


async def echo_header(request: Request) -> Response:
    """Secrets in the headers of an answer, and where a redirect would lead."""
    token = request.headers.get("x-token", "")
    headers = {
        "location": f"/?token={token}",
        "RateLimit-Reset": token or "x",
        "RateLimit-Limit": token or "x",
    }
    return Response(b"{}", 302, headers=headers)


ECHOES = (echo, echo_bare, echo_start, echo_header)


def of_data(data: str) -> Responder:
    return raw(f'{{"data": {data}}}'.encode())


@pytest.mark.parametrize(
    "faults",
    [
        [],
        *([Fault(route, answer)] for route in ("auth", "list") for answer in ECHOES),
        [Fault("operations", answer, receipt_id=key) for key, answer in enumerate(ECHOES, start=1)],
        [Fault("receipt", echo), Fault("operations", html, receipt_id=1)],
        [Fault("receipt", echo_header), Fault("operations", cut, receipt_id=1)],
        [Fault("operations", refusal(403, "missing_scope", NAME))],
        [Fault("operations", refusal(401, "unauthorized", PHONE))],
        [Fault("list", truncated)],
        [Fault("list", of_data(f'{{"name": "{NAME}"}}'))],
        [
            Fault("operations", of_data(f'["{NAME}", {{"id": {{"name": "{NAME}"}}}}]'), receipt_id=1),
            Fault("operations", raw(f"<p>{NAME} {Account().client_secret}</p>".encode(), "text/html")),
        ],
    ],
)
def test_nothing_secret_and_nobody_is_in_any_file_or_stream(
    desk: Desk, serve: Serve, faults: list[Fault]
) -> None:
    """Whatever goes wrong: no credential, no token, no customer in reports, evidence, messages or names."""
    desk.configure("[api]\nattempts = 1\n")
    server = serve(*with_people(4))
    server.faults += faults
    ended = desk.run(*VERBOSE)
    assert ended.status == 3, ended.err
    assert "Traceback" not in ended.err
    expect_no_canary(desk, server, ended)


def test_a_killed_run_leaves_nobody_behind(desk: Desk, serve: Serve) -> None:
    """The evidence of a run under way keeps as little as that of a finished one."""
    server = serve(*with_people(12))
    server.faults.append(Fault("operations", slow(0.3), after=3))
    process = desk.start(*VERBOSE)
    desk.wait_until(lambda: server.request_log.count("operations") > 3)
    process.send_signal(signal.SIGKILL)
    ended = desk.finish(process)
    assert [path.name for path in desk.folder.glob("*.jsonl")] == [f"{DAY}.evidence.jsonl"]
    expect_no_canary(desk, server, ended)


def test_a_bug_shows_no_secret_either(desk: Desk, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even the traceback of a bug that carries a secret comes out without it."""
    server = serve(*with_people(4))

    def broken(*_: object) -> bytes:
        raise RuntimeError(f"lost {server.account.client_secret} and {server.account.client_id}")

    monkeypatch.setattr("reconcile.report.findings_json.render", broken)
    ended = desk.run(*VERBOSE)
    assert ended.status == 70
    assert "RuntimeError: lost *** and ***" in ended.err
    expect_no_canary(desk, server, ended)


def test_secrets_are_sent_where_they_belong_alone(desk: Desk, serve: Serve) -> None:
    """The credentials go out in the body of the login, the token in x-token: never in an address."""
    server = serve(*with_people(4))
    desk.run(*VERBOSE)
    for asked in server.request_log.entries:
        told = (
            f"{asked.query} { {name: value for name, value in asked.headers.items() if name != 'x-token'} }"
        )
        assert "sandbox-" not in told
    tokens = {asked.headers.get("x-token") for asked in server.request_log.entries if asked.route != "auth"}
    assert tokens == set(server.request_log.tokens)
