"""The days before those asked for that are asked for again: which they are, what they cost, and which are done.

The oldest comes first: the stocks and the open items of a day go on from the days before it, and their lists overlap.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from reconcile.batch.earlier_evidence import earlier_evidence
from reconcile.batch.folder import base_name
from reconcile.batch.live import fetch_and_reconcile, header_of
from reconcile.batch.report_files import Output
from reconcile.batch.write import Outcome, replay
from reconcile.clopos.opened_earlier import DAYS_BACK
from reconcile.clopos.progress import duration
from reconcile.clopos.recheck import Recheck, sample_size
from reconcile.clopos.session import Session
from reconcile.core.files import write_atomic
from reconcile.core.input_files import REPORT, read_whole
from reconcile.core.text import counted
from reconcile.evidence.day import Header
from reconcile.evidence.finished import finished_path
from reconcile.evidence.log import is_recent
from reconcile.settings.model import Settings

log = logging.getLogger(__name__)
DONE_NAME = ".reconcile.recheck"


class RecheckedDay(NamedTuple):
    """A day of a venue to ask for again, and its requests, without logins."""

    day: date
    venue: int | None
    receipts: int
    fewest: int
    """If nothing changed."""
    most: int
    """If everything did."""


@dataclasses.dataclass
class Rechecks:
    """The days before a day. `run` them one after the other, then say `finished`; the caller holds the folder's lock.

    A file in the folder names those that are done, until all are: a run that is killed, or that can't have one of them,
    is gone on from by the next with the same days, which judges what is done again from its evidence.
    """

    session: Session
    settings: Settings
    out: Output
    first: date
    """The first day asked for."""
    last: date
    number: int
    """How many days before the first."""
    venues: Sequence[int | None]
    _done: dict[str, str] = dataclasses.field(default_factory=dict)
    """By the name of a day's files: the digest of its new evidence."""
    _began: str = ""

    def plan(self) -> list[RecheckedDay]:
        """The days with evidence, and what they cost, which is logged on one line."""
        planned, listed = list[RecheckedDay](), dict[int | None, tuple[date, date]]()
        lacking = list[str]()
        for back in range(self.number, 0, -1):
            for venue in self.venues:
                day = self.first - timedelta(days=back)
                header = header_of(day, venue, self.session.credentials, self.settings, recheck=True)
                evidence = earlier_evidence(self.out.folder, header)
                if evidence is None:
                    lacking.append(base_name(header))
                    continue
                recheck = Recheck(evidence, self.settings.api.recheck_sample)
                planned.append(self._cost(day, venue, recheck, listed))
        if lacking:
            log.info("not rechecked, as they have no evidence that can be used: %s", ", ".join(lacking))
        self._log(planned)
        self._go_on()
        return planned

    def _cost(
        self, day: date, venue: int | None, recheck: Recheck, listed: dict[int | None, tuple[date, date]]
    ) -> RecheckedDay:
        """`listed`: by venue, the days whose list the day before leaves to this one; brought up to date."""
        window = timedelta(days=self.settings.window_days)
        first, last = day - window, day + window
        of_day = Counter(
            str(each.get("created_at"))[:10] for each in recheck.listed if isinstance(each, dict)
        )
        begins, ends = listed.get(venue, (date.max, date.min))
        needed = min(ends, last) + timedelta(days=1) if begins <= first <= min(ends, last) else first
        listed[venue] = first, min(last, datetime.now(UTC).date() - timedelta(days=2))
        pages = 0
        if needed <= last:
            wanted = sum(
                count for on, count in of_day.items() if needed.isoformat() <= on <= last.isoformat()
            )
            pages = math.ceil(wanted / self.settings.api.page_size) + 1
            pages *= 2 if recheck.proven_list is None and pages > 2 else 1
        is_recent = self.settings.today() - day <= timedelta(days=DAYS_BACK)
        others = pages + is_recent + len(recheck.not_listed)
        held = len(recheck.held)
        asked = sample_size(held, recheck.share) + len(recheck.receipts) - held
        return RecheckedDay(day, venue, len(recheck.receipts), others + asked, others + len(recheck.receipts))

    def _log(self, planned: Sequence[RecheckedDay]) -> None:
        if not planned:
            return
        receipts, fewest = (sum(each.receipts for each in planned), sum(each.fewest for each in planned))
        most = sum(each.most for each in planned)
        times = [duration(self.session.seconds_for(requests)) for requests in (fewest, most)]
        log.info(
            "rechecking %s with %s: %s if nothing changed (%s), %d if everything did (%s)",
            counted(len(planned), "day"), counted(receipts, "receipt"),
            counted(fewest, "request"), times[0], most, times[1],
        )  # fmt: skip

    # ---------------------------------------------------------------- run

    def run(self, day: date, venue: int | None) -> Outcome:
        """Ask for one day again; where a killed run has done so, judge it from the evidence. Raises as
        `fetch_and_reconcile`.
        """
        header = header_of(day, venue, self.session.credentials, self.settings, recheck=True)
        name = base_name(header)
        if self._is_done(name, header):
            log.info("%s was rechecked by the run before: nothing is asked for again", name)
            path = finished_path(self.out.folder / f"{name}.evidence.jsonl")
            outcome = replay(path, self.settings, self.out)
            return dataclasses.replace(outcome, paths=(*outcome.paths, path))
        return fetch_and_reconcile(
            day,
            venue,
            session=self.session,
            settings=self.settings,
            out=self.out,
            recheck=True,
            before_finish=partial(self._mark, name),
        )

    def _is_done(self, name: str, header: Header) -> bool:
        """A run that was killed just before it finished the evidence has marked the day too."""
        if name not in self._done:
            return False
        evidence = earlier_evidence(self.out.folder, header)
        return evidence is not None and evidence.digest == self._done[name]

    def finished(self) -> None:
        """All days are done: the next run asks for them anew."""
        self._path.unlink(missing_ok=True)

    @property
    def _path(self) -> Path:
        return self.out.folder / DONE_NAME

    @property
    def _what(self) -> dict[str, Any]:
        """What a run must have in common to go on from another."""
        venues = sorted(venue or 0 for venue in self.venues)
        return {"days": [str(self.first), str(self.last)], "before": self.number, "venues": venues}

    def _go_on(self) -> None:
        """Take over what a killed run has done; a file that says nothing of the kind is ignored."""
        self._began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            found = json.loads(read_whole(self._path, REPORT))
            hours = timedelta(hours=self.settings.api.resume_within_hours)
            if found["what"] == self._what and is_recent(found["began"], hours):
                self._done, self._began = dict(found["done"]), found["began"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            self._done = {}

    def _mark(self, name: str, digest: str) -> None:
        self._done[name] = digest
        content = {"what": self._what, "began": self._began, "done": self._done}
        write_atomic(self._path, json.dumps(content).encode())
