"""The figures of a run as Prometheus text, for the textfile collector of its node exporter.

Each figure is the sum over the days of a venue that this run was asked for, seconds and requests those of all days;
the label `venue` is empty for the token's own. A venue's last success is kept from the earlier file where this run has
none.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from reconcile.core.errors import NotWritable, UsageError
from reconcile.core.exact import decimal_text
from reconcile.core.files import write_atomic
from reconcile.core.input_files import METRICS, read_whole
from reconcile.engine.result import Result
from reconcile.model.classes import SEVERITIES

_LAST_SUCCESS = "reconcile_last_success_timestamp_seconds"
_EARLIER = re.compile(rf'{_LAST_SUCCESS}\{{venue="([0-9]{{0,19}})"\}} ([0-9]{{1,12}})', re.ASCII)
_FAMILIES = {
    _LAST_SUCCESS: "Unix time at which the last run that judged all its days of the venue (status 0 or 1) ended.",
    "reconcile_receipts": "Receipts reconciled in the last run.",
    "reconcile_findings": "Findings of the last run, by severity.",
    "reconcile_over": "Value of goods written off over what was due, in the venue's currency.",
    "reconcile_under": "Value of goods written off under what was due, in the venue's currency, as a negative number.",
    "reconcile_requests": "API requests that the evidence of the last run took.",
    "reconcile_duration_seconds": "Seconds that the last run took for the venue.",
    "reconcile_run_timestamp_seconds": "Unix time at which the last run ended.",
    "reconcile_run_exit_status": "Exit status of the last run.",
}


@dataclasses.dataclass
class _Venue:
    """The sums of one venue; over and under in millionths."""

    is_whole: bool = True
    """Whether each of its days was judged whole."""
    days: int = 0
    """How many could be had."""
    receipts: int = 0
    over: int = 0
    under: int = 0
    requests: int = 0
    seconds: float = 0.0
    findings: Counter[str] = dataclasses.field(default_factory=Counter)

    def add(self, result: Result, is_recheck: bool) -> None:
        self.requests += result.requests
        if is_recheck:
            return
        self.days += 1
        self.receipts += result.control.receipts["reconciled"]
        self.over += result.control.value["over"]
        self.under += result.control.value["under"]
        self.findings.update({severity: result.count(severity) for severity in SEVERITIES})


class Metrics:
    """Collects the days of a run and writes them to a file. Raises `UsageError` where that can be no file."""

    def __init__(self, path: Path) -> None:
        if path.name == "" or (path.exists() and not path.is_file()):
            raise UsageError(
                f"--metrics '{path}' is not a file; give the name of a file, such as reconcile.prom"
            )
        self._path = path
        self._venues: dict[str, _Venue] = defaultdict(_Venue)

    def add(
        self, venue: int | None, seconds: float, result: Result | None, *, is_recheck: bool = False
    ) -> None:
        """A day that has ended; without a result where it could not be had."""
        totals = self._venues["" if venue is None else str(venue)]
        totals.seconds += seconds
        totals.is_whole &= result is not None and result.complete
        if result is not None:
            totals.add(result, is_recheck)

    def write(self, status: int) -> None:
        """Write the file, whole or not at all. Raises `NotWritable`."""
        now = int(time.time())
        samples: dict[str, list[str]] = {name: [] for name in _FAMILIES}
        last_success = dict(self._earlier())
        last_success |= {venue: now for venue, totals in self._venues.items() if totals.is_whole}
        for venue in sorted(last_success, key=_in_order):
            samples[_LAST_SUCCESS].append(f'{{venue="{venue}"}} {last_success[venue]}')
        for venue in sorted(self._venues, key=_in_order):
            for family, labels, value in _figures(self._venues[venue]):
                samples[family].append(f'{{venue="{venue}"{labels}}} {value}')
        samples["reconcile_run_timestamp_seconds"].append(f" {now}")
        samples["reconcile_run_exit_status"].append(f" {status}")
        text = "".join(
            f"# HELP {name} {_FAMILIES[name]}\n# TYPE {name} gauge\n"
            + "".join(f"{name}{each}\n" for each in lines)
            for name, lines in samples.items()
            if lines
        )
        try:
            write_atomic(self._path, text.encode())
        except (NotWritable, PermissionError) as error:
            problem = str(error).partition(";")[0] if isinstance(error, NotWritable) else "it is held open"
            raise NotWritable(f"--metrics: {problem}; give a file that you may write to") from None

    def _earlier(self) -> Iterator[tuple[str, int]]:
        """The last success of each venue in the earlier file; lines that are none are passed over."""
        with contextlib.suppress(OSError):
            for line in read_whole(self._path, METRICS).decode("utf-8", "replace").splitlines():
                if found := _EARLIER.fullmatch(line):
                    yield found[1], int(found[2])


def _figures(venue: _Venue) -> Iterator[tuple[str, str, str]]:
    """(family, further labels, value); where no day could be had, the time alone."""
    yield "reconcile_duration_seconds", "", f"{venue.seconds:.3f}"
    if not venue.days:
        return
    yield "reconcile_receipts", "", str(venue.receipts)
    for severity in SEVERITIES:
        yield "reconcile_findings", f',severity="{severity}"', str(venue.findings[severity])
    yield "reconcile_over", "", decimal_text(venue.over)
    yield "reconcile_under", "", decimal_text(venue.under)
    yield "reconcile_requests", "", str(venue.requests)


def _in_order(venue: str) -> int:
    return int(venue or 0)
