"""Exceptions to thresholds by unit, category and product: each changes what it names, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.engine.day import reconcile_day
from reconcile.evidence.records import read_evidence
from reconcile.model.catalogue import Catalogue, Product
from reconcile.report import findings_json
from reconcile.settings.model import Settings, ThresholdException, Thresholds
from reconcile.settings.thresholds import day_thresholds
from tests.given.day_records import Raw, evidence_file, line, operation, receipt
from tests.given.dish_records import EGG, LAMB, LARDER, PILAF, RICE, DishDay, dish
from tests.given.random_days import FAULTS, PRODUCTS, RandomDay, clean_days
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")

FISH, MEAT, TEA, WINE, CUP, GLASS = 501, 502, 503, 504, 505, 506
ABOUT = {
    FISH: {"unit": {"id": 1, "symbol": "Kg"}, "category_id": 7},
    MEAT: {"unit": {"id": 2, "symbol": "pcs"}, "category_id": 7},
    TEA: {"unit": {"id": 2, "symbol": "pcs"}, "category_id": 12},
    WINE: {"unit": {"id": 2, "symbol": "pcs"}, "category_id": 13},
    CUP: {"unit": {"id": 2, "symbol": "pcs"}, "category_id": None},
    GLASS: {"unit": {"id": 2, "symbol": "pcs"}},
}
BY_UNIT = "[thresholds.by_unit.kG]\nquantity_step = 0.005\n"
BY_CATEGORY = "[thresholds.by_category.12]\ncost_drift_share = 0.10\n"
BY_PRODUCT = "[thresholds.by_product.505]\nreturns_restock = false\n"


def faulty_day(path: Path) -> str:
    """Three faults, each on two products that are alike but for what an exception may name."""
    receipts: list[Raw] = []
    operations: dict[int, list[Raw]] = {}
    for key, product in enumerate(ABOUT, start=1):
        sold = line(100 + key, product)
        sold["product"] |= ABOUT[product]
        is_return = product in (CUP, GLASS)
        receipts.append(receipt(key, [sold], is_returns=is_return))
        written_off = operation(1000 + key, key, 100 + key, product)
        if product in (FISH, MEAT):
            more = Decimal("1.004")
            written_off |= {"quantity": more, "before_quantity": 100 + more, "total_cost": 10 * more}
        if product in (TEA, WINE):
            written_off |= {"before_cost": Decimal("9.3")}
        operations[key] = [] if is_return else [written_off]
    return str(evidence_file(path, receipts, operations))


def found(desk: Desk, source: str) -> set[tuple[str, str, int]]:
    ended = desk.run("--source", source)
    assert "Traceback" not in ended.err
    return {(each["rule"], each["severity"], each["product_id"]) for each in ended.report["findings"]}


MISMATCH, DRIFT, MISSING = (
    ("quantity-mismatch", "error"),
    ("cost-drift", "warning"),
    ("missing-write-off", "warning"),
)


@pytest.mark.parametrize(
    ("settings", "gone", "new"),
    [
        ("", set(), set()),
        (BY_UNIT, {(*MISMATCH, FISH)}, {("quantity-mismatch", "info", FISH)}),
        (BY_CATEGORY, {(*DRIFT, TEA)}, set()),
        (BY_PRODUCT, {(*MISSING, CUP)}, set()),
        (
            BY_UNIT + BY_CATEGORY + BY_PRODUCT,
            {(*MISMATCH, FISH), (*DRIFT, TEA), (*MISSING, CUP)},
            {("quantity-mismatch", "info", FISH)},
        ),
        (BY_CATEGORY.replace("12", "99") + BY_UNIT.replace("kG", "g"), set(), set()),
    ],
)
def test_an_exception_changes_what_is_flagged_of_its_products_and_nothing_else(
    desk: Desk, settings: str, gone: set[Any], new: set[Any]
) -> None:
    """From reconcile.toml to the report, on a day where the general thresholds flag six lines."""
    source = faulty_day(desk.home / "day.jsonl")
    desk.configure(settings)
    everything = {
        *((*MISMATCH, key) for key in (FISH, MEAT)),
        *((*DRIFT, key) for key in (TEA, WINE)),
        *((*MISSING, key) for key in (CUP, GLASS)),
    }
    assert found(desk, source) == everything - gone | new


def test_the_classes_of_lines_go_by_the_same_exceptions(desk: Desk) -> None:
    """A line within its product's step agrees."""
    source = faulty_day(desk.home / "day.jsonl")
    flagged = []
    for settings in ("", BY_UNIT):
        desk.configure(settings)
        flagged.append(desk.run("--source", source).report["control"]["lines"]["flagged"])
    assert flagged == [4, 3]


@pytest.mark.reads_workbook
def test_the_about_sheet_shows_each_exception(desk: Desk) -> None:
    """Its key, its value, and the general one that it stands in for."""
    source = faulty_day(desk.home / "day.jsonl")
    desk.configure("[thresholds]\nquantity_step = 0.002\n" + BY_UNIT + BY_CATEGORY + BY_PRODUCT)
    texts = desk.run("--source", source).sheet("Checks and notes")
    for name, value, general in (
        ("thresholds.by_unit.kG.quantity_step", "0.005", "0.002"),
        ("thresholds.by_category.12.cost_drift_share", "0.10", "0.05"),
        ("thresholds.by_product.505.returns_restock", "no", "yes"),
    ):
        at = texts.index(name)
        assert texts[at + 1 : at + 4] == [value, general, "changed"]


def pilaf_day(rice: str) -> DishDay:
    """A pilaf that took 4 grams too much of rice and of lamb. Only the catalogue knows of units and categories."""
    larder = [
        each | ({"unit": {"symbol": "kg"}, "category_id": 4} if each["id"] == RICE else {}) for each in LARDER
    ]
    day = DishDay(products=[*larder, dish(PILAF, (RICE, "0.150"), (LAMB, "0.120"))])
    day.sell(PILAF, {RICE: rice, LAMB: "0.124"})
    return day


@pytest.mark.parametrize(
    "exceptions",
    [
        {"by_unit": {"KG": ThresholdException(quantity_step=Decimal("0.005"))}},
        {"by_category": {4: ThresholdException(quantity_step=Decimal("0.005"))}},
        {"by_product": {RICE: ThresholdException(quantity_step=Decimal("0.005"))}},
    ],
)
def test_an_ingredient_goes_by_its_own_exceptions_not_by_those_of_the_dish(
    exceptions: dict[str, Any],
) -> None:
    for rice, products in (("0.154", [LAMB]), ("0.156", [RICE, LAMB])):
        judged = pilaf_day(rice).judged(Settings(thresholds=Thresholds(**exceptions)))
        assert [(rule, key) for rule, _, key, *_ in judged.told] == [
            ("recipe-mismatch", key) for key in products
        ]
    of_the_dish = Thresholds(by_product={PILAF: ThresholdException(quantity_step=Decimal(1))})
    assert len(pilaf_day("0.154").judged(Settings(thresholds=of_the_dish)).told) == 2


def test_a_cause_is_named_within_the_step_of_its_product() -> None:
    """Twice as much, but for what its product's own step allows, is twice as much."""
    words = []
    for step in ("0.001", "0.01"):
        day = DishDay()
        day.sell(PILAF, {RICE: "0.305", LAMB: "0.12"})
        settings = Thresholds(by_product={RICE: ThresholdException(quantity_step=Decimal(step))})
        words.append(day.judged(Settings(thresholds=settings)).result.causes["words"].tolist())
    assert words == [["a different amount than is due: perhaps another recipe"], ["twice as much as is due"]]


def test_uneven_sales_go_by_the_exceptions_of_what_they_took() -> None:
    """Without a recipe, too."""

    def told(settings: Thresholds) -> list[tuple[str, int]]:
        day = DishDay(products=[])
        for rice in ("0.150", "0.150", "0.150", "0.158"):
            day.sell(PILAF, {RICE: rice, EGG: "1.000"})
        judged = day.judged(Settings(thresholds=settings))
        return [(rule, key) for rule, _, key, *_ in judged.told] + [(each, 0) for each in judged.classes[3:]]

    assert told(Thresholds()) == [("uneven-recipe", RICE), ("flagged", 0)]
    wide = {RICE: ThresholdException(quantity_step=Decimal("0.01"))}
    assert told(Thresholds(by_product=wide)) == [("matched", 0)]


STEPS = st.integers(0, 10_000).map(lambda count: Decimal(count).scaleb(-4))
EXCEPTIONS = st.builds(
    ThresholdException,
    quantity_step=st.none() | STEPS,
    money_step=st.none() | STEPS,
    cost_step=st.none() | STEPS,
    cost_drift_share=st.none() | STEPS,
    cost_to_price=st.none() | STEPS,
    returns_restock=st.none() | st.booleans(),
)
UNITS = ("", "kg", "L", "pcs")
SOME = st.sampled_from([1, 2, 3, 4, 5, 6])


@given(
    settings=st.builds(
        Thresholds,
        quantity_step=STEPS,
        by_unit=st.dictionaries(st.sampled_from(["KG", "l", "m"]), EXCEPTIONS),
        by_category=st.dictionaries(st.integers(1, 4), EXCEPTIONS),
        by_product=st.dictionaries(SOME, EXCEPTIONS),
    ),
    sold=st.dictionaries(SOME, st.tuples(st.sampled_from(UNITS), st.integers(0, 4)), max_size=4),
    listed=st.dictionaries(SOME, st.tuples(st.sampled_from(UNITS), st.integers(0, 4)), max_size=4),
    asked=st.lists(SOME, max_size=9),
)
def test_the_more_special_exception_wins_key_by_key(
    settings: Thresholds,
    sold: dict[int, tuple[str, int]],
    listed: dict[int, tuple[str, int]],
    asked: list[int],
) -> None:
    """Product, category, unit, general: the first that says anything; of units and categories, the lines' go first."""
    lines = pd.DataFrame(
        {
            "product_id": np.array(list(sold), dtype=np.int64),
            "unit": pd.Categorical([unit for unit, _ in sold.values()], categories=UNITS),
            "category_id": np.array([category for _, category in sold.values()], dtype=np.int64),
        }
    )
    products = {
        key: Product(key, "", "GOODS", unit=unit, category_id=number)
        for key, (unit, number) in listed.items()
    }
    thresholds = day_thresholds(settings, lines, Catalogue(products))
    by_unit = {unit.lower(): some for unit, some in settings.by_unit.items()}
    for name in ThresholdException.__struct_fields__:
        expected = []
        for key in asked:
            unit = sold.get(key, ("", 0))[0] or listed.get(key, ("", 0))[0]
            category = sold.get(key, ("", 0))[1] or listed.get(key, ("", 0))[1]
            tables = (
                settings.by_product.get(key),
                settings.by_category.get(category),
                by_unit.get(unit.lower()),
                settings,
            )
            value = next(v for table in tables if (v := getattr(table, name, None)) is not None)
            expected.append(value if isinstance(value, bool) else int(value * 10**6))
        got = getattr(thresholds, name)(np.array(asked, dtype=np.int64))
        assert got.tolist() == expected


@given(day=clean_days, data=st.data())
def test_exceptions_that_repeat_the_general_thresholds_change_nothing(
    day: RandomDay, data: st.DataObject
) -> None:
    """On any day, with any fault: the same bytes."""
    target = data.draw(st.sampled_from(day.receipts))
    written_off = data.draw(st.sampled_from(day.operations[target["id"]]))
    FAULTS[data.draw(st.sampled_from(sorted(FAULTS)))](day, (target, written_off))
    general = Thresholds(quantity_step=data.draw(STEPS), cost_drift_share=data.draw(STEPS))
    same = {name: getattr(general, name) for name in ThresholdException.__struct_fields__}
    repeated = Thresholds(
        quantity_step=general.quantity_step,
        cost_drift_share=general.cost_drift_share,
        by_product=dict.fromkeys(
            data.draw(st.sets(st.sampled_from(sorted(PRODUCTS)))), ThresholdException(**same)
        ),
    )
    one, other = (
        findings_json.render(reconcile_day(day.evidence(), Settings(thresholds=each)))
        for each in (general, repeated)
    )
    assert one == other


def test_a_category_that_cannot_be_read_is_none(desk: Desk) -> None:
    """It leaves out no line, and makes no exception."""
    sold = line(1)
    sold["product"] |= {"category_id": "twelve", "cost_price": 10}
    source = evidence_file(desk.home / "day.jsonl", [receipt(1, [sold])], {1: []})
    desk.configure(BY_CATEGORY)
    ended = desk.run("--source", str(source))
    assert (ended.status, ended.found_rules) == (1, ["missing-write-off"])
    assert ended.report["findings"][0]["value"] == "-10"


def test_the_fetch_keeps_the_category(desk: Desk, serve: Any) -> None:
    """Of the line's product, and of the catalogue's."""
    day = pilaf_day("0.154")
    for each in day.receipts:
        each["receipt_products"][0]["product"]["category_id"] = 12
    server = serve(day.receipts, day.operations)
    server.store.products = day.products
    ended = desk.run(*LIVE)
    evidence = read_evidence(ended.evidence)
    ((_, kept),) = evidence.receipts
    assert kept["receipt_products"][0]["product"]["category_id"] == 12
    assert [each["category_id"] for each in evidence.products if each["id"] == RICE] == [4]
