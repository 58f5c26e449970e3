"""Flags are true or false; a receipt whose flag is neither is quarantined, as its goods may have gone either way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from reconcile.frames import reading
from tests.given.goods_days import GoodsDay

TRUE = [True, 1, Decimal("1.0"), "1", "true", "TRUE"]
FALSE: list[Any] = [None, False, 0, Decimal(0), "", "0", "false", "False", [], {}]
NEITHER: list[Any] = ["yes", "no", 2, -1, Decimal("0.5"), "1.0", "2026-01-19", {"is": True}]


@pytest.mark.parametrize(
    ("value", "is_true"), [*((each, True) for each in TRUE), *((each, False) for each in FALSE)], ids=repr
)
def test_a_flag_is_true_or_false(value: Any, is_true: bool) -> None:
    assert reading.flags([value]).tolist() == [is_true]
    assert not reading.flag_problem("is_returns", value)


@pytest.mark.parametrize("value", NEITHER, ids=repr)
def test_a_receipt_that_may_be_a_return_is_quarantined(value: Any) -> None:
    day = GoodsDay()
    day.sell(1)
    key = day.sell(1)
    day.receipts[-1]["is_returns"] = value
    result = day.judged()
    (row,) = result.quarantine.to_dict("records")
    assert (row["receipt_id"], result.complete) == (key, False)
    assert row["reason"].startswith("is_returns is neither true nor false: ")
