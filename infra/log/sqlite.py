"""The log in an SQLite file."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from eventsourcing.persistence import PersistenceError
from eventsourcing.sqlite import SQLiteDatastore

from consumers.ingest.quality import Check
from domain.shared.identity import Identity
from infra.log.errors import refuse_other_format
from infra.log.log import EventLog
from infra.log.rows import LogRow
from infra.log.sealing import Sealing
from infra.log.session import Session
from infra.log.sqlite_errors import explained
from infra.log.sqlite_recorder import SqliteLogRecorder, plain
from infra.log.sqlite_session import SqliteSession

T = TypeVar("T")
_LOCK_TIMEOUT = 30  # seconds to wait for another process's transaction

_READ = """
    SELECT notification_id, tenant, originator_id, topic, state, recorded_at FROM stored_events
    WHERE notification_id > ? AND notification_id <= ? ORDER BY notification_id LIMIT ?
"""


class SqliteLog(EventLog):
    """The log in one file. One transaction writes at a time, so that positions are complete up to the last."""

    def __init__(
        self,
        path: Path,
        identities: Callable[[str], Identity],
        sealing: Sealing,
        open_custom: frozenset[str] = frozenset(),
        check: Check | None = None,
    ) -> None:
        super().__init__(identities, sealing, open_custom, check)
        self._path = path
        self._opening = threading.Lock()
        self._recorder: SqliteLogRecorder | None = None

    def head(self) -> int:
        """See EventLog."""
        with self._transaction(commit=False) as (cursor, _):
            return int(cursor.execute("SELECT coalesce(max(notification_id), 0) FROM stored_events").fetchone()[0])

    def end(self) -> int:
        """See EventLog."""
        return self.head()

    def read(self, after: int, upto: int, limit: int) -> list[LogRow]:
        """See EventLog."""
        with self._transaction(commit=False) as (cursor, _):
            found = cursor.execute(_READ, [after, upto, limit]).fetchall()
        return list(map(LogRow._make, found))

    def close(self) -> None:
        """See EventLog."""
        with self._opening:
            if self._recorder is not None:
                self._recorder.datastore.close()
                self._recorder = None

    def _write(self, work: Callable[[Session], T]) -> T:
        with self._transaction(commit=True) as (cursor, recorder):
            return work(SqliteSession(cursor, recorder))

    def _read(self, work: Callable[[Session], T]) -> T:
        with self._transaction(commit=False) as (cursor, recorder):
            return work(SqliteSession(cursor, recorder))

    @contextmanager
    def _transaction(self, *, commit: bool) -> Iterator[tuple[sqlite3.Cursor, SqliteLogRecorder]]:
        try:
            recorder = self._recorder or self._open()
            with recorder.datastore.transaction(commit=commit) as cursor:
                yield plain(cursor), recorder
        except (sqlite3.Error, PersistenceError, OSError) as error:
            raise explained(error, self._path) from error

    def _open(self) -> SqliteLogRecorder:
        with self._opening:
            if self._recorder is None:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                if not self._path.exists():  # it holds personal data: nobody else may read it
                    os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
                recorder = SqliteLogRecorder(SQLiteDatastore(str(self._path), lock_timeout=_LOCK_TIMEOUT))
                try:
                    _prepare(recorder)
                except BaseException:
                    recorder.datastore.close()
                    raise
                self._recorder = recorder
            return self._recorder


def open_sqlite_log(
    path: Path,
    identities: Callable[[str], Identity],
    sealing: Sealing,
    open_custom: frozenset[str] = frozenset(),
    check: Check | None = None,
) -> SqliteLog:
    """The log in the file `path`, which is made on first use.

    `identities` gives the ids of each tenant, `sealing` seals and opens personal data, of which `open_custom` names
    the custom fields that are none. `check` judges the values of what is written.
    """
    return SqliteLog(path, identities, sealing, open_custom, check)


def _prepare(recorder: SqliteLogRecorder) -> None:
    """Make the tables of a new log, and those that an older one lacks; refuse one that a later program made."""
    with recorder.datastore.transaction(commit=False) as cursor:
        tables = {name for (name,) in plain(cursor).execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if "log_format" in tables:
            refuse_other_format(plain(cursor).execute("SELECT max(version) FROM log_format").fetchone()[0])
    if not {"log_format", "consumer_offset", "event_standing"} <= tables:
        recorder.create_table()
