"""The command `overview`: writes the page, and says how it ended."""

from __future__ import annotations

import argparse
import logging

from reconcile.cli.exit_status import CLEAN, INCOMPLETE
from reconcile.core.text import counted
from reconcile.settings.file import read_settings

log = logging.getLogger("reconcile")
_NAMED = 20
"""How many days whose books can't be read are logged one by one; the page has all."""


def write_page(options: argparse.Namespace) -> int:
    """Write the overview of the folder. Returns the exit status."""
    from reconcile.batch.folder import locked_folder
    from reconcile.batch.overview import write_overview
    from reconcile.language.translate import language

    settings = read_settings(options.config).settings
    with locked_folder(options.out):
        written = write_overview(options.out, settings, language(options.lang))
    options.say(f"{written.path}\n")
    chain = written.chain
    log.info("%s, %s to %s", counted(len(chain.venues), "venue"), chain.first, chain.last)
    for (day, venue), why in list(chain.problems.items())[:_NAMED]:
        log.warning(
            "%s%s: the books can't be read: %s; reconcile the day again from its evidence",
            day, f", venue {venue}" if venue else "", why,
        )  # fmt: skip
    if len(chain.problems) > _NAMED:
        log.warning("and %d more: the page names all", len(chain.problems) - _NAMED)
    return INCOMPLETE if chain.problems else CLEAN
