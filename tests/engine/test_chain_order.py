"""The order of a stock's chain, and the gaps in it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.engine.chain.earlier import EarlierStock
from reconcile.engine.chain.gaps import chain_columns
from reconcile.engine.chain.order import chain_order
from reconcile.frames.quarantine import LostMove
from reconcile.model.catalogue import NO_TIME

Move = tuple[int, int | None, int, int]
"""The id of an operation, its second, and what its stock was before and after."""
NOON = np.datetime64("2026-01-19T12:00:00", "s")


def at(second: int | None) -> np.datetime64:
    return NO_TIME if second is None else NOON + np.timedelta64(second, "s")


def frame(moves: Sequence[Move], stocks: Sequence[int] | None = None) -> pd.DataFrame:
    """Operations as the chain reads them, all of one stock unless told."""
    number, second, before, after = zip(*moves, strict=True) if moves else ((), (), (), ())
    left = np.array(after, dtype=np.int64)
    return pd.DataFrame(
        {
            "operation_id": np.array(number, dtype=np.int64),
            "stock_id": np.array(stocks or [1] * len(moves), dtype=np.int64),
            "operated_at": np.array([at(each) for each in second], dtype="datetime64[s]"),
            "before_quantity": np.array(before, dtype=np.int64),
            "after_quantity": left,
            "quantity": np.array(before, dtype=np.int64) - left,
            "cost": np.ones(len(moves), dtype=np.int64),
        }
    )


def ids(*moves: Move) -> list[int]:
    """The ids in the order of the chain."""
    operations = frame(moves)
    return [int(number) for number in operations["operation_id"].to_numpy()[chain_order(operations)]]


def marks(*moves: Move, lost: Sequence[LostMove] = ()) -> dict[int, str]:
    """The operations that do not begin where the one before ended, and how."""
    columns = chain_columns(frame(moves), lost, EarlierStock())
    pairs = zip((move[0] for move in moves), columns["gap"], strict=True)
    return {number: str(gap) for number, gap in pairs if gap}


def test_a_chain_is_in_the_order_of_time_then_id() -> None:
    assert ids((1, 9, 8, 7), (2, 0, 10, 9), (3, 5, 9, 8)) == [2, 3, 1]


def test_within_a_second_each_goes_on_from_the_one_before() -> None:
    assert ids((1, 5, 8, 7), (2, 5, 7, 6), (3, 5, 9, 8), (4, 0, 10, 9)) == [4, 3, 1, 2]


def test_the_first_second_begins_with_what_follows_no_other() -> None:
    assert ids((1, 0, 8, 7), (2, 0, 10, 9), (3, 0, 9, 8)) == [2, 3, 1]


def test_of_two_that_may_follow_the_lower_id_does() -> None:
    assert ids((4, 0, 10, 9), (3, 5, 9, 8), (2, 5, 9, 7)) == [4, 2, 3]


def test_where_none_follows_it_begins_again_with_what_follows_no_other() -> None:
    """6 ends where 5 begins, so of 5, 6 and 7 the chain goes on with 6, though 5 is lower."""
    assert ids((1, 0, 10, 9), (5, 5, 20, 19), (6, 5, 21, 20), (7, 5, 30, 29)) == [1, 6, 5, 7]


def test_in_a_circle_the_lowest_id_is_first() -> None:
    """One was taken and put back in one second."""
    assert ids((1, 0, 9, 10), (2, 0, 10, 9)) == [1, 2]


def test_a_second_that_ends_elsewhere_changes_the_next() -> None:
    """With 4 last, and not 3, the next second begins with 6."""
    moves = ((1, 0, 10, 9), (3, 1, 8, 7), (4, 1, 9, 8), (5, 2, 6, 5), (6, 2, 7, 6))
    assert ids(*moves) == [1, 4, 3, 6, 5]


def test_ids_alone_decide_where_that_leaves_fewer_gaps() -> None:
    """The clock of one till is behind."""
    moves = ((1, 60, 10, 9), (2, 0, 9, 8), (3, 90, 8, 7), (4, 30, 7, 6))
    assert ids(*moves) == [1, 2, 3, 4]
    assert marks(*moves) == {}


def test_at_a_tie_time_decides() -> None:
    assert ids((1, 9, 20, 19), (2, 0, 10, 9)) == [2, 1]


def test_ids_may_decide_in_one_stock_and_time_in_another() -> None:
    moves = ((1, 60, 10, 9), (2, 0, 9, 8), (3, 30, 8, 7), (4, 60, 8, 7), (5, 0, 9, 8))
    operations = frame(moves, [1, 1, 1, 2, 2])
    assert operations["operation_id"].to_numpy()[chain_order(operations)].tolist() == [1, 2, 3, 5, 4]


def test_without_a_time_an_operation_stands_where_its_id_does() -> None:
    assert ids((1, 0, 10, 9), (2, None, 9, 8), (3, 60, 8, 7)) == [1, 2, 3]
    assert ids((1, None, 10, 9), (2, 0, 9, 8)) == [1, 2]


@pytest.mark.parametrize(
    ("second", "took", "mark"),
    [
        (60, 2, "lost update"),
        (61, 2, "perhaps lost update"),
        (60, 0, "moved"),
        (None, 2, "perhaps lost update"),
    ],
)
def test_an_update_is_lost_within_the_minute(second: int | None, took: int, mark: str) -> None:
    begins = 40 if took else 41
    assert marks((1, 0, 40, 40 - took), (2, second, begins, begins - 1)) == {2: mark}


def test_an_update_is_lost_whichever_came_first() -> None:
    """By id; by time there would be two gaps."""
    moves = ((1, 30, 40, 38), (2, 0, 40, 39), (3, 20, 39, 37), (4, 90, 37, 36))
    assert marks(*moves) == {2: "lost update"}


@pytest.mark.parametrize(
    ("lost", "is_told"),
    [
        (LostMove(1, at(30), 2), False),
        (LostMove(1, at(0), 2), False),
        (LostMove(1, at(0), 0), True),
        (LostMove(1, at(61), 2), True),
        (LostMove(2, at(30), 2), True),
        (LostMove(1, NO_TIME, 2), False),
        (LostMove(1, NO_TIME, 4), True),
        (LostMove(1, NO_TIME, 0), False),
    ],
)
def test_no_gap_is_told_where_a_quarantined_operation_may_lie(lost: LostMove, is_told: bool) -> None:
    """Between two operations by time and id; where it has no time by id, and without that anywhere in its stock."""
    assert bool(marks((1, 0, 40, 39), (3, 60, 35, 34), lost=[lost])) == is_told


def test_an_empty_day_has_no_chain() -> None:
    assert ids() == []
    assert len(chain_columns(frame(()), (), EarlierStock())["gap"]) == 0


# ------------------------------------------------------------------------------------------ laws

steps = st.lists(
    st.tuples(st.integers(-3, 5), st.integers(0, 2), st.sampled_from([0, 0, 0, 0, 7])),
    min_size=1,
    max_size=12,
)
"""What each operation took, how many seconds after the one before, and what came in between."""


def moved(taken: Sequence[tuple[int, int, int]]) -> list[Move]:
    found: list[Move] = []
    stock = second = 0
    for number, (quantity, later, came) in enumerate(taken, 1):
        stock, second = stock + came, second + later
        found.append((number, second, stock, stock - quantity))
        stock -= quantity
    return found


def slowly(moves: Sequence[Move]) -> list[int]:
    """The order as the rule says it, looking at every operation each time."""
    found: list[Move] = []
    for _, group in itertools.groupby(
        sorted(moves, key=lambda each: (each[1], each[0])), lambda each: each[1]
    ):
        second = list(group)
        left = list(second)
        while left:
            follows = [each for each in left if found and each[2] == found[-1][3]]
            begins = [
                each for each in left if all(each[2] != other[3] for other in second if other is not each)
            ]
            chosen = (follows or begins or left)[0]
            left.remove(chosen)
            found.append(chosen)
    by_id = sorted(moves)
    best = by_id if breaks(by_id) < breaks(found) else found
    return [move[0] for move in best]


def breaks(moves: Sequence[Move]) -> int:
    return sum(one[3] != other[2] for one, other in itertools.pairwise(moves))


@given(steps, st.randoms(use_true_random=False))
def test_the_order_is_the_one_that_the_rule_says(taken: Any, chance: random.Random) -> None:
    """With ids in any order."""
    moves = moved(taken)
    numbers = [move[0] for move in moves]
    chance.shuffle(numbers)
    mixed = [(number, *move[1:]) for number, move in zip(numbers, moves, strict=True)]
    assert ids(*mixed) == slowly(mixed)


@given(steps, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(taken: Any, chance: random.Random) -> None:
    moves = moved(taken)
    expected = (ids(*moves), marks(*moves))
    chance.shuffle(moves)
    assert (ids(*moves), marks(*moves)) == expected


@given(steps)
def test_a_chain_without_gaps_has_none(taken: Any) -> None:
    """Whatever was taken and put back, and however many in one second, ids in the order of the stock."""
    assert marks(*moved([(quantity, later, 0) for quantity, later, _ in taken])) == {}


@given(steps)
def test_an_unrelated_stock_changes_nothing(taken: Any) -> None:
    moves = moved(taken)
    other = [(number + 500, second, 5, 4) for number, second, _, _ in moves]
    both = frame([*moves, *other], [2] * len(moves) + [1] * len(other))
    alone = chain_columns(frame(moves), (), EarlierStock())
    together = chain_columns(both, (), EarlierStock())
    assert together["gap"][: len(moves)].tolist() == alone["gap"].tolist()
    assert together["previous"][: len(moves)].tolist() == alone["previous"].tolist()


def test_a_whole_day_in_one_second_is_put_in_order() -> None:
    """Of 100,000 operations of one stock the chain is the only order; what it costs, the benchmarks tell."""
    numbers = list(range(1, 100_001))
    random.Random(1).shuffle(numbers)
    operations = frame([(number, 0, -place, -place - 1) for place, number in enumerate(numbers)])
    assert operations["operation_id"].to_numpy()[chain_order(operations)].tolist() == numbers
