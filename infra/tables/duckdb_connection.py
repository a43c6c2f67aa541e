"""DuckDB as the runner uses it."""

from collections.abc import Sequence
from typing import Any

import duckdb

from infra.tables.duckdb_errors import OUTSIDE
from infra.tables.own_models import first_sentence
from projections.checking import Unanswered


class DuckdbConnection:
    """What the runner needs, on DuckDB."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, sql: str) -> None:
        """Run a statement."""
        self._connection.execute(sql)

    def fill(self, temporary: str, select: str) -> int:
        """Let a temporary table hold the rows of a SELECT; returns how many."""
        found = self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {temporary} AS {select}").fetchone()
        return int(found[0]) if found else 0

    def fill_ways(self, temporary: str, select: str) -> tuple[int, int]:
        """The same; returns how many rows have the `way` -1 and 1."""
        if not self.fill(temporary, select):
            return 0, 0
        counts = "count(*) FILTER (WHERE way = -1), count(*) FILTER (WHERE way = 1)"
        found = self._connection.execute(f"SELECT {counts} FROM {temporary}").fetchone()
        return (int(found[0]), int(found[1])) if found else (0, 0)

    def has_rows(self, table: str) -> bool:
        """Whether there is any row in a table."""
        return self._connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None

    def append(self, table: str, select: str) -> None:
        """Put the rows of a SELECT into a table."""
        self._connection.execute(f"INSERT INTO {table} {select}")

    def replace(self, table: str, select: str) -> None:
        """Let a table hold the rows of a SELECT and nothing else."""
        self._connection.execute(f"CREATE OR REPLACE TABLE {table} AS {select}")

    def as_sql(self, since: int) -> str:
        """The position a batch begins behind: no plan is kept here."""
        return str(since)

    def first_rows(self, select: str, count: int) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
        """The columns of a SELECT and its first rows, `count` at most. Raises Unanswered."""
        try:
            done = self._connection.execute(f"SELECT * FROM (\n{select}\n) AS found LIMIT {count}")
        except OUTSIDE:
            raise
        except duckdb.Error as error:
            raise Unanswered(first_sentence(error)) from error
        return [column[0] for column in done.description or ()], done.fetchall()
