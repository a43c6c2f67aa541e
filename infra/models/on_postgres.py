"""Planning a user's models on the store's PostgreSQL, over temporary tables that are empty, in a transaction undone."""

from collections.abc import Iterator, Sequence

import psycopg

from infra.tables.own_models import first_sentence
from infra.tables.postgres_errors import OUTSIDE, connect, explaining
from projections.facts.tables import ALL_FACTS
from projections.header import Header, ModelRefused
from projections.model import Model


def plan_on_postgres(models: Sequence[Model], url: str) -> None:
    """Plan all that the user's models may ask of PostgreSQL. Raises ModelRefused, and LogError without a server."""
    connection = connect(url, "rapport model check")
    try:
        with explaining(), connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL search_path = pg_temp")
            for statement in _facts():
                connection.execute(statement.encode())
            behind: dict[str, Header] = {}  # the user's models and all that read them, by whose header
            for model in models:
                if model.own:
                    behind[model.name] = model.own.header
                    _plan_model(connection, model)
                elif model.schema == "crm":
                    hangs_on = next((behind[source] for source in model.sources if source in behind), None)
                    _plan_ours(connection, model, hangs_on)
                    behind |= {model.name: hangs_on} if hangs_on else {}
            for model in models:
                for check in model.own.checks if model.own else ():
                    _run(connection, (check.file, check.line), "SELECT * FROM (", check.sql, ") AS found LIMIT 0")
    finally:
        connection.close()


def _facts() -> Iterator[str]:
    """Statements that make the facts, empty, and the table of how far the tables are."""
    for fact in ALL_FACTS.values():
        if fact.schema != "personal":
            columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in fact.columns)
            yield f"CREATE TEMP TABLE {fact.name} ({columns})"
    yield "CREATE TEMP TABLE applied (tenant text, position bigint, recorded_at timestamptz, applied_at timestamptz)"


def _plan_ours(connection: psycopg.Connection, model: Model, hangs_on: Header | None) -> None:
    """Plan a model of ours; `hangs_on` is the header of a user's one that it reads in the place of another."""
    made = f"CREATE TEMP TABLE {model.table} AS SELECT * FROM (\n{model.sql}\n) AS whole WITH NO DATA"
    try:
        connection.execute(made.encode())
    except OUTSIDE:
        raise
    except psycopg.Error as error:
        if hangs_on is None:
            raise
        reason = f"{model.name} is computed from it, and can't be any more: {first_sentence(error)}"
        raise hangs_on.refused(hangs_on.line("table", "view"), reason) from error


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
