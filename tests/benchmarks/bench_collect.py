"""How many requests are left to the night where the day was collected, beside a night that fetches all at once.

    python -m tests.benchmarks.bench_collect [--receipts 280 1000] [--discrepancies 0 0.01 0.05]

The sandbox's clock goes from 09:00 to 05:15, with a collection each quarter of an hour, then comes the night. Told are
the requests by the server's own log, whether findings and evidence are the same, and the CPU time of a collection.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

from reconcile.sandbox.discrepancies import plant
from reconcile.sandbox.generated_day import make_day
from reconcile.sandbox.server import CloposServer
from tests.given.collected_days import QUICK, CollectedDay, evidence_in, said
from tests.given.running import Desk

DAY = date(2026, 1, 19)


def main() -> None:
    """Print a line for each size and share of discrepancies."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--receipts", type=int, nargs="+", default=[280, 1000])
    parser.add_argument(
        "--discrepancies", type=Decimal, nargs="+", default=[Decimal(0), Decimal("0.01"), Decimal("0.05")]
    )
    options = parser.parse_args()
    for receipts in options.receipts:
        for share in options.discrepancies:
            print(beside(receipts, share), flush=True)


def beside(receipts: int, share: Decimal) -> str:
    """A day collected and judged, beside the same day fetched at once."""
    store = make_day(DAY, receipts, seed=7)
    plant(store, DAY, share, 7)
    with tempfile.TemporaryDirectory() as name, CloposServer(store, requests_per_window=10**6) as server:
        desk = Desk(Path(name))
        desk.environment = server.environment()
        desk.configure(QUICK)
        day = CollectedDay(desk, server, store, DAY)
        at_once, routes = day.night("--format", "json-only")
        expected, evidence = at_once.json_bytes, said(evidence_in(desk.folder))
        desk.folder = Path(name) / "collected"
        begun = time.process_time()
        day.collect_all()
        cpu = (time.process_time() - begun) / len(day.requests)
        night, left = day.night("--format", "json-only")
        same = night.json_bytes == expected and said(evidence_in(desk.folder)) == evidence
        return (
            f"{receipts} receipts, {share} with discrepancies: at once {routes.total()} requests, after "
            f"{len(day.requests)} collections {left.total()} ({left.total() / routes.total():.3f}); "
            f"a collection {sum(day.requests) / len(day.requests):.1f} ({max(day.requests)} at most), all "
            f"{sum(day.requests)}, {cpu:.2f} s of CPU (the server's too); "
            f"findings and evidence {'the same' if same else 'DIFFER'}"
        )


if __name__ == "__main__":
    main()
