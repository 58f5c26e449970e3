"""The result of a reconciled day: all that the reports are written from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from reconcile.evidence.day import Header
from reconcile.language.messages import Notes
from reconcile.model.catalogue import Catalogue
from reconcile.model.changed import ChangedField
from reconcile.model.classes import Failure, Tally
from reconcile.rulebook.rule import Rule
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
    """written_off, over, under, and put_back: of over, what was put back since."""


@dataclasses.dataclass(frozen=True, eq=False)
class Result:
    """One venue's business day, judged. It can be pickled; two are equal where all their values and frames are."""

    header: Header
    settings: Settings
    venue: int | None
    """The venue asked for, else the one that its receipts name."""
    rules: Mapping[str, Rule]
    """All rules that were asked for, by name, in the report's order."""
    thresholds: DayThresholds = dataclasses.field(compare=False)
    """The thresholds of each product; they follow from the settings, lines and catalogue."""
    finished_at: str
    evidence_digest: str
    """SHA-256 of the uncompressed evidence; empty if it was not read from a file."""
    requests: int
    refused: tuple[str, ...]
    """What the API refused of the queries for receipts and the catalogue, a sentence each."""
    listed_total: int | None
    """The number of receipts that the API stated for the days listed."""
    listed: int
    """The number of receipts that its list gave, each counted once."""
    opened_earlier: str | None
    """Why receipts opened before the days listed could not be found by their closing; empty where they were looked for
    so; None where they were not looked for."""
    gone: tuple[int, ...]
    """Receipts that were open on an earlier day, and are no longer there."""
    changed_since: tuple[ChangedField, ...]
    """What differs from the earlier evidence of the day; empty where there was none."""
    earlier_days: tuple[date, ...]
    """The earlier days from which the stocks go on, the newest first."""
    control: Control
    receipts: pd.DataFrame
    """`MatchedReceipts`; these and the next are contracts of `reconcile.model`."""
    lines: pd.DataFrame
    """`JudgedLines`."""
    operations: pd.DataFrame
    """`JudgedOperations`."""
    ingredients: pd.DataFrame
    """`LineIngredients`."""
    catalogue: Catalogue
    repeated: pd.DataFrame
    """`StockOperations` given more than once with the same content: every one after the first."""
    rounded: Tally
    """Operations whose total cost agrees only because the venue rounds to whole money, and their differences."""
    not_believed: Notes
    """What the day's data say and is not believed, as other data of the day contradict it."""
    immaterial: Tally
    """Findings that are info only because their value is not material, and the sum of their values."""
    findings: pd.DataFrame
    """`Findings`."""
    causes: pd.DataFrame
    """`Causes`."""
    quarantine: pd.DataFrame
    """`Quarantine`."""
    failures: tuple[Failure, ...]
    crashed_rules: tuple[str, ...]
    """Rules that failed to run; the findings of the others hold."""

    def __eq__(self, other: object) -> bool:
        compared = [field.name for field in dataclasses.fields(self) if field.compare]
        return isinstance(other, Result) and all(
            _are_equal(getattr(self, name), getattr(other, name)) for name in compared
        )

    __hash__ = None  # type: ignore[assignment]  # frames have no hash

    @property
    def complete(self) -> bool:
        """Whether the whole day was fetched and judged."""
        return not (self.failures or len(self.quarantine) or self.crashed_rules)

    @property
    def not_run(self) -> frozenset[str]:
        """Rules that said nothing, as they are off or crashed."""
        return frozenset(self.settings.rules.off) | frozenset(self.crashed_rules)

    def count(self, severity: str) -> int:
        """How many findings of a severity there are."""
        return int((self.findings["severity"] == severity).sum())

    @property
    def verdict(self) -> str:
        """The day in one word: INCOMPLETE, DIFFERENCES (an error or a warning) or RECONCILED."""
        if not self.complete:
            return "INCOMPLETE"
        return "DIFFERENCES" if self.count("error") or self.count("warning") else "RECONCILED"


def _are_equal(mine: Any, theirs: Any) -> bool:
    return bool(mine.equals(theirs) if isinstance(mine, pd.DataFrame) else mine == theirs)
