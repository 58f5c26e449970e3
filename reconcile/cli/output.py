"""Standard output: the result of a run, each part of it as soon as it is there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from reconcile.core.errors import NotWritable
from reconcile.core.text import shown

_CLOSED = "is closed; redirect it to a file, or to /dev/null where nobody reads it"


class StandardOutput:
    """Prints results. What can't be printed does not stop the run: its error is kept for the end."""

    def __init__(self) -> None:
        self.error: NotWritable | None = None
        """Why a part of the result could not be printed: the first such error."""

    def say(self, text: str) -> None:
        """Print a part of the result. If its reader has gone, discard it and all that follows."""
        if sys.stdout is None:
            self._keep(_CLOSED)
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except UnicodeEncodeError as error:
            letter = shown(error.object[error.start])
            self._keep(f"can't hold the letter {letter}; set PYTHONUTF8=1 and run again")
        except OSError as error:
            self._keep(f"can't be written ({error.strerror}); redirect it to another place")

    def _keep(self, problem: str) -> None:
        self.error = self.error or NotWritable(f"standard output {problem}")


def open_missing_streams() -> None:
    """Keep the numbers of standard streams that are closed from being given to files that the run opens, and discard
    what is written to standard error where it is closed.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number is this one
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  open for as long as the program runs
