"""How much memory a set of tables may take while it is computed."""

import duckdb
from pydantic import ByteSize, TypeAdapter

_LEAST, _MOST = 1_200_000_000, 2_800_000_000  # bytes; with less, the models of 10 million events can't be computed
_PART = 4
_SIZE = TypeAdapter(ByteSize)


def memory_for_tables(connection: duckdb.DuckDBPyConnection) -> int:
    """A part of what DuckDB would take on this machine, or in this container, in bytes."""
    row = connection.execute("SELECT current_setting('memory_limit')").fetchone()
    there = int(_SIZE.validate_python(row[0].replace(" ", ""))) if row else _LEAST
    return max(_LEAST, min(_MOST, there // _PART))
