"""What PostgreSQL's errors mean to whoever runs the program, when it is about the tables."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg

from infra.log.postgres_errors import explained, explained_on_connecting

# What stands for trouble outside of the program. Anything else is a mistake of ours, and keeps its traceback.
OUTSIDE = (
    psycopg.OperationalError,  # the connection, and the server's want of disk, memory or connections
    pg.InsufficientPrivilege,
    pg.ReadOnlySqlTransaction,
)


def connect(url: str, application: str) -> psycopg.Connection:
    """A connection with autocommit, in UTC, known to the server by `application`. Raises LogError."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10, fallback_application_name=application)
    except psycopg.Error as error:
        raise explained_on_connecting(error) from error
    with explaining():
        connection.execute("SET TimeZone = 'UTC'")
    return connection


@contextmanager
def explaining() -> Iterator[None]:
    """Raise what goes wrong outside of the program as a LogError, which says what to do."""
    try:
        yield
    except OUTSIDE as error:
        raise explained(error) from error
