"""The library's SQLite recorders with our columns. They serve through its APPLICATION_ and PROCESS_RECORDER_TOPIC."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification, ProgrammingError, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteProcessRecorder,
    SQLiteTransaction,
)

from infra.log.rows import NewEvent

DEFAULT_TENANT = "main"
# WAL is set by the library. FULL, because what ingest reported as taken must survive a power cut: a commit is flushed.
_PRAGMAS = ("PRAGMA synchronous = FULL", "PRAGMA cache_size = -65536", "PRAGMA wal_autocheckpoint = 10000")
_LAST = "SELECT notification_id, recorded_at FROM stored_events ORDER BY notification_id DESC LIMIT 1"
_INSERT = (
    "INSERT INTO stored_events"
    " (originator_id, originator_version, topic, state, notification_id, tenant, recorded_at) VALUES (?,?,?,?,?,?,?)"
)


class _ImmediateTransaction(SQLiteTransaction):
    """A transaction that takes the write lock before it reads, so that what it read still holds when it writes."""

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        return cursor


class LogConnection(SQLiteConnection):
    """A connection whose writing transactions begin as such; a deferred one fails when another process was faster."""

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """The library's transaction, begun immediately if it is to commit."""
        kind = _ImmediateTransaction if commit else SQLiteTransaction
        with kind(self, commit=commit) as cursor, cursor:
            yield cursor


class LogConnectionPool(SQLiteConnectionPool):
    """The library's pool, with connections tuned for a log."""

    def _create_connection(self) -> SQLiteConnection:
        made = super()._create_connection()
        raw = made._sqlite_conn  # noqa: SLF001 the library's connection has no other way to it
        for pragma in _PRAGMAS:
            raw.execute(pragma)
        return LogConnection(raw, max_age=self.max_age)


class SqliteLogRecorder(SQLiteApplicationRecorder):
    """Stores events with tenant and time of recording; positions are a declared column and survive VACUUM.

    `insert_events(…, tenant=…)` says whose events they are; without it they are those of the tenant `main`.
    """

    def __init__(self, datastore: SQLiteDatastore, events_table_name: str = "stored_events") -> None:
        if events_table_name != "stored_events":
            msg = f"the log's table is stored_events, not {events_table_name}"
            raise ProgrammingError(msg)
        if not isinstance(datastore.pool, LogConnectionPool):
            # The library's factory makes its own pool; it has opened nothing yet.
            datastore.pool.close()
            datastore.pool = LogConnectionPool(db_name=datastore.pool.db_name, lock_timeout=datastore.pool.lock_timeout)
        super().__init__(datastore, events_table_name)

    def construct_create_table_statements(self) -> list[str]:
        """The statements of schema_sqlite.sql."""
        return _statements((files("infra.log") / "schema_sqlite.sql").read_text())

    def insert_rows(self, cursor: sqlite3.Cursor, rows: Sequence[NewEvent]) -> list[int]:
        """Append rows within a writing transaction; returns their positions. Time of recording never goes back."""
        last, last_at = cursor.execute(_LAST).fetchone() or (0, 0)
        now = max(time.time_ns() // 1000, last_at)
        positions = list(range(last + 1, last + 1 + len(rows)))
        cursor.executemany(
            _INSERT,
            [
                (_text(row.originator_id), row.version, row.topic, row.state, position, row.tenant, now)
                for row, position in zip(rows, positions, strict=True)
            ],
        )
        return positions

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        tenant = kwargs.get("tenant", DEFAULT_TENANT)
        rows = [NewEvent(e.originator_id, e.originator_version, e.topic, e.state, tenant) for e in stored_events]  # type: ignore[arg-type]
        return self.insert_rows(plain(c), rows)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The library's reading by position; its own statement takes the position for an undeclared column."""
        first = 0 if start is None else start if inclusive_of_start else start + 1
        statement = (
            "SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events"
            " WHERE notification_id >= ? AND notification_id <= ?"
        )
        parameters: list[Any] = [first, 2**63 - 1 if stop is None else stop]
        if topics:
            statement += f" AND topic IN ({','.join('?' * len(topics))})"
            parameters += topics
        with self.datastore.transaction(commit=False) as c:
            found = plain(c).execute(f"{statement} ORDER BY notification_id LIMIT ?", [*parameters, limit])
            return [
                Notification(self.convert_originator_id(stream), version, topic, state, id=position)
                for position, stream, version, topic, state in found
            ]


class SqliteLogProcessRecorder(SQLiteProcessRecorder, SqliteLogRecorder):
    """The same for processes, which record how far they got together with the events they cause."""


def plain(cursor: SQLiteCursor) -> sqlite3.Cursor:
    """The driver's own cursor, giving rows as tuples."""
    inner = cursor.sqlite_cursor
    inner.row_factory = None
    return inner


def _text(originator_id: UUID | str) -> str:
    return originator_id.hex if isinstance(originator_id, UUID) else originator_id


def _statements(script: str) -> list[str]:
    found, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            found.append(current)
            current = ""
    return found
