"""A contract that is compiled holds a frame to what pandera would: whatever breaks a column is refused."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandera.errors import SchemaError, SchemaErrors

from reconcile import Result, load_settings, read_evidence, reconcile_day
from reconcile.model import contracts, judged, matched
from reconcile.model.contract import Contract
from tests.given.places import DEMO


@pytest.fixture(scope="module")
def result() -> Result:
    return reconcile_day(read_evidence(DEMO), load_settings())


REFUSED = (SchemaError, SchemaErrors)
FRAMES: dict[str, type[Contract]] = {
    "receipts": matched.MatchedReceipts,
    "lines": judged.JudgedLines,
    "operations": judged.JudgedOperations,
    "ingredients": matched.LineIngredients,
    "findings": judged.Findings,
    "causes": judged.Causes,
    "repeated": contracts.StockOperations,
    "quarantine": contracts.Quarantine,
}


@pytest.mark.parametrize("name", FRAMES)
def test_each_frame_of_a_result_holds_to_its_contract(result: Result, name: str) -> None:
    """By the compiled proof, and by pandera's own."""
    frame = getattr(result, name)
    assert FRAMES[name].checked(frame) is frame
    FRAMES[name].validate(frame)


def broken(column: pd.Series[Any], limits: dict[str, Any], nullable: bool) -> list[Any]:
    """The column, wrong in each way that its contract can tell."""
    wrong: list[Any] = [column.astype(object).map(lambda value: (value,))]
    if "min_value" in limits:
        wrong.append(column.where(np.arange(len(column)) > 0, limits["min_value"] - 1))
    if "allowed_values" in limits:
        wrong.append(pd.Series(pd.Categorical(["no such class"] * len(column))))
    if isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype) and not nullable:
        wrong.append(column.where(np.arange(len(column)) > 0))
    return wrong


def test_an_id_that_comes_twice_is_refused(result: Result) -> None:
    """By the contracts of the frames that the join stands on, in order of ids or not."""
    contract = contracts.StockOperations
    frame = result.operations[list(contract.to_schema().columns)]
    for order in (frame, frame.iloc[::-1]):
        contract.checked(order)
        with pytest.raises(REFUSED):
            contract.checked(pd.concat([order, order.iloc[:1]]))


@pytest.mark.parametrize("name", list(FRAMES)[:6])  # the demo has too few of the others
def test_a_column_that_is_wrong_is_refused(result: Result, name: str) -> None:
    """Another type, a number below its floor, an unknown class, an empty text, an id twice, one column more or less."""
    frame, contract = getattr(result, name), FRAMES[name]
    assert len(frame) > 1
    for column, stated in contract.to_schema().columns.items():
        limits = {key: value for check in stated.checks for key, value in check.statistics.items()}
        wrong = broken(frame[column], limits, stated.nullable)
        if stated.unique and column in inspect.get_annotations(
            contract
        ):  # else an earlier stage has checked it
            wrong.append(frame[column].where(np.arange(len(frame)) > 0, frame[column].iloc[-1]))
        for each in wrong if str(frame[column].dtype) != "object" else []:
            with pytest.raises(REFUSED):
                contract.checked(frame.assign(**{column: each}))
        with pytest.raises(REFUSED):
            contract.checked(frame.drop(columns=column))
    with pytest.raises(REFUSED):
        contract.checked(frame.assign(another=1))
