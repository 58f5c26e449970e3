"""Random days of goods with all faults mixed, small amounts and few products, so that faults meet and cancel."""

from __future__ import annotations

import dataclasses
import random
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from reconcile.evidence.day import Evidence
from reconcile.evidence.records import read_header
from tests.given.mixed_bills import Bill, Register
from tests.given.mixed_faults import OF_A_LINE
from tests.given.mixed_receipts import OF_A_RECEIPT
from tests.given.stock_movements import Raw, post

DAY = date(2026, 1, 19)
BY_DAY = (
    "catalogue",
    "no prices",
    "whole money",
    "another zone",
    "another zone behind",
    "few left",
    "packs",
    "never written off",
    "link down",
)
"""What may be so all day."""
DEEDS = *["plain"] * 6, *OF_A_LINE, *OF_A_RECEIPT
"""What may be done at one receipt; a third are plain sales."""


@dataclasses.dataclass
class MixedDay:
    """Raw records of a day."""

    receipts: list[Raw]
    operations: dict[int, list[Raw]]
    products: list[Raw]

    def records(self) -> list[Raw]:
        """The lines of its evidence."""
        run = {"record": "run", "format": 1, "program": "reconcile", "source": "clopos", "date": str(DAY)}
        return [
            run | {"venue_id": None, "window_days": 1, "started_at": "2026-01-20T09:10:00Z"},
            {"record": "listed", "total": len(self.receipts)},
            *({"record": "receipt", "asked": "list", "receipt": each} for each in self.receipts),
            *(
                {
                    "record": "operations",
                    "receipt_id": each["id"],
                    "operations": self.operations.get(each["id"], []),
                }
                for each in self.receipts
            ),
            *({"record": "product", "product": each} for each in self.products),
            *([{"record": "catalogue", "total": len(self.products)}] if self.products else []),
            {"record": "end", "finished_at": "2026-01-20T09:11:00Z", "requests": 0},
        ]

    def evidence(self) -> Evidence:
        """As a run would have fetched it."""
        first, *others = self.records()
        evidence = Evidence(read_header(first))
        for record in others:
            evidence.add(record)
        return evidence


def mixed_day(deeds: list[tuple[str, int]], by_day: frozenset[str] = frozenset()) -> MixedDay:
    """A day of one receipt a deed; the number beside it decides its amounts, products and times."""
    register = Register(DAY, by_day)
    for name, seed in deeds:
        chance = random.Random(seed)
        bill = Bill.open(register, chance)
        if name in OF_A_RECEIPT:
            OF_A_RECEIPT[name](bill)
        else:
            chosen, *others = bill.lines
            OF_A_LINE.get(name, Bill.take)(bill, chosen)
            for line in others:
                bill.take(line)
    hours = 4 if "another zone" in by_day else -4 if "another zone behind" in by_day else 0
    operations = post(
        register.movements,
        Decimal(3 if "few left" in by_day else 1000),
        whole_money="whole money" in by_day,
        shift=timedelta(hours=hours),
    )
    for change in register.changes:
        change(operations)
    return MixedDay(register.receipts, operations, register.catalogue() if "catalogue" in by_day else [])


def seeded_day(seed: int, size: int = 12) -> MixedDay:
    """A day without hypothesis, for many at once."""
    chance = random.Random(seed)
    deeds = [(chance.choice(DEEDS), chance.randrange(2**16)) for _ in range(size)]
    return mixed_day(deeds, frozenset(name for name in BY_DAY if chance.random() < 0.2))


def _rare(name: str) -> st.SearchStrategy[frozenset[str]]:
    return st.sampled_from([frozenset(), frozenset(), frozenset(), frozenset({name})])


deeds = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 2**16)), min_size=1, max_size=14)
traits = st.tuples(*(_rare(name) for name in BY_DAY)).map(lambda sets: frozenset().union(*sets))
mixed_days = st.builds(mixed_day, deeds, traits)
