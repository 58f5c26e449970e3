"""Places of evidence and of results: paths of this machine, and addresses (`s3://…`) that fsspec reads and writes."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from reconcile.core.errors import NotWritable, UsageError
from reconcile.core.files import not_writable, write_atomic
from reconcile.core.input_files import BOOKS, EVIDENCE, Refused, read_whole
from reconcile.core.text import printable

_EVIDENCE = ".evidence.jsonl.gz"
_MAGIC = re.compile(r"[*?\[]")


def is_address(place: str) -> bool:
    """Whether it is an address, and not a path."""
    return "://" in place


def named(place: str) -> str:
    """A place for a message: printable, and without the credentials that an address may have."""
    return re.sub(r"://[^/@]*@", "://***@", printable(place))


def absolute(place: str) -> str:
    """The place as another process knows it, whose folder may be another."""
    return place if is_address(place) else str(Path(place).absolute())


def folder_and_name(place: str) -> tuple[str, str]:
    """The place of its folder, and its name in it."""
    if is_address(place):
        folder, _, name = place.rpartition("/")
        return folder, name
    return str(Path(place).parent), Path(place).name


def file_in(folder: str, name: str) -> str:
    """The place of a file in a folder."""
    return f"{folder.rstrip('/')}/{name}" if is_address(folder) else str(Path(folder) / name)


def files_at(given: str) -> list[str]:
    """The evidence files that an argument names: a file, the finished evidence in a folder, or what a pattern fits.

    Raises OSError where nothing is there or it can't be looked at.
    """
    if is_address(given):
        return _files_at_address(given)
    if _MAGIC.search(given) and not os.path.lexists(given):
        found = sorted(glob.glob(given, recursive=True))  # noqa: PTH207  the pattern may be absolute
        if not found:
            raise FileNotFoundError(2, "no file fits this pattern", given)
        return [path for each in found for path in ([each] if Path(each).is_file() else _or_none(each))]
    if Path(given).is_dir():
        paths = [str(Path(given) / name) for name in evidence_names(given)]
        if not paths:
            raise FileNotFoundError(2, f"no file in this folder ends in {_EVIDENCE}", given)
        return paths
    if not os.path.lexists(given):
        raise FileNotFoundError(2, "no such file or folder", given)
    return [given]


def _or_none(folder: str) -> list[str]:
    """The evidence in a folder that a pattern fits, which may have none."""
    return [str(Path(folder) / name) for name in evidence_names(folder)] if Path(folder).is_dir() else []


def _files_at_address(given: str) -> list[str]:
    system, path = _system(given)
    with _as_os_errors(given):
        if _MAGIC.search(path):
            found = sorted(system.glob(path))
        elif system.isdir(path):
            found = sorted(each for each in system.ls(path, detail=False) if each.endswith(_EVIDENCE))
        else:
            return [given]
    if not found:
        raise FileNotFoundError(2, f"nothing here ends in {_EVIDENCE}", given)
    start = given.rstrip("/")
    if not start.endswith(path):
        return [str(system.unstrip_protocol(each)) for each in found]
    return [start.removesuffix(path) + each for each in found]


def evidence_names(folder: str) -> list[str]:
    """The names of the finished evidence in a folder, in order. Raises OSError."""
    if not is_address(folder):
        return sorted(name for name in os.listdir(folder) if name.endswith(_EVIDENCE))  # noqa: PTH208
    system, path = _system(folder)
    with _as_os_errors(folder):
        names = [each.rstrip("/").rpartition("/")[2] for each in system.ls(path, detail=False)]
    return sorted(name for name in names if name.endswith(_EVIDENCE))


def _system(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it. Raises `UsageError` where there is none for it."""
    try:
        system, path = import_module("fsspec.core").url_to_fs(address)
    except ImportError as error:
        why = printable(str(error))[:200]
        raise UsageError(
            f"{named(address)} can't be used ({why}); install clopos-reconcile[dask], and what such an address needs"
        ) from None
    except ValueError as error:
        why = printable(str(error))[:200]
        raise UsageError(f"{named(address)} is no address that fsspec knows ({why})") from None
    return system, str(path)


@contextlib.contextmanager
def _as_os_errors(place: str) -> Iterator[None]:
    """Whatever a file system raises, as an OSError without the details that may be secret."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno or 5, error.strerror or type(error).__name__, named(place)) from None
    except Exception as error:  # each library has its own errors
        raise OSError(5, type(error).__name__, named(place)) from None


class Evidences:
    """The evidence files of some days, as files of this machine; what is at an address is fetched once."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._fetched: dict[str, Path] = {}
        self._digests: dict[str, str] = {}

    def path_of(self, place: str) -> Path:
        """The file's path. Raises OSError where it can't be fetched."""
        if not is_address(place):
            return Path(place)
        if place not in self._fetched:
            folder, name = folder_and_name(place)
            target = self._scratch / hashlib.sha256(folder.encode()).hexdigest()[:16] / name
            target.parent.mkdir(exist_ok=True)
            system, path = _system(place)
            with _as_os_errors(place):
                if (system.size(path) or 0) > EVIDENCE.size:
                    raise Refused(f"it has more than {EVIDENCE.size:,} bytes", named(place))
                system.get_file(path, str(target))
            self._fetched[place] = target
        return self._fetched[place]

    def digest_of(self, place: str) -> str:
        """What changes when a file does: the SHA-256 of its bytes; at an address, what its file system tells of it."""
        if place not in self._digests:
            try:
                self._digests[place] = self._digest_of(place)
            except OSError as error:
                self._digests[place] = f"unreadable {error.strerror}"
        return self._digests[place]

    def _digest_of(self, place: str) -> str:
        if is_address(place):
            system, path = _system(place)
            with _as_os_errors(place):
                return str(system.checksum(path))
        return hashlib.sha256(read_whole(Path(place), EVIDENCE)).hexdigest()

    def by_place(self, text: str) -> str:
        """A message that names what was fetched by its address."""
        for place, path in self._fetched.items():
            text = text.replace(str(path), named(place))
        return text


@contextlib.contextmanager
def opened(place: str) -> Iterator[BinaryIO]:
    """What is at an address, open for reading. Raises OSError."""
    system, path = _system(place)
    with _as_os_errors(place), system.open(path, "rb") as stream:
        yield stream


class Results:
    """The place of results. Files appear whole or not at all."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.folder = None if is_address(place) else Path(place)
        """The folder on this machine, if it is one."""

    @contextlib.contextmanager
    def written(self) -> Iterator[Path]:
        """A folder to write the results of a day into; at an address they get their place on leaving it."""
        if self.folder is not None:
            yield self.folder
            return
        with tempfile.TemporaryDirectory(prefix="reconcile-") as name:
            folder = Path(name)
            yield folder
            files = (path for path in folder.rglob("*") if path.is_file())
            for path in sorted(files, key=lambda path: (path.name == "control.parquet", path)):
                self.write(path.relative_to(folder).as_posix(), path.read_bytes())

    def write(self, name: str, content: bytes) -> None:
        """Write one file, whole. Raises `NotWritable`."""
        if self.folder is not None:
            try:
                write_atomic(self.folder / name, content)
            except PermissionError as error:
                raise not_writable(self.folder / name, error) from None
            return
        address = file_in(self.place, name)
        system, path = _system(address)
        try:
            with _as_os_errors(address):
                if "file" in (system.protocol, *system.protocol):
                    write_atomic(Path(path), content)  # fsspec's own moves it from another disk
                    return
                system.makedirs(path.rpartition("/")[0], exist_ok=True)
                with system.transaction:
                    system.pipe_file(path, content)
        except OSError as error:
            raise NotWritable(
                f"{named(address)} can't be written ({error.strerror}); give --out a place that you may write to"
            ) from None

    def read(self, name: str) -> bytes | None:
        """The content of a file; None where it is not there or can't be read."""
        try:
            if self.folder is not None:
                return read_whole(self.folder / name, BOOKS)
            address = file_in(self.place, name)
            system, path = _system(address)
            with _as_os_errors(address):
                content: bytes = system.cat_file(path)
                return content
        except OSError:
            return None

    def has(self, digests: Mapping[str, str]) -> bool:
        """Whether all files are there and have these SHA-256."""
        return all(self.digest_of(name) == digest for name, digest in digests.items())

    def digest_of(self, name: str) -> str:
        """The SHA-256 of a file; empty where it can't be read."""
        content = self.read(name)
        return "" if content is None else hashlib.sha256(content).hexdigest()

    def names(self, folder: str) -> list[str]:
        """The names in a folder; none where it is not there."""
        try:
            if self.folder is not None:
                return os.listdir(self.folder / folder)  # noqa: PTH208  names alone
            address = file_in(self.place, folder)
            system, path = _system(address)
            with _as_os_errors(address):
                return [each.rstrip("/").rpartition("/")[2] for each in system.ls(path, detail=False)]
        except OSError:
            return []
