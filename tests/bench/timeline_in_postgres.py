"""The first page of a contact's timeline on PostgreSQL, in a table with the rows that an embedded rebuild published."""

import time
from collections.abc import Mapping
from pathlib import Path
from statistics import quantiles

import duckdb
import psycopg

from infra.cli.story import FIRST_EVENTS
from infra.log.init import init_postgres
from infra.publishing.postgres_reader import PostgresReader
from infra.tables.postgres import PostgresTables
from infra.tables.postgres_loading import copy_rows
from projections.definition import definition_for
from tests.bench.workshop import Workshop, rapport_at

PAGE = 50
_TABLE, _ROWS = "crm.contact_timeline", "crm.rows_of_many"
_PAGES = 300
_TYPES = {"TIMESTAMP WITH TIME ZONE": "timestamptz", "VARCHAR": "text"}
_SOME = (
    "SELECT tenant, contact_id FROM (SELECT DISTINCT tenant, contact_id FROM crm.contact_timeline) AS people"
    f" ORDER BY md5(CAST(contact_id AS text)) LIMIT {_PAGES}"
)


def page_times(shop: Workshop, published: Path, home: Path) -> tuple[float, float]:
    """The median and the 99th percentile of first pages, of contacts taken at random, in milliseconds."""
    with shop.postgres() as url:
        init_postgres(url)
        with rapport_at(home, url) as rapport:
            PostgresTables(url, definition_for("crm"), "UTC", rapport.sealing.unseal).close()
        with psycopg.connect(url, autocommit=True) as connection:
            _fill(connection, published)
            connection.execute(f"VACUUM ANALYZE {_TABLE}".encode())
            some = connection.execute(_SOME.encode()).fetchall()
        reader = PostgresReader(url, personal=False)
        took = []
        try:
            for tenant, contact in some:
                begun = time.perf_counter()
                reader.query(FIRST_EVENTS, [tenant, contact, PAGE])
                took.append((time.perf_counter() - begun) * 1000)
        finally:
            reader.close()
    cuts = quantiles(took, n=100, method="inclusive")
    return cuts[49], cuts[98]


def _fill(connection: psycopg.Connection, published: Path) -> None:
    """Put the published rows in the place of the table, and make its keys when they are in: else it takes an hour."""
    keys = connection.execute(
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass", [_TABLE]
    ).fetchall()
    connection.execute(f"CREATE TABLE {_ROWS} (LIKE {_TABLE})".encode())
    with duckdb.connect() as reading:
        reading.execute(f"SET TimeZone = 'UTC'; ATTACH '{published}' AS tables (READ_ONLY)")
        copy_rows(connection, _ROWS, _columns(reading), reading, f"SELECT * FROM tables.{_TABLE}")
    connection.execute(f"DROP TABLE {_TABLE} CASCADE".encode())
    connection.execute(f"ALTER TABLE {_ROWS} RENAME TO {_TABLE.partition('.')[2]}".encode())
    connection.execute("SET maintenance_work_mem = '1GB'")
    for (definition,) in keys:
        connection.execute(definition.encode())


def _columns(reading: duckdb.DuckDBPyConnection) -> Mapping[str, str]:
    described = reading.execute(f"DESCRIBE tables.{_TABLE}").fetchall()
    return {name: _TYPES.get(sql_type, sql_type.lower()) for name, sql_type, *_ in described}
