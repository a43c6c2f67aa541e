"""Values that a field of an event model must refuse, worked out from the field's own type and limits."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from domain.shared.fields import Refers

LEFT_OUT = object()
_NO_TEXT: Sequence[Any] = (5, -1.5, True, [], {}, ["text"], {"text": "text"})
_NO_NUMBER: Sequence[Any] = ("a lot", "1,5", "1.000,00", "0x10", "½", [], {}, [1], True, False, "NaN", "Infinity")
_NO_DAY: Sequence[Any] = (20240531, 1717147800.5, "31.05.2024", "2024-02-30", "2024-13-01", "soon", True, [], {}, "")
_NO_INSTANT: Sequence[Any] = (
    1717147800, 20240531.5, "2024-05-31", "2024-05-31T09:30:00", "2024-05-31T25:00:00Z", "2024-02-30T09:30:00Z", "soon",
    "1899-12-31T23:59:59Z", "2201-01-01T00:00:00Z", "0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00", "",
    "2024-05-31T09:30:00+25:00", "2024-05-31T09:30:61Z", True, [], {},
)  # fmt: skip
_NO_TRUTH: Sequence[Any] = (0, 1, 5, -1.5, "yes", "TRUE", "", "on", [], {}, [True])
_CUSTOM: Sequence[Any] = (
    5, "text", True, [], {"": 1}, {"colours": []}, {"size": {}}, {"none": None}, {"score": 10**40}, {"x" * 501: 1},
    {f"field {n}": n for n in range(201)}, {"a\x00b": 1}, {"note": "a\x00b"}, {"score": "x" * 1_000_001},
)  # fmt: skip
_TOO_LARGE_TO_SEND_OFTEN = 10_000


def wrong_data(model: type[BaseModel], good: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Data that is `good` but for one field each, with that field's name."""
    for name, field in model.model_fields.items():
        for value in wrong_values(field):
            yield name, {**good, name: value}
        if field.is_required():
            yield name, {other: value for other, value in good.items() if other != name}
            yield name, {**good, name: None}
        for misspelt in {name[:-1], name + "s", name.upper(), f"_{name}", name.replace("_", "-") + "_"}:
            if misspelt not in model.model_fields:
                yield misspelt, {**good, misspelt: good.get(name, "text")}


def wrong_values(field: FieldInfo) -> list[Any]:
    """Values that `field` must refuse; None is none of them."""
    return [*_wrong(field.annotation, list(field.metadata))]


def is_large(data: object) -> bool:
    """Whether it holds a text so long that it should be sent a few times only."""
    match data:
        case str():
            return len(data) > _TOO_LARGE_TO_SEND_OFTEN
        case dict():
            return any(map(is_large, data.values()))
        case list():
            return any(map(is_large, data))
        case _:
            return False


def _wrong(annotation: Any, marks: list[Any]) -> Iterator[Any]:
    base, marks = _plain(annotation, marks)
    origin = get_origin(base)
    if origin is Literal:
        yield from ("no such choice", "", get_args(base)[0].upper(), *_NO_TEXT)
    elif origin is list:
        yield from _wrong_lists(get_args(base)[0], marks)
    elif origin is dict:
        yield from _CUSTOM
    elif base is str:
        yield from _wrong_references(marks) if _one(marks, Refers) else _wrong_texts(marks)
    elif base in {int, Decimal}:
        yield from _wrong_numbers(base, marks)
    elif base is datetime:
        yield from _NO_INSTANT
    elif base is bool:
        yield from _NO_TRUTH
    elif base is date:
        yield from (*_NO_DAY, *_beyond(marks, timedelta(days=1)))
    elif isinstance(base, type) and issubclass(base, BaseModel):
        yield from (5, "text", [], {}, {"unknown": 1})
    else:
        raise NotImplementedError(f"what is wrong for {base}? Say it here")


def _plain(annotation: Any, marks: list[Any]) -> tuple[Any, list[Any]]:
    """The type without None and without what annotates it, which joins `marks`."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _plain(inner, [*marks, *_flat(more)])
    parts = [part for part in get_args(annotation) if part is not NoneType]
    if len(parts) == 1 and NoneType in get_args(annotation):
        return _plain(parts[0], marks)
    return annotation, marks


def _flat(marks: Sequence[Any]) -> Iterator[Any]:
    for mark in marks:
        if isinstance(mark, FieldInfo):
            yield from mark.metadata
        else:
            yield mark


def _one(marks: list[Any], kind: type) -> Any:
    return next((mark for mark in marks if isinstance(mark, kind)), None)


def _wrong_texts(marks: list[Any]) -> Iterator[Any]:
    yield from _NO_TEXT
    yield "nought\x00nought"
    longest = [most for mark in marks if (most := getattr(mark, "max_length", None))]
    if longest:
        yield "x" * (min(longest) + 1)
    if any(getattr(mark, "min_length", None) for mark in marks):
        yield ""
    patterns = [pattern for mark in marks if (pattern := getattr(mark, "pattern", None))]
    for text in ("no such thing", "@", "a@b@c d", "eur", "EURO", "+", "++49", "Ä", "\n", "a\n@b"):
        if any(not re.search(pattern, text) for pattern in patterns):
            yield text


def _wrong_references(marks: list[Any]) -> Iterator[Any]:
    kind = _one(marks, Refers).kind
    other = "deal" if kind != "deal" else "ticket"
    yield from _NO_TEXT
    yield from ("", "4711", ":", "::", "thing:crm:1", "someone@example.org", f"{kind}", f"{kind}:crm", f"{kind}:crm:")
    yield from (f"{kind}::1", f"{other}:crm:1", f"{kind}:crm:a\x00b", f"{kind}:id:4711", f"{kind}:crm:" + "x" * 600)


def _wrong_lists(item: Any, marks: list[Any]) -> Iterator[Any]:
    yield from (5, "text", True, {}, {"0": "text"})
    yield from ([value] for value in _wrong(item, []) if not is_large(value))
    yield [None]
    if _one(marks, MinLen):
        yield []
    if most := _one(marks, MaxLen):
        yield ["contact:crm:1"] * (most.max_length + 1)  # for stages wrong in another way too


def _wrong_numbers(base: type, marks: list[Any]) -> Iterator[Any]:
    yield from _NO_NUMBER
    yield from (10**30, "1" * 40, "1.123456789", 1e300)
    yield from (value for value in _beyond(marks, 1) if base is int or value < 0 or _one(marks, Le))


def _beyond(marks: list[Any], step: Any) -> Iterator[Any]:
    """Just outside of the bounds."""
    for mark in marks:
        bound = mark.ge - step if isinstance(mark, Ge) else mark.le + step if isinstance(mark, Le) else None
        if bound is not None:
            yield bound.isoformat() if isinstance(bound, date) else bound
