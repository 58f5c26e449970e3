"""What a reconciled day is, once judged: frozen values that the writers lay out and never judge again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pandas as pd

from reconcile.evidence.records import Header
from reconcile.model.catalogue import Catalogue
from reconcile.model.contracts import Failure
from reconcile.settings.model import Settings
from reconcile.settings.thresholds import DayThresholds


@dataclasses.dataclass(frozen=True)
class Control:
    """Control totals: receipts, lines and operations each in exactly one class; values in millionths."""

    receipts: Mapping[str, int]
    """listed = reconciled + open + other_day + failed."""
    lines: Mapping[str, int]
    """total = matched + flagged + unverified + untracked + void."""
    operations: Mapping[str, int]
    """total = matched + flagged + unverified + repeated + quarantined."""
    value: Mapping[str, int]
    """written_off, over, under."""


@dataclasses.dataclass(frozen=True)
class Result:
    """One venue's business day. Frames are as in `reconcile.model.contracts`.

    `line_class` and `operation_class` are categorical Series aligned with `lines` and `operations`.
    """

    header: Header
    settings: Settings
    thresholds: DayThresholds
    finished_at: str
    evidence_digest: str
    """SHA-256 of the evidence, uncompressed; empty where it was never a file."""
    requests: int
    listed_total: int | None
    """How many receipts the list said there are, in the days listed."""
    control: Control
    receipts: pd.DataFrame
    lines: pd.DataFrame
    line_class: pd.Series[str]
    operations: pd.DataFrame
    operation_class: pd.Series[str]
    ingredients: pd.DataFrame
    catalogue: Catalogue
    repeated: pd.DataFrame
    """StockOperations given more than once with the same content: every giving after the first."""
    findings: pd.DataFrame
    causes: pd.DataFrame
    quarantine: pd.DataFrame
    failures: tuple[Failure, ...]
    crashed_rules: tuple[str, ...]
    """Rules that failed to run: the others stand."""

    @property
    def complete(self) -> bool:
        """Whether the whole day was had and judged."""
        return not (self.failures or len(self.quarantine) or self.crashed_rules)

    def count(self, severity: str) -> int:
        """How many findings of a severity there are."""
        return int((self.findings["severity"] == severity).sum())

    @property
    def verdict(self) -> str:
        """The day in one word: INCOMPLETE, DIFFERENCES (an error or a warning) or RECONCILED."""
        if not self.complete:
            return "INCOMPLETE"
        return "DIFFERENCES" if self.count("error") or self.count("warning") else "RECONCILED"
