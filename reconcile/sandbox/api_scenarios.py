"""Scenarios of what the vendor's pages leave open, or say in two ways: a client must take either."""

from __future__ import annotations

from reconcile.sandbox.faults import Fault, out_of_step, refusal
from reconcile.sandbox.scenario import Scenario
from reconcile.sandbox.store_changes import two_venues_alike

_WITHOUT_ID = ("created_at", "updated_at", "closed_at", "total")
_LISTS = ("receipt_product_modificators", "modificators")

API_SCENARIOS = (
    Scenario(
        "sort-refused", "A sort by id is refused; `sorts` names others.", behaviour={"sorts": _WITHOUT_ID}
    ),
    Scenario(
        "sort-ignored",
        "A sort by id is ignored; `sorts` names others.",
        behaviour={"sorts": _WITHOUT_ID, "ignores_other_sorts": True, "page_cap": 25},
        prepare=lambda store: store.receipts.reverse(),
    ),
    Scenario(
        "limit-refused", "More than 50 records a page are refused.", behaviour={"refuses_pages_above": 50}
    ),
    Scenario(
        "with-refused",
        "A part of the receipts and one of the products are refused.",
        behaviour={"refused_parts": frozenset({"receipt_products.product.unit", "unit"})},
    ),
    Scenario(
        "all-refused",
        "Sort, page size, and two parts are refused.",
        behaviour={
            "sorts": _WITHOUT_ID,
            "refuses_pages_above": 50,
            "refused_parts": frozenset({"receipt_products.modificators", "category"}),
        },
    ),
    Scenario(
        "total-of-page",
        "The lists say as `total` how many records the page has.",
        behaviour={"total_is_of_page": True, "page_cap": 25},
    ),
    Scenario(
        "utc-days", "The days of the list are those of UTC, not of the venue.", behaviour={"hours_behind": 4}
    ),
    Scenario(
        "endless-list",
        "Every page of the list has new receipts.",
        outcome="incomplete",
        behaviour={"endless": frozenset({"list"})},
    ),
    Scenario(
        "endless-products",
        "Every page of the catalogue has new products.",
        outcome="incomplete",
        behaviour={"endless": frozenset({"products"})},
    ),
    Scenario("lines-absent", "The list leaves the lines out.", behaviour={"lists_lines": False}),
    Scenario(
        "modifiers-twice",
        "A line has its modifiers in two lists.",
        behaviour={"modifier_lists": frozenset(_LISTS)},
    ),
    Scenario(
        "modifiers-elsewhere",
        "A line has its modifiers in the other list.",
        behaviour={"modifier_lists": frozenset(_LISTS[1:])},
    ),
    Scenario("operations-paged", "Stock operations come two a page.", behaviour={"operations_page": 2}),
    Scenario(
        "operations-short",
        "The `total` of stock operations counts one more than come.",
        outcome="incomplete",
        behaviour={"operations_page": 100, "hides_operations": 1},
    ),
    Scenario(
        "out-of-step",
        "After twelve answers a connection gives each answer to the next request.",
        Fault("operations", out_of_step(12)),
    ),
    Scenario(
        "one-forbidden",
        "Each 30th receipt is refused, as if the scope were missing.",
        Fault("operations", refusal(403, "missing_scope"), one_receipt_in=30),
        outcome="incomplete",
    ),
    Scenario(
        "error-list",
        "Each 30th receipt is not found, and `error` is a list of sentences.",
        Fault("operations", refusal(404, ["Receipt not found", "Try another one"]), one_receipt_in=30),
        outcome="incomplete",
    ),
    Scenario(
        "products-401",
        "The token may not read the catalogue: 401, although it is valid.",
        behaviour={"scopes": frozenset({"receipts:read"}), "missing_permission": 401},
    ),
    Scenario(
        "venue-ignored",
        "Two venues get the same receipts, which do not say whose they are.",
        outcome="incomplete",
        behaviour={"ignores_venue": True},
        prepare=two_venues_alike,
    ),
    Scenario(
        "many-failures",
        "Half of the answers are 504, and the limit of failed requests is nearer its end than the others.",
        Fault("operations", refusal(504, "Upstream timed out"), every=2),
        behaviour={"failures_per_window": 150},
    ),
    Scenario(
        "test-mode",
        "The login is refused with 200: the integrator is in test mode.",
        outcome="refused",
        behaviour={"is_in_test_mode": True},
    ),
)
