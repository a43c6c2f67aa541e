"""The library's datastore for a connection URL: its pool, in front of which connections that just served are kept."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from eventsourcing import persistence
from eventsourcing.postgres import PostgresDatastore
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row

SCHEMA = "rapport"
_TRUSTED = 0.5  # seconds for which a connection that worked is taken to work
# The library's errors by the driver's, the special ones first.
_ERRORS: tuple[tuple[type[psycopg.Error], type[persistence.PersistenceError]], ...] = (
    (psycopg.InterfaceError, persistence.InterfaceError),
    (psycopg.OperationalError, persistence.OperationalError),
    (psycopg.DataError, persistence.DataError),
    (psycopg.IntegrityError, persistence.IntegrityError),
    (psycopg.InternalError, persistence.InternalError),
    (psycopg.ProgrammingError, persistence.ProgrammingError),
    (psycopg.NotSupportedError, persistence.NotSupportedError),
    (psycopg.DatabaseError, persistence.DatabaseError),
    (psycopg.Error, persistence.PersistenceError),
)


class LogDatastore(PostgresDatastore):
    """The library's datastore for a connection URL with all its options, in UTC, with our schema first.

    A connection that just served is at hand for who asks next: the pool's way to it and back, and the question whether
    it still lives, take as long as appending an event.
    """

    def __init__(self, url: str, *, idle_in_transaction_seconds: float = 60, connections: int = 10) -> None:
        super().__init__(
            dbname="",
            host="",
            port="",
            user="",
            password="",
            # A transaction that wrote and then hangs would hold all readers back: the server ends it.
            idle_in_transaction_session_timeout=idle_in_transaction_seconds,
            pool_size=1,
            max_overflow=connections - 1,
            connect_timeout=10,
            schema=SCHEMA,
            pre_ping=True,
        )
        self.pool.kwargs = {"application_name": "rapport", **conninfo_to_dict(url), "row_factory": dict_row}
        self._at_hand: list[tuple[float, Connection[DictRow]]] = []
        self._waiting = 0  # for the pool: whoever is done gives to them first
        self._lock = threading.Lock()

    @contextmanager
    def get_connection(self) -> Iterator[Connection[DictRow]]:
        """A connection in autocommit mode. Raises the library's errors for the driver's."""
        connection = None
        try:
            connection = self._taken()
            yield connection
        except psycopg.Error as error:
            if isinstance(error, psycopg.InterfaceError | psycopg.OperationalError):
                self._doubt_all()  # when one breaks, the others are no longer trusted either
            raise next(ours for theirs, ours in _ERRORS if isinstance(error, theirs))(str(error)) from error
        finally:
            if connection is not None:
                self._give_back(connection)

    def close(self) -> None:
        """Close all connections that nobody uses."""
        if hasattr(self, "_at_hand"):  # the library closes what was never opened too
            self._doubt_all()
        super().close()

    def after_connect_func(self) -> Callable[[Connection[Any]], None]:
        """What a new connection is set to."""
        stock = super().after_connect_func()

        def after_connect(connection: Connection[Any]) -> None:
            stock(connection)
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET search_path = rapport")

        return after_connect

    def _taken(self) -> Connection[DictRow]:
        with self._lock:
            if self._at_hand:
                served_at, connection = self._at_hand.pop()
                if time.monotonic() - served_at < _TRUSTED:
                    return connection
                self.pool.putconn(connection)
            self._waiting += 1
        try:
            self.pool.open()
            return self.pool.getconn()
        finally:
            with self._lock:
                self._waiting -= 1

    def _give_back(self, connection: Connection[DictRow]) -> None:
        idle = connection.pgconn.transaction_status == TransactionStatus.IDLE  # neither broken nor in a transaction
        with self._lock:
            if idle and not self._waiting:
                self._at_hand.append((time.monotonic(), connection))
                return
        self.pool.putconn(connection)

    def _doubt_all(self) -> None:
        with self._lock:
            doubted, self._at_hand = self._at_hand, []
        for _, connection in doubted:
            self.pool.putconn(connection)
