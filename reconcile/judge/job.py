"""What a run of `judge` gives its workers, and what they give back."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from reconcile.batch.folder import base_name
from reconcile.core.errors import ReconcileError
from reconcile.evidence.day import Header
from reconcile.judge.compare import DayChanges
from reconcile.judge.marks import Mark, Workbooks
from reconcile.settings.model import Settings

JUDGED, SKIPPED, FAILED = "judged", "skipped", "failed"


@dataclasses.dataclass(frozen=True)
class Job:
    """What holds for all days of a run."""

    settings: Settings
    out: str
    """The place of the results."""
    workbooks: Workbooks = "differing"
    language: str = "en"
    program: str = ""
    """As `reconcile.judge.program`; a worker that has another judges nothing."""
    compares: bool = False
    """Whether nothing is written, and the days are compared with the reports that are there."""


class DayFile(NamedTuple):
    """A day to judge."""

    place: str
    """Of its evidence."""
    header: Header

    @property
    def name(self) -> str:
        """As the names of its files begin."""
        return base_name(self.header)


@dataclasses.dataclass(frozen=True)
class Batch:
    """Days for one task, in the order of their folders, venues and dates."""

    days: tuple[DayFile, ...]
    beside: tuple[str, ...]
    """The places of the evidence of earlier days that may lie beside them."""


class Said(NamedTuple):
    """A message for the log of the command."""

    level: int
    text: str


@dataclasses.dataclass(frozen=True)
class Judged:
    """How one day ended."""

    name: str
    place: str
    state: str
    """`judged`, `skipped` (it was there) or `failed`."""
    mark: Mark | None = None
    """What is there; None where it failed."""
    status: int = 0
    """The exit status of a failure."""
    said: tuple[Said, ...] = ()
    stops: bool = False
    """Whether no other day could be written either."""
    changes: DayChanges | None = None
    """What differs from the report that is there, if it was compared."""


class OtherProgram(ReconcileError):
    """A worker has another version of the program."""
