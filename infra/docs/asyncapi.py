"""docs/asyncapi.json: which topic carries which events in which form, as AsyncAPI 3.0. Servers are the user's own."""

from importlib.metadata import version
from typing import Any

from domain.catalog import AREAS, EVENT_TYPES, EventType
from domain.examples import example_event
from infra.kafka.topics import plural
from infra.schemas.event import REQUIRED, attributes

_BINDING = "0.5.0"
_SCHEMAS = "application/schema+json;version=draft-2020-12"
_STRUCTURED = "application/cloudevents+json"
_ABOUT = """\
What Rapport reads from Kafka. An event is a CloudEvent 1.0, in structured mode (the whole event is the value) or in \
binary mode (its attributes are headers, its data is the value). The key of a message is the event's subject, so that \
what happens to one thing stays in order; an activity's key is its own id. No key holds a mail address or a telephone \
number: `rapport publish` puts the thing's id there. Topics can be named otherwise by RAPPORT_TOPICS."""


def asyncapi_document() -> dict[str, Any]:
    """The document; payloads refer to the files in docs/schemas."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Rapport",
            "version": version("rapport"),
            "description": _ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {plural(area): _channel(area) for area in AREAS},
        "operations": {f"take_{plural(area)}": _operation(area) for area in AREAS},
        "components": {
            "messages": {
                name: message for event_type in EVENT_TYPES for name, message in _messages(event_type).items()
            },
            "schemas": {"structured_headers": _structured_headers(), "binary_headers": _binary_headers()},
        },
    }


def _channel(area: str) -> dict[str, Any]:
    topic = f"rapport.{plural(area)}"
    names = [name for event_type in EVENT_TYPES if event_type.area == area for name in _messages(event_type)]
    return {
        "address": topic,
        "description": f"events of {plural(area)}",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {"topic": topic, "bindingVersion": _BINDING}},
    }


def _operation(area: str) -> dict[str, Any]:
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{plural(area)}"},
        "summary": "`rapport run ingest` takes each event once, however often it is sent",
    }


def _messages(event_type: EventType) -> dict[str, dict[str, Any]]:
    """The messages of a type by name: one in structured mode, one in binary."""
    name, example = event_type.name, example_event(event_type)
    common = {
        "name": name,
        "summary": " ".join((event_type.model.__doc__ or "").split()),
        "bindings": {"kafka": {"key": _key(event_type), "bindingVersion": _BINDING}},
    }
    data = example.pop("data")
    example.pop("datacontenttype")
    return {
        f"{name}.structured": {
            **common,
            "contentType": _STRUCTURED,
            "headers": {"$ref": "#/components/schemas/structured_headers"},
            "payload": {"schemaFormat": _SCHEMAS, "schema": {"$ref": f"schemas/{name}.json"}},
            "examples": [{"headers": {"content-type": _STRUCTURED}, "payload": {**example, "data": data}}],
        },
        f"{name}.binary": {
            **common,
            "contentType": "application/json",
            "headers": {"allOf": [{"$ref": "#/components/schemas/binary_headers"}, _own_headers(event_type)]},
            "payload": {"schemaFormat": _SCHEMAS, "schema": {"$ref": f"schemas/{name}.json#/$defs/data"}},
            "examples": [{"headers": _as_headers(example), "payload": data}],
        },
    }


def _key(event_type: EventType) -> dict[str, str]:
    means = "the event's id" if event_type.area == "activity" else "the event's subject, or the id of what it names"
    return {"type": "string", "description": means}


def _as_headers(event: dict[str, Any]) -> dict[str, str]:
    return {"content-type": "application/json", **{f"ce_{name}": str(value) for name, value in event.items()}}


def _own_headers(event_type: EventType) -> dict[str, Any]:
    own = attributes(event_type)
    return {"type": "object", "properties": {f"ce_{name}": own[name] for name in ("type", "subject")}}


def _structured_headers() -> dict[str, Any]:
    pattern = {"type": "string", "pattern": "^application/cloudevents\\+json"}
    return {"type": "object", "required": ["content-type"], "properties": {"content-type": pattern}}


def _binary_headers() -> dict[str, Any]:
    """What all types have in common. A header is text; what may be left out is left out, and never null."""
    properties = {}
    for name, schema in attributes(EVENT_TYPES[0]).items():
        if name not in {"type", "subject", "datacontenttype"}:
            of_text = {part: value for part, value in schema.items() if part not in {"minimum", "maximum", "type"}}
            words = {"enum": [word for word in of_text["enum"] if word]} if "enum" in of_text else {}
            properties[f"ce_{name}"] = {**of_text, **words, "type": "string"}
    return {
        "type": "object",
        "required": ["content-type", *(f"ce_{name}" for name in REQUIRED)],
        "properties": {
            "content-type": attributes(EVENT_TYPES[0])["datacontenttype"] | {"type": "string"},
            **properties,
        },
    }
