"""The comparison of schemas finds every break that is planted, and lets every widening pass."""

from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from domain.catalog import EVENT_TYPES
from infra.schemas.compatible import breaks
from infra.schemas.data import Schema
from infra.schemas.event import event_schema
from infra.schemas.patterns import NO_NUL

NAME = {"type": "string", "minLength": 1, "maxLength": 50, "pattern": "^[^x]*$"}
OLD: Schema = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": NAME,
        "size": {"type": ["number", "null"], "minimum": 0, "maximum": 10, "multipleOf": 2},
        "ratio": {"type": "number"},
        "step": {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10},
        "kind": {"enum": ["a", "b", None]},
        "tags": {"type": "array", "items": {**NAME}, "minItems": 0, "maxItems": 5},
        "day": {"type": "string", "format": "date"},
        "more": {"type": "object", "minProperties": 0, "maxProperties": 5, "additionalProperties": {"type": "string"}},
        "open": {"type": "object", "properties": {"a": {"type": "string"}}},
        "who": {"type": "string", "x-personal": "subject", "default": "nobody"},
        "stage": {"$ref": "#/$defs/stage"},
        "gone": False,
    },
    "$defs": {"stage": {"type": "object", "properties": {"name": {**NAME}}, "additionalProperties": False}},
}
ABSENT = object()


def changed(*changes: tuple[str, Any]) -> Schema:
    """The old schema with values put at (or, where ABSENT, taken from) dotted paths."""
    schema = deepcopy(OLD)
    for path, value in changes:
        *steps, last = path.split(".")
        part = schema
        for step in steps:
            part = part[step]
        if value is ABSENT:
            del part[last]
        else:
            part[last] = value
    return schema


P = "properties"
BREAKS: dict[str, tuple[tuple[str, Any], Any, str]] = {
    # what was changed, what the old schema takes and the new one does not, and what must be said
    "a field removed": ((f"{P}.size", ABSENT), {"name": "n", "size": 2}, "size is gone"),
    "a field made required": (("required", ["name", "size"]), {"name": "n"}, "size is required now"),
    "a new field that is required": (
        ("required", ["name", "fresh"]), {"name": "n"}, "fresh is required now",
    ),
    "a type narrowed": ((f"{P}.size.type", ["number"]), {"name": "n", "size": None}, "can no longer be null"),
    "whole numbers only": (
        (f"{P}.ratio.type", "integer"), {"name": "n", "ratio": 0.5}, "can no longer be number",
    ),
    "another type": ((f"{P}.name.type", "integer"), {"name": "n"}, "can no longer be string"),
    "a value of an enum removed": ((f"{P}.kind.enum", ["a", None]), {"name": "n", "kind": "b"}, "no longer takes 'b'"),
    "an enum made a constant": ((f"{P}.kind", {"const": "a"}), {"name": "n", "kind": "b"}, "no longer takes 'b', None"),
    "an enum where any was taken": ((f"{P}.day.enum", ["2024-01-01"]), {"name": "n", "day": "2025-01-01"}, "listed"),
    "a longer minimum": ((f"{P}.name.minLength", 2), {"name": "n"}, "minLength is 2, and was 1"),
    "a shorter maximum": ((f"{P}.name.maxLength", 49), {"name": "n" * 50}, "maxLength is 49, and was 50"),
    "a maximum where none was": ((f"{P}.day.maxLength", 9), {"name": "n", "day": "2024-01-01"}, "was not there"),
    "a higher least number": ((f"{P}.size.minimum", 1), {"name": "n", "size": 0}, "minimum is 1, and was 0"),
    "a lower greatest number": ((f"{P}.size.maximum", 9), {"name": "n", "size": 10}, "maximum is 9, and was 10"),
    "a higher open limit": ((f"{P}.step.exclusiveMinimum", 1), {"name": "n", "step": 1}, "exclusiveMinimum is 1"),
    "a lower open limit": ((f"{P}.step.exclusiveMaximum", 9), {"name": "n", "step": 9}, "exclusiveMaximum is 9"),
    "coarser steps": ((f"{P}.size.multipleOf", 4), {"name": "n", "size": 2}, "multipleOf is 4, and was 2"),
    "steps where none were": ((f"{P}.step.multipleOf", 2), {"name": "n", "step": 3}, "multipleOf is 2"),
    "another pattern": ((f"{P}.name.pattern", "^[^xn]*$"), {"name": "n"}, "pattern is another"),
    "a pattern where none was": ((f"{P}.day.pattern", "^2"), {"name": "n", "day": "1999-01-01"}, "pattern is another"),
    "fewer entries": ((f"{P}.tags.maxItems", 1), {"name": "n", "tags": ["a", "b"]}, "maxItems is 1"),
    "more entries needed": ((f"{P}.tags.minItems", 1), {"name": "n", "tags": []}, "minItems is 1"),
    "entries narrowed": ((f"{P}.tags.items", {**NAME, "maxLength": 1}), {"name": "n", "tags": ["ab"]}, "tags[]"),
    "fewer names": ((f"{P}.more.maxProperties", 1), {"name": "n", "more": {"a": "", "b": ""}}, "maxProperties is 1"),
    "more names needed": ((f"{P}.more.minProperties", 1), {"name": "n", "more": {}}, "minProperties is 1"),
    "names narrowed": (
        (f"{P}.more.propertyNames", {"maxLength": 1}), {"name": "n", "more": {"ab": ""}}, "more(name): maxLength",
    ),
    "other fields narrowed": (
        (f"{P}.more.additionalProperties", {"type": "string", "maxLength": 1}),
        {"name": "n", "more": {"a": "ab"}},
        "more(other): maxLength is 1",
    ),
    "other fields closed": (
        (f"{P}.more.additionalProperties", False), {"name": "n", "more": {"a": ""}}, "other fields are no longer taken",
    ),
    "an open object closed": (
        (f"{P}.open.additionalProperties", False), {"name": "n", "open": {"b": 1}}, "other fields are no longer taken",
    ),
    "a field where anything was let through": (
        (f"{P}.open.properties.b", {"type": "string"}), {"name": "n", "open": {"b": 1}}, "open.b: can no longer be",
    ),
    "a field switched off": ((f"{P}.day", False), {"name": "n", "day": "2024-01-01"}, "day is no longer taken"),
    "something behind a reference": (
        ("$defs.stage.properties.name.maxLength", 1), {"name": "n", "stage": {"name": "ab"}}, "stage.name: maxLength",
    ),
    "a condition that is not understood": (
        ("if", {"required": ["size"]}), None, "if is another",
    ),
    "an alternative not understood": ((f"{P}.name.anyOf", [{"minLength": 2}]), {"name": "n"}, "anyOf is another"),
}  # fmt: skip
MEANINGS: dict[str, tuple[tuple[str, Any], str]] = {
    "a field that is no longer personal": ((f"{P}.who.x-personal", ABSENT), "who: x-personal is another"),
    "a field that is another's": ((f"{P}.who.x-personal", "contacts"), "who: x-personal is another"),
    "a field that becomes personal": ((f"{P}.name.x-personal", "subject"), "name: x-personal is another"),
    "a reference to another kind": ((f"{P}.name.x-reference", "deal"), "name: x-reference is another"),
    "another default": ((f"{P}.who.default", "somebody"), "who: default is another"),
    "another format": ((f"{P}.day.format", "date-time"), "day: format is another"),
}
WIDENINGS: dict[str, tuple[str, Any]] = {
    "nothing": ("type", "object"),
    "an optional field": (f"{P}.fresh", {"type": "string", "x-personal": "subject"}),
    "a field that need not be there": ("required", []),
    "one more type": (f"{P}.name.type", ["string", "null"]),
    "a type with limits of its own": (f"{P}.step", {"type": ["integer", "string"], "pattern": "a"}),
    "numbers instead of whole ones": (f"{P}.step.type", "number"),
    "one more value": (f"{P}.kind.enum", ["b", None, "a", "c"]),
    "no list of values": (f"{P}.kind", {}),
    "wider limits": (f"{P}.name.maxLength", 51),
    "no limit": (f"{P}.size.minimum", ABSENT),
    "finer steps": (f"{P}.size.multipleOf", 1),
    "no pattern": (f"{P}.name.pattern", ABSENT),
    "no format": (f"{P}.day.format", ABSENT),
    "anything in a list": (f"{P}.tags.items", ABSENT),
    "any field": ("additionalProperties", True),
    "any field, by saying nothing": ("additionalProperties", ABSENT),
    "anything at all": (f"{P}.open", True),
    "what was switched off": (f"{P}.gone", {"type": "integer"}),
    "other words": (f"{P}.name.description", "another description"),
}  # fmt: skip


def takes(schema: Schema, value: object) -> bool:
    return Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(("change", "refused", "said"), BREAKS.values(), ids=BREAKS)
def test_a_planted_break_is_found_and_is_one(change: tuple[str, Any], refused: object, said: str) -> None:
    new = changed(change)

    found = breaks(OLD, new)

    assert any(said in sentence for sentence in found), found
    if refused is not None:
        # The change does what its name says, so that the comparison is not praised for finding nothing real.
        assert takes(OLD, refused)
        assert not takes(new, refused)


@pytest.mark.parametrize(("change", "said"), MEANINGS.values(), ids=MEANINGS)
def test_another_meaning_is_a_break_too(change: tuple[str, Any], said: str) -> None:
    assert breaks(OLD, changed(change)) == [said]


@pytest.mark.parametrize("change", WIDENINGS.values(), ids=WIDENINGS)
def test_what_only_widens_passes(change: tuple[str, Any]) -> None:
    assert breaks(OLD, changed(change)) == []


def test_all_breaks_are_said_not_only_the_first() -> None:
    new = changed((f"{P}.size", ABSENT), ("required", ["name", "day"]), (f"{P}.name.maxLength", 1))

    assert breaks(OLD, new) == ["name: maxLength is 1, and was 50", "size is gone", "day is required now"]


def test_every_schema_of_ours_agrees_with_itself() -> None:
    for event_type in EVENT_TYPES:
        assert breaks(event_schema(event_type), event_schema(event_type)) == []


def test_a_pattern_may_become_the_one_that_takes_any_text() -> None:
    digits, any_text = {"type": "string", "pattern": "^[0-9]+$"}, {"type": "string", "pattern": NO_NUL}

    assert breaks(digits, any_text) == []
    assert breaks(any_text, digits) == ["the event: pattern is another"]
    assert breaks({"type": "string"}, any_text) == ["the event: pattern is another"]
