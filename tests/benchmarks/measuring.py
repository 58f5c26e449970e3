"""How long a piece of work takes, and how much memory, in this process."""

from __future__ import annotations

import gc
import json
import time
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from reconcile.core.input_files import limited_lines

T = TypeVar("T")


def json_alone(path: Path) -> None:
    """The standard library's parse of evidence with exact numbers, unpacked where it is packed; each line is thrown
    away, as a growing number of objects would cost the collector more than the parse.
    """
    with path.open("rb") as stream:
        for line in limited_lines(stream, path):
            json.loads(line, parse_float=Decimal)


def timed(work: Callable[[T], object], of: T) -> float:
    """Seconds."""
    begun = time.perf_counter()
    work(of)
    return time.perf_counter() - begun


def cpu(work: Callable[..., object], *given: object) -> float:
    """Seconds of all cores: other processes disturb it less than the clock."""
    gc.collect()
    used = time.process_time()
    work(*given)
    return time.process_time() - used


def cpu_and_wall(work: Callable[[T], object], of: T) -> tuple[float, float]:
    """Seconds of all cores, and on the clock."""
    begun, used = time.perf_counter(), time.process_time()
    work(of)
    return time.process_time() - used, time.perf_counter() - begun


def peak_mib(work: Callable[[T], object], of: T) -> float:
    """Peak of what one pass allocates, over what it is given."""
    tracemalloc.start()
    work(of)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20
