"""The checks in their order, and their report as text and JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Literal

from reconcile.core.text import printable

Status = Literal["ok", "warn", "fail", "skipped"]
NAMES = (
    "credentials", "address", "login", "venues", "receipts", "stock-operations", "products", "quota", "clock",
    "time-zone", "answers", "output",
)  # fmt: skip
"""The checks, in the order of the report."""
SETTINGS, SERVICE = 2, 3
"""Exit statuses: the settings or the environment are wrong; the service refuses or does not answer."""


@dataclasses.dataclass(frozen=True)
class Check:
    """What one check found."""

    name: str
    status: Status
    message: str
    todo: str = ""
    """What to do; empty where there is nothing to do."""
    exit_status: int = 0
    """Of the whole command because of this check; not 0 only where it failed."""


def ok(name: str, message: str) -> Check:
    """It works."""
    return Check(name, "ok", message)


def warn(name: str, message: str, todo: str) -> Check:
    """It works with a limitation."""
    return Check(name, "warn", message, todo)


def fail(name: str, message: str, todo: str, exit_status: int = SERVICE) -> Check:
    """It does not work."""
    return Check(name, "fail", message, todo, exit_status)


def skipped(name: str, after: str) -> Check:
    """It could not be checked, as another check failed."""
    return Check(name, "skipped", f"skipped after {after}")


@dataclasses.dataclass(frozen=True)
class Report:
    """All checks, one a name and in the order of `NAMES`."""

    checks: tuple[Check, ...]
    requests: int
    """How many were sent, logins and retries included."""

    @classmethod
    def of(cls, checks: Iterable[Check], requests: int, secrets: Iterable[str] = ()) -> Report:
        """Puts the checks in order, without control characters and secrets."""
        by_name = {check.name: _safe(check, tuple(secrets)) for check in checks}
        return cls(tuple(by_name[name] for name in NAMES), requests)

    @property
    def status(self) -> int:
        """The exit status: 0 (warnings allowed), 2 or 3; the first of 2 and 3 that holds."""
        return min((check.exit_status for check in self.checks if check.exit_status), default=0)

    def as_text(self) -> str:
        """A line for each check, and one for the whole."""
        width = max(map(len, NAMES)) + 2
        lines = [
            f"{check.status.upper():<9}{check.name:<{width}}{check.message}"
            + (f". To do: {check.todo}" if check.todo else "")
            for check in self.checks
        ]
        requests = "1 request" if self.requests == 1 else f"{self.requests} requests"
        return "\n".join([*lines, f"{requests}, exit status {self.status}"]) + "\n"

    def as_json(self) -> str:
        """The same for programs."""
        checks = [
            {"name": check.name, "status": check.status, "message": check.message, "todo": check.todo}
            for check in self.checks
        ]
        document = {"schema_version": 1, "status": self.status, "requests": self.requests, "checks": checks}
        return json.dumps(document, indent=2) + "\n"


def _safe(check: Check, secrets: tuple[str, ...]) -> Check:
    message, todo = check.message, check.todo
    for secret in secrets:
        message, todo = message.replace(secret, "***"), todo.replace(secret, "***")
    return dataclasses.replace(check, message=printable(message), todo=printable(todo))
