"""What is taken for the same on both engines is known to both, and our own models keep to it."""

import duckdb
import psycopg
import pytest

from infra.models.portable import FUNCTIONS, check_portable
from infra.models.statement import Statement
from projections.facts.tables import ALL_FACTS
from projections.header import ModelRefused
from projections.model import Model, load_models

MODELS = load_models()
COLUMNS = {column for model in MODELS for column in model.columns}
COLUMNS |= {column.name for fact in ALL_FACTS.values() for column in fact.columns}
# What is asked for by a word of the grammar, and called so inside.
GRAMMAR = {"extract", "timezone", "position", "btrim", "substring", "percentile_cont", "percentile_disc"}
# These two know what they do: a pattern without anything that the engines read differently, and doubles made earlier.
KNOWING = {"pipeline", "kpi_service_median"}


@pytest.mark.parametrize(
    "model", [model for model in MODELS if model.name not in KNOWING], ids=lambda model: model.name
)
def test_our_models_would_be_taken(model: Model) -> None:
    statement = Statement("model.sql", model.sql, 1)
    check_portable(statement, COLUMNS)
    assert {source.table for source in statement.sources()} == set(model.sources)


@pytest.mark.parametrize("name", sorted(KNOWING))
def test_two_of_ours_would_not(name: str) -> None:
    [sql] = [model.sql for model in MODELS if model.name == name]
    with pytest.raises(ModelRefused):
        check_portable(Statement("model.sql", sql, 1), COLUMNS)


def test_every_function_is_known_to_both(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as server, duckdb.connect() as memory:
        on_postgres = {name for (name,) in server.execute("SELECT proname FROM pg_proc").fetchall()}
        found = memory.execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()
    on_duckdb = {name for (name,) in found}

    assert FUNCTIONS - GRAMMAR - on_postgres == set()
    assert FUNCTIONS - GRAMMAR - on_duckdb == set()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a, sum(b) AS b FROM t GROUP BY a HAVING sum(b) > 0",
        "SELECT x.a AS b FROM (SELECT a FROM t) AS x WHERE x.a > 0",
        "WITH t AS (SELECT 1 AS z) SELECT z AS z FROM t WHERE z > 0",
        "SELECT trim(a) AS c, substring(a FROM 1 FOR 2) AS d, position('x' IN a) AS e FROM t",
        "SELECT CAST(sum(b) AS double precision) / count(*) AS c, extract(year FROM a AT TIME ZONE 'UTC') AS d FROM t",
        "SELECT avg(CAST(b AS double precision)) AS c, string_agg(a, ',' ORDER BY a) AS d FROM t",
        "SELECT a FROM t WHERE b LIKE 'x%' AND a IS DISTINCT FROM b AND b IN (1, 2) AND a BETWEEN 1 AND 2",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
    ],
)
def test_what_both_take_is_taken(sql: str) -> None:
    check_portable(Statement("model.sql", sql, 1), {"a", "b"})
