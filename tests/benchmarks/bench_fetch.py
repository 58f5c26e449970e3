"""How near the wall a fetch keeps, what it costs, and what it holds in memory.

    python -m tests.benchmarks.bench_fetch [--receipts 1000] [--window 3]

A real server on loopback counts a quota of 300 requests in a shortened sliding window. Told are: the rate from the
first to the last request against that limit, alone and beside another client of the tenant; requests a receipt; how
often the service had to say 429; and the peak memory of fetching a small and a large day (no quota).
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store
from tests.given.day_records import DAY, sales
from tests.given.places import ROOT

QUOTA = 300
FETCH_ALONE = """\
import sys
from pathlib import Path
from reconcile.clopos.session import Session
from reconcile.evidence.day import Header
from reconcile.evidence.log import EvidenceLog
from reconcile.clopos.receipt_requests import ReceiptChecks
from reconcile.frames import is_due, lacks_lines, names_unknown_line
from reconcile.settings.environment import Environment
from reconcile.settings.model import Api
from datetime import date, timedelta
import resource
day = date.fromisoformat(sys.argv[2])
log = EvidenceLog(Path(sys.argv[1]), Header(day, "clopos"), timedelta(0))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with Session(Environment().credentials(), Api(requests_per_window=10**6), show_progress=False) as session:
    session.fetch(log, ReceiptChecks(lambda receipt: is_due(receipt, day, None), lacks_lines, names_unknown_line))
print(before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def run(server: CloposServer, folder: Path, *command: str) -> str:
    """A process of its own, led to the server; what it says on standard output."""
    environment = {**os.environ, **server.environment(), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode not in (0, 1):
        raise RuntimeError(ended.stderr)
    return ended.stdout


def share_of_quota(receipts: int, window: float, others: int) -> str:
    """One day at the wall, beside another client that sends `others` requests a window."""
    with CloposServer(Store(*sales(receipts)), window_seconds=window) as server:
        ends, refused = threading.Event(), [0, 0]
        if others:
            threading.Thread(
                target=_other, args=(server, window / others, ends, refused), daemon=True
            ).start()
        with tempfile.TemporaryDirectory() as folder:
            settings = Path(folder) / "reconcile.toml"
            settings.write_text(f"[api]\nwindow_seconds = {window}\n", encoding="utf-8")
            run(server, Path(folder), "-m", "reconcile", "--date", DAY, "--source", "clopos", "--quiet")
        ends.set()
        mine = [
            each
            for each in server.request_log.entries
            if each.route != "auth" and "httpx" not in each.headers["user-agent"]
        ]
        seconds = mine[-1].at - mine[0].at
        windows = seconds / window
        rate = len(mine) / windows / QUOTA
        got_429 = server.request_log.statuses[429] - refused[1]
        beside = f", beside {refused[0] / (seconds / window):.0f} of another client" if others else ", alone"
        return (
            f"{len(mine) / receipts:.3f} requests a receipt; {rate:.1%} of {QUOTA} a window{beside}; "
            f"{got_429} times 429 in {windows:.1f} windows"
        )


def _other(server: CloposServer, pause: float, ends: threading.Event, sent_and_refused: list[int]) -> None:
    login = {name[7:].lower(): value for name, value in server.account.environment().items()}
    with httpx.Client() as http:
        token = http.post(f"{server.url}/auth", json=login).json()["token"]
        while not ends.wait(pause):
            answer = http.get(f"{server.url}/receipts/1", headers={"x-token": token})
            sent_and_refused[0] += 1
            sent_and_refused[1] += answer.status_code == 429


def peak_megabytes(receipts: int) -> tuple[float, float]:
    """Before the fetch, and at most until its end; nothing is judged."""
    with (
        CloposServer(Store(*sales(receipts)), requests_per_window=10**9) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        told = run(server, Path(folder), "-c", FETCH_ALONE, str(Path(folder) / "running.jsonl"), DAY)
        before, peak = (int(number) / 1024 for number in told.split())
        return before, peak


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=1000)
    parser.add_argument("--window", type=float, default=3.0)
    options = parser.parse_args()
    begun = time.monotonic()
    for others in (0, QUOTA // 5, QUOTA // 2):
        print(share_of_quota(options.receipts, options.window, others))
    for receipts in (options.receipts // 2, 5 * options.receipts):
        before, peak = peak_megabytes(receipts)
        print(f"{receipts} receipts: {peak - before:.1f} MiB more than the {before:.0f} MiB before the fetch")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"(the server, in this process: {own:.0f} MiB; {time.monotonic() - begun:.0f} s)")


if __name__ == "__main__":
    main()
