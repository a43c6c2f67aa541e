"""Making the tables of a definition in a DuckDB file."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import duckdb

from infra.tables.duckdb_connection import DuckdbConnection
from infra.tables.duckdb_errors import OUTSIDE
from infra.tables.own_models import Heard, naming_the_model, unheard
from projections.checking import check_models
from projections.definition import (
    Definition,
    computed_models,
    create_fact,
    create_taken_back,
    create_view,
    stale_models,
    standing_views,
)
from projections.model import Model
from projections.runner import Runner

CATALOG = "tables"  # by which name the file is attached


class Defining:
    """Makes a definition's tables, within the transaction of who calls."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, definition: Definition, heard: Heard = unheard) -> None:
        self._connection = connection
        self._definition = definition
        self._heard = heard

    def make_schemas(self) -> None:
        """Make the schemas that are not there and the tables that say how far the others are; look in them."""
        # Only those in use: a reader that attaches two files finds `personal` in one of them.
        schemas = sorted({"crm", "rapport", *(one.schema for one in self._definition.models)})
        for schema in schemas:
            self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {CATALOG}.{schema}")
        self._connection.execute(f"SET search_path = '{','.join(f'{CATALOG}.{schema}' for schema in schemas)}'")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS rapport.progress (facts_position bigint, models_position bigint,"
            " facts_digest text, models_digest text, timezone text)"
        )
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS rapport.applied (tenant text PRIMARY KEY, position bigint,"
            " recorded_at timestamptz, applied_at timestamptz)"
        )
        self._connection.execute("CREATE TABLE IF NOT EXISTS rapport.model (n bigint, name text, digest text)")

    def known_digests(self) -> tuple[str, str, str] | None:
        """By what facts, by what models and for which time zone the tables were made; None without any."""
        found = self._connection.execute("SELECT facts_digest, models_digest, timezone FROM rapport.progress")
        row = found.fetchone()
        return None if row is None else (row[0], row[1], row[2])

    def define(self, adapter: DuckdbConnection, timezone: str, *, keep_facts: bool) -> frozenset[str]:
        """Make the tables as this program defines them; what it defines otherwise than before begins anew.

        Returns the models that were computed for it.
        """
        connection, definition = self._connection, self._definition
        if not keep_facts:
            connection.execute("DELETE FROM rapport.progress; DELETE FROM rapport.applied")
            for fact in definition.facts:
                connection.execute(f"DROP TABLE IF EXISTS {definition.name_of(fact)}")
                connection.execute(create_fact(definition, fact))
            connection.execute(create_taken_back(definition))
            connection.execute("INSERT INTO rapport.progress VALUES (0, 0, '', '', $1)", [timezone])
        for statement in standing_views(definition):
            connection.execute(statement)
        stale = stale_models(definition.models, self.computed() if keep_facts else {})
        self.define_models(adapter, stale)
        return frozenset(model.name for model in stale)

    def define_models(self, adapter: DuckdbConnection, stale: Sequence[Model]) -> None:
        """Compute these models, and drop what is not defined any more. Raises ModelRefused for broken checks."""
        connection, definition = self._connection, self._definition
        names = {model.name for model in stale}
        self._drop_models({model.qualified for model in definition.models if model.name not in names})
        runner = Runner(replace(definition, models=tuple(stale)), adapter)
        with naming_the_model(runner, duckdb.Error, OUTSIDE):
            for name in runner.full():
                self._heard(name)
        for model in stale:
            if model.is_view:
                connection.execute(create_view(definition, model))
        check_models(adapter, definition, names)
        connection.execute("DELETE FROM rapport.model")
        digests = {model.name: model.digest for model in definition.models}
        connection.execute(
            "INSERT INTO rapport.model SELECT unnest($1), unnest($2), unnest($3)",
            [[*range(len(digests))], [*digests], [*digests.values()]],
        )
        connection.execute(
            "UPDATE rapport.progress SET facts_digest = $1, models_digest = $2, models_position = facts_position",
            [definition.facts_digest, definition.models_digest],
        )

    def computed(self) -> dict[str, str]:
        """The models that stand computed from all facts, and the digest that each had then."""
        both = "SELECT facts_position = models_position, models_digest FROM rapport.progress"
        row = self._connection.execute(both).fetchone()
        if not (row and row[0]):
            return {}
        listed = self._connection.execute("SELECT name, digest FROM rapport.model ORDER BY n").fetchall()
        return computed_models(listed, row[1])

    def _drop_models(self, kept: Collection[str]) -> None:
        """Drop what stands in the models' schemas, also what this program does not define any more."""
        found = self._connection.execute(
            "SELECT table_type, table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema IN ('crm', 'personal') AND NOT regexp_matches(table_name, '^(standing_)?fact_')"
            f" AND table_catalog = '{CATALOG}' ORDER BY table_type DESC"
        ).fetchall()
        for kind, schema, name in found:
            if f"{schema}.{name}" not in kept:
                what = "VIEW" if kind == "VIEW" else "TABLE"
                self._connection.execute(f'DROP {what} IF EXISTS {schema}."{name}"')
