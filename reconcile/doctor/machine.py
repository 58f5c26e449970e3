"""Checks of this machine: the variables that are set, and the output folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from reconcile.batch.folder import locked_folder
from reconcile.core.errors import Locked, NotWritable, UsageError
from reconcile.core.text import did_you_mean, printable
from reconcile.doctor.checks import SETTINGS, Check, fail, ok, warn
from reconcile.settings.environment import ADDRESSES, CREDENTIALS, Environment

WHERE_TO_GET = (
    "the owner makes the client id and secret in the Clopos back office, Add-ons → Open API, and chooses there the "
    "staff user they act for, whose role decides what may be read; the brand is the restaurant's name in Clopos; the "
    "integrator id comes from the vendor. Set all four in the environment, or as files in $CREDENTIALS_DIRECTORY"
)
_VARIABLES = (*CREDENTIALS.values(), "CLOPOS_VENUE_ID", "CLOPOS_BASE_URL", *ADDRESSES)
_SCARCE_BYTES = 200 * 2**20
"""With less free space a month of reports may not fit."""


def check_credentials(environment: Environment) -> Check:
    """Which variables are set and from where; never a value."""
    origins: dict[str, list[str]] = {}
    try:
        for name in _VARIABLES:
            origins.setdefault(environment.origin(name), []).append(name)
        missing = [name for name in CREDENTIALS.values() if name in origins.get("", ())]
        found = "; ".join(f"{', '.join(names)} set {origin}" for origin, names in origins.items() if origin)
        if missing:
            message = f"{', '.join(missing)} not set" + (f"; {found}" if found else "")
            return fail("credentials", message, WHERE_TO_GET, SETTINGS)
        environment.credentials()
        environment.venue_id()
        for name in ADDRESSES:
            environment.address(name)
    except UsageError as error:
        if "CLOPOS_BASE_URL" not in str(error):  # the check of the address names it
            return fail("credentials", str(error), "correct this variable, then run doctor again", SETTINGS)
    unknown = [
        f"{printable(name)[:40]} is not a variable this program reads"
        f"{did_you_mean(name.upper(), sorted(_VARIABLES))}"
        for name in sorted(set(environment.variables) - set(_VARIABLES))
        if name.startswith(("CLOPOS_", "RECONCILE_"))
    ]
    if unknown:
        return warn("credentials", f"{found}; {'; '.join(unknown)}", "rename or unset it")
    return ok("credentials", found)


def check_output(folder: Path) -> Check:
    """Whether the folder, or the nearest one above it that is there, can be written, its lock free, and has space."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    elsewhere = "give --out a folder that you may write to"
    name = printable(str(folder))
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        return fail("output", f"{name} can't be written", elsewhere, SETTINGS)
    try:
        if there == folder:
            with locked_folder(folder), tempfile.TemporaryFile(dir=folder):
                pass
        free = shutil.disk_usage(there).free
    except Locked as error:
        return warn("output", f"another run holds {name}", str(error))
    except (NotWritable, OSError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        return fail("output", f"{name} can't be written ({problem})", elsewhere, SETTINGS)
    space = f"{free / 2**30:.1f} GiB free"
    if free < _SCARCE_BYTES:
        return warn("output", f"{name} can be written, {space}", "free at least 200 MiB")
    made = "its lock is free" if there == folder else "the first run makes it"
    return ok("output", f"{name} can be written, {made}, {space}")
