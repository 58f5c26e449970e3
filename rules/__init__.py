"""What is right and wrong about a day: one rule a file, each a pure function of one frame.

`RULES` lists them in the report's order.
"""

from rules import (
    balance_broken,
    cost_drift,
    cut_off,
    dish_never_written_off,
    duplicate_write_off,
    missing_write_off,
    negative_stock,
    orphan_operation,
    quantity_mismatch,
    receipt_cost_mismatch,
    recipe_mismatch,
    stock_gap,
    total_cost_mismatch,
    uneven_recipe,
    unexpected_write_off,
    wrong_product,
    zero_cost,
)
from rules.rule import Rule

RULES: tuple[Rule, ...] = tuple(
    Rule.of(module)
    for module in (
        quantity_mismatch,
        missing_write_off,
        duplicate_write_off,
        unexpected_write_off,
        orphan_operation,
        recipe_mismatch,
        wrong_product,
        uneven_recipe,
        balance_broken,
        total_cost_mismatch,
        cost_drift,
        zero_cost,
        negative_stock,
        cut_off,
        receipt_cost_mismatch,
        stock_gap,
        dish_never_written_off,
    )
)

RECIPE_RULES = frozenset({"recipe-mismatch", "wrong-product"})
"""Rules that judge nothing without the catalogue."""

GOODS_RULES = frozenset(
    {
        "quantity-mismatch",
        "missing-write-off",
        "duplicate-write-off",
        "unexpected-write-off",
        "orphan-operation",
        "recipe-mismatch",
        "wrong-product",
    }
)
"""Rules whose values are goods that left or stayed; the values of the others are differences of cost."""

__all__ = ["GOODS_RULES", "RULES", "Rule"]
