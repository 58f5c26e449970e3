"""SIGTERM and Ctrl-C: the run is asked to stop once, wherever it is; signals that follow change nothing."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Any

INTERRUPTED, TERMINATED = 130, 143
_AGAIN_SECONDS = 0.005
_UNSTOPPABLE = frozenset({"asyncio", "duckdb"})


class Stop:
    """The answer to both signals.

    While an event loop runs, its tasks are cancelled: an exception out of a handler would break into the loop's own
    code. While asyncio makes or closes a loop, or duckdb is imported, which an exception would abort, nothing can be
    stopped: it is tried again some milliseconds later. Else KeyboardInterrupt is raised. Where the interpreter discards
    it, as it does in its callbacks, it is tried again too, and `check` raises it before the next day.
    """

    status: int | None = None
    """The exit status, once a signal came."""
    run_has_ended = False
    """From then on signals change nothing."""

    def install(self) -> None:
        """Answer the signals from now on. Ctrl-C stays ignored where it is, as in a script's background process."""
        if sys.platform != "win32":
            signal.signal(signal.SIGALRM, lambda _, frame: self._interrupt(frame))
        sys.unraisablehook = self._discarded
        signal.signal(signal.SIGTERM, self)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self)

    def check(self) -> None:
        """Raises KeyboardInterrupt if a signal came."""
        if self.status is not None:
            raise KeyboardInterrupt

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.status is None and not self.run_has_ended:
            self.status = TERMINATED if number == signal.SIGTERM else INTERRUPTED
            self._interrupt(frame)

    def _interrupt(self, frame: FrameType | None) -> None:
        """`frame`: what was being run when the signal came."""
        if self.run_has_ended:
            return
        asyncio: Any = sys.modules.get("asyncio")
        try:
            loop = asyncio.get_running_loop()
        except (AttributeError, RuntimeError):  # it is not imported, or no loop is running
            if _is_within(_UNSTOPPABLE, frame) and _try_again():
                return
            raise KeyboardInterrupt from None
        for task in asyncio.all_tasks(loop):
            loop.call_soon_threadsafe(task.cancel)

    def _discarded(self, exception: sys.UnraisableHookArgs) -> None:
        """The interpreter discarded an exception: of a weak reference's callback, for instance."""
        if self.status is not None and exception.exc_type is KeyboardInterrupt:
            _try_again()
        else:
            sys.__unraisablehook__(exception)


def _try_again() -> bool:
    """Whether the run will be asked to stop again: Windows has no such timer."""
    if sys.platform == "win32":
        return False
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)
    return True


def _is_within(packages: frozenset[str], frame: FrameType | None) -> bool:
    """Whether one of the packages called what is being run, or is it."""
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] in packages:
            return True
        frame = frame.f_back
    return False
