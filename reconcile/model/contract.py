"""The base class of data contracts: a pandera model with a fast check of columns and types."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from reconcile.core.columns import stored
from reconcile.core.positions import are_unique


def numbers(unit: str, **limits: Any) -> Any:
    """A column of whole numbers in a unit: `millionths`, `id` (0: unknown), `count`, or `row` of another frame."""
    return pa.Field(metadata={"unit": unit}, **limits)


def seconds() -> Any:
    """A time to the second, or none."""
    return pa.Field(nullable=True, dtype_kwargs={"unit": "s"})


class Contract(pa.DataFrameModel):
    """The columns of a frame: exactly these, in any order."""

    class Config:
        strict = True

    @classmethod
    def checked(cls, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame itself. Raises pandera's SchemaError if it breaks the contract."""
        columns, arrays = _compiled(cls), {name: stored(frame, name) for name in frame.columns}
        if arrays.keys() != columns.keys() or not all(
            each.is_of(arrays[name].dtype) and (not each.has_limits or each.holds(arrays[name]))
            for name, each in columns.items()
        ):
            cls.validate(frame, inplace=True)  # no copy is needed, since nothing is coerced
        return frame

    @classmethod
    def units(cls) -> dict[str, str]:
        """The unit of each column that has one."""
        columns = cls.to_schema().columns
        return {name: each.metadata["unit"] for name, each in columns.items() if each.metadata}


@functools.cache
def _compiled(contract: type[Contract]) -> dict[str, _Column]:
    """The columns of a contract as fast checks: pandera itself takes 0.3 ms a column, however short.

    That ids are unique is checked where a contract states it, and not again by contracts that add columns to it.
    """
    compiled, own = {}, inspect.get_annotations(contract)
    for name, column in contract.to_schema().columns.items():
        limits: dict[str, Any] = {}
        for check in column.checks:
            limits |= check.statistics
        compiled[name] = _Column(column.dtype.type, column.nullable, column.unique and name in own, **limits)
    return compiled


@dataclasses.dataclass(frozen=True)
class _Column:
    """One column of a contract."""

    dtype: Any
    nullable: bool
    unique: bool
    min_value: int | None = None
    allowed_values: tuple[str, ...] = ()

    @functools.cached_property
    def has_limits(self) -> bool:
        """Whether values of its type may be invalid."""
        is_text = isinstance(self.dtype, pd.CategoricalDtype | pd.StringDtype)
        return self.min_value is not None or self.unique or (is_text and not self.nullable)

    def is_of(self, found: Any) -> bool:
        """Whether a column of this type may be valid. False may also mean that pandera has to check it."""
        if isinstance(self.dtype, pd.CategoricalDtype):
            allowed = self.allowed_values
            return isinstance(found, pd.CategoricalDtype) and (
                not allowed or set(found.categories) <= set(allowed)
            )
        if isinstance(self.dtype, pd.StringDtype):
            return isinstance(found, pd.StringDtype)
        if found.kind == "M" and np.dtype(self.dtype).kind == "M":
            return bool(found == np.dtype("datetime64[s]"))
        return bool(found == self.dtype)

    def holds(self, values: Any) -> bool:
        """Whether the values, which are of its type, are valid. False may also mean that pandera has to check them."""
        if isinstance(self.dtype, pd.CategoricalDtype):
            return not len(values) or int(values.codes.min()) >= 0
        if isinstance(self.dtype, pd.StringDtype):
            return (self.nullable or not values.isna().any()) and (
                not self.unique or pd.Index(values).is_unique
            )
        bare = values if isinstance(values, np.ndarray) else values.to_numpy()
        if self.min_value is not None and len(bare) and bare.min() < self.min_value:
            return False
        return not self.unique or are_unique(bare)
