"""Without a recipe: the baseline, an amount per portion that most lines of a group agree on.

A group is the lines of one product with the same modifiers. Source: rules/README.md, "Without a recipe".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd

from reconcile.core.columns import bare
from reconcile.core.exact import LIMIT, BoolArray, IntArray, multiply_divide
from reconcile.core.positions import Positions, starts, take_or
from reconcile.engine.recipes.write_offs import WriteOffs

_SMALLEST_GROUP = 3
_THOUSANDTHS = 1000
_HALF_A_THOUSANDTH = 500
"""In millionths: what rounding to three decimals may change."""


@dataclasses.dataclass(frozen=True)
class Baseline:
    """One row per line and ingredient, in no order; and which lines are judged by it."""

    line: Positions
    ingredient: IntArray
    amount: IntArray
    """Baseline × sold, in millionths; 0 where there is no baseline."""
    is_uneven: BoolArray
    """The line used another amount per portion."""
    write_off: Positions
    """The row of `WriteOffs`, -1 where nothing was written off."""
    is_judged: BoolArray
    """For each line of the day: its group is large enough, and each ingredient of the group has a baseline."""


def baseline(lines: pd.DataFrame, rows: Positions, write_offs: WriteOffs, tracked: BoolArray) -> Baseline:
    """Baselines of the lines at `rows`, all of them live and with operations, from the `tracked` rows of `write_offs`.
    `lines` has the columns of SaleLines, and `sold`.
    """
    group_of_line = np.full(len(lines), -1, dtype=np.intp)
    group_of_line[rows] = _groups(lines.iloc[rows])
    size = np.bincount(group_of_line[rows], minlength=1)
    sold = bare(lines, "sold")
    used = np.flatnonzero((group_of_line[write_offs.line] >= 0) & tracked)
    group, ingredient = group_of_line[write_offs.line[used]], write_offs.product[used]
    per_portion = multiply_divide(write_offs.q[used], _THOUSANDTHS, sold[write_offs.line[used]])
    order = np.lexsort([per_portion, ingredient, group])
    used, group, ingredient, per_portion = used[order], group[order], ingredient[order], per_portion[order]
    is_first, is_run = starts(group, ingredient), starts(group, ingredient, per_portion)
    first, runs = np.flatnonzero(is_first), np.flatnonzero(is_run)
    pair = np.cumsum(is_first) - 1  # of a group and an ingredient
    lines_of_pair, lines_of_run = np.diff([*first, len(used)]), np.diff([*runs, len(used)])
    size_of_pair = size[group[first]]
    amount, votes = _most_common(per_portion[runs], lines_of_run, pair[runs], size_of_pair - lines_of_pair)
    is_settled = (size_of_pair >= _SMALLEST_GROUP) & (2 * votes > size_of_pair)
    is_judged = size >= _SMALLEST_GROUP
    is_judged[group[first[~is_settled]]] = False
    lines_with = np.split(write_offs.line[used], first[1:])
    absent_line, absent_pair = _absent(group_of_line, group[first], lines_with, is_settled & (amount != 0))
    line = np.concatenate([write_offs.line[used], absent_line])
    pair = np.concatenate([pair, absent_pair])
    write_off = np.concatenate([used, np.full(len(absent_line), -1, dtype=np.intp)])
    agrees = np.concatenate([per_portion, np.zeros(len(absent_line), dtype=np.int64)]) == amount[pair]
    expected = np.where(is_settled[pair], multiply_divide(amount[pair], sold[line], _THOUSANDTHS), 0)
    gap = np.abs(take_or(write_offs.q, write_off, 0) - expected)
    return Baseline(
        line=line,
        ingredient=ingredient[first][pair],
        amount=expected,
        is_uneven=is_settled[pair]
        & ~agrees
        & (gap > _rounding(np.abs(sold[line]), agrees, pair, len(first))),
        write_off=write_off,
        is_judged=take_or(is_judged, group_of_line, False),
    )


def without_repeats(
    found: Baseline, write_offs: WriteOffs, repeats: IntArray, lines: int
) -> tuple[Baseline, BoolArray]:
    """The baselines where lines whose operations stand more than once agree once each; and which lines these are."""
    is_repeated = repeats[found.line] > 1
    written_off = take_or(write_offs.q, found.write_off, 0)
    gap = np.abs(written_off - found.amount * repeats[found.line])
    wrong = ~is_repeated | (gap > _THOUSANDTHS * repeats[found.line])
    agrees = np.zeros(lines, dtype=np.bool_)
    agrees[found.line[is_repeated]] = True
    agrees[found.line[wrong]] = False
    agrees &= found.is_judged
    return dataclasses.replace(found, is_uneven=found.is_uneven & ~agrees[found.line]), agrees


def _rounding(sold: IntArray, agrees: BoolArray, pair: Positions, pairs: int) -> IntArray:
    """The largest difference that rounding to three decimals explains: that of the line's own quantity, and that of the
    smallest line that agrees, scaled to what this line sold.
    """
    least = np.full(pairs, LIMIT)
    np.minimum.at(least, pair[agrees], sold[agrees])
    return _HALF_A_THOUSANDTH + multiply_divide(np.full(len(sold), _HALF_A_THOUSANDTH), sold, least[pair])


def _groups(lines: pd.DataFrame) -> Positions:
    """A number for each line: the same for those of one product with the same modifiers."""
    hashes = lines["product_hash"].astype("str").to_numpy()
    modifiers = np.where(hashes == "", lines["modifiers"].astype("str").to_numpy(), "")
    keys = pd.MultiIndex.from_arrays([bare(lines, "product_id"), hashes, modifiers])
    return np.asarray(pd.factorize(keys)[0], dtype=np.intp)


def _most_common(
    amounts: IntArray, count: IntArray, pair: Positions, without: IntArray
) -> tuple[IntArray, IntArray]:
    """For each group and ingredient, the amount of the most lines, and their number; lines `without` it used 0."""
    count = count + np.where(amounts == 0, without[pair], 0)
    order = np.lexsort([count, pair])
    last = np.append(pair[order][1:] != pair[order][:-1], True)[: len(order)]
    best = order[last]
    has_zero = np.bincount(pair[amounts == 0], minlength=len(without)) > 0
    is_absence = ~has_zero & (without > count[best])
    return np.where(is_absence, 0, amounts[best]), np.where(is_absence, without, count[best])


def _absent(
    group_of_line: Positions, group: Positions, lines_with: Sequence[Positions], wanted: BoolArray
) -> tuple[Positions, Positions]:
    """Lines without an ingredient of their group, and the position of that group and ingredient, where `wanted`."""
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
