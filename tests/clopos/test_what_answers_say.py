"""What an answer is taken for: a body, a failure that is tried again or not, a permission, the credentials."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from reconcile.clopos.client import PermanentError, TransientError
from reconcile.core.errors import AccessRefused, CredentialsRefused, ScopeRefused
from reconcile.sandbox.faults import Fault, Responder, raw, refusal
from reconcile.sandbox.server import CloposServer
from tests.clopos.test_answers import LIST, ask
from tests.given.day_records import sales

Serve = Callable[..., CloposServer]
GOOD = b'{"success": true, "data": []}'
MIB = 2**20


def body(**fields: Any) -> Responder:
    return raw(json.dumps({"data": [], **fields}).encode())


def asked(serve: Serve, answer: Responder, *paths: str, **api: Any) -> list[dict[str, Any] | Exception]:
    """What comes of a list that is answered so, after the paths, which are answered as usual."""
    server = serve(*sales(1))
    server.faults.append(Fault("list", answer))
    return ask(server, *paths, LIST, **api)


TAKEN = {
    "no success said": body(),
    "success true": body(success=True),
    "success as text": body(success="true"),
    "success 1": body(success=1),
    "success null": body(success=None),
    "a byte order mark is no matter of ours, but spaces are": raw(b"  " + GOOD + b"\n"),
    "packed": raw(gzip.compress(GOOD), content_encoding="gzip"),
    "packed in two members": raw(gzip.compress(GOOD[:9]) + gzip.compress(GOOD[9:]), content_encoding="gzip"),
    "a date off the calendar": raw(GOOD, date="Mon, 99 Foo 99999 99:99:99 GMT"),
    "a number of no sensible size": raw(b'{"data": [1e99999999999999999999]}'),
}


@pytest.mark.parametrize("answer", TAKEN.values(), ids=TAKEN)
def test_these_are_answers(serve: Serve, answer: Responder) -> None:
    (found,) = asked(serve, answer)
    assert isinstance(found, dict)
    assert isinstance(found["data"], list)


REFUSED: dict[str, tuple[Responder, type[Exception], str]] = {
    "success false": (body(success=False), PermanentError, "success is false: no reason given"),
    "success false as text": (body(success="False"), PermanentError, "success is false"),
    "success 0": (body(success=0), PermanentError, "success is false"),
    "success 0 as text": (body(success="0"), PermanentError, "success is false"),
    "success empty": (body(success=""), PermanentError, "success is false"),
    "success false and why": (refusal(200, "module_off"), PermanentError, "success is false: module_off"),
    "half an answer": (raw(GOOD, status=206), TransientError, "206"),
    "created": (raw(GOOD, status=201), PermanentError, "201"),
    "no content": (raw(b"", status=204), PermanentError, "204"),
    "moved": (raw(b"", status=301), PermanentError, "301"),
    "a list of errors": (refusal(400, ["bad_request", "and more"]), PermanentError, "400"),
    "no JSON": (raw(b"<html>"), TransientError, "the answer is no JSON object"),
    "a list": (raw(b"[]"), TransientError, "the answer is no JSON object"),
    "nested too deep": (raw(b'{"data": ' + b"[" * 90_000 + b"]" * 90_000 + b"}"), TransientError, "no JSON object"),
    "packed by another way": (raw(GOOD, content_encoding="br"), TransientError, "another way than gzip"),
    "not packed, though it says so": (raw(GOOD, content_encoding="gzip"), TransientError, "can't be unpacked"),
    "cut while packed": (
        raw(gzip.compress(GOOD)[:-9], content_encoding="gzip"), TransientError, "can't be unpacked",
    ),
    "too large": (raw(b" " * (MIB + 1)), PermanentError, "larger than 1 MiB unpacked, which is api.answer_limit_mib"),
    "a small one that unpacks to 64 MiB": (
        raw(gzip.compress(bytes(64 * MIB)), content_encoding="gzip"), PermanentError, "larger than 1 MiB",
    ),
    "switched off": (refusal(403, "Client is disabled"), CredentialsRefused, "has switched this access off"),
    "the integrator is off": (refusal(400, "Invalid integrator_id"), CredentialsRefused, "check CLOPOS_INTEGRATOR_ID"),
    "headers lost on the way": (refusal(401, "Headers are missing"), CredentialsRefused, "let it pass the headers"),
    "a scope is missing": (refusal(403, "forbidden"), ScopeRefused, "lacks the permission receipts:read"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "kind", "reason"), REFUSED.values(), ids=REFUSED)
def test_these_are_none(serve: Serve, answer: Responder, kind: type[Exception], reason: str) -> None:
    (found,) = asked(serve, answer, answer_limit_mib=1)
    assert isinstance(found, kind)
    assert reason in str(found)


def test_what_a_service_says_is_never_shown(serve: Serve) -> None:
    """Its sentences are matched, and said in our words."""
    for said in ("canary <b>", ["canary", "\x1b[31mcanary"], "Token canary expired in canary"):
        (found,) = asked(serve, refusal(400, said, "canary"))
        assert "canary" not in str(found)


def test_a_401_that_a_fresh_login_does_not_cure_is_a_missing_permission_after_a_good_answer(
    serve: Serve,
) -> None:
    """It says which permission, and where it is given; before any good answer it may be the access itself."""
    _, found = asked(serve, refusal(401, "unauthorized"), "/products")
    assert isinstance(found, ScopeRefused)
    for words in ("receipts:read", "Add-ons → Open API", "the role of the staff user"):
        assert words in str(found)
    (found,) = asked(serve, refusal(401, "unauthorized"))
    assert isinstance(found, AccessRefused)
    assert not isinstance(found, ScopeRefused)


def test_a_token_that_expired_is_renewed_once(serve: Serve) -> None:
    server = serve(*sales(1))
    server.faults.append(Fault("list", refusal(401, "Token expired"), times=1))
    (found,) = ask(server, LIST)
    assert isinstance(found, dict)
    assert server.request_log.count("auth") == 2


def test_an_integrator_in_test_mode_is_said_so(serve: Serve) -> None:
    """At login, with status 200."""
    server = serve(*sales(1))
    said = "Integrator is in test mode. But brand is not in test mode"
    server.faults.append(Fault("auth", refusal(200, said)))
    (found,) = ask(server, LIST)
    assert isinstance(found, CredentialsRefused)
    assert "take the integrator out of test mode" in str(found)
