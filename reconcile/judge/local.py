"""Judges batches on processes of this machine: each has one at a time, and one that is killed loses none."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext

from reconcile.judge.batch import judge_batch
from reconcile.judge.job import Batch, Job, Judged
from reconcile.judge.tasks import Task


def judge_here(job: Job, batches: Iterable[Batch], workers: int) -> Iterator[list[Judged]]:
    """What became of the days, a batch at a time, in the order in which they are done.

    Each worker is an executor of one process, so that what a killed one was doing is known, and no more batches are
    made than are being judged.
    """
    left, again = iter(batches), deque[Task]()
    idle = [_new_process() for _ in range(workers)]
    busy: dict[Future[list[Judged]], tuple[ProcessPoolExecutor, Task]] = {}
    before = set(multiprocessing.active_children())
    try:
        while True:
            while idle and (task := again.popleft() if again else _next(left)) is not None:
                executor = idle.pop()
                busy[executor.submit(judge_batch, job, task.batch)] = executor, task
            if not busy:
                return
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                executor, task = busy.pop(future)
                try:
                    judged = future.result()
                except BrokenProcessPool:
                    executor.shutdown(wait=True)
                    executor = _new_process()
                    tasks = task.again()
                    again.extend(tasks)
                    judged = [] if tasks else task.given_up()
                idle.append(executor)
                yield judged
    finally:
        for process in set(multiprocessing.active_children()) - before if busy else ():
            process.kill()  # nothing is half written
        for executor in [*idle, *(executor for executor, _ in busy.values())]:
            executor.shutdown(wait=True, cancel_futures=True)


def _next(batches: Iterator[Batch]) -> Task | None:
    batch = next(batches, None)
    return None if batch is None else Task(batch)


def _new_process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=_context(), initializer=_begin)


def _context() -> BaseContext:
    """Processes that begin with the imports made; on Windows each makes them."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["reconcile.judge.batch"])
    return context


def _begin() -> None:
    """The command alone answers Ctrl-C; where it is killed, its processes end too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
