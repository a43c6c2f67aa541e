"""The schema of a type takes what the edge takes, and refuses what it refuses, as far as a schema can say it."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, TypeChecker
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from consumers.ingest.edge import Edge
from domain.catalog import EVENT_TYPES, EventType
from domain.examples import example_event
from domain.shared.errors import InvalidInput
from domain.shared.marks import marks_of
from infra.schemas.event import event_schema
from tests.schemas.given import PLAIN_TEXT, kind_of, reference, valid_data

NAMES = [event_type.name for event_type in EVENT_TYPES]
EDGE = Edge("main", "UTC", lambda: datetime(2026, 6, 1, tzinfo=UTC))
OPENED = next(event_type for event_type in EVENT_TYPES if event_type.name == "crm.deal.opened.v1")
TEXT_512: tuple[tuple[Any, ...], tuple[Any, ...]] = (
    ("x", " x ", "ä", "x" * 512),
    (5, "", " ", "x\x00", "x" * 513, True, []),
)
each_type = pytest.mark.parametrize("event_type", EVENT_TYPES, ids=NAMES)


def _is_whole(_: TypeChecker, value: object) -> bool:
    # JSON Schema counts 5.0 among the whole numbers; the library does so for floats, and knows no Decimal.
    return not isinstance(value, bool) and isinstance(value, int | Decimal) and value % 1 == 0


@cache
def validator(event_type: EventType) -> Validator:
    checked = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole)
    counting = extend(Draft202012Validator, type_checker=checked)  # type: ignore[no-untyped-call]
    made: Validator = counting(event_schema(event_type))
    return made


def by_schema(event_type: EventType, event: dict[str, Any]) -> bool:
    return bool(validator(event_type).is_valid(event))


def by_edge(event: dict[str, Any]) -> bool:
    try:
        EDGE.read_mapping(event)
    except InvalidInput:
        return False
    return True


def verdicts(event_type: EventType, event: dict[str, Any]) -> tuple[bool, bool]:
    """What the edge and the schema say."""
    return by_edge(event), by_schema(event_type, event)


@each_type
def test_a_schema_is_one_of_its_dialect_and_names_no_server(event_type: EventType) -> None:
    schema = event_schema(event_type)

    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:rapport:schema:{event_type.name}"


@each_type
def test_a_schema_takes_the_example(event_type: EventType) -> None:
    assert verdicts(event_type, example_event(event_type)) == (True, True)


@each_type
def test_a_schema_says_which_fields_are_personal_and_which_refer_to_what(event_type: EventType) -> None:
    fields = event_schema(event_type)["$defs"]["data"]["properties"]
    marks = marks_of(event_type.model)

    assert {name for name, field in fields.items() if "x-personal" in field} == marks.personal
    assert {field["x-personal"] for field in fields.values() if "x-personal" in field} <= {"subject", "contacts"}
    assert {(n, f["x-reference"]) for n, f in fields.items() if "x-reference" in f} == set(marks.single_refs)
    lists = {(n, f["items"]["x-reference"]) for n, f in fields.items() if "x-reference" in f.get("items", {})}
    assert lists == set(marks.list_refs)


@each_type
def test_edge_and_schema_agree_on_every_field(event_type: EventType) -> None:
    example = example_event(event_type)
    for name in event_type.model.model_fields:
        kind = kind_of(event_type, name)
        for values, expected in (
            (kind.taken, (True, True)),
            (kind.refused, (False, False)),
            (kind.only_edge, (False, True)),
        ):
            for value in values:
                event = {**example, "data": {**example["data"], name: value}}
                assert verdicts(event_type, event) == expected, (name, repr(value)[:80])


@each_type
def test_edge_and_schema_agree_on_which_fields_there_must_and_may_be(event_type: EventType) -> None:
    example = example_event(event_type)
    for name, field in event_type.model.model_fields.items():
        least = {other: value for other, value in example["data"].items() if other != name}
        taken = not field.is_required()
        assert verdicts(event_type, {**example, "data": least}) == (taken, taken), name
    assert verdicts(event_type, {**example, "data": {**example["data"], "amuont": 1}}) == (False, False)
    needs_data = any(field.is_required() for field in event_type.model.model_fields.values())
    for nothing in ({**example, "data": None}, {name: value for name, value in example.items() if name != "data"}):
        assert verdicts(event_type, nothing) == (not needs_data, not needs_data)


ATTRIBUTES: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "specversion": (("1.0",), ("1.1", "1", 1, None, Decimal("1.0"))),
    "id": (TEXT_512[0], (*TEXT_512[1], None)),
    "source": (TEXT_512[0], (*TEXT_512[1], None)),
    "type": (("crm.deal.opened.v1",), ("crm.deal.opened.v2", "crm.deal.won", "x", "", 5, None)),
    "subject": (reference("deal").taken, (*reference("deal").refused, None)),
    "time": (
        ("2024-05-31T09:30:00Z", "2024-05-31 09:30+0200", "2024-05-31t09:30:00.123456789z", "2024-02-29", "1900-01-01"),
        ("2024-05-31T09:30", "2024-05-31T24:00Z", "9999-01-01",
          "2024-05-31T09:60Z", "2024-05-31T09:30:00.Z", "1899-12-31",
         "2024-13-01", "2024-01-32", "2024-05-31T09:30+24:00", "24-05-31", "", " 2024-05-31", "2024-05-31\n", 5, None),
    ),
    "timeprecision": (("instant", "day", "unknown", None), ("hour", "", 5, True)),
    "datacontenttype": (
        ("application/json", "Application/JSON ; charset=utf-8", "application/cloudevents+json", "a+JSON;b", None),
        ("text/plain", "application/json5", "", "json", 5, "application/jsonx; +json"),
    ),
    "dataschema": (("urn:x", "x" * 2048, None), ("x" * 2049, "", " ", 5)),
    "data": (({"title": "x"}, {}, None), ([], "x", 5, True)),
    "data_base64": ((), ("e30=", None, {})),
    "tenant": (("main", None), ("", "Main", "a b", 5, "x" * 64)),
    "actor": ((*TEXT_512[0], None), TEXT_512[1]),
    "sequence": ((0, 5, -(2**63), 2**63 - 1, "42", "-1", None),
                 (2**63, Decimal("1.5"), "x", "--5", "+5", "", "5.0", True)),
    "correlationid": ((*TEXT_512[0], None), TEXT_512[1]),
    "causationid": ((*TEXT_512[0], None), TEXT_512[1]),
    "traceparent": ((*TEXT_512[0], None), TEXT_512[1]),
    "another": (("x", 5, None, {}), ()),
}  # fmt: skip
ONLY_EDGE: dict[str, tuple[Any, ...]] = {
    "time": ("2024-02-30", "2024-02-30T10:00Z", "2031-01-01", "1900-01-01T00:30+01:00"),
    "tenant": ("other",),
    "sequence": (Decimal("5.0"), "99999999999999999999"),
    "sequense": ("5",),
    "Actor": ("x",),
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_edge_and_schema_agree_on_every_attribute(name: str) -> None:
    taken, refused = ATTRIBUTES[name]
    midnight = {**example_event(OPENED), "time": "2024-05-31T00:00:00Z"}  # so that any precision fits
    for value in taken:
        assert verdicts(OPENED, {**midnight, name: value}) == (True, True), value
    for value in refused:
        assert verdicts(OPENED, {**midnight, name: value}) == (False, False), value


def test_a_bare_date_is_no_instant_to_either() -> None:
    event = {**example_event(OPENED), "time": "2024-05-31"}

    assert verdicts(OPENED, {**event, "timeprecision": "instant"}) == (False, False)
    assert verdicts(OPENED, {**event, "timeprecision": "unknown"}) == (True, True)


@pytest.mark.parametrize("name", ONLY_EDGE)
def test_what_a_schema_cannot_say_the_edge_refuses_alone(name: str) -> None:
    for value in ONLY_EDGE[name]:
        assert verdicts(OPENED, {**example_event(OPENED), name: value}) == (False, True), value


@given(st.data())
def test_whatever_valid_event_is_drawn_both_take_it(data: st.DataObject) -> None:
    event_type = data.draw(st.sampled_from(EVENT_TYPES))
    attributes = {
        name: data.draw(st.sampled_from(taken))
        for name, (taken, _) in ATTRIBUTES.items()
        if name in {"sequence", "actor"}
    }
    event = {**example_event(event_type), **attributes, "data": data.draw(valid_data(event_type))}

    assert verdicts(event_type, event) == (True, True)


@given(st.data(), st.recursive(st.none() | st.booleans() | st.integers() | PLAIN_TEXT, st.lists, max_leaves=3))
def test_what_the_edge_takes_of_anything_drawn_the_schema_takes(data: st.DataObject, anything: object) -> None:
    event_type = data.draw(st.sampled_from(EVENT_TYPES))
    event = example_event(event_type)
    name = data.draw(st.sampled_from(sorted(event["data"]) or ["x"]))
    event["data"][name] = anything

    assert by_schema(event_type, event) or not by_edge(event)
