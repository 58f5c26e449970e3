"""What an answer says: a body to read, or the error that it stands for.

Errors are told by their status, `success`, and sentences that the vendor's service is known to say. No other text of
an answer is shown: it is free text from outside.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from reconcile.clopos.quota import reset_seconds
from reconcile.core.errors import CredentialsRefused, ScopeRefused
from reconcile.core.exact_json import decode_json

OVER_THE_LIMIT, _UNAUTHORIZED, _FORBIDDEN = 429, 401, 403
_TRANSIENT = frozenset({206, 408, 500, 502, 503, 504})
_SCOPES = {"/receipts": "receipts:read", "/products": "products:read"}
_FALSE = ("false", "0", "0.0", "no", "off", "")
_TOKEN_REFUSED = ("token expired", "invalid token")
_REFUSALS = {
    "integrator is in test mode": (
        "the integrator is in test mode, and this brand is not; ask the vendor to take the integrator out of test mode"
    ),
    "invalid integrator_id": (
        "the service does not accept the integrator, whatever the restaurant; check CLOPOS_INTEGRATOR_ID, and ask the "
        "vendor whether the integrator is still enabled"
    ),
    "client is disabled": (
        "the restaurant has switched this access off; ask them to enable it in the Clopos back office under Add-ons → "
        "Open API, then run again"
    ),
    "headers are missing": (
        "the service says that headers are missing; if a proxy stands in between, let it pass the headers x-token and "
        "x-venue, then run again"
    ),
}
"""By what the service is known to say: what it means, and what to do."""


class PermanentError(Exception):
    """The service refused the request, with this status if any; a retry would get the same response."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


class TransientError(Exception):
    """No usable response; a retry may succeed, after at least `wait` seconds."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class Unauthorized(Exception):
    """401: the token is missing, bad or expired, or lacks a permission."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """One answer as received, unpacked."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def read_answer(answer: Answer, path: str, secrets: Collection[str]) -> dict[str, Any]:
    """The body of a success, a JSON object. `secrets`: texts that no error may show.

    Raises `PermanentError`, `TransientError`, `Unauthorized`, and `AccessRefused` where the credentials or a
    permission is refused.
    """
    status = answer.status
    if status == OVER_THE_LIMIT:
        raise TransientError("429 over the limit", reset_seconds(answer.headers))
    try:
        body = decode_json(answer.content)
    except ValueError:
        body = None
    error_id = _error_id(body, secrets)
    if status in _TRANSIENT:
        raise TransientError(f"{status} {error_id}".strip(), reset_seconds(answer.headers, ("Retry-After",)))
    if status == 200 and not isinstance(body, dict):
        raise TransientError("the answer is no JSON object")
    if status == 200 and not _is_false(body.get("success")):
        return dict(body)
    _check_access(status, body, error_id, path)
    if status != 200:
        raise PermanentError(f"{status} {error_id}".strip(), status)
    raise PermanentError(f"success is false: {error_id or 'no reason given'}")


def _is_false(success: object) -> bool:
    """Whether `success` says that the request failed; one that is missing does not."""
    return success is not None and (not success or str(success).strip().lower() in _FALSE)


def _check_access(status: int, body: Any, error_id: str, path: str) -> None:
    """Raises `Unauthorized` or `AccessRefused` where an error is about the token, the credentials or a permission."""
    said = " ".join(_texts(body)).casefold()
    for sentence, meaning in _REFUSALS.items():
        if sentence in said:
            raise CredentialsRefused(meaning)
    if status == _UNAUTHORIZED or any(sentence in said for sentence in _TOKEN_REFUSED):
        raise Unauthorized(error_id)
    if status == _FORBIDDEN:
        raise permission_missing(path, f"{status} {error_id}".strip())


def permission_missing(path: str, what: str) -> ScopeRefused:
    """The error for a route that the token may not read, though it is good for others."""
    scope = next((scope for start, scope in _SCOPES.items() if path.startswith(start)), "")
    permission = f"the permission {scope}" if scope else f"a permission for {path}"
    return ScopeRefused(
        f"the service refused access to {path.split('/')[1]} ({what}): the token lacks {permission}, or the module is "
        "off; grant it in the Clopos back office under Add-ons → Open API, where the role of the staff user that the "
        "credentials act for decides too, then run again"
    )


def _texts(body: Any) -> Iterator[str]:
    """The texts of an error, which may be a list, on one line each."""
    if isinstance(body, dict):
        for value in (body.get("error"), body.get("message")):
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    yield " ".join(text.split())


def _error_id(body: Any, secrets: Collection[str]) -> str:
    """The stable id of an error; never its message, which is free text from outside."""
    text = body.get("error") if isinstance(body, dict) else None
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_.:-]{1,40}", text):
        return ""
    return "" if any(secret and secret in text for secret in secrets) else text
