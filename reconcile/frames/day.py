"""Converts a day's raw records to typed, valid frames; what can't be read exactly is quarantined with its reason.

`build_day` reads receipts, then the lines and the operations of those to be reconciled. An unreadable receipt fails;
an unreadable line or operation is quarantined. A line with a quarantined operation is marked, as it can't be judged.
Sources: rules.md, "Terms"; the field table of Get Receipt Stock Operations.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from reconcile.core import garbage_collection
from reconcile.core.exact import positive_int
from reconcile.evidence.day import Evidence
from reconcile.evidence.venue import OneVenue
from reconcile.frames.catalogue import fill_from_catalogue, read_catalogue
from reconcile.frames.lines import lines_frame
from reconcile.frames.operations import UNREADABLE_LINE, operations_frame
from reconcile.frames.quarantine import LostMove, ReadProblems
from reconcile.frames.receipts import current_receipts, receipts_frame
from reconcile.model.catalogue import Catalogue
from reconcile.model.classes import Failure
from reconcile.model.contracts import Receipts, SaleLines, StockOperations
from reconcile.settings.model import Settings


@dataclasses.dataclass(frozen=True)
class RawCounts:
    """Numbers of raw records, counted before they are read; the control totals must agree with them."""

    receipts: int
    """Distinct receipts, plus those without a readable id."""
    listed: int
    """Those of them that the list gave; the others were asked for by id alone."""
    lines: int
    """Lines of reconciled receipts, without exact repeats."""
    operations: int
    """Operations returned for reconciled receipts, repeats included."""


@dataclasses.dataclass(frozen=True)
class Day:
    """The valid frames of one venue's day, and what was left out of them.

    `receipts`, `lines`, `operations` and `quarantine` follow `Receipts`, `SaleLines`, `StockOperations` and
    `Quarantine` of `reconcile.model.contracts`.
    """

    receipts: pd.DataFrame
    lines: pd.DataFrame
    operations: pd.DataFrame
    repeated: pd.DataFrame
    """StockOperations: repeats of an operation after its first occurrence."""
    quarantine: pd.DataFrame
    broken_lines: frozenset[tuple[int, int]]
    """(receipt id, line id) of quarantined lines; their operations are not orphans."""
    failures: tuple[Failure, ...]
    receipts_without_id: int
    """Number of receipts without a readable id: they failed and are in no frame."""
    raw_counts: RawCounts
    given_times: dict[tuple[str, int], str]
    """Times not in the form `YYYY-MM-DD HH:mm:ss`, as the API gave them, by (field, receipt or operation id)."""
    catalogue: Catalogue = dataclasses.field(default_factory=Catalogue)
    lost_moves: tuple[LostMove, ...] = ()
    """The quarantined operations whose stock is known."""
    venue: int | None = None
    """The venue asked for, else the one that its receipts name."""


@garbage_collection.paused()
def build_day(evidence: Evidence, settings: Settings) -> Day:
    """The day's frames from its raw records.

    The order of records matters only between versions of a receipt with the same `updated_at`: the last counts.

    Raises `OtherVenue` where a receipt is of another venue than the one asked for.
    """
    venue, given = OneVenue(evidence.header.venue_id), evidence.given()
    for each in given.receipts:
        venue.check_ids(each.key if isinstance(each.key, int) else None, positive_int(each.receipt.venue_id))
    problems = ReadProblems(reasons=dict(evidence.failures()))
    listed = len(given.listed())
    stated = evidence.listed_total
    if stated is not None and listed != stated:
        reason = f"the list said {stated} receipts, and the evidence holds {listed} of them"
        problems.reasons.setdefault(None, reason)
    current = current_receipts(given.receipts, problems)
    receipts = receipts_frame(current, given.operations, evidence.header, settings, problems)
    due = set(receipts.loc[receipts["receipt_class"] == "reconciled", "receipt_id"].tolist())
    lines, broken_lines = lines_frame({key: current[key] for key in sorted(due)}, settings.zone, problems)
    catalogue = read_catalogue(evidence, settings.zone)
    lines = fill_from_catalogue(lines, catalogue)
    operations, repeated = operations_frame(
        {key: given.operations[key] for key in sorted(due)}, settings.zone, problems
    )
    quarantine = problems.frame()
    lost = quarantine[quarantine["record"] == "operation"]
    if len(lost):
        _mark_lost(lines, receipts, lost)
        quarantine["receipt_product_id"] = quarantine["receipt_product_id"].mask(lambda ids: ids < 1)
    why = evidence.catalogue_failed
    catalogue_failures = [Failure(None, f"the catalogue is not whole: {why}")] if why else []
    judged = set(receipts.loc[receipts["receipt_class"] != "failed", "receipt_id"].tolist())
    return Day(
        receipts=Receipts.checked(receipts),
        lines=SaleLines.checked(lines),
        operations=StockOperations.checked(operations),
        catalogue=catalogue,
        repeated=repeated,
        quarantine=quarantine,
        broken_lines=broken_lines,
        failures=(*problems.failures(judged), *catalogue_failures),
        receipts_without_id=len(problems.without_id),
        venue=venue.number,
        raw_counts=RawCounts(
            receipts=len(current) + len(problems.without_id),
            listed=listed,
            lines=sum(len(current[key].receipt.receipt_products or ()) for key in due)
            - problems.repeated_lines,
            operations=sum(len(given.operations[key].operations) for key in due),
        ),
        given_times=problems.given_times,
        lost_moves=tuple(problems.lost_moves),
    )


def _mark_lost(lines: pd.DataFrame, receipts: pd.DataFrame, lost: pd.DataFrame) -> None:
    """Mark the lines and receipts of quarantined operations, in place."""
    whole_receipt = lost.loc[lost["receipt_product_id"] == UNREADABLE_LINE, "receipt_id"]
    lost_by = set(zip(lost["receipt_id"].tolist(), lost["receipt_product_id"].tolist(), strict=True))
    named = lines["receipt_product_id"].isin(lost["receipt_product_id"]).to_numpy(copy=True)
    for row in np.flatnonzero(named).tolist():  # the receipt must be the same too
        named[row] = (lines["receipt_id"].iat[row], lines["receipt_product_id"].iat[row]) in lost_by
    lines["lost_operation"] = named | lines["receipt_id"].isin(whole_receipt).to_numpy()
    receipts["lost_operation"] = receipts["receipt_id"].isin(lost["receipt_id"])
