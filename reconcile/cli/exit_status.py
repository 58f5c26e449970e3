"""Exit statuses: what each means, which is the worst, and the message of a run that failed."""

from __future__ import annotations

import logging

from reconcile import __version__
from reconcile.cli.stopping import INTERRUPTED, TERMINATED
from reconcile.core.errors import Bug, ReconcileError

log = logging.getLogger("reconcile")
USAGE, BUG, INCOMPLETE, DIFFERENCES, CLEAN = 2, 70, 3, 1, 0
_WORST_FIRST = (INTERRUPTED, TERMINATED, USAGE, BUG, INCOMPLETE, DIFFERENCES, CLEAN)


def worst(*statuses: int) -> int:
    """The status of a run of several parts."""
    return min(statuses, key=_WORST_FIRST.index)


def log_failure(error: Exception, where: str = "") -> int:
    """Log why a run ended, with the traceback if it is a bug, and return the exit status."""
    if not isinstance(error, ReconcileError):
        bug = f"this is a bug in reconcile {__version__}, not in your data; please report it with these lines"
        log.error("%s%s", where, bug, exc_info=error)
        return BUG
    log.error("%s%s", where, error, exc_info=error if isinstance(error, Bug) else None)
    return error.exit_status
