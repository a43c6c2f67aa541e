"""Reading the published files as of a date: a database in memory holds what a statement needs, as it stood."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from infra.publishing.duckdb_reader import DuckdbReader, quoted
from infra.publishing.past_models import COMPUTED, past_models
from infra.publishing.places import Places
from infra.publishing.reader import Found, NotAQuery
from projections.as_of import APPLIED, FIND_FACTS, AsOf, Past, cut_of, last_recorded

# By these names the published files are attached. Nobody writes them by chance, and a statement with one of them is
# refused: it would read today. Who puts a name together from pieces, in `query_table`, means to, and may read today.
_OPEN, _PERSONAL = "tables_of_today", "tables_of_today_personal"


class DuckdbPastReader(DuckdbReader):
    """The published files as they stood. What is made of them is gone with the connection.

    `own` is the folder with models of the user's own, if there is one.
    """

    def __init__(self, places: Places, as_of: AsOf, *, personal: bool, own: Path | None = None) -> None:
        self._as_of = as_of
        self._own = own
        self._made: set[str] = set()
        super().__init__(places, personal=personal)
        with self._explaining(places.public("main")):
            self._past = self._cut()

    def query_freely(self, statement: str) -> Found:
        """See Reader."""
        if _OPEN in statement.casefold():
            raise NotAQuery(f"as of a date, {_OPEN} can't be read like this: it would be today's")
        return super().query_freely(statement)

    def _open(self, places: Places, *, personal: bool) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        # What does not fit into memory is refused: written to a disk, personal data would lie about there.
        connection.execute("SET temp_directory = ''; SET preserve_insertion_order = false")
        connection.execute(f"ATTACH '{quoted(places.public('main'))}' AS {_OPEN} (READ_ONLY)")
        if personal:
            connection.execute(f"ATTACH '{quoted(places.public('personal'))}' AS {_PERSONAL} (READ_ONLY)")
        schemas = ("crm", "rapport", *(["personal"] if personal else []))
        connection.execute("; ".join(f"CREATE SCHEMA {schema}" for schema in schemas))
        self._asked_in = f"memory.crm{',memory.personal' if personal else ''}"
        self._made_in = ",".join(f"memory.{schema}" for schema in schemas)
        connection.execute(f"SET search_path = '{self._asked_in}'")
        return connection

    def _cut(self) -> Past:
        execute = self._connection.execute
        facts = {APPLIED: f"{_OPEN}.rapport.{APPLIED}"}
        recorded = []
        for catalog, schema, name, tells_when in execute(FIND_FACTS).fetchall():
            # The open file comes first, and both hold who is who.
            if facts.setdefault(name, f"{catalog}.{schema}.{name}").startswith(f"{_OPEN}.") and tells_when:
                recorded.append(facts[name])
        row = execute(last_recorded(self._as_of, recorded)).fetchone()
        models = past_models(self._own, lambda: execute(COMPUTED.format(f"{_OPEN}.rapport")).fetchall())
        return Past(models, facts, cut_of(self._as_of, row[0] if row else 0), "memory.rapport.taken_back")

    def _run(self, statement: str, parameters: Sequence[Any]) -> Found:
        self._make(statement)
        with self._that_can_not_write():
            return super()._run(statement, parameters)

    def _make(self, statement: str) -> None:
        parts = [part for part in self._past.parts_named(statement, self._made) if part.name not in self._made]
        self._connection.execute(f"SET search_path = '{self._made_in}'")
        for part in parts:
            kind = "VIEW" if part.is_view else "TABLE"
            self._connection.execute(f"CREATE {kind} memory.{part.schema}.{part.table} AS {part.select}")
            self._made.add(part.name)
        self._connection.execute(f"SET search_path = '{self._asked_in}'")

    @contextmanager
    def _that_can_not_write(self) -> Iterator[None]:
        self._connection.execute("BEGIN TRANSACTION READ ONLY")
        try:
            yield
        finally:
            with suppress(duckdb.Error):  # what was asked may have ended it
                self._connection.execute("ROLLBACK")
