"""Reading the tables in PostgreSQL as of a date: in temporary tables of one transaction, which is never committed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from infra.publishing.past_models import COMPUTED, past_models
from infra.publishing.past_names import with_past_names
from infra.publishing.postgres_reader import ANALYST, PostgresReader
from infra.publishing.reader import Found, NotAQuery, OtherTables
from infra.tables.errors import TablesError
from infra.tables.postgres_connection import PLAN_AS_USUAL, PLAN_FOR_THE_WHOLE
from infra.tables.postgres_errors import explaining
from projections.as_of import APPLIED, FIND_FACTS, AsOf, Part, Past, cut_of, last_recorded

# What a statement has read of today's tables: whatever it read stays locked until the transaction ends.
_READ_TODAY = """
    SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_locks AS l
    JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE l.pid = pg_catalog.pg_backend_pid() AND n.nspname IN ('crm', 'personal', 'rapport')
    AND c.relkind IN ('r', 'v') AND n.nspname || '.' || c.relname <> ALL ($1)
    ORDER BY 1 LIMIT 1
"""


class PostgresPastReader(PostgresReader):
    """The tables as they stood. What is made of them is gone with the connection.

    `own` is the folder with models of the user's own, if there is one.
    """

    def __init__(self, url: str, as_of: AsOf, *, personal: bool, own: Path | None = None) -> None:
        self._as_of = as_of
        self._own = own
        self._made: set[str] = set()
        super().__init__(url, personal=personal)

    def _begin(self) -> None:
        execute = self._connection.execute
        with explaining():
            found = execute(FIND_FACTS.encode()).fetchall()
        facts = {name: f"{schema}.{name}" for _, schema, name, _ in found if self._personal or schema == "rapport"}
        if not facts:
            raise TablesError(
                "there are no facts that this user may read: reading as of a date takes the program's own"
            )
        facts[APPLIED] = f"rapport.{APPLIED}"
        self._read_from = list(facts.values())
        recorded = [facts[name] for _, _, name, tells_when in found if name in facts and tells_when]
        with self._explaining():
            # Before the transaction begins, which must read no tables of today but facts.
            models = past_models(self._own, lambda: execute(COMPUTED.format("rapport").encode()).fetchall())
            # All parts see the same moment. Facts that a rebuild would empty meanwhile are held until this is over.
            execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            execute(f"LOCK TABLE {', '.join(self._read_from)} IN ACCESS SHARE MODE".encode())
            execute("SET LOCAL search_path = pg_temp")
            row = execute(last_recorded(self._as_of, recorded).encode()).fetchone()
        self._past = Past(models, facts, cut_of(self._as_of, row[0] if row else 0), "pg_temp.taken_back")
        self._names = {name: f"pg_temp.{name}" for name in self._past.places().values()}

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> Found:
        """See Reader."""
        self._make(statement)
        with self._that_can_not_write():
            return super().query(with_past_names(statement, self._past.places()), parameters)

    def query_freely(self, statement: str) -> Found:
        """See Reader."""
        self._make(statement)
        with self._that_can_not_write():
            found = super().query_freely(with_past_names(statement, self._past.places()))
            if not found.columns:
                raise NotAQuery("as of a date, only what gives rows can be asked")
            return found

    def _make(self, statement: str) -> None:
        with self._explaining():
            for part in self._past.parts(statement, self._names):
                if part.name not in self._made:
                    self._make_part(part)
                    self._made.add(part.name)

    def _make_part(self, part: Part) -> None:
        kind, name = "VIEW" if part.is_view else "TABLE", self._names[part.name]
        self._connection.execute(PLAN_FOR_THE_WHOLE.encode())
        self._connection.execute(f"CREATE TEMP {kind} {part.name} AS {part.select}".encode())
        self._connection.execute(PLAN_AS_USUAL.encode())
        if not part.is_view:
            self._connection.execute(f"ANALYZE {name}".encode())
            # Even into these nobody writes; whoever made them could.
            self._connection.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {name} FROM CURRENT_USER".encode())
        if part.schema == "crm" and not self._personal:
            self._connection.execute(f"GRANT SELECT ON {name} TO {ANALYST}".encode())

    @contextmanager
    def _that_can_not_write(self) -> Iterator[None]:
        with explaining():
            self._connection.execute("SAVEPOINT asked")
            self._connection.execute("SET TRANSACTION READ ONLY")
        try:
            yield
            self._refuse_today()
        finally:
            with suppress(psycopg.Error):  # what was asked may have ended the transaction
                self._connection.execute("ROLLBACK TO SAVEPOINT asked")

    def _refuse_today(self) -> None:
        """Raise NotAQuery if a statement came by today's tables some other way than by their names."""
        with explaining(), psycopg.RawCursor(self._connection) as cursor:
            row = cursor.execute(_READ_TODAY.encode(), [self._read_from]).fetchone()
        if row:
            raise NotAQuery(f"as of a date, {row[0]} can't be read like this: it would be today's")

    @staticmethod
    @contextmanager
    def _explaining() -> Iterator[None]:
        try:
            with explaining():
                yield
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
            raise OtherTables from error
