"""Personal values reach tables of the schema `personal` and no others."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from projections.facts.tables import ALL_FACTS, PERSONAL_FACTS
from projections.model import Model, load_models

MODELS = load_models()
OPEN_MODELS = tuple(model for model in MODELS if model.schema != "personal")
PERSONAL = {fact.name for fact in PERSONAL_FACTS} | {model.name for model in MODELS if model.schema == "personal"}


def read_by(model: Model) -> set[str]:
    """The tables that a model's SELECT names, read off the parsed SQL; its own parts (WITH …) are none."""
    with duckdb.connect() as connection:
        row = connection.execute("SELECT json_serialize_sql($1)", [model.sql]).fetchone()
    assert row is not None
    tree = json.loads(row[0])
    assert not tree["error"], tree
    nodes = list(_nodes(tree))
    parts = {part["key"] for node in nodes for part in node.get("cte_map", {}).get("map", [])}
    tables = {(node["schema_name"], node["table_name"]) for node in nodes if node.get("type") == "BASE_TABLE"}
    return {
        f"{schema}.{table}" if schema else table for schema, table in tables if schema or table not in parts - PERSONAL
    }


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    """Every object in a parsed statement, at any depth."""
    if isinstance(tree, dict):
        yield tree
    for child in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _nodes(child)


@pytest.mark.parametrize("model", OPEN_MODELS, ids=lambda model: model.name)
def test_a_model_outside_personal_states_no_personal_source(model: Model) -> None:
    assert PERSONAL.isdisjoint(model.sources)


@pytest.mark.parametrize("model", OPEN_MODELS, ids=lambda model: model.name)
def test_a_model_outside_personal_reads_nothing_personal(model: Model) -> None:
    tables = read_by(model)
    assert not {table for table in tables if table.rpartition(".")[2] in PERSONAL or table.startswith("personal.")}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_model_reads_what_its_header_says(model: Model) -> None:
    # What the header leaves out would never be found to have changed.
    assert read_by(model) == set(model.sources)


def test_there_is_something_to_guard() -> None:
    assert {
        "contact_directory",
        "contact_key",
        "message_text",
        "fact_person",
        "fact_text",
        "fact_contact_key",
    } <= PERSONAL
    assert "contact" in {model.name for model in OPEN_MODELS}


def test_personal_facts_hold_what_is_personal_and_open_facts_do_not() -> None:
    assert {fact.schema for fact in PERSONAL_FACTS} == {"personal"}
    assert {fact.schema for fact in ALL_FACTS.values() if fact.name not in PERSONAL} == {"rapport"}
    personal_names = {"name", "email", "phone", "job_title", "street", "profile"}
    assert personal_names <= {column.name for column in ALL_FACTS["fact_person"].columns}
    assert personal_names.isdisjoint(column.name for column in ALL_FACTS["fact_contact"].columns)


@pytest.mark.parametrize(
    "select",
    [
        "SELECT name FROM fact_person",
        "SELECT name FROM personal.contact",
        "WITH p AS (SELECT body FROM fact_text) SELECT body FROM p",
        "SELECT tenant FROM fact_deal WHERE EXISTS (SELECT 1 FROM personal.contact_key)",
    ],
)
def test_a_model_that_did_would_be_found_out(select: str) -> None:
    spy = Model(
        name="spy", schema="crm", table="spy", is_view=False, about="", key=(), grain=(), reads=(), lookups=(),
        spreads=(), indexes=(), sorted_by=(), columns={}, sql=select,
    )  # fmt: skip
    with pytest.raises(AssertionError):
        test_a_model_outside_personal_reads_nothing_personal(spy)
