"""Ids that lie close together are looked up in an array, others are hashed: the answers are the same."""

from __future__ import annotations

import numpy as np
import pytest

from reconcile.core.exact import IntArray
from reconcile.core.positions import are_unique, in_order, positions

NEAR, FAR = np.array([7, 5, 6, 9]), np.array([7, 5, 2**62, 9])


@pytest.mark.parametrize("ids", [NEAR, FAR])
def test_each_id_has_its_position_and_no_other_number_has_one(ids: IntArray) -> None:
    wanted = np.array([*ids, 4, 8, 10, -(2**63), 2**63 - 1])
    assert positions(ids, wanted).tolist() == [0, 1, 2, 3, -1, -1, -1, -1, -1]


@pytest.mark.parametrize("ids", [NEAR, FAR])
def test_ids_are_unique_until_one_is_there_twice(ids: IntArray) -> None:
    assert are_unique(ids)
    assert not are_unique(np.append(ids, ids[0]))


@pytest.mark.parametrize("ids", [NEAR, FAR, np.array([3, 1, 3, 1])])
def test_positions_in_the_order_of_ids_leave_out_none(ids: IntArray) -> None:
    assert in_order(ids).tolist() == np.argsort(ids, kind="stable").tolist()


def test_without_ids_nothing_has_a_position() -> None:
    none = np.empty(0, dtype=np.int64)
    assert positions(none, NEAR).tolist() == [-1] * 4
    assert are_unique(none)
    assert not len(in_order(none))
