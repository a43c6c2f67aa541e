"""A connection to PostgreSQL as the runner needs it: temporary tables that cost little to fill again and again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from infra.tables.own_models import first_sentence
from infra.tables.postgres_errors import OUTSIDE
from projections.checking import Unanswered

# Tables twice as large as when they were analysed last, or never analysed. Autovacuum looks once a minute at best.
_OUTGROWN = """
    SELECT c.oid::regclass::text FROM pg_catalog.pg_class AS c
    WHERE c.oid = ANY(%s::regclass[])
    AND pg_relation_size(c.oid) > 2 * c.relpages * current_setting('block_size')::bigint
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_catalog.pg_index
    WHERE indrelid = %s::regclass AND NOT indisprimary
"""
_COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_catalog.pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0
"""
# How a SELECT over all rows is planned. Where models join what they counted, the planner expects one row and takes a
# loop: with 50,000 messages all models took eight minutes, and take a quarter of one without.
PLAN_FOR_THE_WHOLE = (
    "SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true),"
    " set_config('maintenance_work_mem', '256MB', true)"
)
PLAN_AS_USUAL = "SET LOCAL enable_nestloop TO DEFAULT"
_SMALL = 1_000  # rows, up to which a plan that was made for some of them serves for any of them
_STATEMENTS = 2_000  # more than all models have; a hundred, which is the default, would push each other out
_ASKED = 5  # times a statement is run before its plan is kept
_MANY_DEAD = 5_000  # rows deleted from a temporary table, from which on it is made empty anew
_SELDOM = 16  # the part of all rows that has to be new before tables are looked at for outgrown statistics
_OTHER_SIZE = 8  # times as many rows, or as few, as a table had when it was analysed


@dataclass(slots=True)
class _Temporary:
    """What is known of a temporary table: its rows, those deleted since it was new, and its rows when last analysed."""

    rows: int | None = None
    dead: int = 0
    analysed: int = 0


class PostgresConnection:
    """What the runner needs, on PostgreSQL.

    Temporary tables are emptied when they are filled again. `ON COMMIT DELETE ROWS` would truncate all of them at each
    commit, used or not, three files each; that took most of a small batch's time.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        connection.prepared_max = _STATEMENTS
        self._temporary: dict[str, _Temporary] = {}
        self._grown: Counter[str] = Counter()  # rows that tables got since these were looked at
        self._looked_at = 0  # rows that tables had got by then, in all

    def keep_plans(self, events: int) -> None:
        """Let the server keep the plans of statements while batches are small: planning takes longer than running then.

        A large batch is planned for itself, as a plan for a few rows could go over them in a loop.
        """
        self._connection.prepare_threshold = _ASKED if events <= _SMALL else None

    def execute(self, sql: str) -> None:
        """Run a statement."""
        self._connection.execute(sql.encode())

    def fill(self, temporary: str, select: str) -> int:
        """Let a temporary table hold the rows of a SELECT; returns how many."""
        known, emptied = self._begun(temporary, select)
        put = f"{f'WITH {emptied} ' if emptied else ''}INSERT INTO {temporary} {select}"
        known.rows = self._connection.execute(put.encode()).rowcount
        if temporary.startswith("touched_") and known.rows:
            self._analyse(temporary, known)
        return known.rows

    def fill_ways(self, temporary: str, select: str) -> tuple[int, int]:
        """The same for rows with a `way`; returns how many have -1 and how many 1."""
        known, emptied = self._begun(temporary, select)
        counts = "count(*) FILTER (WHERE way = -1), count(*) FILTER (WHERE way = 1)"
        steps = f"{f'{emptied}, ' if emptied else ''}put AS (INSERT INTO {temporary} {select} RETURNING way)"
        put = f"WITH {steps} SELECT {counts} FROM put"
        row = self._connection.execute(put.encode()).fetchone()
        went, came = (row[0], row[1]) if row else (0, 0)
        known.rows = went + came
        return went, came

    def copy(self, temporary: str, columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Let a temporary table of these columns, name → type, hold these rows and nothing else."""
        empty = ", ".join(f"CAST(NULL AS {sql_type}) AS {name}" for name, sql_type in columns.items())
        known, emptied = self._begun(temporary, f"SELECT {empty}")
        if emptied:
            self.execute(f"WITH {emptied} SELECT 1")
        known.rows = len(rows)
        if rows:
            statement = f"COPY {temporary} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
            with self._connection.cursor(binary=True).copy(statement.encode()) as copy:
                copy.set_types(list(columns.values()))
                for row in rows:
                    copy.write_row(row)

    def has_rows(self, table: str) -> bool:
        """Whether there is any row in a table."""
        return self._connection.execute(f"SELECT 1 FROM {table} LIMIT 1".encode()).fetchone() is not None

    def append(self, table: str, select: str) -> None:
        """Put the rows of a SELECT into a table, `name` or `name (column, …)`."""
        rows = self._connection.execute(f"INSERT INTO {table} {select}".encode()).rowcount
        self.grew(table.partition(" ")[0], rows)

    def grew(self, table: str, rows: int) -> None:
        """A table got so many rows. If they are many, what is computed next needs to know; else `settle` is in time."""
        self._grown[table] += rows
        if rows > _SMALL:
            self._analyse_outgrown()

    def settle(self) -> None:
        """Analyse the tables that outgrew their statistics: without any, joins are planned for a few rows."""
        if self._grown.total() * _SELDOM > self._looked_at:
            self._analyse_outgrown()

    def _analyse_outgrown(self) -> None:
        for (table,) in self._connection.execute(_OUTGROWN, [sorted(self._grown)]).fetchall():
            self.execute(f"ANALYZE {table}")
        self._looked_at += self._grown.total()
        self._grown.clear()

    def replace(self, table: str, select: str) -> None:
        """Let a table hold the rows of a SELECT and nothing else.

        Its indexes are made anew from the rows: to put in each row by itself takes more than twice as long.
        """
        indexes = self._connection.execute(_INDEXES, [table]).fetchall()
        if self.has_rows(table):  # to empty one that is empty takes longer than all else does of a small log
            self.execute(f"TRUNCATE {table}")
        for index, _ in indexes:
            self.execute(f"DROP INDEX {index}")
        self.execute(PLAN_FOR_THE_WHOLE)
        self.execute(f"INSERT INTO {table} {select}")
        for _, definition in indexes:
            self.execute(definition)
        self.execute(f"ANALYZE {table}")
        self.execute(PLAN_AS_USUAL)

    def as_sql(self, since: int) -> str:
        """The position a batch begins behind, by a name, for a statement's plan to serve the next batch as well.

        It is planned for the position it had then: rows behind it are few, as those behind the next one will be.
        """
        self._connection.execute("SELECT set_config('rapport.since', %s, true)", [str(since)])
        return "CAST(current_setting('rapport.since') AS bigint)"

    def first_rows(self, select: str, count: int) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
        """The columns of a SELECT and its first rows, `count` at most. Raises Unanswered."""
        try:
            done = self._connection.execute(f"SELECT * FROM (\n{select}\n) AS found LIMIT {count}".encode())
        except OUTSIDE:
            raise
        except psycopg.Error as error:
            raise Unanswered(first_sentence(error)) from error
        return [column.name for column in done.description or ()], done.fetchall()

    def forget(self) -> None:
        """After a rollback, temporary tables made inside the transaction are gone."""
        self._temporary.clear()
        self._grown.clear()

    def _begun(self, temporary: str, select: str) -> tuple[_Temporary, str]:
        """A temporary table for the rows of a SELECT; also the part of a WITH that empties it, if it has any rows.

        To empty and to fill it takes one statement so: a batch has some fifty of them, whatever it holds.
        """
        known = self._temporary.get(temporary)
        if known is None:
            self.execute(f"CREATE TEMP TABLE IF NOT EXISTS {temporary} AS {select} WITH NO DATA")
            known = self._temporary[temporary] = _Temporary()
            if temporary.startswith("touched_"):
                self._add_key(temporary)
        if known.rows is None or known.rows + known.dead > _MANY_DEAD:
            self.execute(f"TRUNCATE {temporary}")
            known.dead = known.analysed = 0  # what the planner knew of it is gone as well
        elif known.rows:
            known.dead += known.rows
            return known, f"emptied AS (DELETE FROM {temporary})"
        return known, ""

    def _add_key(self, temporary: str) -> None:
        """Put an index on all columns: without it, of each row that is looked up all touched keys are read."""
        row = self._connection.execute(_COLUMNS, [temporary]).fetchone()
        if row:
            self.execute(f"CREATE INDEX IF NOT EXISTS {temporary}_key ON {temporary} ({row[0]})")

    def _analyse(self, temporary: str, known: _Temporary) -> None:
        """Tell the planner how many keys were touched, unless it knows about as much.

        Without statistics it takes a full scan of the facts for the touched keys; each new ones cost every plan that
        was made with the old.
        """
        rows = known.rows or 1
        if not known.analysed or not known.analysed / _OTHER_SIZE <= rows <= known.analysed * _OTHER_SIZE:
            self.execute(f"ANALYZE {temporary}")
            known.analysed = rows
