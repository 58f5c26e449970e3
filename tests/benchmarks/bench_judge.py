"""How many days a second `judge` does, and what a second worker adds, here and on a Dask cluster.

    python -m tests.benchmarks.bench_judge [--receipts 50 200 1000] [--days 20]
    python -m tests.benchmarks.bench_judge --scale [--venues 40] [--days 30] [--receipts 100]

The first judges one batch in a warm process, imports and contracts paid by a batch before it, in CPU seconds. Turn by
turn in one run beside it: the standard library's parse of the same evidence, and one command a day, as a night runs it.
365,000 venue-days are extrapolated from the CPU of a day.

The second makes a chain without a server, and judges it with 1 and with 2 workers, in seconds of wall time, start and
imports included. The efficiency is the time of one over twice that of two; give it enough days for a minute or more,
on a machine that does nothing else. The bytes of all four runs are compared.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from reconcile.judge.batch import judge_batch
from reconcile.judge.job import Job
from reconcile.judge.marks import Workbooks
from reconcile.judge.plan import plan
from reconcile.judge.program import program
from reconcile.settings.model import Settings
from tests.benchmarks.bench_day import cpu_seconds
from tests.benchmarks.measuring import cpu, json_alone
from tests.generate.chain import make_chain
from tests.given.chains import end_of, judging, results_in, started, until

ROUNDS, NIGHTS = 3, 3
VENUE_DAYS = 365_000


def main() -> None:
    """Print days a second and their ratios, or the efficiency of two workers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--receipts", type=int, nargs="+")
    parser.add_argument("--days", type=int)
    parser.add_argument("--venues", type=int, default=40)
    parser.add_argument("--workbooks", default="none", choices=("none", "differing", "all"))
    parser.add_argument("--scale", action="store_true", help="1 and 2 workers, here and on a cluster")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.scale:
            receipts = (options.receipts or [100])[0]
            make_chain(folder / "chain", options.venues, options.days or 30, receipts)
            _scale(folder, options.workbooks)
            return
        for receipts in options.receipts or [50, 200, 1000]:
            _one_core(folder / str(receipts), receipts, options.days or 20, options.workbooks)


def _one_core(folder: Path, receipts: int, days: int, workbooks: Workbooks) -> None:
    paths = make_chain(folder / "chain", 1, days, receipts)
    (batch,) = plan([str(folder / "chain")]).batches(1)
    found = list[tuple[float, float, float]]()
    for number in range(ROUNDS + 1):
        job = Job(Settings(), str(folder / f"out {number}"), workbooks, program=program())
        ours = cpu(judge_batch, job, batch) / days
        floor = sum(cpu(json_alone, path) for path in paths) / days
        out = str(folder / f"night {number}")
        night = ("-m", "reconcile", "--quiet", "--format", "json-only", "--out", out, "--source")
        nights = statistics.mean(cpu_seconds(*night, str(path)) for path in paths[:NIGHTS])
        found.append((ours, floor, nights))
    ours, floor, nights = (statistics.median(column) for column in zip(*found[1:], strict=True))
    print(
        f"{receipts:>5,} receipts: {1 / ours:.1f} days a second a core ({ours * 1000:.0f} ms of CPU); "
        f"json alone {floor * 1000:.0f} ms, ratio {ours / floor:.1f}; "
        f"a command a day {nights * 1000:.0f} ms, ratio {ours / nights:.2f}; "
        f"{VENUE_DAYS:,} days: {ours * VENUE_DAYS / 3600:.1f} CPU-hours"
    )


def _scale(folder: Path, workbooks: str) -> None:
    results = []
    for engine in ("local", "dask"):
        seconds = []
        for workers in (1, 2):
            out = folder / f"{engine} {workers}"
            with _arguments(engine, workers, folder) as extra:
                begun = time.perf_counter()
                with judging(folder / "chain", "--out", out, "--workbooks", workbooks, *extra) as command:
                    status, said, err = end_of(command, patience=None)
                seconds.append(time.perf_counter() - begun)
            assert status in (0, 1), err
            results.append(results_in(out))
            print(f"{engine}, {workers} workers: {seconds[-1]:.1f} s, {said.strip()}")
            shutil.rmtree(out)
        print(f"{engine}: efficiency {seconds[0] / (2 * seconds[1]):.2f}")
    same = all(each == results[0] for each in results)
    print(f"the bytes of {len(results[0])} files are {'the same' if same else 'NOT THE SAME'} in all runs")


@contextlib.contextmanager
def _arguments(engine: str, workers: int, folder: Path) -> Iterator[tuple[str, ...]]:
    """The options of an engine; a cluster is made for it, whose workers have begun."""
    if engine == "local":
        yield "--workers", str(workers)
        return
    with contextlib.ExitStack() as stack:
        file = folder / f"scheduler {workers}.json"
        where = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        stack.enter_context(started("-m", "distributed.cli.dask_scheduler", *where))
        until(lambda: file.exists() and file.read_bytes().endswith(b"}"))
        address = json.loads(file.read_bytes())["address"]
        one = ("--nthreads", "1", "--nworkers", "1", "--no-nanny", "--no-dashboard")
        for _ in range(workers):
            stack.enter_context(started("-m", "distributed.cli.dask_worker", address, *one))
        _wait_for(address, workers)
        yield "--engine", "dask", "--scheduler", address


def _wait_for(address: str, workers: int) -> None:
    from reconcile.judge.cluster import Cluster

    with contextlib.closing(Cluster(address)) as cluster:

        def are_there() -> bool:
            cluster.look_for_workers()
            return len(cluster.good) == workers

        until(are_there)


if __name__ == "__main__":
    main()
