"""What PostgreSQL's errors mean to whoever keeps keys in it. Passwords and values never stand in them."""

import psycopg
from psycopg import errors as pg

from infra.sealing.errors import KeyStoreError, KeyStoreUnavailable

_EXPLANATIONS: tuple[tuple[type[psycopg.Error], str], ...] = (
    (pg.UndefinedTable, "the database of RAPPORT_KEYS has no key store yet: run `rapport keys init`"),
    (pg.InvalidSchemaName, "the database of RAPPORT_KEYS has no key store yet: run `rapport keys init`"),
    (pg.InsufficientPrivilege, "the user in RAPPORT_KEYS may not use the key store: connect as who made it"),
    (pg.DiskFull, "the disk of the key store's PostgreSQL server is full: free some space there and run this again"),
    (pg.ReadOnlySqlTransaction, "the key store's PostgreSQL server takes no writes (a standby, or set to read-only)"),
)
_BUSY = "the key store's PostgreSQL server has no connection left: raise its max_connections"
_PASSING_ON_CONNECTING = (
    ("the database system is", "the key store's PostgreSQL server is starting or stopping: try again in a moment"),
    ("too many", _BUSY),
    ("remaining connection slots", _BUSY),
)
_ON_CONNECTING = (
    ("password authentication failed", "the key store's PostgreSQL server refused the password: check RAPPORT_KEYS"),
    ("no password supplied", "the key store's PostgreSQL server wants a password: put it into RAPPORT_KEYS"),
    ("pg_hba.conf", "the key store's PostgreSQL server lets this user in from here under no method: see pg_hba.conf"),
    ("role", "the key store's PostgreSQL server does not know the user in RAPPORT_KEYS"),
    ("database", "the PostgreSQL server of RAPPORT_KEYS has no such database: make it, then run `rapport keys init`"),
)


def explained(error: psycopg.Error) -> KeyStoreError:
    """The driver's error as a KeyStoreError."""
    for kind, explanation in _EXPLANATIONS:
        if isinstance(error, kind):
            return KeyStoreError(explanation)
    if isinstance(error, pg.TooManyConnections):
        return KeyStoreUnavailable(_BUSY)
    if isinstance(error, psycopg.OperationalError):
        return KeyStoreUnavailable("the connection to the key store's PostgreSQL server broke: run this again")
    return KeyStoreError(f"the key store can't be used: {_first_line(error)}")


def explained_on_connecting(error: psycopg.Error) -> KeyStoreError:
    """Why no connection came about."""
    text = str(error)
    for part, explanation in _PASSING_ON_CONNECTING:
        if part in text and "FATAL" in text:
            return KeyStoreUnavailable(explanation)
    for part, explanation in _ON_CONNECTING:
        if part in text and "FATAL" in text:
            return KeyStoreError(explanation)
    return KeyStoreUnavailable(f"the key store's PostgreSQL server can't be reached: {_first_line(error)}")


def _first_line(error: psycopg.Error) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
