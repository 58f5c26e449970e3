"""A scenario: what goes wrong, when, and the outcome expected of a client; and the server that plays it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from reconcile.sandbox.faults import Fault
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store

Change: TypeAlias = Callable[[Store], None]


@dataclasses.dataclass(frozen=True)
class Scenario:
    """What goes wrong, when, and the outcome expected of a client."""

    name: str
    description: str
    """In one sentence; shown in the log and in the README's table."""
    fault: Fault | None = None
    outcome: Literal["whole", "incomplete", "either", "refused"] = "whole"
    """`whole`: nothing is missing. `incomplete`: the report names what is missing. `either`: depends on chance.
    `refused`: there is no report."""
    behaviour: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    prepare: Change | None = None
    """Changes the store before the server starts."""
    on_page: Mapping[int, Change] = dataclasses.field(default_factory=dict)
    """By page number: changes the store once, when this page of the list is requested."""
    on_login: Mapping[int, Change] = dataclasses.field(default_factory=dict)
    """By login number, from 1: changes the store once, at this login."""


def scenario_server(scenario: Scenario, store: Store, port: int = 0, **behaviour: Any) -> CloposServer:
    """A server that plays the scenario on the store; `behaviour` adds to the scenario's, or replaces it."""
    if scenario.prepare is not None:
        scenario.prepare(store)
    server = CloposServer(store, port, **{**scenario.behaviour, **behaviour})
    server.faults += filter(None, [scenario.fault])
    server.behaviour.before_page = _once(scenario.on_page, store)
    server.behaviour.before_login = _once(scenario.on_login, store)
    return server


def _once(changes: Mapping[int, Change], store: Store) -> Callable[[int], None]:
    pending = dict(changes)

    def apply(number: int) -> None:
        if change := pending.pop(number, None):
            change(store)

    return apply
