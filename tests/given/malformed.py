"""Answers gone wrong: valid JSON with a part replaced, removed or repeated, then perhaps cut, spoilt or mislabelled."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

from hypothesis import strategies as st

JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, 10**400, 10**3000, 0.1 + 0.2, 1e308, float("nan"), float("inf"), "", "x",
    "NaN", "1e400", "-0", "٣", "1,5", "\ud800", "\x00\x1b[31m", "a" * 5000, [], {}, [[]], [None], {"id": {"id": {}}},
    "2026-02-30 25:61:00", "2026-01-19T10:00:00Z", "0001-01-01 00:00:00", [{"id": 1}],
)  # fmt: skip
STATUSES = (200,) * 12 + (201, 206, 301, 400, 404, 405, 409, 410, 418, 422, 429, 500, 502, 503, 504, 599)


@dataclasses.dataclass(frozen=True)
class Malformed:
    """One answer."""

    body: bytes
    status: int
    kind: str

    def data(self) -> list[Any] | None:
        """What a careful reader gets out of it: the list under `data` of a 200, or nothing."""
        try:
            body = json.loads(self.body, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return None
        good = self.status == 200 and isinstance(body, dict) and body.get("success") is not False
        data = body.get("data") if good else None
        return data if isinstance(data, list) else None


def _refuse(name: str) -> None:
    raise ValueError(name)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inside for place in _places(each, (*path, key)))]


@st.composite
def _changed(draw: st.DrawFn, good: Any) -> Any:
    """The value with up to three of its places replaced, removed or repeated."""
    value = copy.deepcopy(good)
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(_places(value)))
        if not path:
            value = copy.deepcopy(draw(st.sampled_from(JUNK))) if draw(st.integers(0, 5)) == 0 else value
            continue
        holder = value
        for key in path[:-1]:
            holder = holder[key]
        what = draw(st.sampled_from(("replace", "replace", "remove", "repeat")))
        if what == "replace":
            holder[path[-1]] = copy.deepcopy(draw(st.sampled_from(JUNK)))
        elif what == "remove":
            del holder[path[-1]]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[path[-1]]))
    return value


@st.composite
def _spoilt(draw: st.DrawFn, body: bytes) -> bytes:
    """The bytes as they are, cut, with a wrong byte, in another encoding, or something else altogether."""
    place = draw(st.integers(0, len(body)))
    ways = {
        "cut": body[:place],
        "byte": body[:place] + draw(st.binary(min_size=1, max_size=3)) + body[place + 1 :],
        "utf-16": body.decode().encode("utf-16"),
        "bom": b"\xef\xbb\xbf" + body,
        "deep": b'{"data": ' + b"[" * 3000 + b"]" * 3000 + b"}",
        "html": b"<!doctype html><h1>502</h1>",
        "twice": body + body,
    }
    return ways[draw(st.sampled_from(sorted(ways)))] if draw(st.integers(0, 2)) == 0 else body


@st.composite
def malformed(draw: st.DrawFn, good: Any) -> Malformed:
    """An answer that is like `good`, and mostly isn't."""
    body = draw(_spoilt(json.dumps(draw(_changed(good))).encode()))
    kinds = ("application/json", "text/html", "application/json; charset=latin-1", "")
    return Malformed(body, draw(st.sampled_from(STATUSES)), draw(st.sampled_from(kinds)))
