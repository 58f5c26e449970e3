"""The settings in force as TOML with the origin of each, for `python -m reconcile config`.

The output can be saved and loads as the same settings. It has no secrets and no control characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from reconcile.core.errors import UsageError
from reconcile.core.text import did_you_mean, printable
from reconcile.settings.environment import ADDRESSES, CREDENTIALS, Environment
from reconcile.settings.file import Key, LoadedSettings

_HEAD = """\
# The settings in force, and where each comes from. This output can be saved as reconcile.toml.
"""
_UNSET = '"Asia/Baku"'
"""An example value, as TOML has no None; only `timezone` can be unset."""
_WIDTH = 44
_NOT_SECRET: dict[str, Callable[[Environment], object]] = {
    "CLOPOS_VENUE_ID": Environment.venue_id,
    "CLOPOS_BASE_URL": Environment.base_url,
}
"""Variables whose values are shown, and the functions that read them."""


def settings_as_toml(loaded: LoadedSettings) -> str:
    """All settings, defaults included, each with a comment: the file's name or `default`."""
    lines = _table((), loaded.settings, loaded.table, printable(loaded.file))
    return "\n".join([_HEAD, *lines]) + "\n"


def environment_as_comments(environment: Environment) -> tuple[str, list[str]]:
    """TOML comments on which variables are set and from where, and a list of errors in them."""
    lines, errors = [], []
    known = (*CREDENTIALS.values(), *_NOT_SECRET, *ADDRESSES)
    for name in known:
        try:
            origin = environment.origin(name)
            if name in ADDRESSES:
                environment.address(name)
            value = _NOT_SECRET[name](environment) if name in _NOT_SECRET else None
            status = f"set, {origin}" if origin else "not set"
            if value is not None:
                status = f"{printable(str(value))} ({origin or 'the default'})"
        except UsageError as error:
            status = "wrong: see the error"
            errors.append(str(error))
        lines.append(f"{name:<22}{status}")
    for name in sorted(set(environment.variables) - set(known)):
        if name.startswith(("CLOPOS_", "RECONCILE_")):
            hint = did_you_mean(name.upper(), sorted(known))
            lines.append(f"{printable(name):<21} is not a variable this program reads{hint}")
    text = "".join(f"#   {line}\n" for line in lines)
    return f"\n# The environment; secrets are never shown.\n{text}", errors


def _table(key: Key, table: msgspec.Struct, given: Mapping[str, Any], file: str) -> Iterator[str]:
    """The lines of a table: its own keys, then its inner tables. `given` is that table in the file."""
    inner: list[tuple[Key, msgspec.Struct, Mapping[str, Any]]] = []
    if key:
        yield from ("", f"[{'.'.join(map(_key, key))}]")
    for name, value in msgspec.structs.asdict(table).items():
        if isinstance(value, msgspec.Struct):
            inner.append(((*key, name), value, given.get(name, {})))
        elif name == "venues" or name.startswith("by_"):
            inner += [
                ((*key, name, str(each)), exception, given[name][str(each)])
                for each, exception in value.items()
            ]
        elif value is not None:
            yield f"{name} = {_value(value)}".ljust(_WIDTH) + f"  # {file if name in given else 'default'}"
        elif not key:
            yield f"# {name} = {_UNSET}".ljust(_WIDTH) + "  # default: not set"
    for below in inner:
        yield from _table(*below, file)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case Decimal():
            return f"{value:f}"
        case frozenset():
            return f"[{', '.join(map(_value, sorted(value)))}]"
        case dict():
            pairs = ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
    return str(value)


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else _quoted(name)


def _quoted(text: str) -> str:
    """A TOML string; unprintable characters are escaped."""
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text) + '"'
