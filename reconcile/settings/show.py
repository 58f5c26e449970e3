"""The settings in force as TOML, each with where it comes from: for `python -m reconcile config`.

What is printed loads again as the same settings. No secret is in it, and nothing that a terminal would obey.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from reconcile.core.errors import UsageError
from reconcile.core.text import did_you_mean, printable
from reconcile.settings.file import Given, Key
from reconcile.settings.model import CREDENTIALS, Environment

_HEAD = """\
# The settings in force, and where each comes from. As they stand they may be saved as reconcile.toml.
"""
_UNSET = '"Asia/Baku"'
"""An example, as TOML has no word for None; `timezone` alone may be so."""
_WIDTH = 44
_SHOWN: dict[str, Callable[[Environment], object]] = {
    "CLOPOS_VENUE_ID": Environment.venue_id,
    "CLOPOS_BASE_URL": lambda environment: re.split("[?#]", environment.base_url())[0],
}
"""Variables that are no secrets, and what reads them."""


def settings_as_toml(given: Given) -> str:
    """All settings, defaults included."""
    lines = _table((), given.settings, given.table, printable(given.file))
    return "\n".join([_HEAD, *lines]) + "\n"


def environment_in_words(environment: Environment) -> tuple[str, list[str]]:
    """As TOML comments, which variables are set, from where; and what is wrong with them."""
    lines, wrong = [], []
    for name in (*CREDENTIALS.values(), *_SHOWN):
        try:
            said = environment.origin(name) or "not set"
            read = _SHOWN.get(name)
            value = read(environment) if read else None
            if value is not None:
                said = f"{printable(str(value))} ({'the default' if said == 'not set' else said})"
            elif said != "not set":
                said = f"set, {said}"
        except UsageError as error:
            said = "wrong: see the error"
            wrong.append(str(error))
        lines.append(f"{name:<22}{said}")
    known = {*CREDENTIALS.values(), *_SHOWN}
    for name in sorted(set(environment.variables) - known):
        if name.startswith("CLOPOS_"):
            lines.append(f"{printable(name):<21} is none of ours{did_you_mean(name.upper(), sorted(known))}")
    text = "".join(f"#   {line}\n" for line in lines)
    return f"\n# The environment; secrets are never shown.\n{text}", wrong


def _table(key: Key, table: msgspec.Struct, given: Mapping[str, Any], file: str) -> Iterator[str]:
    """A table's own keys, then the tables in it; `given` is what the file says of it."""
    inner: list[tuple[Key, msgspec.Struct, Mapping[str, Any]]] = []
    if key:
        yield from ("", f"[{'.'.join(map(_key, key))}]")
    for name, value in msgspec.structs.asdict(table).items():
        if isinstance(value, msgspec.Struct):
            inner.append(((*key, name), value, given.get(name, {})))
        elif name.startswith("by_"):
            inner += [((*key, name, str(each)), some, given[name][str(each)]) for each, some in value.items()]
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
    """A TOML text; what a terminal might obey is escaped."""
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text) + '"'
