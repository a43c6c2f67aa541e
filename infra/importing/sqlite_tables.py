"""The tables of an SQLite file as tables of DuckDB, which would have to download an extension to read them itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

_BATCH = 50_000
_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
# SQLite gives a type to each value and not to a column; this is the narrowest that takes them all.
_TYPES: dict[frozenset[str], "pa.DataType"] = {
    frozenset({"integer"}): pa.int64(),
    frozenset({"real"}): pa.float64(),
    frozenset({"integer", "real"}): pa.float64(),
    frozenset({"blob"}): pa.binary(),
}


def load_sqlite(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[str]:
    """Make a table for each table of the file, with its rows in their order; yields the name of each beforehand.

    Columns with numbers only are numbers; all others are text. Raises sqlite3.Error for a file that can't be read.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as source:
        source.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for (table,) in source.execute(_TABLES).fetchall():
            yield table
            _copy(source, connection, table)


def _copy(source: sqlite3.Connection, connection: duckdb.DuckDBPyConnection, table: str) -> None:
    schema = _schema(source, table)
    rows = source.execute(f"SELECT * FROM {_quoted(table)}")
    batch = rows.fetchmany(_BATCH)
    connection.register("incoming", _arrow(schema, batch))
    connection.execute(f"CREATE TABLE {_quoted(table)} AS FROM incoming")
    while batch := rows.fetchmany(_BATCH):
        connection.register("incoming", _arrow(schema, batch))
        connection.execute(f"INSERT INTO {_quoted(table)} FROM incoming")
    connection.unregister("incoming")


def _schema(source: sqlite3.Connection, table: str) -> pa.Schema:
    names = [row[1] for row in source.execute(f"PRAGMA table_info({_quoted(table)})")]
    fields = []
    for name in names:
        kinds = f"SELECT DISTINCT typeof({_quoted(name)}) FROM {_quoted(table)} WHERE {_quoted(name)} IS NOT NULL"
        found = frozenset(kind for (kind,) in source.execute(kinds))
        fields.append(pa.field(name, _TYPES.get(found, pa.string())))
    return pa.schema(fields)


def _arrow(schema: pa.Schema, rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = [pa.array(map(_as(field), column), field.type) for field, column in zip(schema, columns, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _as(field: "pa.Field[Any]") -> Any:
    """What turns a value of SQLite into one of the column's type."""
    if pa.types.is_string(field.type):
        return lambda value: value if value is None or isinstance(value, str) else _text(value)
    if pa.types.is_float64(field.type):
        return lambda value: None if value is None else float(value)
    return lambda value: value


def _text(value: float | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
