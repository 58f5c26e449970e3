"""Raw records become typed, valid frames; what can't be read exactly is quarantined with its reason.

`build_day` reads receipts first (which decide what is due), then their lines, then their operations. A broken
receipt fails, a broken line or operation is quarantined, and a line that lost an operation so is marked: it
can't be judged. Sources: rules.md, "Terms"; the field table of Get Receipt Stock Operations.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pandas as pd

from reconcile.core import garbage_collection
from reconcile.evidence.records import Evidence
from reconcile.frames.catalogue import catalogue_of, completed
from reconcile.frames.lines import lines_frame
from reconcile.frames.operations import SOME_LINE, operations_frame
from reconcile.frames.quarantine import LeftOut
from reconcile.frames.receipts import current_receipts, receipts_frame
from reconcile.model.catalogue import Catalogue
from reconcile.model.contracts import Failure, Receipts, SaleLines, StockOperations
from reconcile.settings.model import Settings


@dataclasses.dataclass(frozen=True)
class Given:
    """How many raw records the day was made of, counted before anything was read: what control totals tie to."""

    receipts: int
    """Distinct receipts, and those without a readable id."""
    lines: int
    """Lines of reconciled receipts, less those that merely came twice."""
    operations: int
    """Operations given for reconciled receipts."""


@dataclasses.dataclass(frozen=True)
class Day:
    """The valid frames of one venue's day, and what had to be left out of them."""

    receipts: pd.DataFrame
    lines: pd.DataFrame
    operations: pd.DataFrame
    repeated: pd.DataFrame
    """StockOperations; every giving of the same operation after the first."""
    quarantine: pd.DataFrame
    broken_lines: frozenset[tuple[int, int]]
    """(receipt id, line id) of quarantined lines: their operations are no orphans."""
    failures: tuple[Failure, ...]
    nameless_receipts: int
    """Receipts without a readable id: failed, and in no frame."""
    given: Given
    given_times: dict[tuple[str, int], str]
    """Times that did not come as `YYYY-MM-DD HH:mm:ss`, by (field, receipt or operation id), as given."""
    catalogue: Catalogue = dataclasses.field(default_factory=Catalogue)


def _of_catalogue(evidence: Evidence) -> Iterator[Failure]:
    if evidence.catalogue_failed:
        yield Failure(None, f"the catalogue is not whole: {evidence.catalogue_failed}")


@garbage_collection.paused()
def build_day(evidence: Evidence, settings: Settings) -> Day:
    """The day's frames from its raw records. The order of the records makes no difference, but that
    of versions of one receipt with one `updated_at` the last counts.
    """
    left = LeftOut(reasons=dict(evidence.failures()))
    raw_receipts = current_receipts(evidence.receipts, left)
    receipts = receipts_frame(raw_receipts, evidence, settings, left)
    due = set(receipts.loc[receipts["receipt_class"] == "reconciled", "receipt_id"].tolist())
    lines, broken_lines = lines_frame({key: raw_receipts[key] for key in sorted(due)}, left)
    catalogue = catalogue_of(evidence, settings.zone)
    lines = completed(lines, catalogue)
    operations, repeated = operations_frame(
        {key: evidence.operations[key] for key in sorted(due)}, settings.zone, left
    )
    quarantine = left.frame()
    lost = quarantine[quarantine["record"] == "operation"]
    whole_receipt = lost.loc[lost["receipt_product_id"] == SOME_LINE, "receipt_id"]
    lost_by = set(zip(lost["receipt_id"].tolist(), lost["receipt_product_id"].tolist(), strict=True))
    named = lines["receipt_product_id"].isin(lost["receipt_product_id"]).to_numpy(copy=True)
    for row in np.flatnonzero(named).tolist():  # an operation given for another receipt was never this line's
        named[row] = (lines["receipt_id"].iat[row], lines["receipt_product_id"].iat[row]) in lost_by
    lines["lost_operation"] = named | lines["receipt_id"].isin(whole_receipt).to_numpy()
    receipts["lost_operation"] = receipts["receipt_id"].isin(lost["receipt_id"])
    quarantine["receipt_product_id"] = quarantine["receipt_product_id"].mask(lambda ids: ids < 1)
    judged = set(receipts.loc[receipts["receipt_class"] != "failed", "receipt_id"].tolist())
    return Day(
        receipts=Receipts.checked(receipts),
        lines=SaleLines.checked(lines),
        operations=StockOperations.checked(operations),
        catalogue=catalogue,
        repeated=repeated,
        quarantine=quarantine,
        broken_lines=broken_lines,
        failures=(*left.failures(judged), *_of_catalogue(evidence)),
        nameless_receipts=len(left.nameless),
        given=Given(
            receipts=len(raw_receipts) + len(left.nameless),
            lines=sum(len(raw_receipts[key]["receipt_products"]) for key in due) - left.repeated_lines,
            operations=sum(len(evidence.operations[key]) for key in due),
        ),
        given_times=left.given_times,
    )
