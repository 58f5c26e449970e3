"""How far a fetch is: a bar on a terminal, elsewhere a plain line every half minute."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from typing import Any

from tqdm import tqdm

from reconcile.clopos.client import Tally
from reconcile.settings import Api

log = logging.getLogger(__name__)
_LINE_EVERY_SECONDS, _TICK_SECONDS = 30.0, 1.0


class FetchProgress:
    """Tells the plan once and then the advance; `shown=False` tells the plan alone."""

    def __init__(self, shown: bool, api: Api, tally: Tally) -> None:
        self.receipts = 0
        """How many are to be reconciled."""
        self._shown = shown
        self._api = api
        self._tally = tally
        self._bar: tqdm[Any] | None = None
        self._done = 0

    def plan(self, receipts: int, held: int) -> None:
        """Say how much is to be asked and how long that takes at the quota."""
        self._done, self.receipts, requests = held, receipts, receipts - held
        already = f", {held} of them held from an earlier run" if held else ""
        windows = max(0, requests + self._tally.requests - 1) // self._api.requests_per_window
        minutes = windows * self._api.window_seconds / 60
        log.info(
            "%d receipts to reconcile%s; %d requests, at the quota about %.1f minutes",
            receipts, already, requests, minutes,
        )  # fmt: skip
        terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        if self._shown and terminal:
            plain = bool(os.environ.get("NO_COLOR"))
            self._bar = tqdm(total=receipts, initial=held, unit="receipt", ascii=plain or None, leave=False)

    def advance(self) -> None:
        """One more receipt is done."""
        self._done += 1
        if self._bar is not None:
            self._bar.update()

    async def tell(self) -> None:
        """Tell how far it is, until cancelled: also while nothing moves because the quota is used up."""
        told = time.monotonic()
        while self._shown:
            await asyncio.sleep(_TICK_SECONDS)
            waits = f"{self._tally.waited_seconds:.0f} s waited, {self._tally.retries.total()} retries"
            if self._bar is not None:
                self._bar.set_postfix_str(waits)
            elif self.receipts and time.monotonic() - told >= _LINE_EVERY_SECONDS:
                told = time.monotonic()
                log.info("%d of %d receipts, %s", self._done, self.receipts, waits)

    def close(self) -> None:
        """Clear the bar."""
        if self._bar is not None:
            self._bar.close()
