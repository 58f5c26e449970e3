"""The proof that evidence holds all records that were written: their number by kind, and a digest of their ids.

`listed` and `end` lines state it. The order of records does not matter, and their spacing neither: the digest is the
sum of the hashes of what names each record.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

from reconcile.core.exact import positive_int, require_int
from reconcile.core.exact_json import encode_json

_BYTES = 16


def identity(receipt: Any) -> int | str:
    """The id of a receipt; its content as text if the id can't be read."""
    key = positive_int(receipt.get("id")) if isinstance(receipt, dict) else None
    return str(receipt) if key is None else key


def updated_at(receipt: Any) -> str:
    """The `updated_at` of a receipt, as text; empty if it has none."""
    return str(receipt.get("updated_at") or "") if isinstance(receipt, dict) else ""


def digest_of(ids: Iterable[int | str]) -> str:
    """A digest of ids, in any order."""
    return _in_hex(sum(_hash(each) for each in ids))


@dataclasses.dataclass
class Proof:
    """What was written so far, but for the first line and the last."""

    records: Counter[str] = dataclasses.field(default_factory=Counter)
    """By kind."""
    _sum: int = 0
    _listed: Any = None
    """The last line that says what was listed."""
    _end: Any = None
    """The last line that says how the run ended."""

    def add(self, record: Any) -> None:
        """Count a record."""
        kind = record["record"]
        self._listed = record if kind == "listed" else self._listed
        self._end = record if kind == "end" else self._end
        if kind not in ("run", "end"):
            self.add_names(kind, _names(record))

    def add_names(self, kind: str, names: Iterable[Any]) -> None:
        """Count a record of that kind by what names it."""
        self.records[kind] += 1
        self._sum += _hash([kind, *names])

    @property
    def digest(self) -> str:
        """A digest of what names each record."""
        return _in_hex(self._sum)

    def stated(self) -> dict[str, Any]:
        """What the last line says."""
        return {"records": dict(sorted(self.records.items())), "digest": self.digest}

    def contradiction(self, listed: Iterable[int | str] | None = None) -> str:
        """Why what the last lines say is not so; empty if it is. `listed`: the ids of the receipts listed, if known.

        Raises KeyError, TypeError or ValueError where they state nothing.
        """
        if self._end is None:
            return ""  # the run was cut off
        stated = Counter(
            {str(kind): require_int(number) for kind, number in dict(self._end["records"]).items()}
        )
        for kind in sorted(stated | self.records):
            if stated[kind] != self.records[kind]:
                return (
                    f"its end states {stated[kind]} '{kind[:20]}' records, and it holds {self.records[kind]}"
                )
        if self._end["digest"] != self.digest:
            return "its records are not those of which its end states the ids"
        if listed is not None and self._listed is not None and self._listed["digest"] != digest_of(listed):
            return "the receipts in it are not those that were listed"
        return ""


def _names(record: Any) -> Iterable[Any]:
    """What names a record: its ids, and which version it is."""
    match record["record"]:
        case "receipt":
            receipt = record["receipt"]
            yield from (record["asked"], str(identity(receipt)), updated_at(receipt))
            yield _ids(receipt.get("receipt_products") if isinstance(receipt, dict) else None)
        case "operations":
            yield from (record["receipt_id"], record.get("as_of"), _ids(record["operations"]))
        case "product":
            yield from (str(identity(record["product"])), updated_at(record["product"]))
        case _:
            yield sorted((name, str(value)) for name, value in record.items())


def _ids(rows: Any) -> list[str]:
    """The ids of the rows, as text."""
    if not isinstance(rows, list):
        return []
    return [str(row.get("id")) if isinstance(row, dict) else "" for row in rows]


def _hash(value: Any) -> int:
    return int.from_bytes(hashlib.blake2b(encode_json(value), digest_size=_BYTES).digest(), "big")


def _in_hex(number: int) -> str:
    return f"{number % (1 << 8 * _BYTES):0{2 * _BYTES}x}"
