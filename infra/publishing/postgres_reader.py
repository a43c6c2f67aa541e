"""Reading the tables in PostgreSQL."""

from collections.abc import Sequence
from typing import Any

import psycopg

from infra.publishing.reader import ONE_STATEMENT, Found, NotAQuery, OtherTables, as_sentence
from infra.tables.postgres_errors import connect, explaining

ANALYST = "rapport_analyst"


class PostgresReader:
    """A transaction that can't write."""

    def __init__(self, url: str, *, personal: bool) -> None:
        self._personal = personal
        self._connection = connect(url, "rapport reader")
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> Found:
        """See Reader."""
        try:
            with explaining():
                return self._run(statement, parameters)
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
            raise OtherTables from error

    def query_freely(self, statement: str) -> Found:
        """See Reader. Without personal data it runs as the analysts' role, which can't read any."""
        try:
            if not self._personal:
                self._connection.execute(f"SET LOCAL ROLE {ANALYST}".encode())
            found = self._run(statement, ())
        except psycopg.errors.InsufficientPrivilege as error:
            asks = "personal" in str(error) and not self._personal
            hint = "; personal data are read with --personal" if asks else ""
            raise NotAQuery(f"{as_sentence(str(error))}{hint}") from error
        except psycopg.OperationalError:
            with explaining():
                raise
        except psycopg.Error as error:
            raise NotAQuery(as_sentence(str(error))) from error
        if not found.columns:
            raise NotAQuery(ONE_STATEMENT)
        return found

    def close(self) -> None:
        """See Reader."""
        self._connection.close()

    def _begin(self) -> None:
        with explaining():
            # Each statement sees what is committed when it begins. An older view would find tables empty that a
            # rebuild emptied and filled meanwhile.
            self._connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY")
            self._connection.execute(f"SET LOCAL search_path = crm{', personal' if self._personal else ''}".encode())

    def _run(self, statement: str, parameters: Sequence[Any]) -> Found:
        with psycopg.RawCursor(self._connection) as cursor:
            # Prepared: the server then takes one statement only.
            cursor.execute(statement.encode(), parameters, prepare=True)
            columns = tuple(column.name for column in cursor.description or ())
            return Found(columns, cursor.fetchall() if cursor.description else [])
