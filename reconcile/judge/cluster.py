"""Judges batches on a Dask cluster that is there already: the same function as on this machine, some batches ahead."""

from __future__ import annotations

import contextlib
import logging
import pickle
import time
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any

from reconcile.core.errors import DayUnavailable, Locked, UsageError
from reconcile.core.text import printable
from reconcile.judge.job import Batch, Job, Judged, OtherProgram
from reconcile.judge.places import named
from reconcile.judge.program import program
from reconcile.judge.tasks import Task

log = logging.getLogger(__name__)
_CONNECT_SECONDS = 15
_FIRST_WORKER_SECONDS, _NO_WORKER_SECONDS = 10.0, 120.0
"""How long a run waits for the first worker, and for another one after all were lost."""
_LOCK_SECONDS = 45
"""The scheduler frees what a killed run held after 30."""
_LOOK_SECONDS = 2.0
_AHEAD = 2
"""Batches a thread of the workers: one that it judges, and one that it can go on with."""


class Cluster:
    """A connection to a scheduler. Close it."""

    def __init__(self, address: str) -> None:
        """Raises `UsageError` and `DayUnavailable`."""
        self.address = address
        self._distributed = _library()
        self._silence()
        where = named(address)
        try:
            self._client = self._distributed.Client(address, timeout=_CONNECT_SECONDS, name="reconcile judge")
        except (OSError, TimeoutError):
            raise DayUnavailable(
                f"no scheduler answers at {where}; start it (dask scheduler) or give its address, or --engine local"
            ) from None
        except ValueError as error:
            why = printable(str(error))[:200]
            raise UsageError(
                f"--scheduler is {where} ({why}); give an address such as tcp://10.0.0.5:8786"
            ) from None
        self.good: dict[str, int] = {}
        """The threads of the workers of this version, by address."""
        self.refused: set[str] = set()
        """The addresses of the others."""

    def _silence(self) -> None:
        """The library logs and warns of what is said here in one sentence."""
        for name in ("distributed", "tornado.application"):
            logging.getLogger(name).setLevel(logging.CRITICAL)

    def close(self) -> None:
        """Leave the cluster as it was."""
        with contextlib.suppress(Exception):
            self._client.close(timeout=_CONNECT_SECONDS)

    @contextlib.contextmanager
    def lock(self, place: str) -> Iterator[None]:
        """No other run of this cluster writes to that place within. Raises `Locked`."""
        lock = self._distributed.Lock(f"reconcile judge {place}")
        if not lock.acquire(timeout=_LOCK_SECONDS):
            raise Locked(
                f"another run writes to {named(place)}; wait until it ends, or give --out another place"
            )
        try:
            yield
        finally:
            with contextlib.suppress(Exception):
                lock.release()

    def look_for_workers(self) -> None:
        """Learn which workers there are now. One of another version is refused, and named."""
        there = self._client.scheduler_info(n_workers=-1)["workers"]
        self.good = {address: threads for address, threads in self.good.items() if address in there}
        new = [address for address in there if address not in self.good and address not in self.refused]
        if not new:
            return
        found = self._client.run(_program_there(), workers=new, on_error="return")
        for address, their_program in found.items():
            if their_program == program():
                self.good[address] = int(there[address]["nthreads"])
            elif isinstance(their_program, str):
                self.refused.add(address)
                log.warning(
                    "the worker %s is left out: it has %s, and this is %s; install this version there",
                    printable(address), printable(their_program), program(),
                )  # fmt: skip

    @property
    def is_lost(self) -> bool:
        """Whether the scheduler does not answer any more."""
        return bool(self._client.status != "running")

    def judge(self, job: Job, batches: Iterable[Batch]) -> Iterator[list[Judged]]:
        """What became of the days, a batch at a time, in the order in which they are done.

        Raises `DayUnavailable` where the scheduler is gone, or there are no workers; `UsageError` where all have
        another version.
        """
        try:
            yield from _Judging(self, self._client, job).run(batches)
        except Exception as error:
            if not isinstance(error, (OSError, *self._lost())):
                raise
            raise DayUnavailable(
                f"the scheduler at {named(self.address)} is gone ({type(error).__name__}); run the same command again: "
                "what is judged stays"
            ) from None

    def _lost(self) -> tuple[type[BaseException], ...]:
        errors = self._distributed.client
        return errors.FutureCancelledError, errors.FuturesCancelledError, errors.ClosedClientError


class _Judging:
    """A run over the workers of a cluster."""

    def __init__(self, cluster: Cluster, client: Any, job: Job) -> None:
        self._cluster, self._client, self._job = cluster, client, job
        self._distributed = _library()
        self._running: dict[Any, Task] = {}
        self._again: list[Task] = []
        self._allowed: dict[Any, frozenset[str]] = {}
        """The workers that may judge a batch, where not all may."""

    def run(self, batches: Iterable[Batch]) -> Iterator[list[Judged]]:
        self._wait_for_workers(_FIRST_WORKER_SECONDS)
        left = map(Task, batches)
        try:
            while True:
                room = _AHEAD * sum(self._cluster.good.values())
                while len(self._running) < room and (task := self._next_task(left)) is not None:
                    self._submit(task)
                if not self._running:
                    return
                for future in self._done():
                    yield self._outcome(future)
        finally:
            if self._running and not self._cluster.is_lost:
                self._client.cancel(list(self._running), force=True)

    def _next_task(self, left: Iterator[Task]) -> Task | None:
        return self._again.pop() if self._again else next(left, None)

    def _submit(self, task: Task) -> None:
        only = frozenset(self._cluster.good) if self._cluster.refused else frozenset[str]()
        future = self._client.submit(
            _judge_there(), pickle.dumps((self._job, task.batch)), pure=False, workers=[*only] or None
        )
        self._running[future] = task
        if only:
            self._allowed[future] = only

    def _done(self) -> Iterable[Any]:
        """The batches that are done; none where none is for a while."""
        try:
            found: Iterable[Any] = self._distributed.wait(
                list(self._running), timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED"
            ).done
        except TimeoutError:
            self._wait_for_workers(_NO_WORKER_SECONDS)
            for future, only in list(self._allowed.items()):
                if only.isdisjoint(self._cluster.good):  # it would wait for a worker that is gone
                    self._client.cancel([future], force=True)
                    self._again.append(self._forget(future))
            return ()
        return found

    def _forget(self, future: Any) -> Task:
        self._allowed.pop(future, None)
        return self._running.pop(future)

    def _outcome(self, future: Any) -> list[Judged]:
        task = self._forget(future)
        error = future.exception()
        if error is None:
            judged: list[Judged] = pickle.loads(future.result())  # noqa: S301  what `judge_there` made
            return judged
        if isinstance(error, self._distributed.scheduler.KilledWorker):
            tasks = task.again()
            self._again += tasks
            return [] if tasks else task.given_up()
        refused = len(self._cluster.refused)
        self._wait_for_workers(_NO_WORKER_SECONDS)
        if len(self._cluster.refused) == refused and not isinstance(error, OtherProgram):
            raise error
        self._again.append(task)
        return []

    def _wait_for_workers(self, seconds: float) -> None:
        """Learn which workers there are; while there is none, wait so long for one.

        Raises `DayUnavailable` and `UsageError`.
        """
        ends = time.monotonic() + seconds
        while True:
            if self._cluster.is_lost:
                raise OSError
            self._cluster.look_for_workers()
            if self._cluster.good:
                return
            where = named(self._cluster.address)
            if self._cluster.refused:
                raise UsageError(
                    f"no worker at {where} has {program()}; install it there, or give --engine local"
                )
            if time.monotonic() > ends:
                raise DayUnavailable(
                    f"the scheduler at {where} has no workers; start some (dask worker {where} --nthreads 1) and run "
                    "the same command again"
                )
            time.sleep(_LOOK_SECONDS / 4)


def _library() -> Any:
    try:
        return import_module("distributed")
    except ImportError:
        raise UsageError(
            "--engine dask needs a library that is not installed; install clopos-reconcile[dask], or leave it out"
        ) from None


def _judge_there() -> Callable[[bytes], bytes]:
    """`judge_batch` as a function that is sent with its code, so that the scheduler needs nothing of this program."""

    def judge_there(packed: bytes) -> bytes:
        import pickle

        from reconcile.judge.batch import judge_batch

        return pickle.dumps(judge_batch(*pickle.loads(packed)))  # noqa: S301  the command sends it

    return judge_there


def _program_there() -> Callable[[], str]:
    """A function that a worker of any version can run, as it is sent with its code."""

    def program_there() -> str:
        try:
            import reconcile
        except ImportError:
            return "no reconcile"
        try:
            from reconcile.judge.program import program
        except ImportError:
            return f"reconcile {reconcile.__version__}"
        return program()

    return program_there
