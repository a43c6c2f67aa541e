"""Reading the published files."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from infra.publishing.places import Places
from infra.publishing.reader import ONE_STATEMENT, Found, NotAQuery, OtherTables, as_sentence
from infra.tables.duckdb_errors import explained
from infra.tables.errors import TablesError

_NOT_ATTACHED = re.compile(r'schema "personal" does not exist')
_MISSING = re.compile(r"does not exist|Referenced column")


class DuckdbReader:
    """The published files. A copy published later does not disturb this one."""

    def __init__(self, places: Places, *, personal: bool) -> None:
        path = places.public("main")
        if not path.exists():
            raise TablesError(f"{path} is not there yet: run `rapport project`")
        with self._explaining(path):
            self._connection = self._open(places, personal=personal)
            self._connection.execute("SET TimeZone = 'UTC'")
            self._connection.execute("SET enable_external_access = false; SET lock_configuration = true")

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> Found:
        """See Reader."""
        try:
            return self._run(statement, parameters)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            if _MISSING.search(str(error)):
                raise OtherTables from error
            raise

    def query_freely(self, statement: str) -> Found:
        """See Reader."""
        try:
            if len(self._connection.extract_statements(statement)) != 1:
                raise NotAQuery(ONE_STATEMENT)
            return self._run(statement, ())
        except duckdb.Error as error:
            hint = "; personal data are read with --personal" if _NOT_ATTACHED.search(str(error)) else ""
            raise NotAQuery(as_sentence(str(error)).rstrip(".") + hint) from error

    def close(self) -> None:
        """See Reader."""
        self._connection.close()

    def _open(self, places: Places, *, personal: bool) -> duckdb.DuckDBPyConnection:
        path = places.public("main")
        connection = duckdb.connect(str(path), read_only=True)
        search = f"{path.stem}.crm"
        if personal:
            connection.execute(f"ATTACH '{quoted(places.public('personal'))}' AS texts (READ_ONLY)")
            search += ",texts.personal"
        connection.execute(f"SET search_path = '{search}'")
        return connection

    def _run(self, statement: str, parameters: Sequence[Any]) -> Found:
        done = self._connection.execute(statement, list(parameters))
        return Found(tuple(column[0] for column in done.description or ()), done.fetchall())

    @staticmethod
    @contextmanager
    def _explaining(path: Path) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            raise explained(error, path) from error


def quoted(path: Path) -> str:
    """A path between the quotes of a statement."""
    return str(path).replace("'", "''")
