"""The bridge from the receipts to the warehouse: it closes on any day, and shows what no rule explains."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.analysis.bridge import bridge
from reconcile.analysis.products import by_product
from reconcile.engine.day import reconcile_day
from reconcile.sandbox.discrepancies import plant
from reconcile.sandbox.generated_day import make_day
from reconcile.settings.model import RulesTable, Settings, Thresholds
from tests.given.demo_day import demo_book, demo_result
from tests.given.dish_records import (
    DOUGH,
    EGG,
    FLOUR,
    LAMB,
    LARDER,
    PILAF,
    RICE,
    TEA,
    DishDay,
    dish,
    preparation,
)
from tests.given.made_days import DAY, judged, seeds
from tests.given.random_days import FAULTS, GARBAGE, RandomDay, build, clean_days, pick
from tests.given.recipe_days import Catalogue, Sale, catalogues, day_of, many_sales
from tests.given.workbook_reading import table, written

SETTINGS = Settings()


def rest(day: RandomDay, settings: Settings = SETTINGS) -> int:
    return bridge(reconcile_day(day.evidence(), settings)).rest


def one_too_many() -> RandomDay:
    """Two of three sold; the third write-off is one too many, worth 8000."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)] * 3)
    operation = day.operations[2][0]
    operation |= {"quantity": 2, "total_cost": 16_000, "after_quantity": operation["before_quantity"] - 2}
    return day


def test_the_bridge_of_the_demo_closes_and_is_on_the_summary() -> None:
    result = demo_result()
    made = bridge(result)
    assert made.rest == 0
    assert made.written_off == result.control.value["written_off"]
    items = made.by_rule.values()
    assert sum(each.over for each in items) == result.control.value["over"]
    assert sum(each.under for each in items) == result.control.value["under"]
    steps = {row["Item"]: row["Amount"] for row in table(demo_book(), "Summary", "tblBridge")}
    assert steps["Unexplained difference"] == 0
    assert round(sum(list(steps.values())[:-2]), 6) == steps["Written off by the warehouse"]


@given(day=clean_days, data=st.data())
def test_it_closes_whatever_is_wrong(day: RandomDay, data: st.DataObject) -> None:
    """Any faults, each on a receipt of its own: each amount is in one step."""
    broken = data.draw(st.lists(st.sampled_from(day.receipts), max_size=4, unique_by=lambda each: each["id"]))
    for receipt in broken:
        operation = data.draw(st.sampled_from(day.operations[receipt["id"]]))
        FAULTS[data.draw(st.sampled_from(sorted(FAULTS)))](day, (receipt, operation))
    assert rest(day) == 0


@given(day=clean_days, data=st.data())
def test_it_closes_on_any_garbage(day: RandomDay, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        receipt, operation = pick(day, data)
        line = data.draw(st.sampled_from(receipt["receipt_products"]))
        record = data.draw(st.sampled_from([operation, line]))
        field = data.draw(st.sampled_from(sorted(set(record) - {"receipt_products"})))
        record[field] = data.draw(GARBAGE)
    assert rest(day) == 0


@given(
    catalogue=catalogues(),
    sold=many_sales,
    factor=st.sampled_from([Decimal(0), Decimal(3), Decimal("1.001")]),
)
def test_it_closes_over_recipes(catalogue: Catalogue, sold: list[Sale], factor: Decimal) -> None:
    """Dishes by their recipes, with amounts that are wrong, or off by less than the quantity step."""
    day = day_of(catalogue, sold, list(range(7)))
    for operations in day.operations.values():
        operations[0]["quantity"] *= factor
    assert bridge(day.judged().result).rest == 0


def test_it_closes_where_a_dish_took_other_products_alone() -> None:
    """Nothing of its recipe, and something that is not in it: both are findings, so both are in it."""
    day = DishDay()
    day.sell(PILAF, {TEA: "0.3"})
    day.sell(PILAF, {RICE: "0.150", LAMB: "0.120"})
    made = bridge(day.judged().result)
    assert (made.sold, made.written_off, made.rest) == (5_400_000, 5_700_000, 0)
    by_rule = {str(name): tuple(each) for name, each in made.by_rule.items()}
    assert by_rule == {"recipe-mismatch": (0, -2_700_000), "wrong-product": (3_000_000, 0)}


def test_it_closes_where_another_product_was_taken_beside_a_write_off_that_cannot_be_read() -> None:
    """The line can't be judged, but its finding is one all the same: it is not counted as not judged too."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)] * 2)
    day.operations[1][0]["product_id"] = 31050
    unreadable = day.operations[1][0] | {"id": 9999, "quantity": "NaN"}
    day.operations[1].append(unreadable)
    result = reconcile_day(day.evidence(), SETTINGS)
    assert "wrong-product" in result.findings["rule"].tolist()
    made = bridge(result)
    assert (made.not_judged, made.rest) == (0, 0)
    assert by_product(result)["value"].sum() == sum(sum(each) for each in made.by_rule.values())


def test_it_closes_where_so_little_of_a_preparation_is_due_that_none_was_taken() -> None:
    """By the quantity step: no finding, so rounding, at what its recipe would cost."""
    with_dough = dish(PILAF, (RICE, "0.150"), (DOUGH, "0.001"))
    day = DishDay(products=[*LARDER, preparation(DOUGH, (FLOUR, "0.600"), (EGG, "2.000")), with_dough])
    day.sell(PILAF, {RICE: "0.15"})
    day.sell(FLOUR, {FLOUR: 1}, type_="INGREDIENT")
    day.sell(EGG, {EGG: 1}, type_="INGREDIENT")
    result = day.judged().result
    made = bridge(result)
    assert result.findings.empty
    assert (made.rounding, made.rest) == (-26_000, 0)


@given(seed=seeds)
def test_it_closes_on_made_days_with_every_kind_of_fault(seed: int) -> None:
    store = make_day(DAY, 60, seed)
    plant(store, DAY, Decimal("0.5"), seed)
    assert bridge(judged(store)).rest == 0


def test_what_a_rule_that_is_off_would_say_stays_unexplained(tmp_path: Path) -> None:
    """Nobody can switch a difference off: it stands there as the rest."""
    off = Settings(rules=RulesTable(off=frozenset({"quantity-mismatch"})))
    assert rest(one_too_many()) == 0
    assert rest(one_too_many(), off) == 8_000 * 10**6
    book = written(reconcile_day(one_too_many().evidence(), off), tmp_path / "off.xlsx")
    assert not any(row["Check"].startswith("Bridge") for row in table(book, "Checks")), "it can't be proven"


@pytest.mark.parametrize(("restock", "sold", "missing"), [(True, 0, 8000), (False, 8000, None)])
def test_returns_owe_goods_only_where_they_are_to_be_put_back(
    restock: bool, sold: int, missing: int | None
) -> None:
    """One sold at 8000, one brought back of which nothing was put back."""
    one = [(31042, Decimal(1), Decimal(1))]
    day = build([(one, False), (one, True)])
    day.operations[2] = []
    made = bridge(reconcile_day(day.evidence(), Settings(thresholds=Thresholds(returns_restock=restock))))
    assert (made.sold, made.written_off, made.rest) == (sold * 10**6, 8000 * 10**6, 0)
    values = {name: each.over + each.under for name, each in made.by_rule.items()}
    assert values == ({} if missing is None else {"missing-write-off": missing * 10**6})


def test_a_total_that_is_not_unit_cost_times_quantity_is_a_matter_of_cost() -> None:
    """Not of what was sold, which stays at the unit costs of the warehouse."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)] * 3)
    day.operations[2][0]["total_cost"] += 300
    made = bridge(reconcile_day(day.evidence(), Settings()))
    assert (made.sold, made.cost, made.rest) == (24_000 * 10**6, 300 * 10**6, 0)


@pytest.mark.parametrize("put_back", [False, True])
def test_a_line_that_sold_nothing_is_charged_with_the_sign_of_what_it_took(put_back: bool) -> None:
    day = build([([(31042, Decimal(0), Decimal(1))], False)])
    operation = day.operations[1][0]
    amount = -1 if put_back else 1
    after = operation["before_quantity"] - amount
    operation |= {"quantity": amount, "total_cost": 8000 * amount, "after_quantity": after}
    made = bridge(reconcile_day(day.evidence(), Settings()))
    assert (made.sold, made.cost, made.rest) == (0, 0, 0)
    worth = {False: (8000 * 10**6, 0), True: (0, -8000 * 10**6)}[put_back]
    assert made.by_rule == {"unexpected-write-off": worth}


@pytest.mark.parametrize(("more", "rounding"), [("0.001", 10_000), ("0.002", 0)])
def test_a_recipe_is_off_by_rounding_up_to_the_step_and_with_it(more: str, rounding: int) -> None:
    """At 10 a unit: the step of 0.001 is worth 0.01; twice that is a finding."""
    day = DishDay()
    day.sell(PILAF, {RICE: Decimal("0.150") + Decimal(more), LAMB: Decimal("0.120")})
    made = bridge(day.judged().result)
    assert (made.rounding, made.rest) == (rounding, 0)
    assert [str(name) for name in made.by_rule] == ([] if rounding else ["recipe-mismatch"])
