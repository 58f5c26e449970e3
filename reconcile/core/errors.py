"""The errors a run can end with, as a tree, each with its exit status.

    ReconcileError
    ├── UsageError ............ 2  wrong arguments, settings or environment: correct them and run again
    │   ├── DamagedEvidence .. 2  the evidence file can't be read, or is something else
    │   └── NotWritable ...... 2  the output folder can't be written
    ├── DayUnavailable ........ 3  the day could not be had at all: run again later
    │   ├── AccessRefused .... 3  token, scope or venue: ask whoever manages the integration
    │   │   ├── CredentialsRefused   for the whole run, not for one day or venue alone
    │   │   └── ScopeRefused ..... for one resource (403): others may be had
    │   └── Locked ........... 3  another run holds the output folder
    └── Bug .................. 70  the program is wrong, not the data

Every message says what was found, where, what is allowed and what to do, in one sentence.
"""

from __future__ import annotations


class ReconcileError(Exception):
    """Any end of a run that was foreseen; `exit_status` is what the command returns."""

    exit_status = 70


class UsageError(ReconcileError):
    """The arguments, the settings or the environment are wrong."""

    exit_status = 2


class DamagedEvidence(UsageError):
    """An evidence file that can't be read back, or that is no evidence file."""


class NotWritable(UsageError):
    """The output folder, or a file in it, can't be written."""


class DayUnavailable(ReconcileError):
    """Nothing of the day could be reconciled."""

    exit_status = 3


class AccessRefused(DayUnavailable):
    """The service refused the credentials, the token or the scope."""


class CredentialsRefused(AccessRefused):
    """The service lets nobody in with these credentials, whatever the day or the venue."""


class ScopeRefused(AccessRefused):
    """The token may not read this resource."""


class Locked(DayUnavailable):
    """Another run holds the output folder."""


class Bug(ReconcileError):
    """The program contradicts itself, as when control totals don't add up; nothing was written."""

    exit_status = 70
