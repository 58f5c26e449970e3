"""The same days on a real cluster: a scheduler and its workers, as processes."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.judge.cluster import Cluster
from tests.given.chains import (
    DAYS,
    VENUES,
    as_the_nights_would,
    days_done,
    end_of,
    judging,
    marks_in,
    results_in,
    small_chain,
    started,
    until,
)
from tests.given.places import ROOT

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")  # of the library's own threads


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence of the chain; not to be written to."""
    return small_chain(tmp_path_factory.mktemp("chain") / "evidence")


@pytest.fixture(scope="module")
def nights(chain: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What each night left."""
    return as_the_nights_would(chain, tmp_path_factory.mktemp("nights") / "reports")


@dataclasses.dataclass
class RunningCluster:
    """A scheduler, and the workers that were started."""

    folder: Path
    address: str
    stack: contextlib.ExitStack

    def worker(self, path: Path = ROOT) -> subprocess.Popen[str]:
        """One more, which imports the program at `path`."""
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder))
        return self.stack.enter_context(
            started("-m", "distributed.cli.dask_worker", self.address, *options, path=path)
        )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[RunningCluster]:
    """A scheduler without workers."""
    with contextlib.ExitStack() as stack:
        file = tmp_path / "scheduler.json"
        options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        scheduler = stack.enter_context(started("-m", "distributed.cli.dask_scheduler", *options))

        def address() -> str:
            try:
                return str(json.loads(file.read_bytes())["address"])
            except (OSError, ValueError):  # it is not there yet, or half written
                return ""

        until(address, scheduler)
        yield RunningCluster(tmp_path, address(), stack)


def has_both(known: Cluster) -> bool:
    """Whether a worker of this version and one of another are there."""
    known.look_for_workers()
    return bool(known.good and known.refused)


def on(cluster: RunningCluster) -> tuple[str, ...]:
    return "--engine", "dask", "--scheduler", cluster.address


def test_the_days_come_out_the_same_though_one_of_two_workers_is_killed_midway(
    cluster: RunningCluster, chain: Path, nights: dict[str, bytes], tmp_path: Path
) -> None:
    workers = [cluster.worker(), cluster.worker()]
    out = tmp_path / "judged"
    with judging(chain, "--out", out, "--workbooks", "none", *on(cluster)) as command:
        until(lambda: marks_in(out), command, *workers)
        workers[0].kill()
        status, said, err = end_of(command)
    assert (status, days_done(said)) == (1, VENUES * DAYS), err
    assert results_in(out) == nights


def test_evidence_and_results_may_be_at_addresses_and_a_worker_of_another_version_is_refused(
    cluster: RunningCluster, chain: Path, nights: dict[str, bytes], tmp_path: Path
) -> None:
    """By name; the others do the work. Done once, nothing is done again."""
    old = tmp_path / "old"
    for name in ("reconcile", "rules"):
        shutil.copytree(ROOT / name, old / name, ignore=shutil.ignore_patterns("__pycache__"))
    source = old / "reconcile" / "__init__.py"
    source.write_text(source.read_text("utf-8").replace('__version__ = "', '__version__ = "0.0.'), "utf-8")
    workers = [cluster.worker(), cluster.worker(old)]
    with contextlib.closing(Cluster(cluster.address)) as known:
        until(lambda: has_both(known), *workers)
    out = tmp_path / "judged"
    arguments = (chain.as_uri(), "--out", out.as_uri(), "--workbooks", "none", *on(cluster))
    with judging(*arguments) as command:
        status, said, err = end_of(command)
    assert (status, said) == (1, f"{VENUES * DAYS} days judged, 0 skipped, 0 failed\n"), err
    assert results_in(out) == nights
    (refused,) = known.refused
    assert f"reconcile: warning: the worker {refused} is left out: it has reconcile 0.0." in err
    with judging(*arguments) as command:
        assert end_of(command)[:2] == (1, f"0 days judged, {VENUES * DAYS} skipped, 0 failed\n")


def test_a_cluster_without_workers_of_this_version_is_an_error_in_one_sentence(
    cluster: RunningCluster, chain: Path, tmp_path: Path
) -> None:
    arguments = (chain, "--out", tmp_path / "judged", *on(cluster))
    with judging(*arguments) as command:
        status, _, err = end_of(command)
    assert (status, err.count("\n")) == (3, 1)
    assert f"the scheduler at {cluster.address} has no workers; start some" in err
