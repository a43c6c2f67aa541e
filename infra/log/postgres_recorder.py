"""The library's PostgreSQL recorders with our columns, and without its table lock: `feed_guard` bounds readers instead.

They serve through the library's APPLICATION_ and PROCESS_RECORDER_TOPIC, with POSTGRES_SCHEMA=rapport.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    InterfaceError,
    Notification,
    OperationalError,
    ProgrammingError,
    StoredEvent,
    Subscription,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresProcessRecorder
from eventsourcing.utils import retry
from psycopg import Connection, Cursor
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed

from infra.log.postgres_connections import SCHEMA
from infra.log.rows import NewEvent

DEFAULT_TENANT = "main"
_INSERT = """
    INSERT INTO rapport.stored_events (originator_id, originator_version, topic, state, tenant)
    SELECT e.originator_id, e.originator_version, e.topic, e.state, e.tenant
    FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::text[])
    AS e (originator_id, originator_version, topic, state, tenant)
    RETURNING notification_id
"""
# The same for one event: five arrays of one element cost both sides more than the event itself.
_INSERT_ONE = """
    INSERT INTO rapport.stored_events (originator_id, originator_version, topic, state, tenant)
    VALUES (%b, %b, %b, %b, %b) RETURNING notification_id
"""
_LAST_DRAWN = "SELECT last_value FROM rapport.stored_events_notification_id_seq"
# A lock's 64-bit key stands in two halves; its highest byte, 126, marks ours, and the rest is the bound.
_LOWEST_GUARD = """
    SELECT min(((l.classid::bigint << 32) | l.objid::bigint) & ((1::bigint << 56) - 1))
    FROM pg_catalog.pg_locks AS l
    WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND (l.classid::bigint >> 24) = 126
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
"""


class PostgresLogRecorder(PostgresApplicationRecorder):
    """Stores events with tenant and time of recording; writers share the table, and readers see no gap that may fill.

    `insert_events(…, tenant=…)` says whose events they are; without it they are those of the tenant `main`.
    """

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "stored_events") -> None:
        if (datastore.schema, events_table_name) != (SCHEMA, "stored_events"):
            msg = f"the log's table is {SCHEMA}.stored_events: set POSTGRES_SCHEMA={SCHEMA}"
            raise ProgrammingError(msg)
        if datastore.enable_db_functions:
            msg = "POSTGRES_ENABLE_DB_FUNCTIONS loses events for readers that tail the log: leave it off"
            raise ProgrammingError(msg)
        super().__init__(datastore, events_table_name=events_table_name)
        self.sql_create_statements: list[Composed] = [Composed([SQL(schema_script())])]

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """The library's appending, as one statement that commits itself: four times less talk with the server."""
        if kwargs.get("tracking") is not None:  # that is written in the same transaction
            found: Sequence[int] | None = super().insert_events(stored_events, **kwargs)
            return found
        if not stored_events:
            return []
        with self.datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            self._insert_stored_events(cursor, stored_events, **kwargs)
            return [position for (position,) in cursor]

    def insert_rows(self, cursor: Cursor[Any], rows: Sequence[NewEvent]) -> None:
        """Append rows; the cursor then holds their positions, in the same order."""
        if len(rows) == 1:
            row = rows[0]
            cursor.execute(_INSERT_ONE, [row.originator_id, row.version, row.topic, row.state, row.tenant])
            return
        columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
        streams, versions, topics, states, tenants = columns
        cursor.execute(_INSERT, [streams, versions, topics, states, tenants])

    def _insert_stored_events(self, curs: Cursor[Any], stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        tenant = kwargs.get("tenant", DEFAULT_TENANT)
        rows = [NewEvent(e.originator_id, e.originator_version, e.topic, e.state, tenant) for e in stored_events]  # type: ignore[arg-type]
        self.insert_rows(curs, rows)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The library's reading by position, up to where no event can appear any more."""
        bound = self.max_safe_id()
        stop = bound if stop is None else min(stop, bound)
        found: Sequence[Notification] = super().select_notifications(
            start, limit, stop, topics, inclusive_of_start=inclusive_of_start
        )
        return found

    def max_notification_id(self) -> int | None:
        """The last position up to which nothing can appear any more; None in an empty log."""
        bound = self.max_safe_id()
        with self.datastore.get_connection() as connection:
            found = connection.execute(
                "SELECT max(notification_id) FROM rapport.stored_events WHERE notification_id <= %s", [bound]
            ).fetchone()
        return None if found is None else found["max"]

    def max_safe_id(self) -> int:
        """See `safe_bound`."""
        with self.datastore.get_connection() as connection:
            return safe_bound(connection)

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Not there: nothing notifies, because NOTIFY queues all commits one behind the other."""
        msg = "this log sends no notifications: poll it"
        raise NotImplementedError(msg)


class PostgresLogProcessRecorder(PostgresProcessRecorder, PostgresLogRecorder):
    """The same for processes, which record how far they got together with the events they cause."""


def schema_script() -> str:
    """The statements that make the log's tables."""
    return (files("infra.log") / "schema_postgres.sql").read_text()


def last_drawn(connection: Connection[Any]) -> int:
    """The last position ever given, be it to a transaction that is still open or came to nothing; 0 when empty."""
    with connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
        found = cursor.execute(_LAST_DRAWN).fetchone()
    return int(found[0]) if found else 0


def safe_bound(connection: Connection[Any]) -> int:
    """The position up to which no event can appear any more, to be used by a later statement; 0 when empty.

    The last number drawn is read before the guards. A writer whose guard the second statement does not see either
    has committed, so that a later statement sees its events, or has not yet drawn, and will draw above that number.
    """
    drawn = last_drawn(connection)
    with connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
        lowest = cursor.execute(_LOWEST_GUARD).fetchone()
    return drawn if lowest is None or lowest[0] is None else min(drawn, int(lowest[0]))
