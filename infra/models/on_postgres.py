"""Planning a user's models on the store's PostgreSQL, over temporary tables that are empty, in a transaction undone."""

from collections.abc import Iterator, Sequence

import psycopg

from infra.tables.postgres_errors import OUTSIDE, connect, explaining
from projections.facts.tables import ALL_FACTS
from projections.header import ModelRefused
from projections.model import Model


def plan_on_postgres(models: Sequence[Model], url: str) -> None:
    """Plan all that the user's models may ask of PostgreSQL. Raises ModelRefused, and LogError without a server."""
    connection = connect(url, "rapport model check")
    try:
        with explaining(), connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL search_path = pg_temp")
            for statement in _sources_of(models):
                connection.execute(statement.encode())
            for model in models:
                if model.own:
                    _plan_model(connection, model)
            for model in models:
                for check in model.own.checks if model.own else ():
                    _run(connection, (check.file, check.line), "SELECT * FROM (", check.sql, ") AS found LIMIT 0")
    finally:
        connection.close()


def _sources_of(models: Sequence[Model]) -> Iterator[str]:
    """Statements that make all that the user's models may read: facts and our models, empty."""
    for fact in ALL_FACTS.values():
        if fact.schema != "personal":
            columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in fact.columns)
            yield f"CREATE TEMP TABLE {fact.name} ({columns})"
    yield "CREATE TEMP TABLE applied (tenant text, position bigint, recorded_at timestamptz, applied_at timestamptz)"
    for model in models:
        if model.own is None and model.schema == "crm":
            yield f"CREATE TEMP TABLE {model.table} AS SELECT * FROM (\n{model.sql}\n) AS whole WITH NO DATA"


def _plan_model(connection: psycopg.Connection, model: Model) -> None:
    if model.own is None:
        return
    header = model.own.header
    place = (header.file, header.sql_line)
    _run(connection, place, f"CREATE TEMP TABLE {model.table} AS SELECT * FROM (", model.sql, ") AS whole WITH NO DATA")
    # What a batch asks of it: rows that can be compared, and found by what makes them unique.
    same = f"SELECT * FROM {model.table} EXCEPT SELECT * FROM {model.table}"
    _run(connection, place, "SELECT * FROM (", same, ") AS whole")
    index = f"CREATE UNIQUE INDEX ON {model.table} ({', '.join(model.grain)})"
    _run(connection, (header.file, header.line("grain")), "", index, "")


def _run(connection: psycopg.Connection, place: tuple[str, int], before: str, select: str, after: str) -> None:
    file, first_line = place
    statement = f"{before}\n{select}\n{after}"
    try:
        connection.execute(statement.encode())
    except OUTSIDE:
        raise
    except psycopg.Error as error:
        position = int(error.diag.statement_position or 0)
        line = first_line + max(0, statement.count("\n", 0, max(0, position - 1)) - 1)
        said = error.diag.message_primary or str(error)
        raise ModelRefused(f"{file}, line {line}: PostgreSQL can't take this: {said}") from error
