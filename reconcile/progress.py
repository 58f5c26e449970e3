"""How far a fetch is: a bar on a terminal, elsewhere a plain line every half minute."""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import Any

from tqdm import tqdm

log = logging.getLogger(__name__)
_LINE_EVERY_SECONDS = 30.0


class FetchProgress:
    """Tells the plan once and then the advance; `shown=False` tells the plan alone."""

    def __init__(self, shown: bool, requests_per_minute: float) -> None:
        self._shown = shown
        self._per_minute = requests_per_minute
        self._bar: tqdm[Any] | None = None
        self._done = self._due = 0
        self._told_at = time.monotonic()

    def plan(self, receipts: int, held: int) -> None:
        """Say how much is to be asked and how long that takes at the quota."""
        self._done, self._due = held, receipts
        minutes = (receipts - held) / self._per_minute
        already = f", {held} of them held from an earlier run" if held else ""
        log.info("%d receipts to reconcile%s; at the quota about %.1f minutes", receipts, already, minutes)
        terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        if self._shown and terminal:
            plain = bool(os.environ.get("NO_COLOR"))
            self._bar = tqdm(total=receipts, initial=held, unit="receipt", ascii=plain or None, leave=False)

    def advance(self) -> None:
        """One more receipt is done."""
        self._done += 1
        if self._bar is not None:
            self._bar.update()
        elif self._shown and time.monotonic() - self._told_at >= _LINE_EVERY_SECONDS:
            self._told_at = time.monotonic()
            log.info("%d of %d receipts", self._done, self._due)

    def close(self) -> None:
        """Clear the bar."""
        if self._bar is not None:
            self._bar.close()
