"""The made-up day: nothing is wrong with it, and it has all that a day has."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

from hypothesis import given

from reconcile.evidence.structs import Raw
from reconcile.sandbox.discrepancies import plant
from reconcile.sandbox.generated_day import make_day
from reconcile.sandbox.menu import MENU
from tests.given.made_days import DAY, closed_of_the_day, content, every_operation, judged, seeds, sizes


@given(seed=seeds, size=sizes)
def test_the_same_seed_gives_the_same_bytes_and_another_another_day(seed: int, size: int) -> None:
    straight = content(make_day(DAY, size, seed))
    assert content(make_day(DAY, size, seed)) == straight
    assert content(make_day(DAY, size, seed + 1)) != straight


@given(seed=seeds, size=sizes)
def test_a_day_without_discrepancies_has_no_error_and_no_warning(seed: int, size: int) -> None:
    store = make_day(DAY, size, seed)
    result = judged(store)
    assert result.verdict == "RECONCILED"
    assert set(result.findings["rule"]) <= {"stock-gap", "dish-never-written-off"}
    assert result.control.lines["unverified"] == 0, "every dish is judged by its recipe"
    assert result.control.receipts["reconciled"] == size == len(closed_of_the_day(store))
    assert result.control.receipts["open"] >= 1
    assert result.control.receipts["other_day"] >= 2


@given(seed=seeds, size=sizes)
def test_a_day_without_discrepancies_has_no_error_without_the_catalogue_either(seed: int, size: int) -> None:
    """Then no one knows what dough is made of, nor that a service charge takes nothing."""
    store = make_day(DAY, size, seed)
    with_dough = {
        each["id"] for each in store.products if any(part["type"] == "PREPARATION" for part in each["recipe"])
    }
    store.products = []
    result = judged(store)
    assert "error" not in set(result.findings["severity"])
    assert set(result.findings["rule"]) <= {"stock-gap", "dish-never-written-off", "uneven-recipe"}
    uneven = result.findings[result.findings["rule"] == "uneven-recipe"]["receipt_product_id"]
    dish_of = dict(result.lines[["receipt_product_id", "product_id"]].to_numpy().tolist())
    assert {dish_of[line_id] for line_id in uneven} <= with_dough


def test_a_day_of_no_receipts_is_empty() -> None:
    store = make_day(DAY, 0, 7)
    assert (store.receipts, store.operations) == ([], {})
    assert plant(store, DAY, Decimal(1), 7) == []


@given(seed=seeds, size=sizes)
def test_the_chain_of_every_stock_closes_and_stays_above_zero(seed: int, size: int) -> None:
    """In the order of time, then id, with the operations of other documents, which move the same stocks."""
    balances: dict[int, Decimal] = {}
    moved = sorted(
        every_operation(make_day(DAY, size, seed)), key=lambda each: (each["operated_at"], each["id"])
    )
    assert [each["id"] for each in moved] == sorted({each["id"] for each in moved})
    for operation in moved:
        before, after = operation["before_quantity"], operation["after_quantity"]
        assert balances.get(operation["stock_id"], before) == before
        assert before - operation["quantity"] == after >= 0
        assert Decimal(after) == round(Decimal(after), 3)
        balances[operation["stock_id"]] = after


@given(seed=seeds, size=sizes)
def test_unit_costs_change_by_deliveries_alone_and_by_at_most_two_percent(seed: int, size: int) -> None:
    costs: dict[int, set[Decimal]] = defaultdict(set)
    deliveries: set[int] = set()
    for operation in every_operation(make_day(DAY, size, seed)):
        if operation.get("operation_id") and operation["quantity"] <= -10:
            deliveries.add(operation["stock_id"])
        else:
            costs[operation["stock_id"]].add(operation["cost"])
        cost_before, step = operation["before_cost"], Decimal("0.0001")
        assert abs(operation["cost"] - cost_before) <= Decimal("0.02") * cost_before + step
        exact = operation["cost"] * Decimal(operation["quantity"])
        assert abs(operation["total_cost"] - exact) <= Decimal("0.005")
    assert all(len(each) <= 1 + (stock in deliveries) for stock, each in costs.items())


@given(seed=seeds, size=sizes)
def test_operations_of_other_documents_are_there_and_never_shown(seed: int, size: int) -> None:
    store = make_day(DAY, size, seed)
    shown = {each["id"] for key in store.operations for each in store.deductions(key)}
    hidden = [each for each in every_operation(store) if each["id"] not in shown]
    if shown:
        shapes = {(each.get("operation_id") is None, each["receipt_product_id"] is None) for each in hidden}
        assert shapes == {(False, True), (True, True), (False, False)}


NUMBERS = (
    "id receipt_id receipt_product_id product_id stock_id storage_id quantity before_quantity after_quantity cost "
    "before_cost total_cost"
).split()


@given(seed=seeds, size=sizes)
def test_every_field_of_an_operation_has_its_documented_type(seed: int, size: int) -> None:
    store = make_day(DAY, size, seed)
    products = {product["id"]: product for product in store.products}
    for operation in (each for key in store.operations for each in store.deductions(key)):
        assert set(operation) == {*NUMBERS, "operated_at", "product", "stock"}
        assert all(type(operation[name]) in (int, Decimal) for name in NUMBERS)
        assert len(operation["operated_at"]) == len("2026-01-19 15:07:49")
        assert operation["product"] == {
            "id": operation["product_id"], "name": products[operation["product_id"]]["full_name"]
        }  # fmt: skip
        assert set(operation["stock"]) == {"id", "storage"}
        assert operation["stock"]["id"] == operation["stock_id"]
        assert set(operation["stock"]["storage"]) == {"id", "name"}
        assert operation["stock"]["storage"]["id"] == operation["storage_id"]


@given(seed=seeds, size=sizes)
def test_a_receipts_sums_are_those_of_its_lines_and_operations(seed: int, size: int) -> None:
    store = make_day(DAY, size, seed)
    for receipt in store.receipts:
        live = [line for line in receipt["receipt_products"] if not line["deleted_at"]]
        assert receipt["total"] == sum(line["total"] for line in live)
        assert receipt["subtotal"] - receipt["total_discount"] == receipt["total"]
        deductions = store.deductions(receipt["id"])
        assert receipt["totalCost"] == sum(abs(each["total_cost"]) for each in deductions)
        if receipt["status"] == 1 or receipt["order_status"] == "CANCELLED":
            assert deductions == []
        assert {each["receipt_product_id"] for each in deductions} <= {line["id"] for line in live}


@given(seed=seeds)
def test_a_dish_takes_its_recipe_and_its_modifiers_as_the_catalogue_says(seed: int) -> None:
    store = make_day(DAY, 60, seed)
    products = {product["id"]: product for product in store.products}
    for receipt in closed_of_the_day(store):
        taken: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for operation in store.deductions(receipt["id"]):
            taken[operation["receipt_product_id"]][operation["product_id"]] += operation["quantity"]
        for line in receipt["receipt_products"]:
            product = products[line["product_id"]]
            if product["type"] != "DISH" or line["deleted_at"] or receipt["order_status"] == "CANCELLED":
                continue
            sign = -1 if receipt.get("is_returns") else 1
            due = {ingredient: sign * amount for ingredient, amount in due_of(line, products).items()}
            if receipt["closed_at"] >= f"{DAY} 19":
                due = made_of(due, products)
            assert taken[line["id"]] == due


def due_of(line: Raw, products: dict[int, Raw]) -> dict[int, Decimal]:
    """By a line's recipe and modifiers, a preparation as itself."""
    product, due = products[line["product_id"]], dict[int, Decimal]()
    for ingredient in product["recipe"]:
        due[ingredient["id"]] = Decimal(ingredient["pivot"]["gross"]) * line["count"] * line["portion_size"]
    offered = {
        each["id"]: (each, group) for group in product["modificator_groups"] for each in group["modificators"]
    }
    for chosen in line["receipt_product_modificators"]:
        modifier, group = offered[chosen["modificator_id"]]
        if modifier["ingredient_id"]:
            amount = modifier["brutto"] * chosen["count"]
            amount *= line["portion_size"] if group["adjust_to_portion"] else 1
            due[modifier["ingredient_id"]] = due.get(modifier["ingredient_id"], Decimal(0)) + amount
    return due


def made_of(due: dict[int, Decimal], products: dict[int, Raw]) -> dict[int, Decimal]:
    """The same, a preparation as its parts."""
    parts: dict[int, Decimal] = defaultdict(Decimal)
    for ingredient, amount in due.items():
        recipe, output = products[ingredient]["recipe"], products[ingredient]["net_output"]
        for part in recipe:
            parts[part["id"]] += Decimal(part["pivot"]["gross"]) * amount / output
        if not recipe:
            parts[ingredient] += amount
    return parts


def test_a_day_of_a_thousand_receipts_has_all_that_a_day_has() -> None:
    """A thousand closed ones, five open, twenty either side; what is rare is there, and stays rare."""
    closed = closed_of_the_day(store := make_day(DAY, 1000, 7))
    lines = [line for receipt in closed for line in receipt["receipt_products"]]
    assert (len(closed), len(store.receipts)) == (1000, 1000 + 5 + 2 * 20)
    assert {line["product"]["type"] for line in lines} == {"GOODS", "MODIFICATION", "DISH", "TIMER"}
    assert {len(receipt["receipt_products"]) for receipt in closed} == {1, 2, 3, 4, 5, 6}
    for records in (store.receipts, lines):
        assert len({each["id"] for each in records}) == len({each["cid"] for each in records}) == len(records)
    written_off = Counter(
        each["receipt_product_id"] for key in store.operations for each in store.deductions(key)
    )
    chosen = [each["name"] for line in lines for each in line["receipt_product_modificators"]]
    counts = {
        "gifts": (sum(line["is_gift"] for line in lines), 20, 120),
        "voided": (sum(bool(line["deleted_at"]) for line in lines), 10, 60),
        "halves": (sum(line["portion_size"] == Decimal("0.5") for line in lines), 10, 150),
        "modified halves": (
            sum(line["portion_size"] != 1 and bool(line["receipt_product_modificators"]) for line in lines), 3, 50,
        ),
        "wishes": (sum(name == "Пиёзсиз" for name in chosen), 20, 150),
        "service charges": (sum(line["product_id"] == 32009 for line in lines), 10, 150),
        "modified": (sum(bool(line["receipt_product_modificators"]) for line in lines), 50, 300),
        "off the menu": (sum(bool(line["product"]["deleted_at"]) for line in lines), 10, 150),
        "split": (sum(line["product_id"] in (31101, 31104) and written_off[line["id"]] == 2 for line in lines), 5, 200),
        "returns": (sum("is_returns" in receipt for receipt in closed), 3, 25),
        "cancelled": (sum(receipt["order_status"] == "CANCELLED" for receipt in closed), 1, 20),
        "guests named": (sum(bool(receipt["customer"]) for receipt in closed), 50, 400),
        "after midnight": (sum(receipt["created_at"] > "2026-01-20" for receipt in closed), 5, 100),
        "changes": (len({receipt["updated_at"] for receipt in closed}), 900, 1000),
    }  # fmt: skip
    assert {name: count for name, (count, least, most) in counts.items() if not least <= count <= most} == {}
    assert all(receipt["created_at"] < receipt["closed_at"] < receipt["updated_at"] for receipt in closed)
    assert all("2026-01-19 09:00" <= receipt["created_at"] < "2026-01-20 01:30" for receipt in closed)


def test_the_menu_is_as_the_catalogue_gives_it() -> None:
    products = make_day(DAY, 1, 1).products
    assert {"GOODS", "MODIFICATION", "DISH", "PREPARATION", "INGREDIENT", "TIMER"} == {
        each["type"] for each in products
    }
    assert [each["inventory_behavior"] for each in products if each["type"] == "TIMER"] == [3]
    assert sum(each["deleted_at"] is not None for each in products) == 1
    known = {each["id"] for each in products}
    assert len(known) == len(products) == len(MENU)
    for each in products:
        assert each["parent_id"] is None or each["parent_id"] in known
        assert all(type(part["pivot"]["gross"]) is str and part["id"] in known for part in each["recipe"])
    assert any(
        part["type"] == "PREPARATION" and each["type"] == "DISH"
        for each in products
        for part in each["recipe"]
    )
