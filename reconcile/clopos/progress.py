"""How far a fetch is: a bar on a terminal, elsewhere a plain line every half minute."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from typing import Any

from tqdm import tqdm

from reconcile.clopos.client import Clopos

log = logging.getLogger(__name__)
_LINE_EVERY_SECONDS, _TICK_SECONDS = 30.0, 1.0


class FetchProgress:
    """Tells the plan once and then the advance; `shown=False` tells the plan alone."""

    def __init__(self, shown: bool, client: Clopos) -> None:
        self.receipts = 0
        """How many are to be reconciled."""
        self._shown = shown
        self._client = client
        self._waited_before = client.quota.waited_seconds
        self._bar: tqdm[Any] | None = None
        self._done = 0

    @property
    def waited_seconds(self) -> float:
        """For the quota, since this fetch began."""
        return self._client.quota.waited_seconds - self._waited_before

    def plan(self, receipts: int, held: int) -> None:
        """Say how much is to be asked and how long that takes at the quota."""
        self._done, self.receipts, requests = held, receipts, receipts - held
        already = f", {held} of them held from an earlier run" if held else ""
        minutes = round(self._client.quota.seconds_for(requests) / 60)
        at_the_quota = f"about {counted(minutes, 'minute')}" if minutes else "less than a minute"
        log.info(
            "%s to reconcile%s; %s, %s",
            counted(receipts, "receipt"), already, counted(requests, "request"), at_the_quota,
        )  # fmt: skip
        if self._shown and _on_a_terminal():
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
            retries = counted(self._client.tally.retries.total(), "retry", "retries")
            waits = f"{self.waited_seconds:.0f} s waited for the quota, {retries}"
            if self._bar is not None:
                self._bar.set_postfix_str(waits)
            elif self.receipts and time.monotonic() - told >= _LINE_EVERY_SECONDS:
                told = time.monotonic()
                log.info("%d of %d receipts, %s", self._done, self.receipts, waits)

    def close(self) -> None:
        """Clear the bar."""
        if self._bar is not None:
            self._bar.close()


def counted(number: int, one: str, many: str = "") -> str:
    """`1 request`, `2 requests`."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _on_a_terminal() -> bool:
    """Whether a bar can be drawn on standard error."""
    try:
        return os.environ.get("TERM") != "dumb" and os.get_terminal_size(sys.stderr.fileno()).columns > 0
    except (OSError, ValueError):  # no terminal, or no file at all
        return False
