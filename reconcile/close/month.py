"""The month: all that the close shows, worked out from the books and the ledger."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from reconcile.analysis.corrections import Corrections, corrections
from reconcile.close.chain import broken_chains, moved_between
from reconcile.close.costs import costs_frame
from reconcile.close.counts import counts_frame
from reconcile.close.days import days_frame
from reconcile.close.documents import Documents, explained
from reconcile.close.judged_by import JudgedBy
from reconcile.close.ledger_view import LedgerView
from reconcile.close.obstacles import UNFETCHED, Obstacle, obstacles
from reconcile.close.proofs import Proof, Report, proofs
from reconcile.close.repeating import repeating_frame
from reconcile.close.usage import usage_frame, weeks
from reconcile.core.errors import UsageError
from reconcile.core.exact import exact_micros
from reconcile.ledger.ledger import Ledger
from reconcile.ledger.series import Series
from reconcile.rulebook.rule import Rule
from reconcile.settings.model import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclasses.dataclass(frozen=True)
class Month:
    """A month, or another range of days, of one series."""

    first: date
    last: date
    series: Series
    settings: Settings
    rules: Mapping[str, Rule]
    days: pd.DataFrame
    usage: pd.DataFrame
    weeks: Sequence[date]
    repeating: pd.DataFrame
    costs: pd.DataFrame
    moved: pd.DataFrame
    """`reconcile.close.chain.moved_between`, with the `document` that explains each."""
    counts: pd.DataFrame | None
    """`reconcile.close.counts.counts_frame`; None where no counts were given."""
    documents: Documents
    ledger: LedgerView
    corrections: Corrections
    obstacles: Sequence[Obstacle]
    proofs: Sequence[Proof]
    judged_by: Sequence[JudgedBy]
    """Days that were judged by other settings, or another version of the program."""

    @property
    def closed(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.obstacles

    @property
    def unfetched(self) -> bool:
        """Whether a day is missing or incomplete."""
        return any(each.reason in UNFETCHED for each in self.obstacles)


def month_of(
    books: DuckDBPyConnection,
    days: tuple[date, date],
    series: Series,
    *,
    settings: Settings,
    rules: Mapping[str, Rule],
    ledger: LedgerView,
    problems: Mapping[date, str],
    documents: Documents,
    reports: Mapping[date, Report],
    judged_by: Sequence[JudgedBy] = (),
) -> Month:
    """The month from its books. `problems`: why the books of a day are not whole; `reports`: what the days' JSON says.

    Raises `UsageError` where the books are of two brands.
    """
    first, last = days
    frame = days_frame(books, first, last, ledger.records, ledger.signed)
    _check_one_brand(frame)
    moved = explained(moved_between(books), documents)
    unexplained = moved[(moved["document"] == "").to_numpy()] if documents.has_movements else moved.iloc[:0]
    material = exact_micros(settings.thresholds.material_value)
    broken = broken_chains(books, first)
    found = obstacles(frame, problems, ledger, material, (broken, unexplained))
    return Month(
        first,
        last,
        series,
        settings,
        rules,
        frame,
        usage_frame(books),
        weeks(books),
        repeating_frame(books),
        costs_frame(books, first, last),
        moved,
        None if documents.counts is None else counts_frame(books, documents.counts, frame),
        documents,
        ledger,
        corrections(Ledger(pd.DataFrame(), tuple(ledger.items)), rules),
        found,
        proofs(books, frame, broken, reports),
        judged_by,
    )


def _check_one_brand(days: pd.DataFrame) -> None:
    of_brand = days.dropna(subset=["tenant"]).drop_duplicates("tenant")
    if len(of_brand) > 1:
        one, other = (each.date() for each in of_brand["date"].iloc[:2])
        raise UsageError(
            f"the books of {one} and of {other} are of two brands; keep a folder (--out) for each brand"
        )
