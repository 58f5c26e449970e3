"""Dishes whose operations were posted more than once: every operation of the line stands equally often.

Source: rules/README.md, "Repeats".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import numpy as np
import pandas as pd

from reconcile.core.columns import bare
from reconcile.core.exact import BoolArray, IntArray
from reconcile.core.positions import starts
from reconcile.engine.claims import claimed, texts
from reconcile.engine.join import Join
from reconcile.rulebook.flags import is_unclaimed

RULE = "duplicate-write-off"
Sets = Mapping[int, list[list[int]]]
"""By position of the line, its sets: positions of operations, the set of the lowest ids first."""


def repeated_sets(join: Join, chosen: BoolArray) -> dict[int, list[list[int]]]:
    """The sets of the chosen lines on which, after what cancels (in one stock q and -q, lowest ids first), each stock,
    product and q stands equally often, twice or more.
    """
    line, operations = join.line, join.operations
    rows = np.flatnonzero(line >= 0)
    rows = rows[chosen[line[rows]]]
    names = ("stock_id", "product_id")
    keys = [line[rows], *(operations[name].to_numpy()[rows] for name in names), np.abs(join.q[rows])]
    order = np.lexsort(keys[::-1])
    is_first = starts(*(key[order] for key in keys))
    is_alone = is_first & np.append(is_first[1:], True)
    never_once = np.ones(len(chosen), dtype=np.bool_)
    never_once[line[rows[order[is_alone]]]] = False
    rows = rows[never_once[line[rows]]]
    rows = rows[np.argsort(bare(operations, "operation_id")[rows], kind="stable")]
    of_line: defaultdict[int, list[int]] = defaultdict(list)
    for row, at in zip(rows.tolist(), line[rows].tolist(), strict=True):
        of_line[at].append(row)
    found = {at: _sets(some, join) for at, some in of_line.items()}
    return {at: sets for at, sets in found.items() if len(sets) > 1}


def _sets(rows: list[int], join: Join) -> list[list[int]]:
    """The operations, given in the order of their ids, as sets; a single one where they do not stand equally often."""
    stock, product = (join.operations[name].to_numpy() for name in ("stock_id", "product_id"))
    keys = [(int(stock[row]), int(product[row]), int(join.q[row])) for row in rows]
    count = Counter(keys)
    aside = Counter({key: min(count[key], count[key[0], key[1], -key[2]]) for key in count if key[2]})
    of_key: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
    for row, key in zip(rows, keys, strict=True):
        if aside[key] > 0:
            aside[key] -= 1
        else:
            of_key[key].append(row)
    sizes = {len(each) for each in of_key.values()}
    if len(sizes) != 1:
        return [rows]
    return [list(each) for each in zip(*of_key.values(), strict=True)]


def mark_doubled_sets(
    operations: pd.DataFrame, lines: pd.DataFrame, ingredients: pd.DataFrame, sets: Sets
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The frames with the repeated sets of lines that nothing else explains.

    Of each set but that of the lowest ids, the lowest operation `is_extra`, has the worth of the set as `given_value`
    and the ids of the others as `set_operations`; these, the line and its ingredients are claimed.
    """
    is_free = is_unclaimed(lines).copy()
    is_free[bare(ingredients, "line")[(ingredients["claim"] != "").to_numpy()]] = False
    some = {line: each for line, each in sets.items() if is_free[line]}
    if not some:
        return operations, lines, ingredients
    number = bare(operations, "operation_id")
    worth = bare(operations, "worth")
    is_extra, value = operations["is_extra"].to_numpy(copy=True), operations["given_value"].array.copy()
    others: dict[int, str] = {}
    rest: list[int] = []
    for of_line in some.values():
        for one in of_line[1:]:
            first, *more = sorted(one, key=lambda row: int(number[row]))
            is_extra[first], value[first] = True, int(worth[one].sum())
            others[first] = ", ".join(str(number[row]) for row in more)
            rest += more
    rows = np.flatnonzero(np.isin(bare(ingredients, "line"), list(some)))
    marked = operations.assign(
        is_extra=is_extra, given_value=value, set_operations=texts(others, len(operations))
    )
    return (
        claimed(marked, rest, RULE),
        claimed(lines, list(some), RULE),
        claimed(ingredients, rows.tolist(), RULE),
    )


def set_sizes(sets: Sets, lines: int) -> IntArray:
    """How often the operations of each line stand; 1 where they do not repeat."""
    sizes = np.ones(lines, dtype=np.int64)
    for line, each in sets.items():
        sizes[line] = len(each)
    return sizes
