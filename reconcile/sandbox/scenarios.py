"""Scenarios of a misbehaving service, as data for `sandbox --play` and for the tests."""

from __future__ import annotations

from reconcile.sandbox.api_scenarios import API_SCENARIOS
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
from reconcile.sandbox.scenario import Scenario
from reconcile.sandbox.store_changes import (
    change_a_count,
    delete_a_receipt,
    drop_one,
    insert_one,
    recost,
    second_venue,
    set_hostile_names,
    void_a_line,
)

_SMALL_PAGES = {"page_cap": 25}
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
            Fault("operations", refusal(200, "module_off"), one_receipt_in=30),
            outcome="incomplete",
        ),
        Scenario("nan", "Each 6th answer holds NaN.", Fault("operations", nan, every=6)),
        Scenario("truncated-json", "Each 6th answer ends early.", Fault("operations", truncated, every=6)),
        Scenario(
            "row-inserted",
            "A receipt arrives while pages are turned, and moves the others down.",
            behaviour=_SMALL_PAGES,
            on_page={2: insert_one},
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
            prepare=drop_one,
        ),
        Scenario(
            "void-next-day",
            "From the second login on, a line is deleted that was written off.",
            on_login={2: void_a_line},
        ),
        Scenario(
            "count-next-day",
            "From the second login on, one more is sold than was written off.",
            on_login={2: change_a_count},
        ),
        Scenario(
            "deleted-next-day",
            "From the second login on, a receipt is gone.",
            on_login={2: delete_a_receipt},
        ),
        Scenario(
            "recost-next-day",
            "From the second login on, all costs are a tenth higher; no receipt changed.",
            on_login={2: recost},
        ),
        Scenario(
            "venue-down",
            "The brand has two venues; the second answers 503.",
            Fault(None, refusal(503, "maintenance"), venue=2),
            outcome="incomplete",
            prepare=second_venue,
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
        *API_SCENARIOS,
        Scenario("empty-day", "Nothing was sold.", prepare=lambda store: store.receipts.clear()),
        Scenario("hostile-names", "Names are formulas, escapes, paths and worse.", prepare=set_hostile_names),
    )
}
