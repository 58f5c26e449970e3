"""`python -m reconcile doctor`: all checks, in at most eight requests."""

from __future__ import annotations

import asyncio
from pathlib import Path

from reconcile.core.errors import UsageError
from reconcile.core.logs import hide_secrets
from reconcile.doctor.answers import check_answers
from reconcile.doctor.checks import NAMES, SETTINGS, Check, Report, fail, skipped
from reconcile.doctor.machine import check_credentials, check_output
from reconcile.doctor.requests import contact
from reconcile.doctor.service import (
    check_address,
    check_login,
    check_operations,
    check_products,
    check_quota,
    check_receipts,
    check_venues,
)
from reconcile.doctor.times import check_clock, check_time_zone
from reconcile.settings.environment import Environment
from reconcile.settings.model import Settings


def diagnose(environment: Environment, settings: Settings, folder: Path) -> Report:
    """Check this machine, then the service as far as it lets itself be asked."""
    machine = [check_credentials(environment), check_output(folder)]
    try:
        environment.base_url()
    except UsageError as error:
        address = fail(
            "address", str(error), "correct CLOPOS_BASE_URL, or unset it for the vendor's address", SETTINGS
        )
        return Report.of([*machine, address, *_skipped("address")], requests=0)
    if machine[0].status == "fail":
        return Report.of([*machine, skipped("address", "credentials"), *_skipped("credentials")], requests=0)
    credentials, venue = environment.credentials(), environment.venue_id()
    hide_secrets(credentials.secrets)
    try:
        found = asyncio.run(contact(credentials, settings, venue))
    except UsageError as error:
        address = fail("address", str(error), "correct this variable, then run doctor again", SETTINGS)
        return Report.of([*machine, address, *_skipped("address")], requests=0, secrets=credentials.secrets)
    address = check_address(credentials, found)
    if address.status == "fail":
        return Report.of([*machine, address, *_skipped("address")], found.requests, credentials.secrets)
    service = [address, check_login(found)]
    if service[-1].status == "fail":
        service += _skipped("login")[1:]
    else:
        service += [
            check_venues(credentials, venue, found),
            check_receipts(found, settings),
            check_operations(found, settings),
            check_products(found),
            check_quota(found, settings),
            check_clock(found),
            check_time_zone(found, settings),
            check_answers(found),
        ]
    return Report.of([*machine, *service], found.requests, credentials.secrets)


def _skipped(after: str) -> list[Check]:
    """The checks of the service from the login on, none of which could be made."""
    return [skipped(name, after) for name in NAMES[NAMES.index("login") : NAMES.index("output")]]
