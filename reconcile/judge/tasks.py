"""A batch that is to be judged, and what becomes of it where the process that judges it is killed."""

from __future__ import annotations

import logging
from typing import NamedTuple

from reconcile.judge.job import FAILED, Batch, Judged, Said
from reconcile.judge.places import named

_ATTEMPTS = 2
"""How often a batch is judged whose process is killed; then its days one by one, as often each."""


class Task(NamedTuple):
    """A batch, and how often its process was killed."""

    batch: Batch
    killed: int = 0

    def again(self) -> list[Task]:
        """What is to be done once its process was killed again; nothing where that was tried often enough."""
        if self.killed + 1 < _ATTEMPTS:
            return [self._replace(killed=self.killed + 1)]
        days = self.batch.days
        return [Task(Batch((day,), self.batch.beside)) for day in days] if days[1:] else []

    def given_up(self) -> list[Judged]:
        """Its days, as ones that could not be judged."""
        why = "the process that judged it is killed each time; perhaps memory is short: judge it alone"
        return [
            Judged(day.name, day.place, FAILED, None, 3, (Said(logging.ERROR, f"{named(day.place)}: {why}"),))
            for day in self.batch.days
        ]
