"""Nights of stops and changes, at random: a run that goes on comes to what a run from nothing comes to."""

from __future__ import annotations

import dataclasses
import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.sandbox.faults import Fault, refusal
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store
from tests.given.blank_workbooks import blank_workbooks
from tests.given.day_records import DAY, Raw, line, operation, receipt, sales
from tests.given.examples import examples
from tests.given.running import LIVE, Desk


@dataclasses.dataclass
class Tenant:
    """A store, and the clock of those who change it."""

    store: Store
    chance: random.Random
    minutes: int = 0

    def now(self) -> str:
        """A little later than the last time; the day after the day."""
        self.minutes += self.chance.randrange(1, 8)
        return f"2026-01-20 {10 + self.minutes // 60}:{self.minutes % 60:02}:00"


Change: TypeAlias = Callable[[Tenant, Raw], None]


def _written_off_otherwise(tenant: Tenant, each: Raw) -> None:
    key = each["id"]
    each["updated_at"] = tenant.now()
    quantity = tenant.chance.randrange(1, 4)
    tenant.store.operations[key] = [operation(50_000 + key, key, 10_000 + key, quantity=quantity)]


def _voided(tenant: Tenant, each: Raw) -> None:
    each["updated_at"] = each["receipt_products"][0]["deleted_at"] = tenant.now()


def _moved_to_another_shift(tenant: Tenant, each: Raw) -> None:
    each |= {
        "updated_at": tenant.now(),
        "shift_date": tenant.chance.choice(["2026-01-18", "2026-01-20", DAY]),
    }


def _created_on_another_day(tenant: Tenant, each: Raw) -> None:
    each |= {"updated_at": tenant.now(), "created_at": "2026-01-18 10:00:00"}


def _removed(tenant: Tenant, each: Raw) -> None:
    tenant.store.receipts.remove(each)


def _another_one_comes(tenant: Tenant, _: Raw) -> None:
    key = 1 + max(each["id"] for each in tenant.store.receipts)
    tenant.store.receipts.append(receipt(key, [line(10_000 + key)], updated_at=tenant.now()))
    tenant.store.operations[key] = [operation(50_000 + key, key, 10_000 + key)]


CHANGES: tuple[Change, ...] = (
    _written_off_otherwise,
    _voided,
    _moved_to_another_shift,
    _created_on_another_day,
    _removed,
    _another_one_comes,
)


def a_tenant(chance: random.Random) -> Tenant:
    """Some receipts, updated at times of their own or, now and then, many at the same time."""
    receipts, operations = sales(chance.choice([3, 8, 14, 23]))
    minutes = 3 if chance.random() < 0.3 else 60
    for each in receipts:
        each["updated_at"] = f"{DAY} 15:{chance.randrange(minutes):02}:{chance.randrange(60):02}"
    return Tenant(Store(receipts, operations), chance)


def a_stop(chance: random.Random, receipts: int) -> Fault:
    """The run ends midway, in the list, or without one receipt."""
    return chance.choice(
        [
            Fault("operations", refusal(403, "missing_scope"), after=chance.randrange(receipts)),
            Fault("operations", refusal(400, "bad_request"), receipt_id=chance.randrange(1, receipts + 1)),
            Fault("list", refusal(400, "bad_request"), after=chance.randrange(4)),
        ]
    )


@settings(max_examples=examples(2, 160))
@given(seed=st.integers(0, 10**9))
def test_a_run_that_goes_on_is_as_one_from_nothing(seed: int) -> None:
    """Stopped up to three times, with receipts changed, moved, removed and added between: the same report in the end,
    but for what changed since the earlier evidence, which the run from nothing does not have.
    """
    chance = random.Random(seed)
    tenant = a_tenant(chance)
    with (
        CloposServer(
            tenant.store, requests_per_window=10**6, auth_per_window=10**6, page_cap=chance.choice([2, 5, 100]),
            sorts_by_id_alone=chance.random() < 0.2, lists_lines=chance.random() < 0.9,
        ) as server,
        tempfile.TemporaryDirectory() as home,
        blank_workbooks(),
    ):  # fmt: skip
        desk = Desk(Path(home))
        desk.environment = server.environment()
        desk.configure(
            f"[api]\nattempts = 1\nconnections = 2\npage_size = {chance.choice([2, 3, 10, 100])}\n"
        )
        for _ in range(chance.randrange(1, 4)):
            server.faults[:] = [a_stop(chance, len(tenant.store.receipts) or 1)]
            desk.run(*LIVE)
            for _ in range(chance.randrange(4)):
                if tenant.store.receipts:
                    chance.choice(CHANGES)(tenant, chance.choice(tenant.store.receipts))
        server.faults.clear()
        ended = desk.run(*LIVE)
        desk.run(*LIVE, "--out", str(desk.home / "fresh"))
        assert ended.status in (0, 1), ended.err
        fresh = json.loads((desk.home / "fresh" / f"{DAY}.json").read_bytes())
        assert fresh["changed_since"] == []
        assert ended.report | {"changed_since": []} == fresh
