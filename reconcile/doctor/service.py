"""Checks of the service: address, login, venues, receipts, products, quota."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx

from reconcile.clopos.catalogue import PRODUCTS_SCOPE
from reconcile.clopos.client import PermanentError, TransientError
from reconcile.clopos.quota import OTHER_LIMITS
from reconcile.clopos.venues import venues_of
from reconcile.core.errors import AccessRefused
from reconcile.core.text import counted, shown
from reconcile.doctor.checks import SETTINGS, Check, fail, ok, skipped, warn
from reconcile.doctor.requests import RECENT_DAYS, Contact, Refusal
from reconcile.engine.day import reconcile_day
from reconcile.evidence.day import Evidence, Header
from reconcile.evidence.structs import Raw
from reconcile.frames import business_day
from reconcile.settings.environment import Credentials
from reconcile.settings.model import Settings

_AGAIN = "run doctor again; if it stays so, ask the vendor"
_ROLE = (
    "in the Clopos back office, Add-ons → Open API, see which staff user these credentials act for, and give its role "
    "the right to read {0}; the vendor grants the scope {1}"
)
_MOST_VENUES = 30
_LIMITS = {300: "requests of this integrator and brand", **OTHER_LIMITS}
"""What the documented limits count."""


def check_address(credentials: Credentials, found: Contact) -> Check:
    """Whether the login got any answer, over TLS that is trusted."""
    address = credentials.base_url
    causes = list(_causes(found.failed.get("login")))
    if not any(isinstance(each, httpx.TransportError | TimeoutError) for each in causes):
        is_tls = address.startswith("https:")
        return ok(
            "address",
            f"{address} answers, {'its certificate is trusted' if is_tls else 'without TLS, on this machine'}",
        )
    for cause in causes:
        match cause:
            case ssl.SSLCertVerificationError():
                why = f"its certificate is not trusted ({cause.verify_message})"
                todo = "check CLOPOS_BASE_URL and this machine's date; a proxy needs its own in SSL_CERT_FILE"
                return fail("address", f"{address}: {why}", todo)
            case ssl.SSLError():
                todo = "check CLOPOS_BASE_URL and the proxy: this port may not speak https"
                return fail("address", f"{address}: TLS failed", todo)
            case socket.gaierror():
                return fail(
                    "address", f"{address}: no such host", "check CLOPOS_BASE_URL and this machine's DNS"
                )
    why = str(found.failed["login"]).removeprefix("login: ")
    return fail(
        "address", f"{address}: no answer ({why})", "check CLOPOS_BASE_URL, the network and the proxy"
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def check_login(found: Contact) -> Check:
    """Whether the credentials are accepted."""
    match found.failed.get("login"):
        case None:
            return ok("login", "the credentials are accepted")
        case AccessRefused() as error:
            todo = "compare all four with the Clopos back office, Add-ons → Open API; the integrator id is the vendor's"
            return fail("login", str(error), todo)
        case error:
            return fail("login", f"no usable answer ({error})", _AGAIN)


def check_venues(credentials: Credentials, venue: int | None, found: Contact) -> Check:
    """The brand and its venues."""
    brand = f"brand {shown(credentials.brand)}"
    todo = "name venues by --venue ID instead of --venue all"
    if error := found.failed.get("venues"):
        return warn("venues", f"{brand}; its venues can't be read ({_refusal(error)})", todo)
    try:
        venues = venues_of(found.venues or {})
    except PermanentError as error:
        return warn("venues", f"{brand}; {error}", todo)
    names = [f"{each.id} {shown(each.name)}{' (main)' * each.is_main}" for each in venues[:_MOST_VENUES]]
    more = f" and {len(venues) - _MOST_VENUES} more" if len(venues) > _MOST_VENUES else ""
    message = f"{brand}, {counted(len(venues), 'venue')}: {', '.join(names) or 'none'}{more}"
    if venue is not None and venue not in {each.id for each in venues}:
        todo = "set CLOPOS_VENUE_ID to one of these ids, or unset it"
        return fail("venues", f"{message}; CLOPOS_VENUE_ID is none of them", todo, SETTINGS)
    return ok("venues", message)


def check_receipts(found: Contact, settings: Settings) -> Check:
    """Whether receipts can be read, and whether there are new ones."""
    if error := found.failed.get("receipts"):
        return _refused("receipts", error, "receipts", "receipts:read")
    if not found.receipts:
        todo = "check the brand, and CLOPOS_VENUE_ID or --venue"
        return warn("receipts", "readable, but there is none at all", todo)
    if found.recent == 0:
        days = [business_day(each, settings.zone) for each in found.receipts if isinstance(each, dict)]
        newest = max((day for day in days if day is not None), default=None)
        age = "" if newest is None else f"; the newest is of {newest}"
        todo = "check that the till still sends its receipts to Clopos, and that this is the right venue"
        return warn("receipts", f"readable, but none in the last {RECENT_DAYS} days{age}", todo)
    number = "some" if found.recent is None else str(found.recent)
    if found.not_sorted:
        todo = "nothing for this check; the run asks in another order"
        return warn("receipts", f"readable, {number} in the last {RECENT_DAYS} days, but not sorted", todo)
    return ok("receipts", f"readable, {number} in the last {RECENT_DAYS} days")


def check_operations(found: Contact, settings: Settings) -> Check:
    """One receipt and its operations, judged as a run would."""
    name = "stock-operations"
    if error := found.failed.get(name):
        return _refused(name, error, "receipts", "receipts:read")
    if found.receipt is None or found.operations is None:
        return skipped(name, "receipts" if "receipts" in found.failed else "receipts: there is no closed one")
    day = business_day(found.receipt, settings.zone)
    if day is None:
        return warn(name, "the newest closed receipt has no time that can be read", "see the check answers")
    return _judged(found.receipt, found.operations, Header(day, "clopos"), settings)


def _judged(receipt: Raw, given: list[Any], header: Header, settings: Settings) -> Check:
    name, key = "stock-operations", int(receipt["id"])
    evidence = Evidence(header, listed_total=1, receipts=[("list", receipt)])
    evidence.operations[key], evidence.as_of[key] = given, ""
    result = reconcile_day(evidence, settings)
    lines, total = result.control.lines, result.control.lines["total"]
    classes = ", ".join(f"{count} {each}" for each, count in lines.items() if each != "total" and count)
    operations = counted(len(given), "operation")
    message = f"the newest closed receipt: {counted(total, 'line')} ({classes or 'none'}), {operations}"
    if len(result.quarantine) or result.failures:
        return warn(name, f"{message}; some of it can't be read", "see the check answers")
    if lines["flagged"]:
        rules = ", ".join(sorted(set(result.findings["rule"].astype(str))))
        return warn(
            name,
            f"{message}; found: {rules}",
            "nothing if it has just been closed; else a run will tell more",
        )
    if total and not given:
        return warn(name, message, "check in Clopos that sales take goods from stock at this venue")
    return ok(name, message)


def check_products(found: Contact) -> Check:
    """Whether the catalogue can be read."""
    if error := found.failed.get("products"):
        todo = _ROLE.format("products", PRODUCTS_SCOPE)
        if not isinstance(error, AccessRefused):
            todo = _AGAIN
        without = "without it dishes are compared with one another, not with their recipes"
        return warn("products", f"not readable ({_refusal(error)}); {without}", todo)
    total = len(found.products or ()) if found.products_total is None else found.products_total
    return ok("products", f"readable, {counted(total, 'product')}")


def check_quota(found: Contact, settings: Settings) -> Check:
    """The limit that is nearest its end, what is left of it, and how long a night takes."""
    limit, left, reset = (found.headers.get(f"ratelimit-{name}") for name in ("limit", "remaining", "reset"))
    night = ""
    if found.yesterday is not None and found.night_seconds is not None:
        minutes = round(found.night_seconds / 60)
        duration = f"about {counted(minutes, 'minute')}" if minutes else "less than a minute"
        night = f"; yesterday's {counted(found.yesterday, 'receipt')} take {duration}"
    elif error := found.failed.get("quota"):
        night = f"; yesterday's receipts could not be counted ({_refusal(error)})"
    if not (limit and left and limit.isdecimal() and left.isdecimal() and len(limit + left) < 20):
        own = settings.api.requests_per_window
        todo = "ask the vendor for this brand's limit, and set api.requests_per_window in reconcile.toml"
        return warn("quota", f"the service does not tell it; {own} a minute is kept to{night}", todo)
    tier = _LIMITS.get(int(limit), "a limit that is not documented")
    seconds = f", anew in {reset} s" if reset and reset.isdecimal() and len(reset) < 5 else ""
    message = f"{limit} a minute ({tier}), {left} left{seconds}{night}"
    others = int(limit) - int(left) - found.requests
    if int(left) < int(limit) // 2:
        todo = f"let no other program use this integrator at night: about {max(others, 0)} requests are not doctor's"
        return warn("quota", message, todo)
    return ok("quota", message)


def _refused(name: str, error: Refusal, what: str, scope: str) -> Check:
    todo = _ROLE.format(what, scope) if isinstance(error, AccessRefused) else _AGAIN
    if isinstance(error, PermanentError) and error.status == 404:
        todo = "check CLOPOS_VENUE_ID, the brand and the address"
    return fail(name, f"not readable ({_refusal(error)})", todo)


def _refusal(error: Refusal) -> str:
    if isinstance(error, TransientError):
        return f"no usable answer: {error}"
    return (
        "the service refuses access: permission or scope is missing"
        if isinstance(error, AccessRefused)
        else str(error)
    )


def age_in_words(age: timedelta) -> str:
    """Such as `3 hours`."""
    if abs(age) >= timedelta(days=2):
        return counted(abs(age).days, "day")
    hours = round(abs(age) / timedelta(hours=1))
    return counted(hours, "hour") if hours else counted(round(abs(age) / timedelta(minutes=1)), "minute")
