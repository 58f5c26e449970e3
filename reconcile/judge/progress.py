"""The progress of a run over many days: a bar on a terminal, elsewhere a plain line every half minute."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from tqdm import tqdm

from reconcile.clopos.progress import duration, on_a_terminal
from reconcile.core.text import counted

log = logging.getLogger(__name__)
_LINE_EVERY_SECONDS = 30.0


class DaysProgress:
    """Counts the days that are done. `skipped` ones cost next to nothing, so they are not in the rate."""

    def __init__(self, days: int, enabled: bool) -> None:
        self._days, self._enabled = days, enabled
        self._done = self._judged = 0
        self._began = self._last_line = time.monotonic()
        self._bar: tqdm[Any] | None = None
        if enabled and on_a_terminal():
            no_colour = bool(os.environ.get("NO_COLOR"))
            shape = "{percentage:3.0f}%|{bar}| {n_fmt} of {total_fmt} days{postfix}"
            self._bar = tqdm(total=days, bar_format=shape, ascii=no_colour or None, leave=False)

    def advance(self, done: int, judged: int) -> None:
        """So many more days are done; so many of them were judged."""
        self._done += done
        self._judged += judged
        if self._bar is not None:
            self._bar.set_postfix_str(self._rate(), refresh=False)
            self._bar.update(done)
        elif self._enabled and time.monotonic() - self._last_line >= _LINE_EVERY_SECONDS:
            self._last_line = time.monotonic()
            log.info("%d of %s, %s", self._done, counted(self._days, "day"), self._rate())

    def _rate(self) -> str:
        """Days a second, and the time left at that pace."""
        rate = self._judged / max(0.001, time.monotonic() - self._began)
        left = duration((self._days - self._done) / rate) if rate else "unknown time"
        return f"{rate:.1f} days a second, {left} left"

    def close(self) -> None:
        """Clear the bar."""
        if self._bar is not None:
            self._bar.close()
