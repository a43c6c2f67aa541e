"""`rapport events` and the examples it prints: each is a valid event that the edge takes as it is."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from consumers.ingest.edge import Edge
from domain.catalog import EVENT_TYPES, EventType
from domain.examples import example_data, example_event, left_out_of
from infra.cli import app
from infra.schemas.event import event_schema

NAMES = [event_type.name for event_type in EVENT_TYPES]
EDGE = Edge("main", "UTC", lambda: datetime(2026, 6, 1, tzinfo=UTC))


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["events", *words])
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=NAMES)
def test_every_example_is_taken_by_the_edge_as_it_is_printed(event_type: EventType) -> None:
    printed = run(event_type.name, "--example")

    taken = EDGE.read(printed.encode())

    assert printed.count("\n") == 1
    assert taken.type == event_type.name
    assert taken.data == event_type.model.model_validate(example_data(event_type))


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=NAMES)
def test_every_example_gives_every_field_and_no_stand_in(event_type: EventType) -> None:
    data = example_data(event_type)

    assert data.keys() == event_type.model.model_fields.keys() - {"custom"} - left_out_of(event_type)
    assert "example" not in [value for value in data.values() if isinstance(value, str)]


def test_what_one_example_leaves_out_another_of_its_area_gives() -> None:
    given = {(event_type.area, field) for event_type in EVENT_TYPES for field in example_data(event_type)}
    left_out = {(event_type.area, field) for event_type in EVENT_TYPES for field in left_out_of(event_type)}

    assert left_out
    assert left_out <= given


def test_all_examples_have_ids_of_their_own() -> None:
    lines = [json.loads(line) for line in run("--example").splitlines()]

    assert [line["type"] for line in lines] == NAMES
    assert len({line["id"] for line in lines}) == len(NAMES)
    assert lines == [example_event(event_type) for event_type in EVENT_TYPES]


def test_all_types_are_listed_with_what_they_mean() -> None:
    listed = json.loads(run("--format", "json"))

    assert [row["type"] for row in listed] == NAMES
    assert {row["stream"] for row in listed} == {"own", "thing"}
    assert all(row["meaning"].endswith(".") for row in listed)


@pytest.mark.parametrize("name", ["crm.contact.added.v1", "crm.contact.added", "contact.added"])
def test_a_type_shows_its_fields_and_which_are_personal(name: str) -> None:
    fields = {row["field"]: row for row in json.loads(run(name, "--format", "json"))}

    assert {field for field, row in fields.items() if row["personal"]} == {
        "name",
        "email",
        "phone",
        "job_title",
        "custom",
    }
    assert fields["account"]["value"] == "account:<source>:<key>"
    assert "in the stream of its contact" in run(name)


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=NAMES)
def test_every_type_has_a_json_schema(event_type: EventType) -> None:
    schema = json.loads(run(event_type.name, "--schema"))

    assert schema == event_schema(event_type)
    assert schema["$defs"]["data"]["properties"].keys() == event_type.model.model_fields.keys()


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("deal.own",), "did you mean deal.won?"),
        (("xyzzy",), "`rapport events` lists them"),
        (("--schema",), "rapport events TYPE --schema"),
    ],
)
def test_what_is_no_type_gets_the_nearest(words: tuple[str, ...], because: str) -> None:
    result = CliRunner().invoke(app, ["events", *words])

    assert (result.exit_code, because in result.stderr) == (2, True)


def test_looking_at_events_needs_no_log(rapport_home: Path) -> None:
    run("deal.opened", "--example")

    assert list(rapport_home.iterdir()) == []
