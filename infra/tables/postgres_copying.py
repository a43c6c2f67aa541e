"""Tables in PostgreSQL that begin as a copy of others: what would be computed to the same is not computed again."""

from collections.abc import Collection, Generator

import psycopg

from infra.tables.own_models import Heard, unheard
from infra.tables.postgres_connection import PostgresConnection
from infra.tables.postgres_defining import Defining, look_in
from infra.tables.postgres_errors import explaining
from projections.definition import Definition, stale_models, standing_views

# An advisory lock, shared by those who read the tables in use for a while: names are switched after that.
COPYING = (127 << 56) + 5


def copy_tables(
    connection: psycopg.Connection,
    source: Definition,
    target: Definition,
    timezone: str,
    names: Collection[str],
    heard: Heard = unheard,
) -> Generator[str, None, None]:
    """Make the tables of `target` with the rows that those of `source` have now, which hold the same facts.

    Computed are the models in `names`, those that were computed otherwise, and what reads them. Yields what is done,
    step by step, and tells `heard` of each model; all or nothing is done. Raises ModelRefused.
    """
    with explaining(), connection.transaction():
        # All tables as they stand together: their owner goes on meanwhile.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        look_in(connection, target)
        known = {name: digest for name, digest in Defining(connection, source).computed().items() if name not in names}
        stale = stale_models(target.models, known)
        yield from _Copying(connection, source, target).copy(timezone, {model.name for model in stale})
        yield "computing models"
        Defining(connection, target, heard).define_models(PostgresConnection(connection), stale)


class _Copying:
    """Copies by one connection, within the transaction of who calls."""

    def __init__(self, connection: psycopg.Connection, source: Definition, target: Definition) -> None:
        self._connection = connection
        self._source = source
        self._target = target
        self._defining = Defining(connection, target)

    def copy(self, timezone: str, stale: Collection[str]) -> Generator[str, None, None]:
        """Copy how far the tables are, the facts, and all models that are not stale; yields each one's name before."""
        defining, target = self._defining, self._target
        defining.make_schemas()
        defining.define_progress(timezone)
        self._execute(
            f"UPDATE {target.own}.progress SET (facts_position, models_position) ="
            f" (SELECT facts_position, models_position FROM {self._source.own}.progress)"
        )
        self._execute(f"INSERT INTO {target.own}.applied SELECT * FROM {self._source.own}.applied")
        self._execute(f"INSERT INTO {target.taken_back} SELECT * FROM {self._source.taken_back}")
        for fact in target.facts:
            yield f"copying {fact.name}"
            self._copy_rows(target.name_of(fact), self._source.name_of(fact))
            defining.index_fact(fact)
        for statement in standing_views(target):
            self._execute(statement)
        for model in target.models:
            if model.name in stale:
                continue
            if not model.is_view:
                yield f"copying {model.name}"
                self._copy_rows(target.name_of(model), self._source.name_of(model))
                defining.index_model(model)
            defining.show(model)

    def _copy_rows(self, target: str, source: str) -> None:
        self._execute(f"CREATE TABLE {target} AS TABLE {source}")
        self._execute(f"ANALYZE {target}")

    def _execute(self, statement: str) -> None:
        self._connection.execute(statement.encode())
