"""The fields of events and commands on the command line: how they are described, and how their values are written."""

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from commands.command import Command
from domain.pipelines.events import Stage
from domain.shared.fields import Refers
from domain.shared.marks import personal_mark
from infra.errors import Misused

_WORDS = {
    str: "text", int: "whole number", Decimal: "number", date: "date", datetime: "time with zone",
    bool: "true or false",
}  # fmt: skip
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def described(field: FieldInfo) -> dict[str, str]:
    """A field in words: what kind of value it takes, whether it is required and personal, and what it means."""
    return {
        "value": _words(field.annotation, [m.kind for m in field.metadata if isinstance(m, Refers)]),
        "required": "yes" if field.is_required() else "",
        "personal": "yes" if personal_mark(field) else "",
        "meaning": field.description or "",
    }


def option_of(name: str) -> str:
    """The option that gives a field."""
    return "--" + name.replace("_", "-")


def read_options(command: type[Command], tokens: Sequence[str]) -> dict[str, Any]:
    """The values that `--field value` or `--field=value` give, by field, not validated yet.

    Raises Misused for what is no option, no field of the command, or written so that it can't be read.
    """
    values: dict[str, Any] = {}
    for name, text in _pairs(tokens):
        field = command.model_fields.get(name)
        if field is None:
            raise Misused(_unknown(name, command))
        value = _value(name, field, text)
        if isinstance(value, list):
            values.setdefault(name, []).extend(value)
        elif isinstance(value, dict):
            values.setdefault(name, {}).update(value)
        elif name in values:
            raise Misused(f"{option_of(name)} stands twice; give it once")
        else:
            values[name] = value
    return values


def _pairs(tokens: Sequence[str]) -> list[tuple[str, str]]:
    pairs, rest = [], list(tokens)
    while rest:
        token = rest.pop(0)
        if not token.startswith("--") or len(token) < 3:
            # Not quoted: what stands in the wrong place may be anything, a name or an address too.
            raise Misused("a value stands where an option is expected; write --field value, and quote what has blanks")
        name, equals, text = token[2:].partition("=")
        if not equals and not rest:
            raise Misused(f"--{name} has no value")
        pairs.append((name.replace("-", "_"), text if equals else rest.pop(0)))
    return pairs


def _unknown(name: str, command: type[Command]) -> str:
    near = get_close_matches(name[:100].lower(), command.model_fields, n=1)
    known = ", ".join(option_of(field) for field in command.model_fields)
    hint = f"did you mean {option_of(near[0])}?" if near else f"it has {known}"
    return f"the command has no field {option_of(name[:100])}; {hint}"


def _value(name: str, field: FieldInfo, text: str) -> Any:
    origin = get_origin(field.annotation)
    if origin is dict:
        key, equals, value = text.partition("=")
        if not equals:
            raise Misused(f"{option_of(name)} is written name=value")
        return {key: _custom(value)}
    if origin is not list:
        return text
    if text.startswith("["):
        return _json_list(name, text)
    element = get_args(field.annotation)[0]
    if _is_model(element) and element is not Stage:
        raise Misused(f"{option_of(name)} is written as a JSON list: [{{{_fields_of(element)}}}, …]")
    parts = [part.strip() for part in text.split(",")]
    return [_stage(part) for part in parts] if element is Stage else parts


def _json_list(name: str, text: str) -> list[Any]:
    try:
        found: list[Any] = json.loads(text, parse_float=Decimal)
    except ValueError:
        raise Misused(f"{option_of(name)} begins like a JSON list and is none") from None
    return found


def _stage(text: str) -> dict[str, str]:
    """A stage as `name:probability` or `name:probability:kind`."""
    stage, _, rest = text.partition(":")
    probability, _, kind = rest.partition(":")
    return {"stage": stage, **({"probability": probability} if probability else {}), **({"kind": kind} if kind else {})}


def _custom(text: str) -> Any:
    """A custom value: true, false, a number, a date, else text; text in double quotes is text in any case."""
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=str)
    except ValueError:
        return text
    return value if isinstance(value, bool | int | Decimal | str) else text


def _words(annotation: Any, kinds: list[str]) -> str:
    kinds = kinds + [m.kind for m in getattr(annotation, "__metadata__", ()) if isinstance(m, Refers)]
    origin, parts = get_origin(annotation), [p for p in get_args(annotation) if p is not type(None)]
    if origin is list:
        return f"several: {_words(parts[0], kinds)}"
    if origin is dict:
        return "name=value"
    if origin is Literal:
        return " | ".join(map(str, parts))
    if _is_model(annotation):
        return "stage:probability:kind" if annotation is Stage else f"{{{_fields_of(annotation)}}}"
    if annotation in _WORDS:
        return f"{kinds[0]}:<source>:<key>" if kinds else _WORDS[annotation]
    return _words(parts[0], kinds) if parts else "text"


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _fields_of(model: type[BaseModel]) -> str:
    """The fields of a part, those that must be there first: `quantity, amount, product?`."""
    fields = sorted(model.model_fields.items(), key=lambda item: not item[1].is_required())
    return ", ".join(name if field.is_required() else f"{name}?" for name, field in fields)
