"""The progress of a fetch: a bar on a terminal, elsewhere a plain line every half minute."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from typing import Any

from tqdm import tqdm

from reconcile.clopos.client import CloposClient
from reconcile.core.text import counted

log = logging.getLogger(__name__)
_LINE_EVERY_SECONDS, _TICK_SECONDS = 30.0, 1.0


class FetchProgress:
    """Logs the plan once, then the progress; with `enabled=False` the plan alone."""

    def __init__(self, enabled: bool, client: CloposClient) -> None:
        self.receipts = 0
        """How many are to be reconciled."""
        self._enabled = enabled
        self._client = client
        self._waited_before = client.quota.waited_seconds
        self._bar: tqdm[Any] | None = None
        self._done = 0

    @property
    def waited_seconds(self) -> float:
        """Seconds waited for the quota since this fetch began."""
        return self._client.quota.waited_seconds - self._waited_before

    def plan(self, receipts: int, held: int) -> None:
        """Log how many requests are needed and how long they take within the quota."""
        self._done, self.receipts, requests = held, receipts, receipts - held
        already = f", {held} of them held from an earlier run" if held else ""
        log.info(
            "%s to reconcile%s; %s, %s",
            counted(receipts, "receipt"), already, counted(requests, "request"),
            duration(self._client.quota.seconds_for(requests)),
        )  # fmt: skip
        if self._enabled and on_a_terminal():
            no_colour = bool(os.environ.get("NO_COLOR"))
            self._bar = tqdm(
                total=receipts, initial=held, unit="receipt", ascii=no_colour or None, leave=False
            )

    def advance(self) -> None:
        """Count one more receipt as done."""
        self._done += 1
        if self._bar is not None:
            self._bar.update()

    async def show(self) -> None:
        """Show the progress until cancelled, also while all requests wait for the quota."""
        began = last_line = time.monotonic()
        while self._enabled:
            await asyncio.sleep(_TICK_SECONDS)
            retries = counted(self._client.counts.retries.total(), "retry", "retries")
            requests = self._client.counts.requests / max(1.0, time.monotonic() - began) * 60
            waits = f"{requests:.0f} requests a minute, {self.waited_seconds:.0f} s waited for the quota, {retries}"
            if self._bar is not None:
                self._bar.set_postfix_str(waits)
            elif self.receipts and time.monotonic() - last_line >= _LINE_EVERY_SECONDS:
                last_line = time.monotonic()
                log.info("%d of %d receipts, %s", self._done, self.receipts, waits)

    def close(self) -> None:
        """Clear the bar."""
        if self._bar is not None:
            self._bar.close()


def duration(seconds: float) -> str:
    """In minutes, for the log."""
    minutes = round(seconds / 60)
    return f"about {counted(minutes, 'minute')}" if minutes else "less than a minute"


def on_a_terminal() -> bool:
    """Whether a bar can be drawn on standard error."""
    try:
        return os.environ.get("TERM") != "dumb" and os.get_terminal_size(sys.stderr.fileno()).columns > 0
    except (OSError, ValueError):  # no terminal, or standard error is not a file
        return False
