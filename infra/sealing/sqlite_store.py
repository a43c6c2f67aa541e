"""The key store in an SQLite file."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from infra.log.sqlite_errors import explained
from infra.sealing.errors import KeyStoreError
from infra.sealing.master import MasterSource
from infra.sealing.session import KeySession
from infra.sealing.sqlite_session import SqliteKeySession
from infra.sealing.store import KEY_FORMAT, KeyStore, refuse_newer
from infra.sealing.wrapping import fingerprint_of

T = TypeVar("T")
_LOCK_TIMEOUT = 30  # seconds to wait for another process's transaction


class SqliteKeyStore(KeyStore):
    """The keys in one file, which is made on first use, unless `sealed` says that there must have been one."""

    def __init__(self, path: Path, source: MasterSource, sealed: Callable[[], bool] = lambda: False) -> None:
        super().__init__(source)
        self._path = path
        self._sealed = sealed
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """See KeyStore."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _run(self, work: Callable[[KeySession], T], *, write: bool) -> T:
        with self._explaining():
            connection = self._connection or self._open()
            connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                result = work(SqliteKeySession(connection))
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            return result

    def _settle(self) -> None:
        # What was overwritten still stands in the file that is written ahead.
        with self._explaining():
            if self._connection is not None:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._path.exists():
            self._refuse_to_make_another()
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        # One connection for all threads, one after the other: the lock of the store sees to it.
        connection = sqlite3.connect(self._path, timeout=_LOCK_TIMEOUT, isolation_level=None, check_same_thread=False)
        try:
            for setting in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "temp_store = MEMORY"):
                connection.execute(f"PRAGMA {setting}").fetchone()
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if not _is_made(connection):
            # Whether there was a store is asked before the write lock, and made under it: others may be at it too.
            self._refuse_to_make_another()
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                if not _is_made(connection):
                    _make(connection, fingerprint_of(self._source.read_or_make()))
        refuse_newer(connection.execute("SELECT format FROM store").fetchone()[0])

    def _refuse_to_make_another(self) -> None:
        if self._sealed():
            raise KeyStoreError(
                f"the log holds sealed personal data, and its keys are gone: {self._path} is missing or empty; restore "
                "it from a backup, because a new one opens nothing of what was sealed"
            )

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise KeyStoreError(str(explained(error, self._path))) from error


def _is_made(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'store'").fetchone() is not None


def _make(connection: sqlite3.Connection, fingerprint: str) -> None:
    """Make the tables of a new store, within the transaction that is open."""
    script = (files("infra.sealing") / "schema_sqlite.sql").read_text()
    for statement in script.split(";\n"):  # executescript would commit first
        connection.execute(statement)
    connection.execute(
        "INSERT INTO master_key (generation, fingerprint, made_at) VALUES (1, ?, ?)",
        [fingerprint, time.time_ns() // 1000],
    )
    connection.execute("UPDATE store SET format = ?", [KEY_FORMAT])
