"""Reads and checks `reconcile.toml`. Each error is one sentence: file, key, value found, values allowed."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from msgspec import inspect

from reconcile.core.errors import UsageError
from reconcile.core.input_files import SETTINGS, read_whole
from reconcile.core.text import did_you_mean, printable, shown
from reconcile.settings.model import CONFIG_NAME, LARGEST, InventoryBehavior, Settings

Key: TypeAlias = tuple[str, ...]
"""The path of a value: the names of its tables, then its own."""
_KINDS: dict[type[inspect.Type], tuple[type, ...]] = {
    inspect.BoolType: (bool,),
    inspect.IntType: (int,),
    inspect.FloatType: (int, Decimal),
    inspect.DecimalType: (int, Decimal),
    inspect.StrType: (str,),
    inspect.FrozenSetType: (list,),
    inspect.DictType: (dict,),
    inspect.StructType: (dict,),
}
_VALUES = inspect.type_info(frozenset[int])
_DUPLICATE_ERRORS = (
    "Cannot overwrite a value",
    "Cannot declare",
    "Cannot mutate immutable namespace",
    "Duplicate inline table key",
)
"""How the parser's messages about a duplicate key or table begin."""


@dataclasses.dataclass(frozen=True)
class LoadedSettings:
    """Settings, with the content of the file that they come from."""

    settings: Settings
    table: Mapping[str, Any]
    """The file's own keys and values; empty if there is no file."""
    file: str = ""
    """The file's name, printable; empty if there is no file."""


def load_settings(path: str | Path | None = None) -> Settings:
    """The settings of a TOML file; without one of `reconcile.toml` in the working folder; else the defaults.

    Raises `UsageError`, which names the file, the key and what is allowed.
    """
    return read_settings(None if path is None else Path(path)).settings


def read_settings(path: Path | None) -> LoadedSettings:
    """Settings from the file at `path`; without one from `reconcile.toml` in the working folder; else the defaults.

    Raises `UsageError`, which names the file, the key and what is allowed.
    """
    if path is None:
        path = Path(CONFIG_NAME)
        if not (path.exists() or path.is_symlink()):
            return LoadedSettings(Settings(), {})
    file = printable(str(path))
    try:
        table = _with_new_names(_table(path, file))
        settings = _checked(table, inspect.type_info(Settings), ())
    except _SettingError as error:
        raise UsageError(f"{file}: {error}") from None
    return LoadedSettings(settings, table, file)


def _table(path: Path, file: str) -> dict[str, Any]:
    """The content of a TOML file; numbers with a decimal point are Decimal."""
    try:
        content = read_whole(path, SETTINGS)
    except OSError as error:
        raise UsageError(f"{file} can't be read ({error.strerror}); give --config a settings file") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{file} is not UTF-8 text (line {line}); save it as UTF-8 and run again") from None
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_not_toml(file, text.split("\n"), str(error))) from None
    except (ValueError, RecursionError):  # thousands of digits or of brackets
        problem = "a number is too long, or lists are nested too deeply"
        raise UsageError(f"{file} is not valid TOML: {problem}; fix it and run again") from None


def _not_toml(file: str, lines: list[str], problem: str) -> str:
    """The parser's message, reworded for a duplicate key. No value is shown, as it might be a secret."""
    if not problem.startswith(_DUPLICATE_ERRORS):
        return f"{file} is not valid TOML: {printable(problem)}; fix it and run again"
    place = re.search(r"at line (\d+)", problem)
    number = int(place[1]) if place else len(lines)
    key, equals, _ = lines[number - 1].strip().partition("=")
    name = shown(key.strip()) if equals or key.startswith("[") else "a key"  # else the line ends a long value
    return f"{file} gives {name} twice, the second time in line {number}; give each key and table once"


def _with_new_names(table: dict[str, Any]) -> dict[str, Any]:
    """The table with `untracked.inventory_behaviors`, an earlier name, as `inventory_behavior.untracked`.

    A value in it loses its default meaning. Raises `_SettingError` where both names are given.
    """
    untracked, meanings = table.get("untracked"), table.get("inventory_behavior", {})
    if not isinstance(untracked, dict) or "inventory_behaviors" not in untracked:
        return table
    if not isinstance(meanings, dict) or "untracked" in meanings:
        raise _SettingError(
            "untracked.inventory_behaviors is the earlier name of inventory_behavior.untracked; "
            "allowed is one of the two"
        )
    old = _checked(untracked["inventory_behaviors"], _VALUES, ("untracked", "inventory_behaviors"))
    defaults = msgspec.structs.asdict(InventoryBehavior()).items()
    renamed = {name: sorted(value - old) for name, value in defaults if value & old}
    rest = {name: value for name, value in untracked.items() if name != "inventory_behaviors"}
    return table | {"untracked": rest, "inventory_behavior": renamed | meanings | {"untracked": sorted(old)}}


class _SettingError(Exception):
    """A wrong key or value; the message names the key."""


def _checked(value: Any, expected: inspect.Type, key: Key) -> Any:
    """The value converted to the expected type, tables with all they contain. Raises `_SettingError`."""
    if isinstance(expected, inspect.UnionType):  # with None, which TOML does not have
        expected = next(each for each in expected.types if not isinstance(each, inspect.NoneType))
    if not _fits(value, expected):
        words = expected.values if isinstance(expected, inspect.LiteralType) else ()
        hint = did_you_mean(str(value), map(str, words))
        raise _SettingError(f"{_dotted(key)} is {_described(value)}; allowed is {_allowed(expected)}{hint}")
    match expected:
        case inspect.StructType():
            return _built(value, expected, key)
        case inspect.DictType(key_type=names, value_type=inner):
            return {
                _name(name, names, (*key, name)): _checked(each, inner, (*key, name))
                for name, each in value.items()
            }
        case inspect.FrozenSetType(item_type=inner):
            items = enumerate(value)
            return frozenset(_checked(each, inner, (*key[:-1], f"{key[-1]}[{n}]")) for n, each in items)
        case inspect.FloatType():
            return float(value)
        case inspect.DecimalType():
            return Decimal(value)
    return value


def _built(table: dict[str, Any], expected: inspect.StructType, key: Key) -> Any:
    """A settings table with each key checked, and then the table as a whole."""
    fields = {field.name: field.type for field in expected.fields}
    for name in table:
        if name not in fields:
            elsewhere = _elsewhere(name)
            hint = "" if elsewhere else did_you_mean(name, fields)
            raise _SettingError(
                f"there is no key {_dotted((*key, name))}{elsewhere}; allowed are {', '.join(fields)}{hint}"
            )
    values = {name: _checked(value, fields[name], (*key, name)) for name, value in table.items()}
    try:
        return expected.cls(**values)
    except ValueError as error:
        within = f"{_dotted(key)}." if key else ""
        raise _SettingError(f"{within}{error}") from None


def _elsewhere(name: str) -> str:
    """A hint where an unknown key belongs if it is a known key of another table; else empty."""
    tables = msgspec.structs.asdict(Settings())
    if name in tables:
        is_table = isinstance(tables[name], msgspec.Struct)
        return f" ([{name}] is a table of its own)" if is_table else f" ({name} belongs above all tables)"
    for table, values in tables.items():
        if isinstance(values, msgspec.Struct) and name in values.__struct_fields__:
            return f" ({name} belongs to [{table}])"
    return ""


def _fits(value: Any, expected: inspect.Type) -> bool:
    if isinstance(expected, inspect.LiteralType):
        return value in expected.values
    if type(value) not in _KINDS[type(expected)]:
        return False
    if isinstance(expected, inspect.IntType | inspect.FloatType):
        low, above, high = expected.ge, expected.gt, expected.le
        return (
            (type(value) is int or value.is_finite())
            and (low is None or value >= low)
            and (above is None or value > above)
            and (high is None or value <= high)
        )
    return not isinstance(expected, inspect.StrType) or len(value) >= (expected.min_length or 0)


def _name(name: str, expected: inspect.Type, key: Key) -> Any:
    """A user-chosen key as a name or an id. Raises `_SettingError`."""
    is_id = isinstance(expected, inspect.IntType)
    value: Any = int(name) if is_id and re.fullmatch("[1-9][0-9]{0,18}", name) else name
    if not _fits(value, expected):
        raise _SettingError(
            f"there is no key {_dotted(key)}; allowed in place of {shown(name)} is {_allowed(expected)}"
        )
    return value


def _allowed(expected: inspect.Type) -> str:
    """The values that a type allows, in words."""
    words = "a table"
    match expected:
        case inspect.BoolType():
            words = "true or false"
        case inspect.IntType():
            words = "a whole number" + _range(expected)
        case inspect.FloatType():
            words = "a number" + _range(expected)
        case inspect.DecimalType():
            words = "a number from 0 to a million"
        case inspect.StrType(min_length=least):
            words = "a text that is not empty" if least else "a text in quotes"
        case inspect.LiteralType(values=values):
            words = "one of " + ", ".join(f"'{value}'" for value in values)
        case inspect.FrozenSetType(item_type=item):
            words = f"a list in brackets, each item {_allowed(item)}"
        case inspect.StructType(fields=fields):
            words = f"a table with the keys {', '.join(field.name for field in fields)}"
    return words


def _range(expected: inspect.IntType | inspect.FloatType) -> str:
    if expected.le is None:
        return ""
    largest = "a million" if expected.le == LARGEST else str(expected.le)
    least = f"from {expected.ge}" if expected.gt is None else f"above {expected.gt} and up"
    return f" {least} to {largest}"


def _described(value: Any) -> str:
    """A value found, in words."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return shown(value).strip("'")
        case str():
            return f"the text {shown(value)}"
        case list():
            return "a list"
        case dict():
            return "a table"
    return f"a date or time ({shown(value)})"


def _dotted(key: Key) -> str:
    """A key as in TOML; parts that are not bare names are quoted and made printable."""
    is_bare = re.compile(r"[A-Za-z0-9_-]{1,60}(\[\d+\])?").fullmatch
    return ".".join(part if is_bare(part) else shown(part) for part in key)
