"""Making the tables of a definition in PostgreSQL: schemas, keys and indexes, and who may read them."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import psycopg
from psycopg import sql as pgsql

from infra.tables.own_models import Heard, naming_the_model, unheard
from infra.tables.postgres_connection import PostgresConnection
from infra.tables.postgres_errors import OUTSIDE
from projections.checking import check_models
from projections.definition import (
    SCHEMAS,
    Definition,
    computed_models,
    create_fact,
    create_taken_back,
    create_view,
    stale_models,
    standing_views,
)
from projections.facts.tables import FactTable
from projections.model import Model
from projections.runner import Runner

ANALYST = "rapport_analyst"
_WITHOUT_KEYS = """
    SELECT c.relname FROM pg_catalog.pg_class AS c WHERE c.oid = ANY(%s::regclass[])
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid)
"""
_INDEXES = """
    SELECT i.indexrelid::regclass::text, i.indrelid::regclass::text, k.conname
    FROM pg_catalog.pg_index AS i LEFT JOIN pg_catalog.pg_constraint AS k ON k.conindid = i.indexrelid
    WHERE i.indrelid = ANY(%s::regclass[])
"""


def known_digests(connection: psycopg.Connection, definition: Definition) -> tuple[str, str, str] | None:
    """By what facts, by what models and for which time zone the tables that stand there were made; None without any."""
    table = f"{definition.own}.progress"
    made = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
    if made is None or made[0] is None:
        return None
    row = connection.execute(f"SELECT facts_digest, models_digest, timezone FROM {table}".encode()).fetchone()
    return None if row is None else (row[0], row[1], row[2])


def look_in(connection: psycopg.Connection, definition: Definition) -> None:
    """Let a connection find a definition's tables by their bare names, and know time in UTC as all others do."""
    schemas = ", ".join(f"{schema}{definition.beside}" for schema in ("crm", "rapport", "personal"))
    connection.execute(f"SET search_path = {schemas}".encode())
    connection.execute("SET TimeZone = 'UTC'")


class Defining:
    """Makes a definition's tables by one connection, within the transaction of who calls."""

    def __init__(self, connection: psycopg.Connection, definition: Definition, heard: Heard = unheard) -> None:
        self._connection = connection
        self._definition = definition
        self._heard = heard

    def define(self, adapter: PostgresConnection, timezone: str, *, keep_facts: bool) -> frozenset[str]:
        """Make the tables as this program defines them; what it defines otherwise than before begins anew.

        Returns the models that were computed for it.
        """
        self.make_schemas()
        stale = stale_models(self._definition.models, self.computed() if keep_facts else {})
        if not keep_facts:
            self._drop_models(frozenset())
            self.define_progress(timezone)
            for fact in self._definition.facts:
                self._define_fact(fact)
        for statement in standing_views(self._definition):
            self._execute(statement)
        self.define_models(adapter, stale)
        return frozenset(model.name for model in stale)

    def drop_keys(self) -> None:
        """Take keys and indexes from the facts, while all of a log is loaded into them: each row would go into all."""
        for index, table, constraint in self._connection.execute(_INDEXES, [self._facts()]).fetchall():
            self._execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}" if constraint else f"DROP INDEX {index}")

    def add_keys(self) -> None:
        """Give facts that are without them their keys and indexes."""
        for fact in self.without_keys():
            self.index_fact(fact)

    def without_keys(self) -> list[FactTable]:
        """The facts that are without keys and indexes."""
        found = {name for (name,) in self._connection.execute(_WITHOUT_KEYS, [self._facts()]).fetchall()}
        return [fact for fact in self._definition.facts if fact.name in found]

    def computed(self) -> dict[str, str]:
        """The models that stand computed from all facts, and the digest that each had then."""
        own = self._definition.own
        self._define_list()  # added later than the others: tables that are there may be without it
        both = f"SELECT facts_position = models_position, models_digest FROM {own}.progress"
        row = self._connection.execute(both.encode()).fetchone()
        if not (row and row[0]):
            return {}
        listed = self._connection.execute(f"SELECT name, digest FROM {own}.model ORDER BY n".encode()).fetchall()
        return computed_models(listed, row[1])

    def define_models(self, adapter: PostgresConnection, stale: Sequence[Model]) -> None:
        """Compute these models, and drop what is not defined any more. Raises ModelRefused for broken checks."""
        definition = self._definition
        names = {model.name for model in stale}
        self.add_keys()  # a load that was stopped left them without
        self._drop_models({definition.name_of(model) for model in definition.models if model.name not in names})
        tables = {model.name: model for model in stale if not model.is_view}
        for model in tables.values():
            self._define_model(model)
        runner = Runner(replace(definition, models=tuple(stale)), adapter)
        with naming_the_model(runner, psycopg.Error, OUTSIDE):
            for name in runner.full():
                self.index_model(tables[name])  # once it has its rows, and before another one reads them
                self._heard(name)
        for model in stale:
            self.show(model)
        check_models(adapter, definition, names)
        self._execute(f"DELETE FROM {definition.own}.model")
        self._connection.cursor().executemany(
            f"INSERT INTO {definition.own}.model VALUES (%s, %s, %s)".encode(),
            [(n, model.name, model.digest) for n, model in enumerate(definition.models)],
        )
        self._connection.execute(
            f"UPDATE {definition.own}.progress SET facts_digest = %s, models_digest = %s,"
            " models_position = facts_position".encode(),
            [definition.facts_digest, definition.models_digest],
        )

    def show(self, model: Model) -> None:
        """Make the view that a model is, and let analysts read it."""
        if model.is_view:
            self._execute(create_view(self._definition, model))
        if model.schema == "crm":
            self._grant(f"SELECT ON {self._definition.name_of(model)}")

    def make_schemas(self) -> None:
        """Make the schemas that are not there. Those that `rapport init` made are this role's to rename."""
        for schema in (f"{schema}{self._definition.beside}" for schema in SCHEMAS):
            exists = self._connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone()
            if not exists:
                self._execute(f"CREATE SCHEMA {schema}")
                if schema.startswith("crm"):
                    self._grant(f"USAGE ON SCHEMA {schema}")

    def _drop_models(self, kept: Collection[str]) -> None:
        """Drop what stands in the models' schemas; all of it is computed and ours."""
        schemas = [f"{schema}{self._definition.beside}" for schema in ("crm", "personal")]
        found = self._connection.execute(
            "SELECT n.nspname, c.relname, c.relkind FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'v') AND c.relname !~ '^(standing_)?fact_'"
            " ORDER BY c.relkind DESC",
            [schemas],
        ).fetchall()
        for schema, name, kind in found:
            if f"{schema}.{name}" not in kept:
                what = pgsql.SQL("VIEW" if kind in {"v", b"v"} else "TABLE")
                self._connection.execute(
                    pgsql.SQL("DROP {} IF EXISTS {} CASCADE").format(what, pgsql.Identifier(schema, name))
                )

    def define_progress(self, timezone: str) -> None:
        """Make the tables that say how far the others are: at the beginning."""
        own = self._definition.own
        self._execute(f"DROP TABLE IF EXISTS {own}.progress, {own}.applied, {own}.model CASCADE")
        self._define_list()
        self._execute(
            f"CREATE TABLE {own}.progress (facts_position bigint, models_position bigint, facts_digest text,"
            " models_digest text, timezone text)"
        )
        self._execute(
            f"CREATE TABLE {own}.applied (tenant text PRIMARY KEY, position bigint, recorded_at timestamptz,"
            " applied_at timestamptz)"
        )
        self._connection.execute(f"INSERT INTO {own}.progress VALUES (0, 0, '', '', %s)".encode(), [timezone])
        taken_back = self._definition.taken_back
        self._execute(f"DROP TABLE IF EXISTS {taken_back} CASCADE")
        self._execute(create_taken_back(self._definition))
        self._execute(f"ALTER TABLE {taken_back} ADD PRIMARY KEY (tenant, position)")

    def _define_list(self) -> None:
        self._execute(f"CREATE TABLE IF NOT EXISTS {self._definition.own}.model (n bigint, name text, digest text)")

    def _define_fact(self, fact: FactTable) -> None:
        table = self._definition.name_of(fact)
        self._execute(f"DROP TABLE IF EXISTS {table} CASCADE")
        self._execute(create_fact(self._definition, fact))
        self.index_fact(fact)

    def index_fact(self, fact: FactTable) -> None:
        """Make the keys and indexes of a fact."""
        table = self._definition.name_of(fact)
        self._execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({', '.join(fact.key)})")
        for columns in fact.indexes:
            self._execute(f"CREATE INDEX ON {table} ({', '.join(columns)})")

    def _define_model(self, model: Model) -> None:
        table = self._definition.name_of(model)
        self._execute(f"CREATE TABLE {table} AS SELECT * FROM (\n{model.sql}\n) AS whole WITH NO DATA")

    def index_model(self, model: Model) -> None:
        """Make the keys and indexes of a model's table."""
        table = self._definition.name_of(model)
        self._execute(f"CREATE UNIQUE INDEX ON {table} ({', '.join(model.grain)})")
        for columns in dict.fromkeys((model.key, *model.indexes)):
            if columns != model.grain[: len(columns)]:
                self._execute(f"CREATE INDEX ON {table} ({', '.join(columns)})")

    def _facts(self) -> list[str]:
        return [self._definition.name_of(fact) for fact in self._definition.facts]

    def _grant(self, what: str) -> None:
        """Let analysts read it, where `rapport init` made their role."""
        if self._connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ANALYST]).fetchone():
            self._execute(f"GRANT {what} TO {ANALYST}")

    def _execute(self, statement: str) -> None:
        self._connection.execute(statement.encode())
