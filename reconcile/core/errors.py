"""The errors that end a run, each with its exit status.

    ReconcileError
    ├── UsageError ............ 2  wrong arguments, settings or environment: fix them and run again
    │   ├── DamagedEvidence .. 2  the evidence file can't be read, or is not one
    │   └── NotWritable ...... 2  the output can't be written
    ├── DayUnavailable ........ 3  nothing of the day could be fetched: run again later
    │   ├── AccessRefused .... 3  token, scope or venue: ask whoever manages the integration
    │   │   ├── CredentialsRefused   applies to every day and venue of the run
    │   │   └── ScopeRefused ..... for one resource (403): others may be allowed
    │   ├── OtherVenue ....... 3  receipts of a venue that was not asked for: none is judged
    │   └── Locked ........... 3  another run has locked the output folder
    └── Bug .................. 70  a fault of the program, not of the data

Every message says in one sentence what was found, where, what is allowed and what to do.
"""

from __future__ import annotations


class ReconcileError(Exception):
    """Base class of expected errors; the command returns `exit_status`."""

    exit_status = 70


class UsageError(ReconcileError):
    """The arguments, the settings or the environment are wrong."""

    exit_status = 2


class DamagedEvidence(UsageError):
    """An evidence file can't be read, or the file is not evidence."""


class NotWritable(UsageError):
    """The output folder, or a file in it, can't be written."""


class DayUnavailable(ReconcileError):
    """Nothing of the day could be reconciled."""

    exit_status = 3


class AccessRefused(DayUnavailable):
    """The service refused the credentials, the token or the scope."""


class CredentialsRefused(AccessRefused):
    """The service rejects these credentials for every day and venue."""


class ScopeRefused(AccessRefused):
    """The token may not read this resource."""


class OtherVenue(DayUnavailable):
    """Some receipts are of a venue that was not asked for; the message names both venues."""


class Locked(DayUnavailable):
    """Another run has locked the output folder."""


class Bug(ReconcileError):
    """An internal check failed, such as control totals that don't add up; nothing was written."""
