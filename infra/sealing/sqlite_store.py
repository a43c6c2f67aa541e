"""The key store in an SQLite file."""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from infra.log.sqlite_errors import explained
from infra.sealing.errors import KeyStoreError
from infra.sealing.making import refuse_another, refuse_newer, remember_first_master
from infra.sealing.master import MasterSource
from infra.sealing.session import KeySession
from infra.sealing.sqlite_session import SqliteKeySession
from infra.sealing.store import KeyStore

T = TypeVar("T")
_LOCK_TIMEOUT = 30  # seconds to wait for another process's transaction
_SETTINGS = ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "cell_size_check = ON")


class SqliteKeyStore(KeyStore):
    """The keys in one file, which is made on first use, unless `sealed` says that the log was sealed already."""

    def __init__(self, path: Path, source: MasterSource, sealed: Callable[[], bool]) -> None:
        super().__init__(source)
        self._path = path
        self._sealed = sealed
        self._patience: float = _LOCK_TIMEOUT
        self._connection: sqlite3.Connection | None = None

    @property
    def place(self) -> str:
        """See KeyStore."""
        return str(self._path)

    def is_made(self) -> bool:
        """See KeyStore."""
        return self._path.exists()

    def make(self, *, lost: bool = False) -> None:
        """See KeyStore."""
        with self._lock, self._explaining():
            self._connection = self._connection or self._open(lost=lost)
        if lost:
            self.run(lambda session: session.skip_numbers(), write=True, alone=True)

    def close(self) -> None:
        """See KeyStore."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def run(self, work: Callable[[KeySession], T], *, write: bool, alone: bool = False) -> T:  # noqa: ARG002 - it is
        """See KeyStore."""
        with self._lock, self._explaining():
            self._connection = self._connection or self._open()
            return _in_transaction(self._connection, work, write=write)

    def settle(self) -> None:
        """See KeyStore. What was overwritten in its place still stands in the file that is written ahead."""
        until = time.monotonic() + self._patience
        # Who finds another program at the same is told so at once, whatever the timeout.
        while not self._cut_off():
            if time.monotonic() > until:
                raise KeyStoreError(
                    f"what was destroyed still stands in {self._path}-wal, because another program has been reading "
                    "the key store for too long: run this again when it is done"
                )
            time.sleep(random.uniform(0.001, 0.02))  # noqa: S311 - only spreads them

    def _cut_off(self) -> bool:
        with self._lock, self._explaining():
            self._connection = self._connection or self._open()
            busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    def _open(self, *, lost: bool = False) -> sqlite3.Connection:
        sealed = (lambda: False) if lost else self._sealed
        if not self._path.exists():
            refuse_another(sealed, self.place)
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        # One connection for all threads, one after the other: the store's lock sees to it.
        connection = sqlite3.connect(self._path, timeout=_LOCK_TIMEOUT, isolation_level=None, check_same_thread=False)
        try:
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}").fetchone()
            if not _is_made(connection):
                refuse_another(sealed, self.place)  # asked before the write lock is held
                _in_transaction(connection, lambda session: self._fill(connection, session), write=True)
            refuse_newer(SqliteKeySession(connection))
        except BaseException:
            connection.close()
            raise
        return connection

    def _fill(self, connection: sqlite3.Connection, session: KeySession) -> None:
        if _is_made(connection):  # by another process, meanwhile
            return
        script = (files("infra.sealing") / "schema_sqlite.sql").read_text()
        for statement in script.split(";\n"):  # executescript would commit first
            connection.execute(statement)
        remember_first_master(session, self.source.read_or_make())

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise KeyStoreError(str(explained(error, self._path))) from error


def _is_made(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'store'").fetchone() is not None


def _in_transaction(connection: sqlite3.Connection, work: Callable[[KeySession], T], *, write: bool) -> T:
    connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    try:
        result = work(SqliteKeySession(connection))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result
