"""`python -m reconcile sandbox`: a Clopos on this machine, to try things on."""

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
from reconcile.sandbox.discrepancies import Planted, plant, write_planted
from reconcile.sandbox.made_day import make_day
from reconcile.sandbox.scenarios import SCENARIOS, playing
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store, store_of

log = logging.getLogger(__name__)
_MOST_RECEIPTS = 100_000


@dataclasses.dataclass(frozen=True)
class Served:
    """What the sandbox is asked to serve, as the arguments say it; None where they don't."""

    evidence: Path | None = None
    day: date | None = None
    receipts: int | None = None
    seed: int | None = None
    discrepancies: str | None = None
    scenario: str | None = None

    @property
    def is_made(self) -> bool:
        """Whether a day is to be made up."""
        made = (self.day, self.receipts, self.seed, self.discrepancies)
        return any(each is not None for each in made)


def serve(served: Served, port: int, planted_at: Path | None, say: Callable[[str], None]) -> None:
    """Serve until interrupted. `say` gets the environment to paste; what was planted is listed at `planted_at`."""
    scenario = SCENARIOS.get(served.scenario or "calm")
    if scenario is None:
        raise UsageError(f"there is no scenario '{served.scenario}'; there are {', '.join(SCENARIOS)}")
    if served.evidence is not None and served.is_made:
        raise UsageError("--evidence and a made-up day were both asked for; leave one of them out")
    planted: list[Planted] = []
    if served.is_made:
        store, day, planted = _made(served)
    else:
        evidence = read_evidence(served.evidence or demo_path(DEMO_DAY))
        store, day = store_of(evidence), evidence.header.date
    server = playing(scenario, store, port)
    log.info("%d receipts of %s at %s; stop it with Ctrl-C", len(store.receipts), day, server.url)
    if planted:
        path = planted_at or Path("planted.csv")
        write_atomic(path, lambda temporary: write_planted(temporary, planted))
        log.info("%d discrepancies are planted; %s lists them", len(planted), path)
    if served.scenario:
        log.info("it plays %s: %s", scenario.name, scenario.says)
    say(environment_to_paste(server))
    log.info("in another terminal, with these: python -m reconcile --date %s --source clopos", day)
    server.run()


def environment_to_paste(server: CloposServer) -> str:
    """The variables that lead the command here, in the words of this system's shell."""
    form = '$env:{} = "{}"\n' if os.name == "nt" else "export {}={}\n"
    return "".join(form.format(name, value) for name, value in server.environment().items())


def _made(served: Served) -> tuple[Store, date, list[Planted]]:
    """A made-up day, with discrepancies if asked for, and the list of them."""
    day, seed = served.day or DEMO_DAY, 7 if served.seed is None else served.seed
    receipts = 200 if served.receipts is None else served.receipts
    if not 0 <= receipts <= _MOST_RECEIPTS:
        raise UsageError(f"--receipts is {receipts}; allowed is 0 to {_MOST_RECEIPTS}")
    share = _share(served.discrepancies)
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
