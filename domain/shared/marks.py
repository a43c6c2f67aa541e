"""What the fields of an event model are marked with, read once per model."""

from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from domain.shared.event import Event
from domain.shared.fields import Checked, Personal, Refers


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked fields of one event model: personal ones, references by field name → kind of thing, checked ones.

    `part_refs`: of each list of parts, such as the lines of an order, the references that every part can hold.
    """

    personal: frozenset[str]
    single_refs: tuple[tuple[str, str], ...]
    list_refs: tuple[tuple[str, str], ...]
    part_refs: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    checked: tuple[tuple[str, str], ...] = ()


@cache
def marks_of(model: type[Event]) -> Marks:
    """The marks of a model, wherever in the annotation they stand."""
    personal: set[str] = set()
    single: list[tuple[str, str]] = []
    several: list[tuple[str, str]] = []
    checked: list[tuple[str, str]] = []
    in_parts: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    for name, field in model.model_fields.items():
        if personal_mark(field) is not None:
            personal.add(name)
        kind = _kind_of(field)
        if kind is not None:
            (several if _is_list(field) else single).append((name, kind))
        elif refs := _refs_of_parts(field):
            in_parts.append((name, refs))
        checked += [(name, mark.as_) for mark in _metadata(field) if isinstance(mark, Checked)]
    return Marks(frozenset(personal), tuple(single), tuple(several), tuple(in_parts), tuple(checked))


def personal_mark(field: FieldInfo) -> Personal | None:
    """The field's mark as personal data, if it has one."""
    return next((m for m in _metadata(field) if isinstance(m, Personal)), None)


def _kind_of(field: FieldInfo) -> str | None:
    return next((m.kind for m in _metadata(field) if isinstance(m, Refers)), None)


def _refs_of_parts(field: FieldInfo) -> tuple[tuple[str, str], ...]:
    part = next(iter(getattr(field.annotation, "__args__", ())), None) if _is_list(field) else None
    if not (isinstance(part, type) and issubclass(part, BaseModel)):
        return ()
    return tuple((name, kind) for name, inner in part.model_fields.items() if (kind := _kind_of(inner)))


def _is_list(field: FieldInfo) -> bool:
    return getattr(field.annotation, "__origin__", None) is list


def _metadata(field: FieldInfo) -> list[object]:
    # A mark on a part of the annotation, as in `Annotated[str, Personal()] | None`, is not in field.metadata.
    return [*field.metadata, *_nested(field.annotation)]


def _nested(annotation: object) -> list[object]:
    found = list(getattr(annotation, "__metadata__", ()))
    for argument in getattr(annotation, "__args__", ()):
        found += _nested(argument)
    return found
