"""Filling PostgreSQL's fact tables from sealed history: DuckDB reads its files, and rows go over as binary COPY."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import duckdb
import pgpq
import psycopg

from infra.tables.batches import opened
from infra.tables.duckdb_errors import explaining
from infra.tables.postgres_personal import Unseal
from infra.tables.segments import Segment, personal_selects, read, stage_opened
from projections.definition import Definition
from projections.facts.tables import PERSONAL_FACTS, FactTable

_ROWS = 20_000  # that are turned into PostgreSQL's form at once
# Who has events in a segment, the last one's position, and when the last was recorded.
Seen = Sequence[tuple[str, int, datetime]]


def load(connection: psycopg.Connection, definition: Definition, segment: Segment, unseal: Unseal) -> Seen:
    """Put the facts of a segment into the tables, within the transaction of who calls."""
    events = segment.file("events")
    with explaining(events), _reading() as reading, _reading() as personal, ThreadPoolExecutor(1) as aside:
        # To open what is sealed keeps Python busy, and COPY the server.
        opening = definition.is_personal and aside.submit(stage_opened, personal, events, partial(opened, unseal))
        for fact in definition.facts:
            if fact not in PERSONAL_FACTS and (path := segment.file(fact.name)).exists():
                rows = f"SELECT * FROM {read([path])}"
                copy_rows(connection, definition.name_of(fact), _columns_of(fact), reading, rows)
        if opening:
            opening.result()
            for fact, select in personal_selects(personal, definition):
                copy_rows(connection, definition.name_of(fact), _columns_of(fact), personal, select)
        last = f"SELECT tenant, max(position), max(recorded_at) FROM {read([events])} GROUP BY tenant"
        return reading.execute(last).fetchall()


def copy_rows(
    connection: psycopg.Connection,
    table: str,
    columns: Mapping[str, str],
    reading: duckdb.DuckDBPyConnection,
    select: str,
) -> None:
    """Put the rows of DuckDB's SELECT into a table with these columns, name → type, in their order."""
    named = ", ".join(f'"{name}"' for name in columns)
    typed = ", ".join(_in_binary(name, sql_type) for name, sql_type in columns.items())
    rows: Any = reading.sql(f"SELECT {typed} FROM ({select}) AS found({named})").to_arrow_reader(_ROWS)
    encoder = pgpq.ArrowToPostgresBinaryEncoder(rows.schema)
    statement = f"COPY {table} ({named}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor().copy(statement.encode()) as copy:
        copy.write(encoder.write_header())
        for batch in rows:
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())


def _reading() -> duckdb.DuckDBPyConnection:
    """A database in memory, for what is personal is not written to a disk: what does not fit is refused."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET temp_directory = ''; SET preserve_insertion_order = false")
    return connection


def _in_binary(name: str, sql_type: str) -> str:
    """A column of exactly its type. An id goes as its 16 bytes, which PostgreSQL reads; Arrow has no such type."""
    value = f'CAST("{name}" AS {sql_type})'
    return f'{f"CAST({value} AS blob)" if sql_type == "uuid" else value} AS "{name}"'


def _columns_of(fact: FactTable) -> dict[str, str]:
    return {column.name: column.sql_type for column in fact.columns}
