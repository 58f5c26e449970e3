"""The catalogue: fetched once a run, kept in the evidence, done without where it can't be had."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from reconcile.core.exact import MICRO
from reconcile.evidence.day import Evidence, Header
from reconcile.evidence.records import read_evidence
from reconcile.frames.catalogue import read_catalogue
from reconcile.sandbox.faults import Fault, raw, refusal
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, NEXT_DAY, evidence_file, sales
from tests.given.dish_records import LAMB, PILAF, RICE, DishDay, product
from tests.given.random_days import DAY as BUSINESS_DAY
from tests.given.running import LIVE, Desk, Ended

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]
NO_SCOPE = {"scopes": frozenset({"receipts:read"})}


def pilafs(wrong: str = "0.3") -> DishDay:
    """Four pilafs, one of which took so much rice."""
    day = DishDay()
    for rice in ("0.15", "0.15", wrong, "0.15"):
        day.sell(PILAF, {RICE: rice, LAMB: "0.12"})
    return day


def serving(serve: Serve, day: DishDay, **behaviour: Any) -> CloposServer:
    server = serve(day.receipts, day.operations, **behaviour)
    server.store.products = day.products
    return server


def fetch(desk: Desk, *more: str) -> Ended:
    return desk.run(*LIVE, *more)


def test_recipes_are_fetched_and_judge_the_day(desk: Desk, serve: Serve) -> None:
    """One request for a hundred products and one for the page after; a replay gives the same bytes."""
    server = serving(serve, pilafs())
    ended = fetch(desk)
    assert ended.status == 1
    assert ended.found_rules == ["recipe-mismatch"]
    assert server.request_log.count("products") == 2
    again = desk.home / "again"
    assert desk.run("--source", str(ended.evidence), "--out", str(again)).status == 1
    assert (again / f"{DAY}.json").read_bytes() == ended.json_bytes


def test_a_catalogue_of_several_pages_costs_a_request_a_page_and_one(desk: Desk, serve: Serve) -> None:
    day = pilafs()
    day.products += [product(50_000 + number) for number in range(195)]
    server = serving(serve, day)
    ended = fetch(desk)
    assert server.request_log.count("products") == 4
    evidence = read_evidence(ended.evidence)
    assert evidence.catalogue_total == len(evidence.products) == len(day.products)


def pages(server: CloposServer, *bodies: dict[str, Any]) -> None:
    """Responder the pages of the catalogue so."""
    server.faults += [
        Fault("products", raw(json.dumps(body).encode()), page=number)
        for number, body in enumerate(bodies, 1)
    ]


def test_where_no_total_is_stated_pages_are_turned_until_nothing_comes(desk: Desk, serve: Serve) -> None:
    day = pilafs()
    server = serving(serve, day)
    pages(server, {"data": day.products[:5]}, {"data": day.products[5:]}, {"data": []})
    assert fetch(desk).found_rules == ["recipe-mismatch"]
    assert server.request_log.count("products") == 3


@pytest.mark.reads_workbook
def test_without_the_scope_it_is_said_once_and_the_day_goes_on(desk: Desk, serve: Serve) -> None:
    """Lines are compared with one another instead; the day is whole, and the workbook says what it lacks."""
    serving(serve, pilafs(), **NO_SCOPE)
    ended = fetch(desk)
    assert ended.status == 0, "a warning alone"
    assert ended.found_rules == ["uneven-recipe"]
    (said,) = [line for line in ended.err.splitlines() if "catalogue" in line]
    assert said.endswith(
        "no catalogue: the token lacks the scope products:read; "
        "dishes are compared with one another, not with their recipes"
    )
    about = ended.sheet("Checks and notes")
    assert "none (the token lacks the scope products:read): recipes not known" in about
    assert any(
        "No recipes: the token lacks the scope products:read" in cell
        for cell in ended.sheet("Checks and notes")
    )


def test_a_service_without_that_route_is_done_without(desk: Desk, serve: Serve) -> None:
    server = serving(serve, pilafs())
    server.faults += [Fault("products", refusal(404, "not_found"))]
    ended = fetch(desk)
    assert (ended.status, ended.found_rules) == (0, ["uneven-recipe"])


def test_a_catalogue_that_fails_makes_the_day_incomplete_and_is_asked_for_again(
    desk: Desk, serve: Serve
) -> None:
    """The next run asks for the catalogue alone: the receipts are held."""
    server = serving(serve, pilafs())
    desk.configure("[api]\nattempts = 2\nretry_pause_seconds = 0.002\n")
    server.faults += [Fault("products", refusal(504, "upstream_timeout"))]
    ended = fetch(desk)
    assert ended.status == 3
    (failure,) = ended.report["failures"]
    assert failure["reason"].startswith("the catalogue is not whole: it could not be had (504")
    assert ended.report["control"]["receipts"]["reconciled"] == 4
    server.faults.clear()
    asked = server.request_log.count("operations")
    again = fetch(desk)
    assert (again.status, again.found_rules) == (1, ["recipe-mismatch"])
    assert server.request_log.count("operations") == asked


def test_a_catalogue_that_gives_less_than_it_says_is_named(desk: Desk, serve: Serve) -> None:
    """What came of it is used."""
    day = pilafs()
    short = {"total": len(day.products) + 1}
    pages(serving(serve, day), {"data": day.products, **short}, {"data": [], **short})
    ended = fetch(desk)
    assert ended.status == 3
    said = f"the service said {len(day.products) + 1} products and gave {len(day.products)}"
    assert f"the catalogue is not whole: {said}" in [each["reason"] for each in ended.report["failures"]]
    assert "recipe-mismatch" in ended.found_rules


def test_a_range_asks_once_and_each_day_keeps_it(desk: Desk, serve: Serve) -> None:
    receipts, operations = sales(3)
    more, of_more = sales(3, first=100, day=NEXT_DAY)
    server = serve(receipts + more, operations | of_more)
    server.store.products = [product(RICE)]
    ended = desk.run("--from", DAY, "--to", NEXT_DAY, "--source", "clopos")
    assert ended.status == 0, ended.err
    assert server.request_log.count("products") == 2
    for day in (DAY, NEXT_DAY):
        assert len(read_evidence(ended.folder / f"{day}.evidence.jsonl.gz").products) == 1


def test_a_day_without_sales_asks_for_no_catalogue(desk: Desk, serve: Serve) -> None:
    server = serving(serve, DishDay())
    assert fetch(desk).status == 0
    assert server.request_log.count("products") == 0


def test_a_run_that_goes_on_does_not_ask_again(desk: Desk, serve: Serve) -> None:
    """The catalogue that the first run had is the one that judges the day."""
    server = serving(serve, pilafs())
    desk.configure("[api]\nattempts = 1\nretry_pause_seconds = 0.002\n")
    server.faults += [Fault("operations", refusal(504), receipt_id=3)]
    assert fetch(desk).status == 3
    server.faults.clear()
    assert fetch(desk).status == 1
    assert server.request_log.count("products") == 2


@pytest.mark.reads_workbook
def test_evidence_from_before_the_catalogue_still_replays(desk: Desk) -> None:
    """Its dishes are judged by one another, as there is nothing else."""
    day = pilafs()
    path = evidence_file(desk.home / "old.evidence.jsonl", day.receipts, day.operations)
    assert "catalogue" not in path.read_text("utf-8")
    ended = desk.run("--source", str(path))
    assert (ended.status, ended.found_rules) == (0, ["uneven-recipe"])
    assert "none (the evidence holds none): recipes not known" in ended.sheet("Checks and notes")


def test_nothing_personal_and_nothing_unneeded_of_a_product_is_kept(desk: Desk, serve: Serve) -> None:
    day = pilafs()
    day.products.append(
        product(50_000, "GOODS", supplier={"phone": "+998 90 000 00 00"}, description="secret sauce")
    )
    serving(serve, day)
    kept = gzip.decompress(fetch(desk).evidence.read_bytes()).decode()
    assert "50000" in kept
    assert "+998" not in kept
    assert "secret sauce" not in kept


# ------------------------------------------------- the vendor's own examples

DOCUMENTED: list[dict[str, Any]] = [
    {
        "id": 1, "type": "DISH", "name": "Burger", "unit_id": 1, "price": 12, "cost_price": 4.5,
        "inventory_behavior": 1,
        "recipe": [
            {"id": 2, "type": "PREPARATION", "name": "Patty", "net_output": 1,
             "pivot": {"dish_id": 1, "ingredient_id": 2, "net": "0.000", "gross": "1.000"}},
        ],
        "modificator_groups": [
            {"id": 10, "name": "Extras", "type": 0, "adjust_to_portion": False, "modificators": [
                {"id": 11, "name": "Cheese", "ingredient_id": 3, "dish_id": 1, "brutto": 0.02, "price": 1,
                 "ingredient": {"id": 3, "type": "INGREDIENT", "name": "Cheese"}},
                {"id": 12, "name": "Well done", "ingredient_id": None, "dish_id": 1, "brutto": 0, "price": 0,
                 "ingredient": None},
            ]},
        ],
    },
    {"id": 20, "type": "TIMER", "name": "Hookah hour", "inventory_behavior": 3, "recipe": []},
    {
        "id": 30, "type": "GOODS", "name": "Cola", "recipe": [], "modificator_groups": [],
        "modifications": [
            {"id": 31, "parent_id": 30, "type": "MODIFICATION", "name": "0.33 L", "full_name": "Cola 0.33 L",
             "cost_price": "0.8000"},
            {"id": 32, "parent_id": 30, "type": "MODIFICATION", "name": "1 L", "full_name": "Cola 1 L"},
        ],
    },
]  # fmt: skip


def test_the_documented_products_are_read_as_given() -> None:
    evidence = Evidence(Header(BUSINESS_DAY, "clopos"), products=DOCUMENTED)
    read = read_catalogue(evidence, None)
    assert (read.listed, sorted(read.products)) == (3, [1, 2, 3, 20, 30, 31, 32])
    burger, patty, variant = read.products[1], read.products[2], read.products[31]
    assert dict(burger.recipe or {}) == {2: MICRO}
    assert (patty.type, patty.net_output, patty.is_listed, patty.recipe) == (
        "PREPARATION",
        MICRO,
        False,
        None,
    )
    cheese, well_done = burger.modifiers
    assert (cheese.ingredient_id, cheese.dish_id, cheese.brutto) == (3, None, MICRO // 50)
    assert (well_done.ingredient_id, well_done.dish_id, well_done.brutto) == (None, None, 0)
    assert (read.products[20].type, read.products[20].inventory_behavior) == ("TIMER", "3")
    assert (variant.type, variant.name, variant.cost_price) == ("MODIFICATION", "Cola 0.33 L", 800_000)


def test_the_documented_products_are_sold_as_documented() -> None:
    """The dish takes its preparation, its modifier the cheese; the hour takes nothing, the variant itself."""
    day = DishDay(products=DOCUMENTED)
    day.sell(1, {2: 2, 3: "0.02"}, 2, modificators=[{"modificator_id": 11}, {"modificator_id": 12}])
    day.sell(20, {}, 2, type_=None)
    day.sell(31, {31: 3}, 3, type_=None)
    judged = day.judged()
    assert judged.told == []
    assert judged.kinds == ["composite", "untracked", "direct"]
    assert judged.classes == ["matched", "untracked", "matched"]


def test_what_a_line_does_not_say_of_its_product_the_catalogue_does() -> None:
    """Its type, whether it is kept in stock, and what it costs where no operation tells that."""
    cola, bag = 40001, 40002
    known = [
        product(cola, "GOODS", cost_price="12.5"),
        product(bag, "GOODS", inventory_behavior=3, cost_price=1),
    ]
    day = DishDay(products=known)
    day.sell(cola, {}, 2, type_=None)
    day.sell(bag, {}, 2, type_=None)
    judged = day.judged()
    assert judged.kinds == ["direct", "untracked"]
    assert judged.told == [("missing-write-off", "error", cola, "2", "0")]
    assert judged.findings["value"].tolist() == [-25 * MICRO]


@pytest.mark.parametrize("reverse", [False, True])
def test_of_two_versions_of_a_product_the_latest_counts(reverse: bool) -> None:
    old = product(PILAF, "DISH", [(RICE, "0.1")])
    new = product(PILAF, "DISH", [(RICE, "0.2")], updated_at="2026-01-02 10:00:00")
    versions = json.loads(json.dumps([new, old] if reverse else [old, new]))
    read = read_catalogue(Evidence(Header(BUSINESS_DAY, "clopos"), products=versions), None)
    assert dict(read.products[PILAF].recipe or {}) == {RICE: 200_000}
