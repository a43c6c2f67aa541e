"""What pydantic found wrong with an event's data, in sentences a person understands.

No sentence repeats a value: any of them may be personal.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from consumers.ingest.wire import shown_name
from domain.shared.errors import InvalidInput

_SHOWN = 3
_CUSTOM = "must be text, a number, true or false, or a date"
_PATTERNS = {
    "currency": "must be the three capital letters of a currency, such as EUR",
    "email": "must be an e-mail address",
}

Context = Mapping[str, Any]


def _bound(limit: object, side: str) -> str:
    return f"must be {limit} {side}" if isinstance(limit, int | float | Decimal) else "is a date that can't be meant"


def _own_words(said: str) -> str:
    """What a validator of the domain said, as the rest of a sentence that begins with the field."""
    return said if said.startswith(("must ", "is ", "has ")) else f"can't be used: {said}"


_SENTENCES: Mapping[str, Callable[[Context], str]] = {
    "missing": lambda _: "is missing",
    "string_type": lambda _: "must be text",
    "string_unicode": lambda _: "holds text that is not UTF-8",
    "string_too_short": lambda _: "must not be empty",
    "string_too_long": lambda c: f"is longer than {c['max_length']:,} characters",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "int_parsing_size": lambda _: "is too large a number",
    "decimal_type": lambda _: "must be a number",
    "decimal_parsing": lambda _: "must be a number, with a point and without thousands separators",
    "decimal_max_digits": lambda c: f"has more than {c['max_digits']} digits",
    "decimal_max_places": lambda c: f"has more than {c['decimal_places']} decimal places",
    "decimal_whole_digits": lambda c: f"has more than {c['whole_digits']} digits before the point",
    "finite_number": lambda _: "must be a finite number",
    "greater_than_equal": lambda c: _bound(c["ge"], "or more"),
    "less_than_equal": lambda c: _bound(c["le"], "or less"),
    "literal_error": lambda c: f"must be {c['expected']}".replace("'", ""),
    "list_type": lambda _: "must be a list",
    "dict_type": lambda _: "must be an object of names and values",
    "too_long": lambda c: f"has more than {c['max_length']:,} entries",
    "too_short": lambda _: "must not be empty",
    "model_type": lambda _: "must be an object",
    "model_attributes_type": lambda _: "must be an object",
    "date_from_datetime_parsing": lambda _: "is a date that the calendar does not have",
    "date_parsing": lambda _: "is a date that the calendar does not have",
    "value_error": lambda c: _own_words(str(c["error"])),
}


def explain(error: ValidationError, model: type[BaseModel], prefix: str = "data") -> InvalidInput:
    """The refusal that tells a person what is wrong with the fields of `model`, the first few of them by name.

    `prefix` is the path under which the fields stand, such as `data`; commands pass their own.
    """
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_input=False):
        field = _path(detail, prefix)
        found.setdefault(field, _sentence(detail, field, model))
    sentences = list(found.values())
    more = f"; and {len(sentences) - _SHOWN} more" if len(sentences) > _SHOWN else ""
    return InvalidInput("; ".join(sentences[:_SHOWN]) + more, next(iter(found)))


def _sentence(detail: ErrorDetails, field: str, model: type[BaseModel]) -> str:
    loc, kind = detail["loc"], detail["type"]
    if kind == "extra_forbidden":
        return _unknown(loc, field, model)
    if loc and loc[0] == "custom" and len(loc) > 1 and not (len(loc) > 2 and loc[2] == "[key]"):
        return f"{field} {_CUSTOM}"
    if kind == "string_pattern_mismatch":
        return f"{field} {_PATTERNS.get(str(loc[-1]), 'is not written as it should be')}"
    say = _SENTENCES.get(kind)
    return f"{field} {say(detail.get('ctx', {})) if say else 'has a form that cannot be used'}"


def _path(detail: ErrorDetails, prefix: str) -> str:
    """The field's path, such as `data.stages[2].kind`."""
    loc = detail["loc"]
    path = prefix
    for part in loc[:2] if loc and loc[0] == "custom" else loc:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if len(shown_name(part)) == len(part) + 2 else ".(a name)"
    return path.removeprefix(".")


def _unknown(loc: tuple[int | str, ...], field: str, model: type[BaseModel]) -> str:
    known = list(_model_at(model, loc[:-1]).model_fields)
    near = get_close_matches(str(loc[-1])[:100].lower(), known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f"{field} is not a known field; {hint}"


def _model_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel]:
    """The model of the object that stands at `loc`, such as that of an entry of a list."""
    for part in loc:
        if isinstance(part, str):
            field = model.model_fields.get(part)
            model = (_first_model(field.annotation) if field else None) or model
    return model


def _first_model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    parts = getattr(annotation, "__args__", ())
    return next((model for part in parts if (model := _first_model(part)) is not None), None)
