"""`python -m reconcile`."""

import contextlib
import os
import sys
from typing import NoReturn

from reconcile.cli.main import main


def run() -> NoReturn:
    """Run the command and leave at once.

    All files are closed and nothing is left to tidy up; the interpreter would take a sixth of a second over it, and a
    kill in that time would look like one in the middle of the work.
    """
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # its reader has gone, or it was never there
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    run()
