"""SIGTERM and Ctrl-C: the run is asked to stop once, wherever it is; signals that follow change nothing."""

from __future__ import annotations

import signal
import sys
from typing import Any

INTERRUPTED, TERMINATED = 130, 143


class Stop:
    """The answer to both signals.

    While an event loop runs, its tasks are cancelled: an exception out of a handler would break into the loop's own
    code. Else KeyboardInterrupt is raised. Where that is lost, as the interpreter discards exceptions of its
    callbacks, `check` raises it again before the next day.
    """

    status: int | None = None
    """The exit status, once a signal came."""

    def install(self) -> None:
        """Answer the signals from now on. Ctrl-C stays ignored where it is, as in a script's background process."""
        signal.signal(signal.SIGTERM, self)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self)

    def check(self) -> None:
        """Raises KeyboardInterrupt if a signal came."""
        if self.status is not None:
            raise KeyboardInterrupt

    def __call__(self, number: int, _: Any) -> None:
        if self.status is not None:
            return
        self.status = TERMINATED if number == signal.SIGTERM else INTERRUPTED
        asyncio: Any = sys.modules.get("asyncio")
        try:
            loop = asyncio.get_running_loop()
        except (AttributeError, RuntimeError):  # it is not imported, or no loop is running
            raise KeyboardInterrupt from None
        for task in asyncio.all_tasks(loop):
            loop.call_soon_threadsafe(task.cancel)
