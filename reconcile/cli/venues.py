"""The venues that a live run is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reconcile.core.errors import UsageError
from reconcile.settings.environment import Environment, checked_venue

if TYPE_CHECKING:
    from reconcile.clopos.session import Session

_ALL = "all"


def venues_asked(given: Sequence[str], environment: Environment) -> Callable[[Session], Sequence[int | None]]:
    """Gives the venues of `--venue`, each once; without it that of the environment, or the token's own (None).

    `all` is asked of the service by the session. Raises `UsageError`, before there is one.
    """
    if _ALL in given:
        if len(given) > 1:
            raise UsageError("--venue all is every venue of the brand; leave out the other --venue")
        return lambda session: session.venues()
    named: list[int | None] = [checked_venue(text, "--venue") for text in given]
    named = named or [environment.venue_id()]
    return lambda _: list(dict.fromkeys(named))
