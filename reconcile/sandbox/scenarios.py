"""Scenarios of a misbehaving service, as data for `sandbox --play` and for the tests."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from reconcile.evidence.records import Raw
from reconcile.sandbox.faults import (
    Fault,
    cut,
    drip,
    html,
    lower_quota,
    nan,
    refusal,
    slow,
    sometimes,
    throttled,
    truncated,
)
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store

Change: TypeAlias = Callable[[Store], None]
_SMALL_PAGES = {"page_cap": 25}
HOSTILE_NAMES = (
    '=HYPERLINK("http://x","y")', "+1-1", "@SUM(A1)", "#N/A", "bell\x07 escape\x1b[31m null\x00", "right\u202eleft",
    "_x0041_", "</t></is><script>", "'; DROP TABLE stock; --", "../../etc/passwd", "%s %d {0} ${HOME}", "long " * 400,
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Scenario:
    """What goes wrong, when, and the outcome expected of a client."""

    name: str
    description: str
    """In one sentence; shown in the log and in the README's table."""
    fault: Fault | None = None
    outcome: Literal["whole", "incomplete", "either"] = "whole"
    """`whole`: nothing is missing. `incomplete`: the report names what is missing. `either`: depends on chance."""
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


def _insert_one(store: Store) -> None:
    """An offline terminal sends an old receipt late: all others move down one place."""
    used = {receipt["id"] for receipt in store.receipts}
    free = min((key - 1 for key in used if key > 1 and key - 1 not in used), default=None)
    if free is not None:
        late = {"id": free, "receipt_products": [], "shift_date": "2000-01-01"}  # outside the days listed
        store.receipts.insert(0, copy.deepcopy(store.receipts[0]) | late)


def _with_deductions(store: Store) -> list[Raw]:
    return [receipt for receipt in store.receipts if store.deductions(receipt["id"])]


def _drop_one(store: Store) -> None:
    """Leaves one receipt with stock operations out of the list."""
    for receipt in _with_deductions(store)[:1]:
        store.receipts.remove(receipt)


def _void_a_line(store: Store) -> None:
    """Deletes the first line that agrees, but not its write-off."""
    for receipt in _with_deductions(store):
        written_off = {operation["receipt_product_id"] for operation in store.deductions(receipt["id"])}
        for line in receipt["receipt_products"]:
            if line["id"] in written_off and not line["deleted_at"] and line["product"]["type"] == "GOODS":
                closed = datetime.fromisoformat(receipt["closed_at"])
                line["deleted_at"] = receipt["updated_at"] = str(closed + timedelta(days=1))
                return


def _set_hostile_names(store: Store) -> None:
    """Replaces the names of products by ones that a program might execute, cut off or reject."""
    for place, receipt in enumerate(store.receipts):
        for line in receipt["receipt_products"]:
            name = HOSTILE_NAMES[(place + line["id"]) % len(HOSTILE_NAMES)]
            line["meta"] = {"product": {"name": name}}
            line["product"] = (line["product"] or {}) | {"name": name, "full_name": name}
    for operations in store.operations.values():
        for operation in operations:
            name = HOSTILE_NAMES[operation["id"] % len(HOSTILE_NAMES)]
            operation["product"] = {"id": operation["product_id"], "name": name}


def _second_venue(store: Store) -> None:
    store.venues += [{"id": 1, "name": "Nizami", "status": 1}, {"id": 2, "name": "Чорсу", "status": 1}]


_RESETS = {"seconds": "in seconds", "epoch": "as an epoch", "garbage": "is no number", "absent": "is absent"}
"""Where `RateLimit-Reset` varies, by `Behaviour.reset_as`."""

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "calm", "Nothing goes wrong; the quota counts the last 60 seconds, not the calendar's minute."
        ),
        Scenario(
            "slow-504",
            "Each 5th answer takes 8 seconds and is 504.",
            Fault("operations", slow(8.0, refusal(504, "upstream_timeout")), every=5),
        ),
        Scenario(
            "dripping-body",
            "Now and then a body comes a byte at a time, for a minute.",
            Fault("operations", drip(60.0, 1.0), every=9, times=3),
        ),
        Scenario("cut-each-7th", "Each 7th connection is cut before its answer.", Fault(None, cut, every=7)),
        Scenario(
            "idle-close",
            "Connections are closed as soon as they are idle.",
            Fault("operations", slow(0.5), every=4),
            behaviour={"keep_alive_seconds": 0.001},
        ),
        Scenario(
            "429-storm",
            "Forty answers in a row are 429.",
            Fault("operations", throttled(1.0), after=10, times=40),
        ),
        *(
            Scenario(
                f"reset-{reset_as}",
                f"429 now and then; RateLimit-Reset {words}.",
                Fault("operations", throttled(1.0, reset_as), after=10, times=3),
                behaviour={"reset_as": reset_as},
            )
            for reset_as, words in _RESETS.items()
        ),
        Scenario(
            "quota-lowered",
            "Midway the quota falls to a third.",
            Fault("operations", lower_quota, after=20, times=1),
        ),
        Scenario("half-504", "Half of all answers are 504.", Fault(None, sometimes(0.5, refusal(504)))),
        Scenario(
            "page-504",
            "The second page of the list is always 504.",
            Fault("list", refusal(504), page=2),
            outcome="incomplete",
            behaviour=_SMALL_PAGES,
        ),
        Scenario(
            "short-token",
            "A token lives for 3 seconds.",
            Fault("operations", slow(0.3)),
            behaviour={"token_life_seconds": 3.0},
        ),
        Scenario(
            "401-once",
            "One token is refused before its time.",
            Fault("operations", refusal(401, "unauthorized"), after=5, times=1),
        ),
        Scenario(
            "html-200", "Each 6th answer is a page of HTML, with 200.", Fault("operations", html, every=6)
        ),
        Scenario(
            "refused-200",
            "Each 30th receipt is refused by success: false, with 200.",
            Fault("operations", refusal(200, "module_off"), every=30),
            outcome="incomplete",
        ),
        Scenario("nan", "Each 6th answer holds NaN.", Fault("operations", nan, every=6)),
        Scenario("truncated-json", "Each 6th answer ends early.", Fault("operations", truncated, every=6)),
        Scenario(
            "row-inserted",
            "A receipt arrives while pages are turned, and moves the others down.",
            behaviour=_SMALL_PAGES,
            on_page={2: _insert_one},
        ),
        Scenario(
            "pages-shuffled",
            "Each page is cut from another order.",
            outcome="either",
            behaviour={"shuffles_pages": True, **_SMALL_PAGES},
        ),
        Scenario(
            "record-dropped",
            "The list says how many receipts there are, and leaves one out.",
            outcome="incomplete",
            behaviour={"total_offset": 1},
            prepare=_drop_one,
        ),
        Scenario(
            "void-next-day",
            "From the second login on, a line is deleted that was written off.",
            on_login={2: _void_a_line},
        ),
        Scenario(
            "venue-down",
            "The brand has two venues; the second answers 503.",
            Fault(None, refusal(503, "maintenance"), venue=2),
            outcome="incomplete",
            prepare=_second_venue,
        ),
        Scenario(
            "products-forbidden",
            "The token may not read the catalogue.",
            behaviour={"scopes": frozenset({"receipts:read"})},
        ),
        Scenario(
            "products-504",
            "The second page of the catalogue is always 504.",
            Fault("products", refusal(504), page=2),
            outcome="incomplete",
            behaviour=_SMALL_PAGES,
        ),
        Scenario("empty-day", "Nothing was sold.", prepare=lambda store: store.receipts.clear()),
        Scenario(
            "hostile-names", "Names are formulas, escapes, paths and worse.", prepare=_set_hostile_names
        ),
    )
}
