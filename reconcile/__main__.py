"""`python -m reconcile`."""

import os
import sys
from typing import NoReturn

from reconcile.cli.stopping import INTERRUPTED, Stop

_NOT_PRINTED = 2
"""The help, say, to a full disk."""


def run() -> NoReturn:
    """Run the command and leave at once.

    All files are closed and nothing is left to tidy up; the interpreter would take a sixth of a second over it, and a
    kill in that time would look like one in the middle of the work.
    """
    stop = Stop()
    try:
        stop.install()
        from reconcile.cli.main import main
        from reconcile.cli.output import open_missing_streams

        open_missing_streams()
        status = main(stop=stop)
        stop.run_has_ended = True
    except SystemExit as end:  # of the arguments: help, the version, a wrong one
        status = int(end.code or 0)
    except KeyboardInterrupt:  # before the command began, or after it ended
        status = stop.status or INTERRUPTED
    stop.run_has_ended = True  # an exception would have no one to catch it
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, BrokenPipeError, ValueError):  # its reader has gone, or it was never there
            pass
        except OSError:
            status = status or (_NOT_PRINTED if stream is sys.stdout else 0)
    os._exit(status)


if __name__ == "__main__":
    run()
