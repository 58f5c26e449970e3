"""`python -m reconcile sandbox`: a local Clopos to try the program with."""

from __future__ import annotations

import dataclasses
import logging
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from reconcile.core.errors import UsageError
from reconcile.core.files import write_atomic
from reconcile.evidence.demo import DEMO_DAY, demo_path
from reconcile.evidence.records import read_evidence
from reconcile.sandbox.discrepancies import PlantedDiscrepancy, plant, write_planted
from reconcile.sandbox.generated_day import make_day
from reconcile.sandbox.scenario import scenario_server
from reconcile.sandbox.scenarios import SCENARIOS
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store, store_of

log = logging.getLogger(__name__)
_MOST_RECEIPTS = 100_000


@dataclasses.dataclass(frozen=True)
class SandboxOptions:
    """What to serve, from the arguments; None: not given."""

    evidence: Path | None = None
    day: date | None = None
    receipts: int | None = None
    seed: int | None = None
    discrepancies: str | None = None
    scenario: str | None = None

    @property
    def is_generated(self) -> bool:
        """Whether to generate a day."""
        arguments = (self.day, self.receipts, self.seed, self.discrepancies)
        return any(argument is not None for argument in arguments)


def serve(options: SandboxOptions, port: int, planted_at: Path | None, say: Callable[[str], None]) -> None:
    """Serve until interrupted. `say` prints the environment to paste; `planted_at`: path of the discrepancies' CSV."""
    scenario = SCENARIOS.get(options.scenario or "calm")
    if scenario is None:
        raise UsageError(f"there is no scenario '{options.scenario}'; there are {', '.join(SCENARIOS)}")
    if options.evidence is not None and options.is_generated:
        raise UsageError("--evidence and a made-up day were both given; leave one of them out")
    planted: list[PlantedDiscrepancy] = []
    if options.is_generated:
        store, day, planted = _generated(options)
    else:
        evidence = read_evidence(options.evidence or demo_path(DEMO_DAY))
        store, day = store_of(evidence), evidence.header.date
    server = scenario_server(scenario, store, port)
    log.info("%d receipts of %s at %s; stop it with Ctrl-C", len(store.receipts), day, server.url)
    if planted:
        path = planted_at or Path("planted.csv")
        write_atomic(path, lambda temporary: write_planted(temporary, planted))
        log.info("%d discrepancies are planted; %s lists them", len(planted), path)
    if options.scenario:
        log.info("playing %s: %s", scenario.name, scenario.description)
    say(environment_to_paste(server))
    log.info("in another terminal, with these: python -m reconcile --date %s --source clopos", day)
    server.run()


def environment_to_paste(server: CloposServer) -> str:
    """The environment variables for the command, in the syntax of this system's shell."""
    form = '$env:{} = "{}"\n' if os.name == "nt" else "export {}={}\n"
    return "".join(form.format(name, value) for name, value in server.environment().items())


def _generated(options: SandboxOptions) -> tuple[Store, date, list[PlantedDiscrepancy]]:
    """A made-up day, with the discrepancies requested, and their list."""
    day, seed = options.day or DEMO_DAY, 7 if options.seed is None else options.seed
    receipts = 200 if options.receipts is None else options.receipts
    if not 0 <= receipts <= _MOST_RECEIPTS:
        raise UsageError(f"--receipts is {receipts}; allowed is 0 to {_MOST_RECEIPTS}")
    share = _share(options.discrepancies)
    store = make_day(day, receipts, seed)
    return store, day, plant(store, day, share, seed)


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
