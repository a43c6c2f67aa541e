"""Whether a schema still takes whatever an older one took.

Found are the ways in which it may not; what can't be told apart from a break counts as one. So a pattern may go or
become the one that takes any text, but not change otherwise, and a keyword unknown here may not change at all.
"""

from collections.abc import Callable, Iterator
from typing import Any

from infra.schemas.data import Schema
from infra.schemas.patterns import NO_NUL

# They say nothing about what is taken. `default` and the `x-` keywords do say what it means, and are no part of these.
_NOTES = frozenset({"$schema", "$id", "$defs", "$comment", "title", "description", "examples", "deprecated"})
_UPPER = {
    "maximum": "number",
    "exclusiveMaximum": "number",
    "maxLength": "string",
    "maxItems": "array",
    "maxProperties": "object",
}
_LOWER = {name.replace("max", "min").replace("Max", "Min"): kind for name, kind in _UPPER.items()}
_INSIDE = {
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
    "propertyNames": "object",
    "items": "array",
}
_ALL_TYPES = frozenset({"null", "boolean", "number", "integer", "string", "array", "object"})

Part = Schema | bool  # true takes everything, false nothing


def breaks(old: Schema, new: Schema) -> list[str]:
    """A sentence for each way in which what `old` takes might be refused by `new`, or mean something else to it."""
    return list(_Comparison(old, new).of(old, new, ""))


class _Comparison:
    """Compares parts of two documents, each with definitions of its own."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new

    def of(self, old: Part, new: Part, path: str) -> Iterator[str]:
        """The breaks between two schemas that stand at the same path."""
        was, now = _resolved(old, self._old), _resolved(new, self._new)
        where = path or "the event"
        if was is False or now is True:
            return
        if now is False:
            yield f"{where} is no longer taken"
            return
        was = {} if was is True else was
        for compare in _PLAIN:
            yield from (f"{where}: {sentence}" for sentence in compare(was, now))
        yield from self._fields(was, now, path)
        for inside, mark in (("items", "[]"), ("propertyNames", "(name)")):
            if inside in now and _INSIDE[inside] in _kinds(was):
                yield from self.of(was.get(inside, True), now[inside], f"{path}{mark}")

    def _fields(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        if "object" not in _kinds(old):
            return
        was, now = old.get("properties", {}), new.get("properties", {})
        others_were, others_are = old.get("additionalProperties", True), new.get("additionalProperties", True)
        for name in was:
            inner = f"{path}.{name}".removeprefix(".")
            if name not in now and others_are is False and was[name] is not False:
                yield f"{inner} is gone"
            else:
                yield from self.of(was[name], now.get(name, others_are), inner)
        for name in now.keys() - was.keys():
            # What was refused as unknown may become a field; what was let through as unknown must still be.
            yield from self.of(others_were, now[name], f"{path}.{name}".removeprefix("."))
        for name in sorted(set(new.get("required", [])) - set(old.get("required", []))):
            yield f"{f'{path}.{name}'.removeprefix('.')} is required now"
        if others_are is False and others_were is not False:
            yield f"{path or 'the event'}: other fields are no longer taken"
        else:
            yield from self.of(others_were, others_are, f"{path}(other)")


def _resolved(schema: Part, document: Schema) -> Part:
    while isinstance(schema, dict) and "$ref" in schema:
        part: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            part = part[step]
        schema = {**part, **{name: value for name, value in schema.items() if name != "$ref"}}
    return schema


def _types(old: Schema, new: Schema) -> Iterator[str]:
    lost = _kinds(old) - _kinds(new)
    if lost:
        yield f"can no longer be {', '.join(sorted(lost))}"


def _kinds(schema: Schema) -> frozenset[str]:
    found = schema.get("type", sorted(_ALL_TYPES))
    kinds = frozenset([found] if isinstance(found, str) else found)
    return kinds | {"integer"} if "number" in kinds else kinds


def _speaks_of(kind: str, schema: Schema) -> bool:
    """Whether a keyword for this type says anything about what the schema takes."""
    return kind in _kinds(schema) or (kind == "number" and "integer" in _kinds(schema))


def _values(old: Schema, new: Schema) -> Iterator[str]:
    if (now := _listed(new)) is None:
        return
    was = _listed(old)
    if was is None:
        yield "only listed values are taken now"
    elif lost := [value for value in was if value not in now]:
        yield f"no longer takes {', '.join(map(repr, lost))}"


def _listed(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    found: list[Any] | None = schema.get("enum")
    return found


def _limits(old: Schema, new: Schema) -> Iterator[str]:
    for name, kind in (*_UPPER.items(), *_LOWER.items()):
        if name not in new or not _speaks_of(kind, old):
            continue
        was, now = old.get(name), new[name]
        if was is None or (was > now if name in _UPPER else was < now):
            yield _change(name, was, now)


def _change(name: str, was: object, now: object) -> str:
    return f"{name} is {now}, and was {'not there' if was is None else was}"


def _forms(old: Schema, new: Schema) -> Iterator[str]:
    for name in ("pattern", "format"):
        if new.get(name) == NO_NUL and name in old:
            continue  # no pattern of ours takes a NUL, so that this one takes what any other took
        if name in new and new[name] != old.get(name) and _speaks_of("string", old):
            yield f"{name} is another"
    was, now = old.get("multipleOf"), new.get("multipleOf")
    if now is not None and (was is None or was % now) and _speaks_of("number", old):
        yield _change("multipleOf", was, now)


def _others(old: Schema, new: Schema) -> Iterator[str]:
    """What is not understood here may not change, nor what a field means."""
    understood = {*_NOTES, *_UPPER, *_LOWER, *_INSIDE, "type", "enum", "const", "pattern", "format", "multipleOf"}
    for name in sorted((old.keys() | new.keys()) - understood):
        if old.get(name) != new.get(name):
            yield f"{name} is another"


_PLAIN: tuple[Callable[[Schema, Schema], Iterator[str]], ...] = (_types, _values, _limits, _forms, _others)
