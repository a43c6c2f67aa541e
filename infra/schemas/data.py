"""The JSON Schema of an event's data, made from its model: what pydantic takes, as far as JSON Schema can say it.

Each field is one flat schema whose `type` names all that it may be. That is easy to read, and easy to compare with
what was published before.
"""

from datetime import date
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticOmit, core_schema

from domain.catalog import EventType
from domain.shared.fields import CustomNumber, Name, Text
from domain.shared.marks import marks_of, personal_mark
from domain.shared.references import MAX_LENGTH
from infra.schemas import patterns

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def data_schema(event_type: EventType) -> Schema:
    """The schema of the data of a type. `x-personal` says whose data a field is, `x-reference` the kind it names."""
    model = event_type.model
    found = model.model_json_schema(schema_generator=_Flat)
    properties = {name: _tidy(field, found.get("$defs", {})) for name, field in found["properties"].items()}
    properties["custom"] = _custom(properties["custom"])
    marks = marks_of(model)
    for name, kind in marks.single_refs:
        properties[name] |= _reference(kind)
    for name, kind in marks.list_refs:
        properties[name]["items"] = _reference(kind) | {"type": "string"}
    for name, refs in marks.part_refs:
        for part, kind in refs:
            properties[name]["items"]["properties"][part] |= _reference(kind)
    for name in marks.personal:
        mark = personal_mark(model.model_fields[name])
        properties[name]["x-personal"] = mark.of if mark else None
    return {
        "description": " ".join((model.__doc__ or "").split()),
        "type": "object",
        "properties": properties,
        "required": found.get("required", []),
        "additionalProperties": False,
    }


class _Flat(GenerateJsonSchema):
    """Pydantic's generator, where it knows less than pydantic's validator or says it at greater length."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> Schema:
        places = schema["decimal_places"]
        whole = schema["max_digits"] - places
        # No multipleOf for the places: with binary fractions, many a checker refuses 12.3456 as no multiple of 0.0001.
        limits: Schema = {"exclusiveMinimum": -(10**whole), "exclusiveMaximum": 10**whole}
        if "ge" in schema and "le" in schema:
            limits = {"minimum": int(schema["ge"]), "maximum": int(schema["le"])}
        return {"type": ["number", "string"], **limits, "pattern": patterns.decimal_number(whole, places)}

    def int_schema(self, schema: core_schema.IntSchema) -> Schema:
        return {**super().int_schema(schema), "type": ["integer", "string"], "pattern": patterns.WHOLE_NUMBER}

    def str_schema(self, schema: core_schema.StringSchema) -> Schema:
        return {"pattern": patterns.NO_NUL, **super().str_schema(schema)}

    def date_schema(self, schema: core_schema.DateSchema) -> Schema:
        if schema.get("strict"):
            raise PydanticOmit  # a date that is no text: imports have such, JSON has not
        return {"type": "string", "format": "date"}  # its limits stand further out: see _limits

    def datetime_schema(self, _: core_schema.DatetimeSchema) -> Schema:
        return {"type": "string", "pattern": patterns.instant_between(1900, 2200)}

    def bool_schema(self, _: core_schema.BoolSchema) -> Schema:
        return {"type": ["boolean", "string"], "pattern": patterns.TRUTH_VALUE}

    def chain_schema(self, schema: core_schema.ChainSchema) -> Schema:
        return {name: part for step in schema["steps"] for name, part in self.generate_inner(step).items()}

    def literal_schema(self, schema: core_schema.LiteralSchema) -> Schema:
        return {"type": "string", "enum": list(schema["expected"])}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> Schema:
        inner = self.generate_inner(schema["schema"])
        kinds = inner["type"]
        inner["type"] = [*([kinds] if isinstance(kinds, str) else kinds), "null"]
        if "enum" in inner:
            inner["enum"] = [*inner["enum"], None]
        return inner

    def field_title_should_be_set(self, _: object) -> bool:
        return False


def _custom(found: Schema) -> Schema:
    """The source's own fields: their values are text, numbers or truth values, in one flat schema."""
    either = {**_schema_of(CustomNumber), **_schema_of(Text), "type": ["boolean", "number", "string"]}
    kept = {name: found[name] for name in ("description", "type", "maxProperties")}
    return {**kept, "propertyNames": _schema_of(Name), "additionalProperties": either}


def _schema_of(annotation: Any) -> Schema:
    return TypeAdapter(annotation).json_schema(schema_generator=_Flat)


def _reference(kind: str) -> Schema:
    return {"maxLength": MAX_LENGTH, "pattern": patterns.reference_to(kind), "x-reference": kind}


def _tidy(schema: Any, definitions: Schema) -> Any:
    """Put what is defined elsewhere in its place, and leave out titles and defaults that say nothing."""
    if isinstance(schema, list):
        return [_tidy(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        model = definitions[schema["$ref"].removeprefix("#/$defs/")]
        schema = {**{name: part for name, part in model.items() if name != "title"}, **schema}
    schema = {**schema, **_limits(schema)}
    needless = {"$ref", "ge", "le"}
    kept = {name: part for name, part in schema.items() if name not in needless and (name, part) != ("default", None)}
    return {name: _tidy(part, definitions) for name, part in kept.items()}


def _limits(schema: Schema) -> Schema:
    """The limits in words of JSON Schema, where pydantic leaves its own or says them in another dialect."""
    if schema.get("format") == "date":
        first, last = (date.fromisoformat(schema[limit]) for limit in ("ge", "le"))
        return {"pattern": patterns.day_between(first.year, last.year)}
    if "ge" in schema:
        return {"minimum": schema["ge"], "maximum": schema["le"]}
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and pattern.endswith(("}$", "+$")):
        return {"pattern": pattern.removesuffix("$") + patterns.END}
    return {}
