"""Products counted in another unit: sold by the pack and kept by the piece, or the other way round.

Source: rules/README.md, "Counted in another unit".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, BoolArray, IntArray, magnitude, multiply_divide
from reconcile.engine.join import Join, Sums
from reconcile.engine.repeats import repeats
from reconcile.rulebook.flags import grouped_by_product
from reconcile.settings.thresholds import DayThresholds

_FEWEST_LINES = 3
_RATIOS = [n for n in range(2, 61) if n != 10]
"""Powers of ten are a slip of a digit, no pack."""


@dataclasses.dataclass(frozen=True)
class UnitRatios:
    """What is due of the own product of each line, in the unit of the stock."""

    due: IntArray
    ratio: IntArray
    """Of the line's product, in millionths; 0 where it is counted in one unit."""
    is_at_ratio: BoolArray
    """Written off in the other unit."""
    is_as_sold: BoolArray
    """Written off just as it was sold, though the product is counted in another unit."""


def units_of_day(
    join: Join, sums: Sums, chosen: BoolArray, thresholds: DayThresholds, off: Collection[str]
) -> UnitRatios:
    """What is due of each line's own product, in the unit of the stock."""
    product, sold = join.lines["product_id"].to_numpy(), join.lines["sold"].to_numpy()
    written_off = sums["own_written_off"]
    votes = chosen & (sums["own_operations"] > 0) & (written_off != 0)
    if "unit-ratio" in off:
        votes[:] = False
    elif (written_off != sold)[votes].any():
        is_extra = repeats(
            join.operations, join.line, join.is_own, due=sold, written_off=written_off, chosen=votes
        )
        votes &= np.bincount(join.line[is_extra], minlength=len(votes)) == 0
    step = thresholds.quantity_step(product)
    return unit_ratios(product, sold, written_off, step, chosen=chosen, votes=votes)


def unit_ratios(
    product: IntArray,
    sold: IntArray,
    written_off: IntArray,
    step: IntArray,
    *,
    chosen: BoolArray,
    votes: BoolArray,
) -> UnitRatios:
    """By line: product, sold and written off (own operations). `chosen` are the direct live lines that can be judged,
    `votes` those of them that were written off and whose surplus is no repeat.
    """
    found = UnitRatios(sold.copy(), sold * 0, np.zeros(len(sold), np.bool_), np.zeros(len(sold), np.bool_))
    differs = votes & (np.abs(written_off - sold) > step)
    if not differs.any():
        return found
    codes, products = pd.factorize(product)
    voting, differing = (np.bincount(codes[some], minlength=len(products)) for some in (votes, differs))
    perhaps = (voting >= _FEWEST_LINES) & (2 * differing > voting)
    for of_product in grouped_by_product(product, chosen & perhaps[codes]):
        voters = of_product[votes[of_product]]
        fitting = [
            (_fits(*each, sold[voters], written_off[voters], step[voters]), each) for each in _fractions()
        ]
        most, (times, parts) = max(fitting, key=lambda each: int(each[0].sum()))
        if 2 * int(most.sum()) <= len(voters):
            continue
        as_sold = voters[~differs[voters]]
        repeats = of_product[(written_off[of_product] != 0) & ~votes[of_product]]
        scaled = np.setdiff1d(of_product, np.concatenate([as_sold, repeats]))
        found.ratio[of_product] = multiply_divide(np.array([MICRO]), times, parts)[0]
        found.due[scaled] = multiply_divide(sold[scaled], times, parts)
        found.is_at_ratio[voters[most & differs[voters]]] = True
        found.is_as_sold[as_sold] = True
    return found


def _fractions() -> list[tuple[int, int]]:
    """The ratios that may be packs, as (times, parts): 2, 3, … 60, and 1/2, 1/3, … 1/60."""
    return [(n, 1) for n in _RATIOS] + [(1, n) for n in _RATIOS]


def _fits(times: int, parts: int, sold: IntArray, written_off: IntArray, step: IntArray) -> BoolArray:
    """Lines written off within the step of sold × times / parts."""
    if (magnitude(written_off) * parts + magnitude(sold) * times).max(initial=0) >= 2.0**62:
        return np.zeros(len(sold), dtype=np.bool_)
    return np.asarray(np.abs(written_off * parts - sold * times) <= step * parts, dtype=np.bool_)
