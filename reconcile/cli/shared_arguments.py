"""Options that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path

from reconcile.language.catalogues import LANGUAGES

FAILING = {"error": ("error",), "warning": ("error", "warning"), "never": ()}
"""By value of `--fail-on`: the severities that make the exit status 1."""


def folder(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; give a folder")
    return Path(text)


def add_place(command: argparse.ArgumentParser, *, out: bool = True) -> None:
    """`--config`, and `--out` unless the command writes nothing there. Without them those before the command hold."""
    if out:
        command.add_argument(
            "--out", type=folder, metavar="DIR", default=argparse.SUPPRESS, help="default: reports"
        )
    command.add_argument(
        "--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="default: reconcile.toml"
    )


def add_fail_on(group: argparse._ActionsContainer, default: str) -> None:
    """`--fail-on`."""
    group.add_argument(
        "--fail-on",
        choices=tuple(FAILING),
        default=default,
        help="least severity for exit status 1 (default: error)",
    )


def add_language(group: argparse._ActionsContainer, default: str, of: str = "workbook") -> None:
    """`--lang`."""
    group.add_argument("--lang", choices=LANGUAGES, default=default, help=f"{of} language (default: en)")


def add_how_much_is_said(group: argparse._ActionsContainer, *, is_said: bool | str) -> None:
    """`is_said`: whether each option is given by default; `argparse.SUPPRESS` where another parser says so."""
    for option, meaning in (
        ("--quiet", "print only warnings and errors"),
        ("--verbose", "print each retry and its reason"),
        ("--no-progress", "no progress bar, no progress lines"),
    ):
        group.add_argument(option, action="store_true", default=is_said, help=meaning)


def add_log_format(group: argparse._ActionsContainer, default: str) -> None:
    """`--log-format`."""
    group.add_argument(
        "--log-format",
        choices=("text", "json"),
        default=default,
        help="json: one object a line on standard error (default: text)",
    )
