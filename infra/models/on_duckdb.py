"""Planning a user's models on DuckDB, in memory, over tables that are empty."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb

from infra.tables.batches import Batches
from infra.tables.duckdb import DuckdbTables
from infra.tables.duckdb_connection import DuckdbConnection
from infra.tables.own_models import first_sentence
from projections.definition import Definition, create_view, definition_for
from projections.header import Header, ModelRefused
from projections.model import Model
from projections.runner import Runner

_LINE = re.compile(r"^LINE (\d+): ", re.MULTILINE)


def plan_on_duckdb(models: Sequence[Model]) -> None:
    """Plan all that the user's models may ask of DuckDB. Raises ModelRefused."""
    open_models = tuple(model for model in models if model.schema == "crm")
    definition = replace(definition_for("crm", dropped=False), models=open_models)
    behind = _behind(definition.models)
    ours = replace(definition, models=tuple(model for model in definition.models if model.name not in behind))
    tables = DuckdbTables(None, ours, "UTC", Batches(lambda *_: [], lambda *_: []))
    try:
        for model in definition.models:
            if model.own:
                _plan_model(tables.connection, model, model.own.header, definition)
            elif model.name in behind:
                _plan_ours(tables.connection, model, behind[model.name], definition)
        for model in models:
            for check in model.own.checks if model.own else ():
                _run(tables.connection, (check.file, check.line), "SELECT * FROM (", check.sql, ") AS found LIMIT 0")
        _rehearse(tables.connection, definition, behind)
    finally:
        tables.close()


def _behind(models: Sequence[Model]) -> dict[str, Header]:
    """The user's models, and all that read them: the name of each, and the header of the one that it hangs on."""
    found: dict[str, Header] = {}
    for model in models:
        if model.own:
            found[model.name] = model.own.header
        elif hangs_on := next((found[source] for source in model.sources if source in found), None):
            found[model.name] = hangs_on
    return found


def _plan_ours(connection: duckdb.DuckDBPyConnection, model: Model, hangs_on: Header, definition: Definition) -> None:
    """Plan a model of ours that reads a user's one, which stands in the place of another."""
    made = f"CREATE TABLE {model.qualified} AS SELECT * FROM (\n{model.sql}\n) AS whole WITH NO DATA"
    try:
        connection.execute(create_view(definition, model) if model.is_view else made)
        if model.is_view:
            connection.execute(f"SELECT * FROM {model.qualified}")
    except duckdb.Error as error:
        raise _breaks(hangs_on, model, error) from error


def _breaks(header: Header, model: Model, error: duckdb.Error) -> ModelRefused:
    reason = f"{model.name} is computed from it, and can't be any more: {first_sentence(error)}"
    return header.refused(header.line("table", "view"), reason)


def _plan_model(connection: duckdb.DuckDBPyConnection, model: Model, header: Header, definition: Definition) -> None:
    place = (header.file, header.sql_line)
    made = f"CREATE TABLE {model.qualified} AS SELECT * FROM ("
    _run(connection, place, made, model.sql, ") AS whole WITH NO DATA")
    columns = [str(row[0]) for row in connection.execute(f"DESCRIBE {model.qualified}").fetchall()]
    _check_columns(header, columns)
    if model.is_view:
        connection.execute(f"DROP TABLE {model.qualified}")
        try:
            connection.execute(create_view(definition, model))
            connection.execute(f"SELECT * FROM {model.qualified}")
        except duckdb.Error as error:
            raise header.refused(header.sql_line, f"it can't be a view: {first_sentence(error)}") from error


def _check_columns(header: Header, columns: Sequence[str]) -> None:
    """Refuse a SELECT whose columns are not those that the header describes, in its order."""
    for column in columns:
        if column not in header.columns:
            raise header.refused(header.sql_line, f"{column} is selected, and the header has no `column {column}:`")
    for column, said in header.columns.items():
        if column not in columns:
            raise header.refused(said.line, f"{column} is described, and the SELECT has no such column")
    for column, (name, said) in zip(columns, header.columns.items(), strict=True):
        if column != name:
            raise header.refused(said.line, f"{name} is described where {column} is selected: keep the SELECT's order")


def _rehearse(connection: duckdb.DuckDBPyConnection, definition: Definition, behind: Mapping[str, Header]) -> None:
    """Run what a batch would have run: by it a key, and what stands for it, are seen to be of one kind."""
    runner = Runner(definition, DuckdbConnection(connection))
    try:
        runner.rehearse(behind.keys())
    except duckdb.Error as error:
        if runner.at is None or runner.at.name not in behind:
            raise
        if runner.at.own is None:
            raise _breaks(behind[runner.at.name], runner.at, error) from error
        header = runner.at.own.header
        reason = f"what stands for its key does not fit it: {first_sentence(error)}"
        raise header.refused(header.line("reads"), reason) from error


def _run(connection: duckdb.DuckDBPyConnection, place: tuple[str, int], before: str, select: str, after: str) -> None:
    file, first_line = place
    try:
        connection.execute(f"{before}\n{select}\n{after}")
    except duckdb.Error as error:
        found = _LINE.search(str(error))
        line = first_line + (int(found.group(1)) - 2 if found else 0)
        raise ModelRefused(f"{file}, line {line}: DuckDB can't take this: {first_sentence(error)}") from error
