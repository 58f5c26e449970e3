"""The files of reports: where they go, and how none that a person wrote into is lost."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from reconcile.batch import folder as output
from reconcile.core.errors import UsageError
from reconcile.core.files import not_writable, write_atomic
from reconcile.language.translate import ENGLISH, Language

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Output:
    """The folder, language and formats of the reports. The JSON is always written."""

    folder: Path
    language: Language = ENGLISH
    workbook: bool = True
    csv: bool = False
    """The findings and, beside a workbook, the corrections as CSV too."""
    summary: bool = False
    """Whether to make the body of a mail, in the language of the workbook."""


def write_workbook(folder: Path, base: str, write: Callable[[Path], object]) -> Path:
    """Write under the first name whose file is absent, or neither edited by a person nor open in a program."""
    from reconcile.report.excel.package import is_untouched

    for path in output.workbook_paths(folder, base):
        if path.exists() and (output.is_held_open(path) or not is_untouched(path)):
            log.warning("%s was edited or is open; it is not overwritten", path)
            continue
        try:
            write_atomic(path, write)
        except PermissionError:
            log.warning("%s is open in another program; it is not overwritten", path)
            continue
        return path
    raise UsageError(f"all names for the workbook of {base} in {folder} are taken; move some of them away")


def write_documents(folder: Path, base: str, documents: Mapping[str, bytes]) -> list[Path]:
    """Write `base.kind` of each kind, over what is there; their paths. Raises `NotWritable`."""
    paths = []
    for kind, document in documents.items():
        path = folder / f"{base}.{kind}"
        try:
            write_atomic(path, document)
        except PermissionError as error:
            raise not_writable(path, error) from None
        paths.append(path)
    return paths
