"""What dishes cost to judge: as their lines grow, and as preparations lie deeper.

    python -m tests.benchmarks.bench_recipes --lines 100000

Each line is a dish of ten ingredients, all written off right, in ten operations. Times are those of the whole match and
all rules; beside them stands a bare pandas merge of lines with recipes and with what was written off, in floats and
with recipes that are flat already. Ratios are medians of pairs within one run.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO
from reconcile.engine.judge import judge_day
from reconcile.engine.match import match_day
from reconcile.frames import Day, RawCounts
from reconcile.model.catalogue import Catalogue, Product
from reconcile.model.contracts import Receipts, SaleLines, StockOperations
from reconcile.rulebook.rules import RULES
from reconcile.settings.model import Settings
from reconcile.settings.thresholds import day_thresholds
from tests.benchmarks.measuring import peak_mib, timed
from tests.given.synthetic import synthetic_day

ROUNDS = 3
DISHES, INGREDIENTS, PER_DISH = 200, 500, 10
DEPTHS = (0, 1, 4, 16, 64)
_OPENING = 10**9 * MICRO
SETTINGS = Settings()


@dataclasses.dataclass(frozen=True)
class Kitchen:
    """A day of dishes, and the recipes flat: dish, ingredient, gross in millionths."""

    day: Day
    flat: pd.DataFrame


def catalogue(flat: pd.DataFrame, depth: int) -> Catalogue:
    """The recipes, half of the ingredients of each dish so many preparations deep."""
    products = {
        key: Product(key, f"Ingredient {key}", "INGREDIENT", recipe={}) for key in range(1, INGREDIENTS + 1)
    }
    for dish in flat["dish"].unique().tolist():
        rows = flat[flat["dish"] == dish]
        recipe = dict(zip(rows["ingredient"].tolist(), rows["gross"].tolist(), strict=True))
        inner = dict(list(recipe.items())[: PER_DISH // 2])
        for level in range(depth):
            key = 1_000_000 + dish * 1000 + level
            products[key] = Product(key, f"Preparation {key}", "PREPARATION", recipe=inner)
            inner = {key: MICRO}
        outer = dict(list(recipe.items())[PER_DISH // 2 :]) | inner
        products[dish] = Product(dish, f"Dish {dish}", "DISH", recipe=outer)
    return Catalogue(products, len(products))


def kitchen(lines: int, depth: int) -> Kitchen:
    """So many lines of dishes, each written off as its flat recipe says."""
    chance = np.random.default_rng(7)
    receipts, sales, some = synthetic_day(lines)
    dish = chance.integers(0, DISHES, lines) + 32_001
    recipes = np.stack([chance.choice(INGREDIENTS, PER_DISH, replace=False) + 1 for _ in range(DISHES)])
    gross = chance.integers(5, 300, (DISHES, PER_DISH)) * 1000
    flat = pd.DataFrame(
        {
            "dish": np.repeat(np.arange(DISHES) + 32_001, PER_DISH),
            "ingredient": recipes.reshape(-1),
            "gross": gross.reshape(-1),
        }
    )
    sales = sales.assign(
        product_id=dish,
        type=pd.Categorical(np.full(lines, "DISH")),
        inventory_behavior=pd.Categorical(np.full(lines, "")),
        count=chance.integers(1, 4, lines) * MICRO,
        portion_size=np.full(lines, MICRO),
        price=np.full(lines, 1000 * MICRO),
    )
    size = lines * PER_DISH
    line = np.repeat(np.arange(lines), PER_DISH)
    product = recipes[dish - 32_001].reshape(-1)
    quantity = gross[dish - 32_001].reshape(-1) * (sales["count"].to_numpy()[line] // MICRO)
    pattern = some.iloc[np.arange(size) % len(some)].reset_index(drop=True)
    receipt = sales["receipt_id"].to_numpy()[line]
    closed_at = receipts.set_index("receipt_id")["closed_at"].loc[receipt].to_numpy()
    in_time = np.argsort(closed_at, kind="stable")
    left = np.empty(size, dtype=np.int64)
    left[in_time] = _OPENING - pd.Series(quantity[in_time]).groupby(product[in_time]).cumsum().to_numpy()
    operations = pattern.assign(
        operation_id=np.arange(1, size + 1),
        asked_receipt_id=receipt,
        receipt_id=receipt,
        receipt_product_id=sales["receipt_product_id"].to_numpy()[line],
        product_id=product,
        stock_id=product,
        storage_id=np.ones(size, dtype=np.int64),
        quantity=quantity,
        before_quantity=left + quantity,
        after_quantity=left,
        operated_at=closed_at,
        cost=np.full(size, 10 * MICRO),
        before_cost=np.full(size, 10 * MICRO),
        total_cost=quantity * 10,
    )
    day = Day(
        receipts=Receipts.checked(receipts.assign(total_cost=np.zeros(len(receipts), dtype=np.int64))),
        lines=SaleLines.checked(sales),
        operations=StockOperations.checked(operations),
        repeated=operations.iloc[:0],
        quarantine=pd.DataFrame(),
        broken_lines=frozenset(),
        failures=(),
        receipts_without_id=0,
        raw_counts=RawCounts(len(receipts), len(receipts), lines, size),
        given_times={},
        catalogue=catalogue(flat, depth),
    )
    return Kitchen(day, flat)


def engine(made: Kitchen) -> int:
    """Match and all rules: how many findings there are."""
    matched = match_day(made.day, SETTINGS)
    assert len(matched.ingredients) == PER_DISH * len(made.day.lines), "every line has a known recipe"
    thresholds = day_thresholds(SETTINGS.thresholds, matched.lines, made.day.catalogue)
    found = len(judge_day(matched, {}, RULES, SETTINGS.rules, thresholds)[0])
    assert found == 0, "everything due was written off"
    return found


def bare_merge(made: Kitchen) -> int:
    """The same question to pandas: two merges and a comparison, in floats."""
    lines, operations = made.day.lines, made.day.operations
    due = lines[["receipt_product_id", "product_id", "count"]].merge(
        made.flat, left_on="product_id", right_on="dish"
    )
    due["due"] = due["count"] / MICRO * due["gross"] / MICRO
    taken = operations.groupby(["receipt_product_id", "product_id"], as_index=False)["quantity"].sum()
    both = due.merge(
        taken,
        left_on=["receipt_product_id", "ingredient"],
        right_on=["receipt_product_id", "product_id"],
        how="outer",
    )
    return int((~np.isclose(both["due"], both["quantity"] / MICRO)).sum())


def main() -> None:
    """Print times and ratios, by lines and by depth."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=100_000)
    most = parser.parse_args().lines
    print(f"Dishes of {PER_DISH} ingredients; {len(RULES)} rules. Medians of {ROUNDS} pairs.")
    for lines in (most // 10, most // 3, most):
        made = kitchen(lines, 1)
        pairs = [(timed(engine, made), timed(bare_merge, made)) for _ in range(ROUNDS)]
        ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
        each = f"{ours / lines * 1e6:5.1f} us a line, {ours / bare:4.2f} of a bare merge"
        print(f"{lines:>9,} lines: {ours:6.2f} s, {each}, peak {peak_mib(engine, made):.0f} MiB")
    flat = kitchen(most, 0)
    for depth in DEPTHS:
        made = kitchen(most, depth)
        ratio = statistics.median(timed(engine, made) / timed(engine, flat) for _ in range(ROUNDS))
        print(f"{depth:>3} preparations deep: {ratio:4.2f} of flat recipes")


if __name__ == "__main__":
    main()
