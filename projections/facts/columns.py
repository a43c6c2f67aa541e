"""The columns of the fact tables, read off the event models of each area.

A fact table holds, per event of its area, what every event has (COMMON) and the union of the fields of the area's
event types. Personal fields are left out; they go to the tables of the schema `personal`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from domain.catalog import AREAS, EVENT_TYPES
from domain.shared.marks import marks_of

AMOUNT, PROBABILITY = "decimal(19,4)", "decimal(5,4)"
_DECIMALS = {(19, 4): AMOUNT, (5, 4): PROBABILITY}  # by max_digits and decimal_places
_SCALARS: dict[Any, str] = {str: "text", bool: "boolean", int: "bigint", date: "date", datetime: "timestamptz"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its SQL type (the same on both engines), and where in the stored state it comes from."""

    name: str
    sql_type: str
    part: Literal["event", "data", "ids", "personal"]
    key: str


COMMON: tuple[Column, ...] = (
    Column("tenant", "text", "event", "tenant"),
    Column("event_id", "uuid", "event", "event_id"),
    Column("position", "bigint", "event", "position"),
    Column("recorded_at", "timestamptz", "event", "recorded_at"),
    Column("event_type", "text", "event", "event_type"),
    Column("action", "text", "event", "action"),
    Column("thing_id", "uuid", "event", "thing_id"),
    Column("subject", "text", "event", "subject"),
    Column("occurred_at", "timestamptz", "event", "occurred_at"),
    Column("time_precision", "text", "event", "time_precision"),
    Column("occurred_on", "date", "event", "occurred_on"),
    Column("sequence", "bigint", "event", "sequence"),
    Column("actor", "text", "event", "actor"),
    Column("source", "text", "event", "source"),
)


@cache
def data_columns(area: str) -> tuple[Column, ...]:
    """The columns that an area's event types add to COMMON, without personal ones, in order of first appearance."""
    found: dict[str, Column] = {}
    for event_type in EVENT_TYPES:
        if event_type.area != area:
            continue
        marks = marks_of(event_type.model)
        for name, field in event_type.model.model_fields.items():
            if name in marks.personal:
                continue
            for column in _columns_of(name, field, dict(marks.single_refs), dict(marks.list_refs)):
                known = found.setdefault(column.name, column)
                if known.sql_type != column.sql_type:
                    msg = f"{area}: field {name} has the types {known.sql_type} and {column.sql_type}"
                    raise TypeError(msg)
    return (*found.values(), Column("custom", "text", "data", "custom"))


@cache
def personal_columns(area: str) -> tuple[Column, ...]:
    """The personal fields of an area's event types, custom fields left out."""
    names: dict[str, None] = {}
    for event_type in EVENT_TYPES:
        if event_type.area == area:
            marks = marks_of(event_type.model)
            names |= {n: None for n in event_type.model.model_fields if n in marks.personal and n != "custom"}
    return tuple(Column(name, "text", "personal", name) for name in names)


@cache
def checked_areas() -> frozenset[str]:
    """The areas of which an event can hold a value that is doubtful."""
    return frozenset(event_type.area for event_type in EVENT_TYPES if marks_of(event_type.model).checked)


@cache
def normal_columns(area: str) -> tuple[Column, ...]:
    """For each checked personal field of an area's event types, a column with the normal form of what was given."""
    names: dict[str, None] = {}
    for event_type in EVENT_TYPES:
        if event_type.area == area:
            marks = marks_of(event_type.model)
            names |= {name: None for name, _ in marks.checked if name in marks.personal}
    return tuple(Column(f"normal_{name}", "text", "personal", name) for name in names)


def fact_columns(area: str) -> tuple[Column, ...]:
    """All columns of the fact table of an area."""
    return (*COMMON, *data_columns(area))


def fact_tables() -> dict[str, tuple[Column, ...]]:
    """Every area's fact table by name."""
    return {f"fact_{area}": fact_columns(area) for area in AREAS}


def _columns_of(name: str, field: FieldInfo, single: dict[str, str], several: dict[str, str]) -> list[Column]:
    if name in single:
        return [Column(name, "text", "data", name), Column(f"{name}_id", "uuid", "ids", name)]
    if name in several:  # one row each in fact_concern or fact_thread_link; of people, the first is the main one
        return [Column("main_contact_id", "uuid", "ids", name)] if several[name] == "contact" else []
    sql_type = _sql_type(field.annotation, tuple(field.metadata))
    return [] if sql_type is None else [Column(name, sql_type, "data", name)]


def _sql_type(annotation: Any, metadata: tuple[Any, ...]) -> str | None:
    """The SQL type of a field; None for lists of parts, which have fact tables of their own."""
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (a for a in get_args(annotation) if a is not NoneType)
    if get_origin(annotation) is Annotated:
        annotation, metadata = get_args(annotation)[0], get_args(annotation)[1:]
    if annotation is Decimal:
        return _DECIMALS[_limits(metadata)]
    if get_origin(annotation) is Literal:
        return "text"
    if get_origin(annotation) is list:  # words are kept as JSON text
        return "text" if _sql_type(get_args(annotation)[0], ()) == "text" else None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return None
    return _SCALARS[annotation]


def _limits(metadata: tuple[Any, ...]) -> tuple[int, int]:
    """(max_digits, decimal_places), wherever pydantic put them: on a FieldInfo or as metadata of their own."""
    parts = [p for m in metadata for p in getattr(m, "metadata", [m])]
    digits = next((p.max_digits for p in parts if getattr(p, "max_digits", None)), 0)
    places = next((p.decimal_places for p in parts if getattr(p, "decimal_places", None)), 0)
    return digits, places
