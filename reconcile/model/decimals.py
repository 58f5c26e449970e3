"""Frames for reading: decimals in place of millionths, NA in place of an unknown id."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from reconcile.core.exact import decimal_text
from reconcile.model import contracts, judged, matched, usage
from reconcile.model.contract import Contract


def in_decimals(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy of a frame of the contracts in `reconcile.model`, or of some of its columns, for reading.

    Millionths become exact `Decimal`s (None: unknown), ids nullable integers (0 becomes unknown); other columns stay.
    Columns are recognised by name, which means the same in every contract.
    """
    units = _units()
    converted = {
        name: _CONVERTED[units[name]](frame[name])
        for name in frame.columns
        if units.get(name) in _CONVERTED and pd.api.types.is_integer_dtype(frame[name])  # some ids are texts
    }
    return frame.assign(**converted)


@functools.cache
def _units() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for contract in [
        each for module in (contracts, matched, judged, usage) for each in vars(module).values()
    ]:
        if isinstance(contract, type) and issubclass(contract, Contract) and contract is not Contract:
            found |= contract.units()
    return found


def _decimals(column: pd.Series[Any]) -> Any:
    decimals = [None if count is pd.NA else Decimal(decimal_text(count)) for count in column.tolist()]
    return pd.Series(decimals, column.index, dtype=object)


def _ids(column: pd.Series[Any]) -> Any:
    ids = column.astype("Int64")
    return ids.mask(ids == 0)


_CONVERTED: Mapping[str, Callable[[pd.Series[Any]], Any]] = {"millionths": _decimals, "id": _ids}
