"""The log in a PostgreSQL database."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg import Connection, errors
from psycopg.rows import TupleRow, tuple_row

from consumers.ingest.quality import Check
from domain.shared.identity import Identity
from infra.log.errors import refuse_other_format
from infra.log.log import EventLog
from infra.log.postgres_connections import LogDatastore
from infra.log.postgres_errors import explained, explained_on_connecting
from infra.log.postgres_recorder import PostgresLogRecorder, last_drawn, safe_bound
from infra.log.postgres_session import PostgresSession
from infra.log.rows import LogRow
from infra.log.sealing import Sealing
from infra.log.session import Session

T = TypeVar("T")
_ATTEMPTS = 30
_LONGEST_PAUSE = 0.2  # seconds
_RACES = (errors.UniqueViolation, errors.DeadlockDetected, errors.SerializationFailure)
_READ = """
    SELECT notification_id, tenant, replace(originator_id::text, '-', ''), topic, state,
        (extract(epoch FROM recorded_at) * 1000000)::bigint
    FROM rapport.stored_events WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id LIMIT %s
"""
# Those who lost a race try again one behind the other, so that they lose to newcomers only and each gets its turn.
_QUEUE = "SELECT pg_catalog.pg_advisory_xact_lock(125::bigint << 56)"


class PostgresLog(EventLog):
    """The log in the schema `rapport`. Writers share the table; who loses a race for a stream or an id tries again."""

    def __init__(
        self,
        url: str,
        identities: Callable[[str], Identity],
        sealing: Sealing,
        open_custom: frozenset[str] = frozenset(),
        check: Check | None = None,
    ) -> None:
        super().__init__(identities, sealing, open_custom, check)
        self._url = url
        self._opening = threading.Lock()
        self._recorder: PostgresLogRecorder | None = None
        self._head = 0

    def head(self) -> int:
        """See EventLog."""
        with self._connection() as (connection, _):
            # The bound itself may step back, when a writer publishes a guard late; what was complete stays so.
            self._head = max(self._head, safe_bound(connection))
        return self._head

    def end(self) -> int:
        """See EventLog."""
        with self._connection() as (connection, _):
            return last_drawn(connection)

    def read(self, after: int, upto: int, limit: int) -> list[LogRow]:
        """See EventLog."""
        with self._connection() as (connection, _), connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            return list(map(LogRow._make, cursor.execute(_READ, [after, upto, limit])))

    def close(self) -> None:
        """See EventLog."""
        with self._opening:
            if self._recorder is not None:
                self._recorder.datastore.close()
                self._recorder = None

    def _write(self, work: Callable[[Session], T]) -> T:
        for attempt in range(1, _ATTEMPTS):
            try:
                return self._attempt(work, queued=attempt > 1)
            except PersistenceError as error:
                if not isinstance(error.__cause__, _RACES):
                    raise explained(error) from error
                time.sleep(random.uniform(0, min(_LONGEST_PAUSE, 0.002 * 2**attempt)))  # noqa: S311 only spreads them
        try:
            return self._attempt(work, queued=True)
        except PersistenceError as error:
            raise explained(error) from error

    def _attempt(self, work: Callable[[Session], T], *, queued: bool) -> T:
        recorder = self._recorder or self._open()
        with (
            recorder.datastore.get_connection() as connection,
            connection.transaction(),
            connection.cursor(row_factory=tuple_row) as cursor,
        ):
            if queued:
                cursor.execute(_QUEUE)
            return work(PostgresSession(cursor, recorder))

    def _read(self, work: Callable[[Session], T]) -> T:
        with (
            self._connection() as (connection, recorder),
            connection.transaction(),
            connection.cursor(row_factory=tuple_row) as cursor,
        ):
            return work(PostgresSession(cursor, recorder))

    @contextmanager
    def _connection(self) -> Iterator[tuple[Connection[Any], PostgresLogRecorder]]:
        recorder = self._recorder or self._open()
        try:
            with recorder.datastore.get_connection() as connection:
                yield connection, recorder
        except PersistenceError as error:
            raise explained(error) from error

    def _open(self) -> PostgresLogRecorder:
        with self._opening:
            if self._recorder is None:
                _check(self._url)
                datastore = LogDatastore(self._url)
                try:
                    self._recorder = PostgresLogRecorder(datastore)
                except PersistenceError as error:
                    datastore.close()
                    raise explained(error) from error
            return self._recorder


def open_postgres_log(
    url: str,
    identities: Callable[[str], Identity],
    sealing: Sealing,
    open_custom: frozenset[str] = frozenset(),
    check: Check | None = None,
) -> PostgresLog:
    """The log in the database at `url`, whose tables `rapport init` made.

    `identities` gives the ids of each tenant, `sealing` seals and opens personal data, of which `open_custom` names
    the custom fields that are none. `check` judges the values of what is written.
    """
    return PostgresLog(url, identities, sealing, open_custom, check)


def _check(url: str) -> None:
    """Connect once, outside of the pool, which would try for long and say little; refuse a later program's log."""
    try:
        connection: Connection[TupleRow] = psycopg.connect(url, connect_timeout=10, autocommit=True)
    except psycopg.Error as error:
        raise explained_on_connecting(error) from error
    with connection:
        try:
            found = connection.execute("SELECT max(version) FROM rapport.log_format").fetchone()
        except psycopg.Error as error:
            raise explained(error) from error
    refuse_other_format(found[0] if found else None)
