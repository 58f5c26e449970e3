"""What differs from the earlier evidence of a day: one row a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from reconcile.core.exact import decimal_text, micros, require_int


class ChangedField(NamedTuple):
    """A field of a receipt, of one of its lines or of one of its stock operations, before and after.

    An unchanged id, 0 for none, says whose field it is: of the operation, else of the line, else of the receipt.
    """

    receipt_id: int
    receipt_product_id: int | None
    operation_id: int | None
    field: str
    before: str | None
    """As text: plain decimals, `true` or `false`, times as `YYYY-MM-DD HH:MM:SS`. None: not known, or not there."""
    after: str | None
    value: int | None
    """Millionths of money: of an operation, the change of |total_cost| with the sign of the stock movement; of a
    receipt, the change of its sale amount. None where the field has none."""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> ChangedField:
        """From what `record` makes. Raises KeyError, TypeError or ValueError where it is none."""
        field, texts, value = record["field"], (record["before"], record["after"]), record["value"]
        if not isinstance(field, str) or not all(each is None or isinstance(each, str) for each in texts):
            raise TypeError("a changed field has other values than texts")
        line, operation = (
            None if record[name] is None else require_int(record[name])
            for name in ("receipt_product_id", "operation_id")
        )
        amount = None if value is None else micros(value, 2**63)
        if amount is None and value is not None:
            raise ValueError("the value of a changed field is no number")
        return cls(require_int(record["receipt_id"]), line, operation, field, *texts, amount)

    def record(self) -> dict[str, Any]:
        """For JSON; the value as text of a plain decimal."""
        value = None if self.value is None else decimal_text(self.value)
        return self._asdict() | {"value": value}

    @property
    def is_of_stock(self) -> bool:
        """Whether the value is a cost of stock, and not a sale amount."""
        return self.operation_id is not None or self.field == WRITTEN_OFF


WRITTEN_OFF = "written_off"
"""The field of a receipt that is reconciled on one side alone: what its operations are worth."""
