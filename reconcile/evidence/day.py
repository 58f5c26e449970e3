"""The evidence of a day as values: the parameters of the run, and what it returned."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from msgspec import UNSET

from reconcile.core.exact import positive_int, require_int
from reconcile.evidence.structs import Raw
from reconcile.evidence.typed import Given, GivenOperations, GivenReceipt, OperationsLine, ReceiptLine
from reconcile.model.changed import ChangedField

FORMAT = 2
WITHOUT_PROOF = 1
"""The format before it."""


@dataclasses.dataclass(frozen=True)
class Header:
    """The first line of the evidence: the parameters of the run. Times in UTC, ISO 8601."""

    date: date
    source: str
    venue_id: int | None = None
    window_days: int = 1
    program: str = ""
    started_at: str = ""
    tenant: str = ""
    """A hash of the brand and the API address."""
    asks_for_open: bool = False
    """Whether the run asks for the receipts that earlier evidence shows as open, so that its evidence has them too."""
    recheck: bool = False
    """Whether the run takes from earlier evidence what need not be asked for again."""
    format: int = FORMAT

    @property
    def demo(self) -> bool:
        """Whether this is the demo day."""
        return self.source == "demo"

    def record(self) -> Raw:
        """The header as a `run` line."""
        fields = {"record": "run", "format": self.format} | dataclasses.asdict(self)
        return fields | {"date": self.date.isoformat()}

    def same_job(self, other: Header) -> bool:
        """Whether a run with this header can resume from the other's evidence."""
        mine, theirs = (
            dataclasses.replace(
                each, program="", started_at="", tenant="", asks_for_open=False, format=FORMAT
            )
            for each in (self, other)
        )
        return mine == theirs and self.same_tenant(other)

    def same_tenant(self, other: Header) -> bool:
        """Whether both are of one brand at one address, as far as is known."""
        return len({self.tenant, other.tenant} - {""}) < 2


class AskedBefore(NamedTuple):
    """When operations were asked for that were copied from earlier evidence."""

    asked_at: str
    """In UTC, ISO 8601: when that run started."""
    runs_ago: int
    """How many runs before this one; the clock may have been set back since."""


@dataclasses.dataclass
class Evidence:
    """A day's raw records. `receipts` has every version returned, `operations` each receipt's latest answer."""

    header: Header
    listed_total: int | None = None
    receipts: list[tuple[str, Raw]] = dataclasses.field(default_factory=list)
    """(how it was fetched: `list`, `id` or `closed_at`, receipt)."""
    operations: dict[int, list[Any]] = dataclasses.field(default_factory=dict)
    """By the receipt id requested: the answer for its latest `updated_at`."""
    as_of: dict[int, str] = dataclasses.field(default_factory=dict)
    """By the receipt id requested: the receipt's `updated_at` at that answer."""
    asked_before: dict[int, AskedBefore] = dataclasses.field(default_factory=dict)
    """By the receipt id requested: operations that an earlier run asked for."""
    failed_as_of: dict[int | None, str] = dataclasses.field(default_factory=dict)
    """The same for failures."""
    reasons: dict[int | None, str] = dataclasses.field(default_factory=dict)
    """Why a receipt (None: something about the whole day) could not be fetched."""
    gone: list[int] = dataclasses.field(default_factory=list)
    """Receipts that earlier evidence shows as open, and that are no longer there."""
    opened_earlier: str | None = None
    """Why receipts opened before the days listed could not be found by their closing; empty where they were looked for
    so; None in evidence of versions that did not look for them."""
    products: list[Raw] = dataclasses.field(default_factory=list)
    """The catalogue, every version returned."""
    catalogue_total: int | None = None
    """The number of products that the API stated; None if the catalogue was not fetched."""
    catalogue_refused: str = ""
    """Why the API refused the catalogue; a retry would be refused too."""
    catalogue_failed: str = ""
    """Why the catalogue could not be fetched in this run."""
    catalogue_without: tuple[str, ...] = ()
    """What the API refused of the query for the catalogue, a sentence each."""
    finished_at: str | None = None
    requests: int = 0
    refused: tuple[str, ...] = ()
    """What the API refused of the queries for receipts, and what was asked for instead, a sentence each."""
    changed_since: tuple[ChangedField, ...] = ()
    """What differs from the earlier evidence of the day; empty where there was none."""
    digest: str = ""
    """SHA-256 of the uncompressed lines."""

    def add(self, record: Mapping[str, Any]) -> None:
        """Add one line. Raises KeyError, TypeError or ValueError if it does not follow the format."""
        match record["record"]:
            case "receipt":
                self._keep_receipt(str(record["asked"]), record["receipt"])
            case "operations":
                self._add_operations(record)
            case "failure":
                self._add_failure(record)
            case "opened_earlier":
                self.opened_earlier = str(record.get("not_found", ""))
                self.gone = list(map(require_int, record["gone"]))
            case "listed":
                self.listed_total = require_int(record["total"])
                self.reasons.pop(None, None)  # clears an earlier list failure
            case "product":
                self.products.append(record["product"])
            case "catalogue":
                self._add_catalogue(record)
            case "changed_since":
                self.changed_since = tuple(map(ChangedField.of, record["rows"]))
            case "end":
                self.finished_at, self.requests = str(record["finished_at"]), require_int(record["requests"])
                self.refused = tuple(map(str, record.get("refused", ())))
            case other:
                raise ValueError(f"unknown record '{str(other)[:40]}'")

    def _add_operations(self, record: Mapping[str, Any]) -> None:
        about, as_of = require_int(record["receipt_id"]), str(record.get("as_of", ""))
        if as_of >= self.as_of.get(about, ""):
            self._keep_operations(about, list(record["operations"]))
            asked = None
            if "asked_at" in record:
                asked = AskedBefore(str(record["asked_at"]), require_int(record["runs_ago"]))
            self._answered(about, as_of, asked)

    def _answered(self, about: int, as_of: str, asked: AskedBefore | None) -> None:
        self.as_of[about] = as_of
        self.asked_before.pop(about, None)
        if asked is not None:
            self.asked_before[about] = asked

    def _add_failure(self, record: Mapping[str, Any]) -> None:
        about = None if record["receipt_id"] is None else require_int(record["receipt_id"])
        self.reasons[about] = str(record["reason"])
        self.failed_as_of[about] = as_of = str(record.get("as_of", ""))
        if about is not None and as_of >= self.as_of.get(about, as_of):
            self._held_operations().pop(about, None)  # what came before turned out not to be its answer
            self.as_of.pop(about, None)
            self.asked_before.pop(about, None)

    def _add_catalogue(self, record: Mapping[str, Any]) -> None:
        self.catalogue_total = require_int(record["total"]) if "total" in record else None
        self.catalogue_refused = str(record.get("refused", ""))
        self.catalogue_failed = str(record.get("failed", ""))
        self.catalogue_without = tuple(map(str, record.get("without", ())))

    def failures(self) -> dict[int | None, str]:
        """Reasons by receipt id, without those superseded by an answer for the same or a later `updated_at`."""
        held = self._held_operations()
        return {
            about: reason
            for about, reason in self.reasons.items()
            if about is None or about not in held or self.failed_as_of.get(about, "") > self.as_of[about]
        }

    def given(self) -> Given:
        """The receipts and the operations as structs."""
        receipts = [GivenReceipt.of(asked, raw) for asked, raw in self.receipts]
        return Given(receipts, {key: GivenOperations.of(raw) for key, raw in self.operations.items()})

    def _keep_receipt(self, asked: str, raw: Any) -> None:
        self.receipts.append((asked, raw))

    def _keep_operations(self, about: int, raw: list[Any]) -> None:
        self.operations[about] = raw

    def _held_operations(self) -> dict[Any, Any]:
        return self.operations


class ReadEvidence(Evidence):
    """Evidence from its lines: receipts and operations as structs, until their raw records are asked for."""

    _given: Given | None = None

    @classmethod
    def begun(cls, header: Header) -> ReadEvidence:
        """Evidence of which the first line is read."""
        evidence = cls(header)
        evidence._given = Given()
        return evidence

    def add_typed(self, found: ReceiptLine | OperationsLine, line: bytes) -> None:
        """Add a line that was decoded straight."""
        given = self.given()
        if isinstance(found, ReceiptLine):
            key = positive_int(found.receipt.id) or 0
            given.receipts.append(GivenReceipt(str(found.asked), key, found.receipt, line))
            return
        about, as_of = found.receipt_id, "" if found.as_of is UNSET else found.as_of
        if as_of >= self.as_of.get(about, ""):
            given.operations[about] = GivenOperations(found.operations, line)
            asked = None if found.asked_at is UNSET else AskedBefore(str(found.asked_at), found.runs_ago)
            self._answered(about, as_of, asked)

    def given(self) -> Given:
        """The receipts and the operations as structs."""
        return super().given() if self._given is None else self._given

    @property
    def receipts(self) -> list[tuple[str, Raw]]:
        self._decode()
        return self._receipts

    @receipts.setter
    def receipts(self, receipts: list[tuple[str, Raw]]) -> None:
        self._receipts = receipts

    @property
    def operations(self) -> dict[int, list[Any]]:
        self._decode()
        return self._operations

    @operations.setter
    def operations(self, operations: dict[int, list[Any]]) -> None:
        self._operations = operations

    def _decode(self) -> None:
        """Decode the raw records, which may be changed from then on."""
        if self._given is not None:
            given, self._given = self._given, None
            self._receipts = [(each.asked, each.raw()) for each in given.receipts]
            self._operations = {key: each.raw() for key, each in given.operations.items()}

    def _keep_receipt(self, asked: str, raw: Any) -> None:
        if self._given is None:
            super()._keep_receipt(asked, raw)
        else:
            self._given.receipts.append(GivenReceipt.of(asked, raw))

    def _keep_operations(self, about: int, raw: list[Any]) -> None:
        if self._given is None:
            super()._keep_operations(about, raw)
        else:
            self._given.operations[about] = GivenOperations.of(raw)

    def _held_operations(self) -> dict[Any, Any]:
        return self._operations if self._given is None else self._given.operations
