"""Receipts and stock operations decoded straight from the lines of evidence to structs: no dictionary is made.

A raw record is decoded when it is asked for: to say why a value can't be read, and by what copies records. A line that
does not fit the structs is decoded to raw records, and the structs are made of these.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from reconcile.core.exact import positive_int
from reconcile.core.exact_json import decimal_or_text, decode_json, may_be_deep
from reconcile.evidence.proof import identity
from reconcile.evidence.structs import Operation, Receipt, Struct, of_raw


class GivenReceipt(msgspec.Struct, gc=False):
    """One version of a receipt."""

    asked: str
    """How it was fetched: `list`, `id` or `closed_at`."""
    key: int | str
    """Its id; its content as text if the id can't be read."""
    receipt: Receipt
    source: Any
    """The line of evidence as bytes, else the raw record."""
    lines_source: Any = None
    """The same of the version that its lines are of, where that is another."""

    @classmethod
    def of(cls, asked: str, raw: Any) -> GivenReceipt:
        """From a raw record."""
        return cls(asked, identity(raw), of_raw(Receipt, raw), raw)

    @property
    def has_lines(self) -> bool:
        """Whether it has a list of lines."""
        return self.receipt.receipt_products is not None

    def with_lines_of(self, other: GivenReceipt) -> GivenReceipt:
        """This version with the lines of another."""
        receipt = replace(self.receipt, receipt_products=other.receipt.receipt_products)
        return replace(self, receipt=receipt, lines_source=other.source)

    def raw(self) -> Any:
        """The raw record."""
        return _raw(self.source, "receipt")

    def raw_lines(self) -> list[Any]:
        """The raw records of its lines."""
        source = self.source if self.lines_source is None else self.lines_source
        found: list[Any] = _raw(source, "receipt")["receipt_products"]
        return found


class GivenOperations(msgspec.Struct, gc=False):
    """The stock operations of a receipt."""

    operations: list[Operation]
    source: Any
    """The line of evidence as bytes, else the raw records."""

    @classmethod
    def of(cls, raw: list[Any]) -> GivenOperations:
        """From raw records."""
        return cls([of_raw(Operation, each) for each in raw], raw)

    def raw(self) -> list[Any]:
        """The raw records."""
        found: list[Any] = _raw(self.source, "operations")
        return found


@dataclasses.dataclass
class Given:
    """Receipts and operations as structs."""

    receipts: list[GivenReceipt] = dataclasses.field(default_factory=list)
    operations: dict[int, GivenOperations] = dataclasses.field(default_factory=dict)

    def listed(self) -> set[int | str]:
        """The keys of the receipts that the list gave."""
        return {each.key for each in self.receipts if each.asked == "list"}


def _raw(source: Any, name: str) -> Any:
    return decode_json(source)[name] if isinstance(source, bytes) else source


class ReceiptLine(Struct, tag_field="record", tag="receipt"):
    """A line of evidence."""

    kind: ClassVar[str] = "receipt"
    asked: Any
    receipt: Receipt

    def is_plain(self) -> bool:
        """Whether all that names it can be read."""
        return positive_int(self.receipt.id) is not None

    def names(self) -> Iterable[Any]:
        """What names it, as in `reconcile.evidence.proof`."""
        lines = self.receipt.receipt_products or ()
        key, updated_at = positive_int(self.receipt.id), str(self.receipt.updated_at or "")
        return self.asked, str(key), updated_at, [str(line.id) for line in lines]


class OperationsLine(Struct, tag_field="record", tag="operations"):
    """A line of evidence."""

    kind: ClassVar[str] = "operations"
    receipt_id: Any
    operations: list[Operation]
    as_of: Any = UNSET
    asked_at: Any = UNSET
    runs_ago: Any = UNSET

    def is_plain(self) -> bool:
        """Whether all that names it can be read."""
        runs_ago = 0 if self.asked_at is UNSET else self.runs_ago
        numbers = (self.receipt_id, runs_ago)
        return (self.as_of is UNSET or type(self.as_of) is str) and all(
            type(each) is int and abs(each) < 2**63 for each in numbers
        )

    def names(self) -> Iterable[Any]:
        """What names it, as in `reconcile.evidence.proof`."""
        as_of = None if self.as_of is UNSET else self.as_of
        return self.receipt_id, as_of, [str(each.id) for each in self.operations]


_decoder = msgspec.json.Decoder(ReceiptLine | OperationsLine, float_hook=decimal_or_text)


def typed_line(line: bytes) -> ReceiptLine | OperationsLine | None:
    """A receipt or stock operations, decoded straight; None for other lines, and where raw records are needed."""
    if may_be_deep(line):
        return None
    try:
        if not line.isascii():
            line.decode()  # texts that are skipped are not decoded
        found = _decoder.decode(line)
    except (ValueError, RecursionError):
        return None
    return found if found.is_plain() else None
