"""`python -m reconcile sandbox`: a local Clopos to try the program with."""

from __future__ import annotations

import dataclasses
import logging
import os
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from reconcile.core.calendar import LATEST_DAY
from reconcile.core.errors import UsageError
from reconcile.core.files import write_atomic
from reconcile.evidence.demo import DEMO_DAY, demo_path
from reconcile.evidence.records import read_evidence
from reconcile.sandbox.day_clock import DayClock, clock_of
from reconcile.sandbox.discrepancies import PlantedDiscrepancy, plant, write_planted
from reconcile.sandbox.generated_day import make_day
from reconcile.sandbox.generated_month import make_month
from reconcile.sandbox.made_month import MadeMonth, PlantedInMonth
from reconcile.sandbox.scenario import scenario_server
from reconcile.sandbox.scenarios import SCENARIOS
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store, store_of

log = logging.getLogger(__name__)
_MOST_RECEIPTS = 100_000
_MOST_DAYS = 400


@dataclasses.dataclass(frozen=True)
class SandboxOptions:
    """What to serve, from the arguments; None: not given."""

    evidence: Path | None = None
    day: date | None = None
    days: int | None = None
    as_of: date | None = None
    receipts: int | None = None
    seed: int | None = None
    discrepancies: str | None = None
    scenario: str | None = None
    clock: str | None = None
    """The time of the day to begin at, such as 09:00."""
    speed: float = 1.0

    @property
    def is_generated(self) -> bool:
        """Whether to generate a day, or several."""
        arguments = (self.day, self.days, self.as_of, self.receipts, self.seed, self.discrepancies)
        return any(argument is not None for argument in arguments)


def serve(options: SandboxOptions, port: int, planted_at: Path | None, say: Callable[[str], None]) -> None:
    """Serve until interrupted. `say` prints the environment to paste; `planted_at`: path of the discrepancies' CSV."""
    scenario = SCENARIOS.get(options.scenario or "calm")
    if scenario is None:
        raise UsageError(f"there is no scenario '{options.scenario}'; there are {', '.join(SCENARIOS)}")
    if options.evidence is not None and options.is_generated:
        raise UsageError("--evidence and a made-up day were both given; leave one of them out")
    clock = clock_of(options.clock, options.speed) if options.clock is not None else None
    planted: Sequence[PlantedDiscrepancy | PlantedInMonth] = []
    if options.is_generated:
        store, day, planted = _generated(options)
    else:
        evidence = read_evidence(options.evidence or demo_path(DEMO_DAY))
        store, day = store_of(evidence), evidence.header.date
    server = scenario_server(scenario, store, port)
    if clock is not None:
        begins = datetime.combine(day, datetime.min.time()) + clock[0]
        server.clock = DayClock(store, begins, clock[1]).current
        log.info("it is %s there, and time goes %g times as fast", f"{begins:%Y-%m-%d %H:%M}", clock[1])
    log.info("%d receipts of %s at %s; stop it with Ctrl-C", len(store.receipts), day, server.url)
    if planted:
        path = planted_at or Path("planted.csv")
        write_atomic(path, lambda temporary: write_planted(temporary, planted, type(planted[0])))
        rules = sum(each.rule is not None for each in planted)
        log.info("%d discrepancies are planted; %s lists them", rules, path)
    if options.scenario:
        log.info("playing %s: %s", scenario.name, scenario.description)
    say(environment_to_paste(server))
    log.info("in another terminal, with these: python -m reconcile --date %s --source clopos", day)
    server.run()


def environment_to_paste(server: CloposServer) -> str:
    """The environment variables for the command, in the syntax of this system's shell."""
    form = '$env:{} = "{}"\n' if os.name == "nt" else "export {}={}\n"
    return "".join(form.format(name, value) for name, value in server.environment().items())


def _generated(
    options: SandboxOptions,
) -> tuple[Store, date, Sequence[PlantedDiscrepancy | PlantedInMonth]]:
    """A made-up day or several, with the discrepancies requested, the day to ask for, and the list."""
    day, seed = options.day or DEMO_DAY, 7 if options.seed is None else options.seed
    receipts = 200 if options.receipts is None else options.receipts
    if not 0 <= receipts <= _MOST_RECEIPTS:
        raise UsageError(f"--receipts is {receipts}; allowed is 0 to {_MOST_RECEIPTS}")
    share = _share(options.discrepancies)
    if options.days is not None or options.as_of is not None:
        month = make_month(day, _days(options, day, receipts), receipts, seed, share)
        return (*_evening(month, options.as_of), month.planted)
    store = make_day(day, receipts, seed)
    return store, day, plant(store, day, share, seed)


def _days(options: SandboxOptions, first: date, receipts: int) -> int:
    """How many days to make."""
    days = options.days
    if days is None:
        raise UsageError("--as-of is of several made-up days; give --days too, such as --days 31")
    most = min((LATEST_DAY - first).days + 1, _MOST_RECEIPTS // max(1, receipts), _MOST_DAYS)
    if not 1 <= days <= most:
        raise UsageError(
            f"--days is {days}; allowed is 1 to {most} from {first} on with --receipts {receipts}"
        )
    return days


def _evening(month: MadeMonth, evening: date | None) -> tuple[Store, date]:
    """What is true on an evening of the month, and that evening's day."""
    evening = evening or month.last
    if not month.first <= evening <= month.last:
        raise UsageError(f"--as-of is {evening}; allowed is {month.first} to {month.last}, the days made")
    return month.as_of(evening), evening


def _share(text: str | None) -> Decimal:
    try:
        share = Decimal(text or "0")
    except InvalidOperation:
        share = Decimal(-1)
    if not (share.is_finite() and 0 <= share <= 1):
        raise UsageError(
            f"--discrepancies is '{text}'; give a share of the receipts, from 0 to 1, such as 0.05"
        )
    return share
