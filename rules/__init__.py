"""What is right and wrong about a day: one rule a file, each a pure function of one frame.

`RULES` lists them in the report's order.
"""

from importlib import import_module

from reconcile.rulebook.rule import Rule

RULES: tuple[Rule, ...] = tuple(
    Rule.of(import_module(f"{__name__}.{file}"))
    for file in (
        "quantity_mismatch",
        "missing_write_off",
        "receipt_not_posted",
        "goods_never_written_off",
        "duplicate_write_off",
        "duplicate_receipt",
        "unexpected_write_off",
        "orphan_operation",
        "misplaced_write_off",
        "unit_ratio",
        "recipe_mismatch",
        "wrong_product",
        "uneven_recipe",
        "rounding_bias",
        "balance_broken",
        "wrong_stock",
        "total_cost_mismatch",
        "cost_drift",
        "zero_cost",
        "negative_cost",
        "negative_stock",
        "cut_off",
        "cost_above_price",
        "receipt_cost_mismatch",
        "stock_gap",
        "dish_never_written_off",
    )
)

__all__ = ["RULES"]
