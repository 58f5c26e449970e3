"""The JSON Schemas that ship with the program are exact: what it writes follows them, and nothing else does.

Every report, every JSON of a month and every line of evidence of the suite is held to them (`tests/given/schemas.py`).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from reconcile.evidence import privacy
from reconcile.report import findings_json
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import sales
from tests.given.demo_day import demo_result
from tests.given.places import ROOT
from tests.given.running import LIVE, Desk
from tests.given.schemas import faults, schema

Serve = Callable[..., CloposServer]
NAMES = ("report", "evidence", "month")


@pytest.mark.parametrize("name", NAMES)
def test_the_command_prints_the_schema(desk: Desk, name: str) -> None:
    ended = desk.run("schema", name)
    assert (ended.status, ended.err) == (0, "")
    printed = json.loads(ended.out)
    assert printed == schema(name)
    assert printed["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(printed)


@pytest.mark.parametrize(
    "arguments", [("schema",), ("schema", "workbook"), ("--date", "2026-01-19", "schema", "report")]
)
def test_another_schema_is_wrong_usage(desk: Desk, arguments: tuple[str, ...]) -> None:
    assert desk.run(*arguments).status == 2


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """The schemas of objects in a schema."""
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for inner in part.values():
            yield from objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from objects(inner)


@pytest.mark.parametrize("name", NAMES)
def test_no_object_may_have_a_field_that_is_not_said(name: str) -> None:
    found = list(objects(schema(name)))
    assert len(found) >= 8
    for each in found:
        assert each["additionalProperties"] is False
        assert set(each.get("required", ())) <= set(each["properties"])


def lines_of(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield from (gzip.decompress(content) if path.suffix == ".gz" else content).splitlines()


def test_every_line_of_the_fixtures_follows_the_schema() -> None:
    paths = [path for path in (ROOT / "fixtures").rglob("*.jsonl*") if path.is_file()]
    assert len(paths) > 100
    wrong = {
        f"{path.name}:{number}": found
        for path in paths
        for number, line in enumerate(lines_of(path), start=1)
        if (found := faults("evidence", line))
    }
    assert wrong == {}


@pytest.mark.usefixtures("blank_workbooks")
def test_what_a_run_writes_follows_the_schemas(desk: Desk, serve: Serve) -> None:
    """In a process of its own, where nothing holds it to them."""
    receipts, operations = sales(3)
    operations[1][0]["quantity"] = 3
    operations[2][0]["quantity"] = "x"
    del operations[3]
    serve(receipts, operations)
    ended = desk.finish(desk.start(*LIVE))
    assert ended.status == 3, ended.err
    assert faults("report", ended.json_bytes) == []
    records = list(lines_of(ended.evidence))
    assert {json.loads(line)["record"] for line in records} >= {
        "run",
        "listed",
        "receipt",
        "operations",
        "end",
    }
    assert [found for line in records if (found := faults("evidence", line))] == []


def _changed(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document.update(fields)


@pytest.mark.parametrize(
    "spoil",
    [
        _changed(more=1),
        _changed(schema_version=1),
        _changed(date="19.01.2026"),
        _changed(venue_id="3"),
        _changed(venue_id=0),
        _changed(complete=None),
        _changed(failures=[{"receipt_id": 1}]),
        _changed(quarantine=[{"record": "payment", "id": 1, "receipt_id": 1, "reason": "x"}]),
        lambda document: document.pop("not_judged"),
        lambda document: document["control"]["value"].update(over=12.5),
        lambda document: document["control"]["value"].update(over="12.50"),
        lambda document: document["control"]["value"].update(over="1e3"),
        lambda document: document["control"]["lines"].update(total=-1),
        lambda document: document["findings"][0].update(severity="fatal"),
        lambda document: document["findings"][0].update(value=-6200),
        lambda document: document["findings"][0].update(id=None),
        lambda document: document["findings"][0].pop("cause"),
        lambda document: document["findings"][0].update(customer="Quliyeva"),
    ],
)  # fmt: skip
def test_a_report_that_is_spoilt_does_not_follow_the_schema(spoil: Callable[[dict[str, Any]], Any]) -> None:
    document = json.loads(findings_json.render(demo_result()))
    assert faults("report", json.dumps(document).encode()) == []
    spoil(document)
    assert faults("report", json.dumps(document).encode()) != []


@pytest.mark.parametrize(
    "line",
    [
        {"record": "listed"},
        {"record": "listed", "total": -1},
        {"record": "payment", "total": 1},
        {"record": "catalogue"},
        {"record": "catalogue", "total": 1, "failed": 504},
        {"record": "failure", "receipt_id": 0, "reason": "404"},
        {"record": "receipt", "asked": "guess", "receipt": {"id": 1}},
        {"record": "receipt", "asked": "list", "receipt": {"id": 1, "customer": "Quliyeva"}},
        {"record": "receipt", "asked": "list", "receipt": {"id": 1, "total": [1]}},
        {"record": "operations", "receipt_id": 1, "as_of": "", "operations": [{"id": 1, "user": "Quliyeva"}]},
        {"record": "end", "finished_at": "2026-01-19T00:00:00Z", "requests": "1"},
    ],
)
def test_a_line_that_is_spoilt_does_not_follow_the_schema(line: dict[str, Any]) -> None:
    assert faults("evidence", json.dumps(line).encode()) != []


def fields(part: Any, definitions: dict[str, Any]) -> Any:
    """The names of the fields that a schema of a record of the API has, as `reconcile.evidence.privacy` writes them."""
    if "anyOf" in part:
        part = part["anyOf"][0]
    if "$ref" in part:
        part = definitions[part["$ref"].rpartition("/")[2]]
    if "properties" not in part:
        return 1
    return {name: fields(inner, definitions) for name, inner in part["properties"].items()}


@pytest.mark.parametrize(
    ("definition", "allowed"),
    [
        ("receipt", privacy._RECEIPT),
        ("operation", privacy._OPERATION),
        ("listed_product", privacy._LISTED_PRODUCT),
    ],
)
def test_the_schema_has_the_fields_that_are_kept(definition: str, allowed: dict[str, Any]) -> None:
    """Those and no other."""
    definitions = schema("evidence")["$defs"]
    assert fields(definitions[definition], definitions) == allowed
