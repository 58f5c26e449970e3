"""A hundred kills: ten days of a thousand receipts, each killed ten times at random moments.

    python -m tests.benchmarks.bench_kills [--days 10] [--kills 10] [--receipts 1000] [--seed 19]

Told for each day: requests a receipt over all its runs, and whether the findings are, to the byte, those of a run that
nobody killed.
"""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
from pathlib import Path

from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store
from tests.given.day_records import sales_with_differences
from tests.given.running import LIVE, Desk


def killed_day(receipts: int, kills: int, chance: random.Random) -> tuple[float, bool, int]:
    """Requests a receipt, whether the bytes are the same, and how many kills struck a run."""
    with (
        CloposServer(Store(*sales_with_differences(receipts)), requests_per_window=10**9) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        desk = Desk(Path(folder))
        desk.environment = server.environment()
        desk.configure("[api]\nrequests_per_window = 1000000000\n")
        desk.run(*LIVE, "--out", str(desk.home / "calm"))
        expected = next((desk.home / "calm").glob("*.json")).read_bytes()
        server.request_log.entries.clear()
        struck = 0
        for moment in sorted(chance.sample(range(1, receipts), kills)):
            process = desk.start(*LIVE)
            desk.wait_until(lambda moment=moment: server.request_log.count() >= moment)  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
            struck += desk.finish(process).status == -signal.SIGKILL
        ended = desk.run(*LIVE)
        return server.request_log.count() / receipts, ended.json_bytes == expected, struck


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--receipts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=19)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    worst, all_same, all_struck = 0.0, True, 0
    for day in range(1, options.days + 1):
        cost, same, struck = killed_day(options.receipts, options.kills, chance)
        worst, all_same, all_struck = max(worst, cost), all_same and same, all_struck + struck
        print(
            f"day {day}: {struck} kills, {cost:.3f} requests a receipt, {'the same' if same else 'OTHER'} bytes"
        )
    verdict = "the same bytes each time" if all_same else "NOT THE SAME"
    print(f"{all_struck} kills: at most {worst:.3f} requests a receipt, {verdict}")


if __name__ == "__main__":
    main()
