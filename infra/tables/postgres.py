"""The tables in PostgreSQL: facts staged inside the server, models computed there, everything in one transaction."""

from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress

import psycopg
from psycopg import sql as pgsql

from domain.catalog import AREAS
from infra.tables.errors import refuse_other_zone
from infra.tables.own_models import naming_the_model
from infra.tables.postgres_connection import PostgresConnection
from infra.tables.postgres_errors import OUTSIDE, explaining
from infra.tables.postgres_personal import COLUMNS, UNSEALED, Unseal, open_personal
from projections.checking import check_models
from projections.definition import SCHEMAS, Definition, create_fact, create_view, stale_models
from projections.facts.staging import fact_statements, stage_statement
from projections.facts.tables import FactTable
from projections.model import Model
from projections.runner import Runner

ANALYST = "rapport_analyst"
# The advisory lock that the one applier of these tables holds. Keys with 126 in the highest byte are the log's guards.
APPLIER = (127 << 56) + 1
_DEFINING = (127 << 56) + 2
_MODEL_LIST = "CREATE TABLE IF NOT EXISTS rapport.model (name text, digest text)"


class PostgresTables:
    """A definition's facts and models in one PostgreSQL database, beside the log they are computed from."""

    def __init__(
        self,
        database: str | psycopg.Connection,
        definition: Definition,
        timezone: str,
        unseal: Unseal,
        *,
        afresh: bool = False,
    ) -> None:
        """`database` is its URL, or a connection with autocommit, which is the tables' own from then on.

        `unseal` opens what is personal in the log's events. `afresh` makes the tables anew, whatever they held.
        """
        self._definition = definition
        self._timezone = timezone
        self._unseal = unseal
        self._afresh = afresh
        with explaining():
            self.connection = psycopg.connect(database, autocommit=True) if isinstance(database, str) else database
            self.connection.execute("SET search_path = crm, rapport, personal")
            self.connection.execute("SET TimeZone = 'UTC'")
            self._adapter = PostgresConnection(self.connection)
            self._runner = Runner(definition.models, self._adapter)
            self._defined: frozenset[str] = frozenset()  # models that were computed when the tables were opened
            self._make_tables()

    @property
    def position(self) -> int:
        """The position of the log up to which the models are computed."""
        return self._progress("models_position")

    @property
    def staged(self) -> int:
        """The position of the log up to which the facts are staged."""
        return self._progress("facts_position")

    def try_own(self) -> bool:
        """Become the one applier of these tables, if nobody else is; lasts until `close`."""
        return try_own(self.connection)

    def advance(self, upto: int, limit: int) -> int:
        """Take the next events, `limit` at most and none behind `upto`, into facts and models; returns how many."""
        since = self.position
        with self._transaction():
            count, last, touched = self._stage(since, upto, limit)
            if count:
                self._adapter.keep_plans(count)
                with self._naming_the_model(self._runner):
                    self._runner.live(since, touched)
                self._adapter.settle()
                if not since:  # the first events of all: what was made over empty tables was not checked yet
                    check_models(self._adapter, self._definition.models)
            self._move("facts_position, models_position", last if count == limit else upto)
        return count

    def stage(self, upto: int, limit: int) -> int:
        """Take the next events into the facts only; the models wait for `compute`. Returns how many."""
        with self._transaction():
            count, last, _ = self._stage(self.staged, upto, limit)
            self._move("facts_position", last if count == limit else upto)
        return count

    def compute(self) -> Generator[str, None, None]:
        """Compute all models from all facts; yields each one's name when it is done."""
        for fact in self._definition.facts:
            self.connection.execute(f"ANALYZE {fact.qualified}".encode())
        with self._transaction():
            with self._naming_the_model(self._runner):
                yield from self._runner.full()
            check_models(self._adapter, self._definition.models)
            self._move("models_position", self.staged)

    def recompute(self, names: Collection[str]) -> None:
        """Compute these models, and those that read them, from the facts; not again what was when the tables opened."""
        with self._transaction():
            known = self._computed()
            for name in names:
                if name not in self._defined:
                    known.pop(name, None)
            self._define_models(stale_models(self._definition.models, known))

    def reset(self) -> None:
        """Forget everything, so that the next events are the first."""
        with self._transaction():
            for table in (*(f.qualified for f in self._definition.facts), *self._model_tables(), "rapport.applied"):
                self.connection.execute(f"TRUNCATE {table}".encode())
            self._move("facts_position, models_position", 0)

    def close(self) -> None:
        """Let go of the database, and of owning its tables."""
        with suppress(psycopg.Error):  # a connection that broke has let go already
            # A session that ends removes its temporary tables first, and would seem to own these ones meanwhile.
            self.connection.execute("SELECT pg_advisory_unlock_all()")
        self.connection.close()

    def _stage(self, since: int, upto: int, limit: int) -> tuple[int, int, list[str]]:
        """Take events apart into facts; returns how many, the last one's position, and the facts they went to."""
        connection = self.connection
        batch = f"notification_id > {since} AND notification_id <= {upto} ORDER BY notification_id LIMIT {limit}"
        personal = self._definition.is_personal
        if personal:
            self._adapter.copy(UNSEALED, COLUMNS, open_personal(connection, batch, self._unseal))
        source = (
            "(SELECT notification_id AS position, e.tenant, e.recorded_at, e.topic, convert_from(e.state, 'UTF8')"
            f" AS state{', u.personal' if personal else ''} FROM"
            f" (SELECT * FROM rapport.stored_events WHERE {batch}) AS e"
            f"{f' LEFT JOIN {UNSEALED} AS u ON u.position = e.notification_id' if personal else ''})"
        )
        if not self._adapter.fill("staged", stage_statement("postgres", self._timezone, source, personal=personal)):
            return 0, since, []
        row = connection.execute("SELECT count(*), max(position), array_agg(DISTINCT area) FROM staged").fetchone()
        if row is None:
            return 0, since, []
        touched = []
        wanted = {fact.name: fact for fact in self._definition.facts}
        for name, select in fact_statements("postgres", [area for area in AREAS if area in row[2]]).items():
            if name in wanted:
                self._adapter.append(wanted[name].qualified, f"{select} ON CONFLICT DO NOTHING")
                touched.append(name)
        self._note_applied()
        return int(row[0]), int(row[1]), touched

    def _note_applied(self) -> None:
        self.connection.execute(
            "INSERT INTO rapport.applied SELECT tenant, max(position), max(recorded_at), clock_timestamp() FROM staged"
            " GROUP BY tenant ON CONFLICT (tenant) DO UPDATE SET position = excluded.position,"
            " recorded_at = excluded.recorded_at, applied_at = excluded.applied_at"
        )

    def _make_tables(self) -> None:
        digests = (self._definition.facts_digest, self._definition.models_digest)
        if not self._afresh and self._known() == digests:
            return
        with self._transaction():
            # Two programs may start at once; the second waits here and then finds everything made.
            self.connection.execute("SELECT pg_advisory_xact_lock(%s)", [_DEFINING])
            known = None if self._afresh else self._known()
            if known != digests:
                self._define(keep_facts=known is not None and known[0] == digests[0])

    def _known(self) -> tuple[str, str] | None:
        made = self.connection.execute("SELECT to_regclass('rapport.progress')").fetchone()
        if made is None or made[0] is None:
            return None
        row = self.connection.execute("SELECT facts_digest, models_digest, timezone FROM rapport.progress").fetchone()
        if row is None:
            return None
        refuse_other_zone(row[2], self._timezone)
        return row[0], row[1]

    def _define(self, *, keep_facts: bool) -> None:
        """Make the tables as this program defines them; what it defines otherwise than before begins anew."""
        connection, definition = self.connection, self._definition
        for schema in SCHEMAS:
            exists = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone()
            if not exists:
                connection.execute(f"CREATE SCHEMA {schema}".encode())
        stale = stale_models(definition.models, self._computed() if keep_facts else {})
        if not keep_facts:
            self._drop_models(frozenset())
            self._define_facts()
        self._define_models(stale)
        self._defined = frozenset(model.name for model in stale)

    def _define_models(self, stale: Sequence[Model]) -> None:
        """Compute these models, and drop what is not defined any more. Raises ModelRefused for broken checks."""
        connection, definition = self.connection, self._definition
        names = {model.name for model in stale}
        self._drop_models({model.qualified for model in definition.models if model.name not in names})
        runner = Runner(stale, self._adapter)
        for model in stale:
            if not model.is_view:
                self._define_model_table(model.qualified, model.sql, model.grain, (model.key, *model.indexes))
        with self._naming_the_model(runner):
            for _ in runner.full():
                pass
        for model in stale:
            if model.is_view:
                connection.execute(create_view(model, definition.models).encode())
            if model.schema == "crm":
                self._grant(model.qualified)
        check_models(self._adapter, definition.models, names)
        connection.execute("DELETE FROM rapport.model")
        connection.cursor().executemany(
            "INSERT INTO rapport.model VALUES (%s, %s)", [(model.name, model.digest) for model in definition.models]
        )
        connection.execute(
            "UPDATE rapport.progress SET facts_digest = %s, models_digest = %s, models_position = facts_position",
            [definition.facts_digest, definition.models_digest],
        )

    def _computed(self) -> dict[str, str]:
        """The models that stand computed from all facts, and the digest that each had then."""
        self.connection.execute(_MODEL_LIST)  # added later than the others: tables that are there may be without it
        if self.staged != self.position:
            return {}
        return dict(self.connection.execute("SELECT name, digest FROM rapport.model").fetchall())

    def _naming_the_model(self, runner: Runner) -> AbstractContextManager[None]:
        return naming_the_model(runner, psycopg.Error, OUTSIDE)

    def _drop_models(self, kept: Collection[str]) -> None:
        """Drop what stands in the models' schemas; all of it is computed and ours."""
        found = self.connection.execute(
            "SELECT n.nspname, c.relname, c.relkind FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE n.nspname IN ('crm', 'personal') AND c.relkind IN ('r', 'v') AND c.relname NOT LIKE 'fact\\_%'"
            " ORDER BY c.relkind DESC"
        ).fetchall()
        for schema, name, kind in found:
            if f"{schema}.{name}" not in kept:
                what = pgsql.SQL("VIEW" if kind in {"v", b"v"} else "TABLE")
                self.connection.execute(
                    pgsql.SQL("DROP {} IF EXISTS {} CASCADE").format(what, pgsql.Identifier(schema, name))
                )

    def _define_facts(self) -> None:
        connection = self.connection
        connection.execute("DROP TABLE IF EXISTS rapport.progress, rapport.applied, rapport.model CASCADE")
        connection.execute(_MODEL_LIST)
        connection.execute(
            "CREATE TABLE rapport.progress (facts_position bigint, models_position bigint, facts_digest text,"
            " models_digest text, timezone text)"
        )
        connection.execute(
            "CREATE TABLE rapport.applied (tenant text PRIMARY KEY, position bigint, recorded_at timestamptz,"
            " applied_at timestamptz)"
        )
        connection.execute("INSERT INTO rapport.progress VALUES (0, 0, '', '', %s)", [self._timezone])
        for fact in self._definition.facts:
            connection.execute(f"DROP TABLE IF EXISTS {fact.qualified} CASCADE".encode())
            connection.execute(create_fact(fact).encode())
            connection.execute(f"ALTER TABLE {fact.qualified} ADD PRIMARY KEY ({', '.join(fact.key)})".encode())
            for columns in fact.indexes:
                self._index(fact, columns)

    def _index(self, fact: FactTable, columns: tuple[str, ...]) -> None:
        self.connection.execute(f"CREATE INDEX ON {fact.qualified} ({', '.join(columns)})".encode())

    def _define_model_table(
        self, table: str, select: str, grain: tuple[str, ...], indexes: tuple[tuple[str, ...], ...]
    ) -> None:
        connection = self.connection
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM (\n{select}\n) AS whole WITH NO DATA".encode())
        connection.execute(f"CREATE UNIQUE INDEX ON {table} ({', '.join(grain)})".encode())
        for columns in dict.fromkeys(indexes):
            if columns != grain[: len(columns)]:
                connection.execute(f"CREATE INDEX ON {table} ({', '.join(columns)})".encode())

    def _grant(self, table: str) -> None:
        """Let analysts read it, where `rapport init` made their role."""
        if self.connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ANALYST]).fetchone():
            self.connection.execute(f"GRANT SELECT ON {table} TO {ANALYST}".encode())

    def _model_tables(self) -> list[str]:
        return [model.qualified for model in self._definition.models if not model.is_view]

    def _progress(self, column: str) -> int:
        row = self.connection.execute(f"SELECT {column} FROM rapport.progress".encode()).fetchone()
        return int(row[0]) if row else 0

    def _move(self, columns: str, position: int) -> None:
        sets = ", ".join(f"{column} = {position}" for column in columns.split(", "))
        self.connection.execute(f"UPDATE rapport.progress SET {sets}".encode())

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with explaining(), self.connection.transaction():
                yield
        except BaseException:
            self._adapter.forget()
            raise


def try_own(connection: psycopg.Connection) -> bool:
    """Make this connection's process the one applier of the database's tables, if nobody else is, until it closes."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [APPLIER]).fetchone()
    return bool(row and row[0])
