"""API credentials and address from environment variables."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconcile.core.errors import UsageError
from reconcile.core.input_files import SECRET, Refused, read_whole
from reconcile.core.text import shown
from reconcile.settings.web_address import checked_address

VENDOR_URL = "https://integrations.clopos.com/open-api/v2"
ADDRESSES = {
    "RECONCILE_PING_URL": "https://hc-ping.com/your-uuid",
    "RECONCILE_WEBHOOK_URL": "https://example.com/hook",
}
"""Variables with addresses to notify, and an example of each."""
_SHORTEST_HIDDEN_ID = 8
_LONGEST_ID = 19
"""Digits of 2^63 - 1."""
CREDENTIALS = {
    "client_id": "CLOPOS_CLIENT_ID",
    "client_secret": "CLOPOS_CLIENT_SECRET",
    "brand": "CLOPOS_BRAND",
    "integrator_id": "CLOPOS_INTEGRATOR_ID",
}


@dataclasses.dataclass(frozen=True)
class Credentials:
    """API credentials; ids and secret are left out of `repr`."""

    client_id: str = dataclasses.field(repr=False)
    client_secret: str = dataclasses.field(repr=False)
    brand: str
    integrator_id: str = dataclasses.field(repr=False)
    base_url: str = VENDOR_URL

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts to hide in all output, longest first. Short ids are not hidden: `12` would hide parts of dates."""
        ids = [each for each in (self.client_id, self.integrator_id) if len(each) >= _SHORTEST_HIDDEN_ID]
        return tuple(sorted((self.client_secret, *ids), key=len, reverse=True))


@dataclasses.dataclass(frozen=True)
class Environment:
    """Environment variables, or else files of the same names in `$CREDENTIALS_DIRECTORY`."""

    variables: Mapping[str, str] = dataclasses.field(default_factory=lambda: os.environ, repr=False)

    def origin(self, name: str) -> str:
        """Where the value of a variable comes from, in words; empty if not set. Raises as `get`."""
        if self.get(name) is None:
            return ""
        is_own = bool(self.variables.get(name, "").strip())
        return "from the environment" if is_own else "from a file in $CREDENTIALS_DIRECTORY"

    def get(self, name: str) -> str | None:
        """The value of a variable; None if not set or empty. Raises `UsageError` for an unreadable file."""
        value = self.variables.get(name, "").strip()
        folder = self.variables.get("CREDENTIALS_DIRECTORY")
        if not value and folder:
            try:
                value = read_whole(Path(folder) / name, SECRET).decode().strip()
            except FileNotFoundError:
                return None
            except (OSError, UnicodeDecodeError) as error:
                problem = error.strerror if isinstance(error, Refused) else type(error).__name__
                raise UsageError(f"{name} in $CREDENTIALS_DIRECTORY can't be read ({problem})") from None
        return value or None

    def has_any_credential(self) -> bool:
        """Whether any of the four credentials is set."""
        return any(self.get(name) for name in CREDENTIALS.values())

    def venue_id(self) -> int | None:
        """`CLOPOS_VENUE_ID` if set. Raises as `checked_venue`."""
        text = self.get("CLOPOS_VENUE_ID")
        return None if text is None else checked_venue(text, "CLOPOS_VENUE_ID")

    def credentials(self) -> Credentials:
        """All four credentials. Raises `UsageError`, which names the missing ones."""
        found = {field: self.get(name) for field, name in CREDENTIALS.items()}
        missing = [CREDENTIALS[field] for field, value in found.items() if value is None]
        if missing:
            raise UsageError(
                f"{', '.join(missing)} not set; set all of {', '.join(CREDENTIALS.values())} in the environment, "
                "or run with --source demo"
            )
        known: dict[str, Any] = found
        for field, value in known.items():
            if not value.isprintable():
                name = CREDENTIALS[field]
                raise UsageError(f"{name} holds a control character; set it to the text you were given")
        return Credentials(**known, base_url=self.base_url())

    def base_url(self) -> str:
        """`CLOPOS_BASE_URL`, or the vendor's address. Raises `UsageError` for an unsafe or invalid address."""
        return checked_address("CLOPOS_BASE_URL", self.get("CLOPOS_BASE_URL") or VENDOR_URL, VENDOR_URL)

    def address(self, name: str) -> str | None:
        """The address in a variable of `ADDRESSES`; None if not set. Raises as `base_url`; it may hold a secret id."""
        text = self.get(name)
        return None if text is None else checked_address(name, text, ADDRESSES[name], may_have_query=True)


def checked_venue(text: str, name: str) -> int:
    """A venue id from a variable or an argument. Raises `UsageError` where it is not one, by the name of its source."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
    if not is_number or not 0 < int(text) < 2**63:
        raise UsageError(
            f"{name} is not a positive whole number: {shown(text)}; set it to the venue's id, or leave it out"
        )
    return int(text)
