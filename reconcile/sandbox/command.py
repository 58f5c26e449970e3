"""`python -m reconcile sandbox`: a Clopos on this machine, to try things on."""

from __future__ import annotations

import dataclasses
import logging
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from reconcile.errors import UsageError
from reconcile.evidence import read_evidence
from reconcile.output import not_writable
from reconcile.sandbox.discrepancies import plant, write_planted
from reconcile.sandbox.made_day import make_day
from reconcile.sandbox.scenarios import SCENARIOS, playing
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store, store_of

log = logging.getLogger(__name__)
_MOST_RECEIPTS = 100_000


@dataclasses.dataclass(frozen=True)
class Served:
    """What the sandbox is asked to serve, as the arguments say it; None where they don't."""

    evidence: Path
    """Served where no day is to be made up."""
    day: date | None = None
    receipts: int | None = None
    seed: int | None = None
    discrepancies: str | None = None
    scenario: str | None = None


def serve(served: Served, port: int, folder: Path, say: Callable[[str], None]) -> None:
    """Serve until interrupted. `say` gets the environment to paste; a list of what was planted goes to `folder`."""
    scenario = SCENARIOS.get(served.scenario or "calm")
    if scenario is None:
        raise UsageError(f"there is no scenario '{served.scenario}'; there are {', '.join(SCENARIOS)}")
    store, day = _made(served, folder) if _is_made(served) else _recorded(served.evidence)
    server = playing(scenario, store, port)
    log.info("%d receipts of %s at %s; stop it with Ctrl-C", len(store.receipts), day, server.url)
    if served.scenario:
        log.info("it plays %s: %s", scenario.name, scenario.says)
    say(environment_to_paste(server))
    log.info("in another terminal, with these: python -m reconcile --date %s --source clopos", day)
    server.run()


def environment_to_paste(server: CloposServer) -> str:
    """The variables that lead the command here, in the words of this system's shell."""
    form = '$env:{} = "{}"\n' if os.name == "nt" else "export {}={}\n"
    return "".join(form.format(name, value) for name, value in server.environment().items())


def _is_made(served: Served) -> bool:
    return any(each is not None for each in (served.day, served.receipts, served.seed, served.discrepancies))


def _recorded(evidence: Path) -> tuple[Store, date]:
    found = read_evidence(evidence)
    return store_of(found), found.header.date


def _made(served: Served, folder: Path) -> tuple[Store, date]:
    """A made-up day, with discrepancies if asked for, and the list of them."""
    day, seed = served.day or date(2026, 1, 19), 7 if served.seed is None else served.seed
    receipts = 200 if served.receipts is None else served.receipts
    if not 0 <= receipts <= _MOST_RECEIPTS:
        raise UsageError(f"--receipts is {receipts}; allowed is 0 to {_MOST_RECEIPTS}")
    share = _share(served.discrepancies)
    store = make_day(day, receipts, seed)
    if share:
        planted = plant(store, day, share, seed)
        path = folder / f"sandbox-{day}.planted.csv"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_planted(path, planted)
        except OSError as error:
            raise not_writable(path, error) from None
        log.info("%d discrepancies are planted; %s lists them", len(planted), path)
    return store, day


def _share(text: str | None) -> Decimal:
    try:
        share = Decimal(text or "0")
    except InvalidOperation:
        share = Decimal(-1)
    if not 0 <= share <= 1:
        raise UsageError(
            f"--discrepancies is '{text}'; give a share of the receipts, from 0 to 1, such as 0.05"
        )
    return share
