"""The JSON Schema of a whole event of one type: a CloudEvent in structured JSON with that type's data."""

from domain.catalog import EventType
from domain.shared.envelope import TimePrecision
from domain.shared.references import MAX_LENGTH
from infra.schemas import patterns
from infra.schemas.data import DIALECT, Schema, data_schema

_LONGEST = 512
_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": _LONGEST, "pattern": patterns.NOT_BLANK}
_MAYBE = {**_TEXT, "type": ["string", "null"]}
_PRECISIONS = [precision.value for precision in TimePrecision]

REQUIRED = ("specversion", "id", "source", "type", "subject", "time")


def event_schema(event_type: EventType) -> Schema:
    """The schema of a whole event, with that of its data under `$defs`. It stands alone, and names no server."""
    data = data_schema(event_type)
    required = [*REQUIRED, "data"] if data["required"] else [*REQUIRED]
    if not data["required"]:
        data["type"] = ["object", "null"]  # an event that says all by its type may leave its data out
    return {
        "$schema": DIALECT,
        "$id": f"urn:rapport:schema:{event_type.name}",
        "title": event_type.name,
        "description": data["description"],
        "type": "object",
        "required": required,
        "properties": {**attributes(event_type), "data": {"$ref": "#/$defs/data"}, "data_base64": False},
        "if": {"properties": {"time": {"pattern": f"^{patterns.DAY}{patterns.END}"}}},
        "then": {"properties": {"timeprecision": {"enum": [*(p for p in _PRECISIONS if p != "instant"), None]}}},
        "$defs": {"data": data},
    }


def attributes(event_type: EventType) -> dict[str, Schema]:
    """The schemas of the attributes of an event of this type. Others are extensions, which are let through."""
    area = event_type.area
    return {
        "specversion": {"const": "1.0"},
        "id": _TEXT | {"description": "the sender's own id of the event; sent again, it is a repeat"},
        "source": _TEXT | {"description": "the system that says so"},
        "type": {"const": event_type.name},
        "subject": {
            "description": f"what it is about: {area}:<source>:<key>",
            "type": "string",
            "maxLength": MAX_LENGTH,
            "pattern": patterns.reference_to(area),
            "x-reference": area,
        },
        "time": {
            "description": "when it happened, with a zone, or the day alone",
            "type": "string",
            "pattern": patterns.TIME,
        },
        "timeprecision": {
            "description": "how exactly the time is known",
            "type": ["string", "null"],
            "enum": [*_PRECISIONS, None],
        },
        "datacontenttype": {"type": ["string", "null"], "pattern": patterns.media_type_of_json()},
        "dataschema": _MAYBE | {"maxLength": 2_048},
        "tenant": {"description": "whose event it is", "type": ["string", "null"], "pattern": patterns.TENANT},
        "actor": _MAYBE | {"description": "who did it, as the sender claims"},
        "sequence": {
            "description": "the sender's own order among equal times",
            "type": ["integer", "string", "null"],
            "minimum": -(2**63),
            "maximum": 2**63 - 1,
            "pattern": patterns.SEQUENCE,
        },
        "correlationid": _MAYBE | {"description": "what belongs together, such as one import"},
        "causationid": _MAYBE | {"description": "the id of what caused it"},
        "traceparent": _MAYBE | {"description": "the trace it was sent in, as W3C Trace Context writes it"},
    }
