"""docs/asyncapi.json is an AsyncAPI 3.0 document, all it refers to is there, and its examples are valid events."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from domain.catalog import AREAS, EVENT_TYPES
from infra.docs.asyncapi import asyncapi_document
from infra.kafka.topics import topic_names
from infra.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
BASE = "urn:docs:"
# What AsyncAPI 3.0 allows in each object; the first set is required.
OBJECTS: dict[str, tuple[set[str], set[str]]] = {
    "": ({"asyncapi", "info"}, {"id", "servers", "defaultContentType", "channels", "operations", "components"}),
    "info": ({"title", "version"}, {"termsOfService", "contact", "license", "description", "tags", "externalDocs"}),
    "channel": (set(), {"address", "messages", "title", "summary", "description", "servers", "parameters", "tags",
                        "externalDocs", "bindings"}),
    "operation": ({"action", "channel"}, {"title", "summary", "description", "security", "tags", "externalDocs",
                                          "bindings", "traits", "messages", "reply"}),
    "message": (set(), {"headers", "payload", "correlationId", "contentType", "name", "title", "summary", "description",
                        "tags", "externalDocs", "bindings", "examples", "traits"}),
    "payload": ({"schemaFormat", "schema"}, set()),
    "example": (set(), {"headers", "payload", "name", "summary"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / "asyncapi.json").read_text(encoding="utf-8"))
    return found


def check(kind: str, found: dict[str, Any]) -> None:
    required, allowed = OBJECTS[kind]
    assert required <= found.keys() <= required | allowed, kind


def resolved(document: dict[str, Any], reference: str) -> Any:
    file, _, pointer = reference.partition("#")
    part: Any = json.loads((DOCS / file).read_text(encoding="utf-8")) if file else document
    for step in filter(None, pointer.split("/")):
        part = part[step]
    return part


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """Checks by a schema of the document, whose references are to the document or to files beside it."""

    def find(uri: str) -> Resource[Any]:
        name = uri.removeprefix(BASE)
        contents = json.loads((DOCS / name).read_text(encoding="utf-8")) if name else document
        return DRAFT202012.create_resource(contents)

    registry: Registry[Any] = Registry(retrieve=find)  # type: ignore[call-arg]
    absolute = json.loads(json.dumps(schema).replace('"$ref": "', f'"$ref": "{BASE}'))
    return Draft202012Validator(absolute, registry=registry)


def test_it_has_what_a_document_of_version_3_must_have_and_nothing_else(document: dict[str, Any]) -> None:
    check("", document)
    check("info", document["info"])
    assert document["asyncapi"] == "3.0.0"
    assert "servers" not in document  # they are the user's own
    for channel in document["channels"].values():
        check("channel", channel)
    for operation in document["operations"].values():
        check("operation", operation)
        assert operation["action"] == "receive"
    for message in document["components"]["messages"].values():
        check("message", message)
        check("payload", message["payload"])
        for example in message["examples"]:
            check("example", example)
    names = [*document["channels"], *document["operations"], *document["components"]["messages"]]
    assert all(re.fullmatch(r"[\w.-]+", name) for name in names)


def test_everything_it_refers_to_is_there(document: dict[str, Any]) -> None:
    found = set(references(document))

    assert len(found) > len(EVENT_TYPES)
    for reference in found:
        assert resolved(document, reference), reference


def test_a_reference_to_nothing_would_be_seen(document: dict[str, Any]) -> None:
    for reference in ("#/channels/nothing", "schemas/nothing.json", "schemas/crm.deal.won.v1.json#/$defs/nothing"):
        with pytest.raises((KeyError, FileNotFoundError)):
            resolved(document, reference)


def test_each_topic_is_a_channel_that_rapport_receives_from(document: dict[str, Any], rapport_home: Path) -> None:
    assert rapport_home.exists()  # the settings are at their defaults
    topics = topic_names(Settings())

    assert {name: channel["address"] for name, channel in document["channels"].items()} == topics
    assert len(topics) == len(AREAS)
    received = {operation["channel"]["$ref"] for operation in document["operations"].values()}
    assert received == {f"#/channels/{name}" for name in document["channels"]}


def test_every_type_is_on_its_topic_in_both_modes(document: dict[str, Any]) -> None:
    on_channels = {
        (channel["address"], name) for channel in document["channels"].values() for name in channel["messages"]
    }

    assert on_channels == {
        (f"rapport.{ {'activity': 'activities'}.get(t.area, f'{t.area}s') }", f"{t.name}.{mode}")
        for t in EVENT_TYPES
        for mode in ("structured", "binary")
    }
    assert {name for _, name in on_channels} == document["components"]["messages"].keys()


def test_every_example_is_valid_by_the_schemas_it_stands_beside(document: dict[str, Any]) -> None:
    for name, message in document["components"]["messages"].items():
        payload = validator(document, message["payload"]["schema"])
        headers = validator(document, message["headers"])
        for example in message["examples"]:
            payload.validate(example["payload"])
            headers.validate(example["headers"])
        assert not payload.is_valid("no object"), name
        assert not headers.is_valid({}), name


def test_headers_of_another_type_are_not_valid(document: dict[str, Any]) -> None:
    won, lost = (document["components"]["messages"][f"crm.deal.{action}.v1.binary"] for action in ("won", "lost"))

    assert not validator(document, won["headers"]).is_valid(lost["examples"][0]["headers"])


def test_it_is_made_anew_the_same(document: dict[str, Any]) -> None:
    assert asyncapi_document() == document
