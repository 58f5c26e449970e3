"""Without a recipe: what lines of one product with the same modifiers usually take for a portion.

Source: rules.md, "Without a recipe". Where three lines or more exist and over half of them agree on an amount, that is
the usual one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd

from reconcile.core.exact import LIMIT, BoolArray, IntArray, scaled
from reconcile.core.positions import Positions, starts, take_or
from reconcile.engine.recipes.written import Written

_FEWEST = 3
_THOUSANDTHS = 1000
_HALF_A_GRAM = 500


@dataclasses.dataclass(frozen=True)
class Usual:
    """One row a line and ingredient, in no order; and which lines are judged so."""

    line: Positions
    ingredient: IntArray
    usual: IntArray
    """What the line would have taken; 0 where there is no usual amount."""
    has_usual: BoolArray
    is_uneven: BoolArray
    """It took another amount for a portion than the usual one."""
    found: Positions
    """The row of `Written`, -1 where the line took nothing of it."""
    judged: BoolArray
    """For each line of the day: every ingredient of its like has a usual amount."""


def usual(lines: pd.DataFrame, rows: Positions, written: Written, tracked: BoolArray) -> Usual:
    """What lines usually take. `rows`: the lines to compare, all live, with operations; `lines` has `sold`. Of what
    they wrote off, the `tracked` rows count.
    """
    group_of_line = np.full(len(lines), -1, dtype=np.intp)
    group_of_line[rows] = _alike(lines.iloc[rows])
    size = np.bincount(group_of_line[rows], minlength=1)
    sold = lines["sold"].to_numpy()
    used = np.flatnonzero((group_of_line[written.line] >= 0) & tracked)
    group, ingredient = group_of_line[written.line[used]], written.product[used]
    amounts = scaled(written.q[used], _THOUSANDTHS, sold[written.line[used]])
    order = np.lexsort([amounts, ingredient, group])
    used, group, ingredient, amounts = used[order], group[order], ingredient[order], amounts[order]
    pair = starts(group, ingredient)
    run = starts(group, ingredient, amounts)
    first, runs = np.flatnonzero(pair), np.flatnonzero(run)
    pair_of_row = np.cumsum(pair) - 1
    total, of_run = np.diff([*first, len(used)]), np.diff([*runs, len(used)])
    most, agreed = _most_agreed(amounts[runs], of_run, pair_of_row[runs], size[group[first]] - total)
    settled = (size[group[first]] >= _FEWEST) & (2 * agreed > size[group[first]])
    judged = np.zeros(len(size), dtype=np.bool_)
    judged[size >= _FEWEST] = True
    judged[group[first[~settled]]] = False
    lines_with = np.split(written.line[used], first[1:])
    absent = _absent(group_of_line, group[first], lines_with, settled & (most != 0))
    line = np.concatenate([written.line[used], absent[0]])
    of_pair = np.concatenate([pair_of_row, absent[1]])
    has_usual = settled[of_pair] if len(of_pair) else np.zeros(0, dtype=np.bool_)
    amount = np.where(has_usual, scaled(most[of_pair], sold[line], _THOUSANDTHS), 0)
    agrees = np.append(amounts == most[pair_of_row], np.zeros(len(absent[0]), dtype=np.bool_))
    gap = np.abs(np.append(written.q[used], np.zeros(len(absent[0]), dtype=np.int64)) - amount)
    is_uneven = has_usual & ~agrees & (gap > _rounded_away(np.abs(sold[line]), agrees, of_pair, len(first)))
    return Usual(
        line=line,
        ingredient=ingredient[first][of_pair] if len(of_pair) else ingredient,
        usual=amount,
        has_usual=has_usual,
        is_uneven=is_uneven,
        found=np.concatenate([used, np.full(len(absent[0]), -1, dtype=np.intp)]),
        judged=take_or(judged, group_of_line, False),
    )


def _rounded_away(sold: IntArray, agrees: BoolArray, pair: Positions, pairs: int) -> IntArray:
    """How much rounding to grams alone may have changed: half a gram on the line, and half a gram on the smallest of
    the lines that agree, which counts the more on a line that sold more.
    """
    least = np.full(pairs, LIMIT)
    np.minimum.at(least, pair[agrees], sold[agrees])
    return _HALF_A_GRAM + scaled(np.full(len(sold), _HALF_A_GRAM), sold, least[pair])


def _alike(lines: pd.DataFrame) -> Positions:
    """A number for each line: the same for those of one product with the same modifiers."""
    hashes = lines["product_hash"].astype("str").to_numpy()
    modifiers = np.where(hashes == "", lines["modifiers"].astype("str").to_numpy(), "")
    keys = pd.MultiIndex.from_arrays([lines["product_id"].to_numpy(), hashes, modifiers])
    return np.asarray(pd.factorize(keys)[0], dtype=np.intp)


def _most_agreed(
    amounts: IntArray, count: IntArray, pair: Positions, without: IntArray
) -> tuple[IntArray, IntArray]:
    """For each group and ingredient, the amount that most lines agree on, and how many; lines without it took 0."""
    count = count + np.where(amounts == 0, without[pair], 0)
    order = np.lexsort([count, pair])
    last = np.append(pair[order][1:] != pair[order][:-1], True)[: len(order)]
    best = order[last]
    has_zero = np.bincount(pair[amounts == 0], minlength=len(without)) > 0
    none_took_more = ~has_zero & (without > count[best])
    return np.where(none_took_more, 0, amounts[best]), np.where(none_took_more, without, count[best])


def _absent(
    group_of_line: Positions, group: Positions, lines_with: Sequence[Positions], wanted: BoolArray
) -> tuple[Positions, Positions]:
    """Lines that took nothing of an ingredient that their like usually take, and which group and ingredient it is."""
    lines: list[Positions] = []
    pairs: list[Positions] = []
    order = np.argsort(group_of_line, kind="stable")
    ends = np.cumsum(np.bincount(group_of_line + 1))
    for pair in np.flatnonzero(wanted).tolist():
        members = order[ends[group[pair]] : ends[group[pair] + 1]]
        if len(members) > len(lines_with[pair]):
            missing = np.setdiff1d(members, lines_with[pair])
            lines.append(missing)
            pairs.append(np.full(len(missing), pair, dtype=np.intp))
    none = np.empty(0, dtype=np.intp)
    return np.concatenate([none, *lines]), np.concatenate([none, *pairs])
