"""The key store in a PostgreSQL database, for several machines."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any, TypeVar

import psycopg
from psycopg import Connection, IsolationLevel
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

from infra.sealing.errors import KeyStoreError
from infra.sealing.making import refuse_another, refuse_newer, remember_first_master
from infra.sealing.master import MasterSource
from infra.sealing.postgres_errors import explained, explained_on_connecting
from infra.sealing.postgres_session import PostgresKeySession
from infra.sealing.session import KeySession, masters_of
from infra.sealing.store import KeyStore

T = TypeVar("T")
# Whoever makes keys holds this lock with others, whoever erases or begins a rotation holds it alone: so that no key is
# linked to a contact, or wrapped by the master key of before, unseen by them.
_SHARED = "SELECT pg_catalog.pg_advisory_xact_lock_shared(123::bigint << 56)"
_ALONE = "SELECT pg_catalog.pg_advisory_xact_lock(123::bigint << 56)"
_LOGS_OWN = (
    "RAPPORT_KEYS names a database that holds a log: whoever copies that would have the keys to it too; make another "
    "database for the keys"
)
_IS_MADE = "SELECT to_regclass('rapport_keys.store') IS NOT NULL"
_HOLDS_LOG = """
    SELECT EXISTS (
        SELECT FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = 'rapport' AND c.relname = 'stored_events'
    )
"""


class PostgresKeyStore(KeyStore):
    """The keys in the schema `rapport_keys`, which `make` makes, unless `sealed` says that there must have been one."""

    def __init__(self, url: str, source: MasterSource, sealed: Callable[[], bool]) -> None:
        super().__init__(source)
        self._url = url
        self._sealed = sealed
        self._connection: Connection[tuple[Any, ...]] | None = None

    @property
    def place(self) -> str:
        """See KeyStore."""
        parts = conninfo_to_dict(self._url)
        return f"the PostgreSQL database {parts.get('dbname', '')} on {parts.get('host', 'this machine')}"

    def is_made(self) -> bool:
        """See KeyStore."""
        found = self.run(lambda session: session.rows(_IS_MADE, {}), write=False)
        return bool(found[0][0])

    def make(self, *, lost: bool = False) -> None:
        """See KeyStore."""
        if not self.is_made():
            if not lost:
                refuse_another(self._sealed, self.place)
            self.run(self._fill, write=True, alone=True)
        if lost:
            self.run(lambda session: session.skip_numbers(), write=True, alone=True)

    def close(self) -> None:
        """See KeyStore."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def run(self, work: Callable[[KeySession], T], *, write: bool, alone: bool = False) -> T:
        """See KeyStore. A connection that broke since it was last used is made anew."""
        with self._lock:
            was_used = self._connection is not None
            try:
                return self._attempt(work, write=write, alone=alone)
            except psycopg.Error as error:
                if self._connection is not None and self._connection.closed:
                    self._connection = None
                if not was_used or self._connection is not None:
                    raise explained(error) from error
            return self.run(work, write=write, alone=alone)

    def settle(self) -> None:
        """See KeyStore. What the server wrote before is out of reach: docs/operations.md says what to do."""

    def _attempt(self, work: Callable[[KeySession], T], *, write: bool, alone: bool) -> T:
        if self._connection is None:
            self._connection = self._connect()
        connection = self._connection
        # Who waited for a lock must see what was committed meanwhile; who only reads, one state of it all.
        connection.isolation_level = IsolationLevel.READ_COMMITTED if write else IsolationLevel.REPEATABLE_READ
        with connection.transaction(), connection.cursor(binary=True) as cursor:
            if write:
                cursor.execute(_ALONE if alone else _SHARED)
            return work(PostgresKeySession(cursor))

    def _connect(self) -> Connection[tuple[Any, ...]]:
        try:
            connection = psycopg.connect(
                self._url, connect_timeout=10, autocommit=True, application_name="rapport keys"
            )
        except psycopg.Error as error:
            raise explained_on_connecting(error) from error
        try:
            connection.execute("SET search_path = rapport_keys, pg_catalog")
            _refuse_a_log(connection)
            session = PostgresKeySession(connection.cursor())
            if session.rows(_IS_MADE, {})[0][0]:
                refuse_newer(session)
        except BaseException:
            connection.close()
            raise
        return connection

    def _fill(self, session: KeySession) -> None:
        if self._connection is not None:  # the one that the session is on
            self._connection.execute(SQL((files("infra.sealing") / "schema_postgres.sql").read_text()))
        if not masters_of(session):  # another process may have been quicker
            remember_first_master(session, self.source.read_or_make())


def refuse_same(url: str, log_url: str) -> None:
    """Raise KeyStoreError if the keys' URL plainly names the log's database, be there a log in it yet or not."""
    keys, log = conninfo_to_dict(url), conninfo_to_dict(log_url)
    if all(keys.get(part) == log.get(part) for part in ("host", "hostaddr", "port", "dbname")):
        raise KeyStoreError(_LOGS_OWN)


def _refuse_a_log(connection: Connection[tuple[Any, ...]]) -> None:
    found = connection.execute(_HOLDS_LOG).fetchone()
    if found and found[0]:
        raise KeyStoreError(_LOGS_OWN)
