"""What PostgreSQL's errors mean to whoever runs the program. Passwords and values never stand in them."""

import psycopg
from eventsourcing.persistence import IntegrityError
from psycopg import errors as pg

from infra.log.errors import LogError, LogUnavailable

_INIT = "run `rapport init` with the owner's URL"
_EXPLANATIONS: tuple[tuple[type[psycopg.Error], str], ...] = (
    (pg.UndefinedTable, f"this database has no log yet: {_INIT}"),
    (pg.InvalidSchemaName, f"this database has no log yet: {_INIT}"),
    (pg.InsufficientPrivilege, f"this role may not use the log: connect as rapport_app, or {_INIT} to grant it"),
    (pg.DiskFull, "the disk of the PostgreSQL server is full: free some space there and run this again"),
    (pg.ReadOnlySqlTransaction, "this PostgreSQL server takes no writes (a standby, or set to read-only): use another"),
)
_PASSING: tuple[tuple[type[psycopg.Error], str], ...] = (
    (pg.TooManyConnections, "the PostgreSQL server has no connection left: try again, or raise its max_connections"),
    (pg.CannotConnectNow, "the PostgreSQL server is starting or stopping: try again in a moment"),
    (pg.AdminShutdown, "the PostgreSQL server was stopped meanwhile: run this again; nothing is taken twice"),
    (pg.CrashShutdown, "the PostgreSQL server crashed meanwhile: run this again; nothing is taken twice"),
)
_PASSING_ON_CONNECTING = (
    ("the database system is", "the PostgreSQL server is starting or stopping: try again in a moment"),
    ("too many", "the PostgreSQL server has no connection left: try again, or raise its max_connections"),
    ("remaining connection slots", "the PostgreSQL server has no connection left: try again, or raise max_connections"),
)
_ON_CONNECTING = (
    ("password authentication failed", "the PostgreSQL server refused the password: check RAPPORT_STORE"),
    ("no password supplied", "the PostgreSQL server wants a password: put it into RAPPORT_STORE"),
    ("pg_hba.conf", "the PostgreSQL server lets this user in from here under no method: see its pg_hba.conf"),
    ("role", "the PostgreSQL server does not know this user: `rapport init` makes the program's role"),
    ("database", "the PostgreSQL server has no such database: make it first, then run `rapport init`"),
)


def explained(error: Exception) -> LogError:
    """The error of the driver or the library as a LogError."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    for kind, explanation in _EXPLANATIONS:
        if isinstance(cause, kind):
            return LogError(explanation)
    for kind, explanation in _PASSING:
        if isinstance(cause, kind):
            return LogUnavailable(explanation)
    if isinstance(error, IntegrityError) or isinstance(cause, pg.UniqueViolation):
        return LogError("others kept writing about the same things: try again")
    if isinstance(cause, psycopg.OperationalError):
        return LogUnavailable("the connection to the PostgreSQL server broke: run this again; nothing is taken twice")
    return LogError(f"the log can't be used: {_first_line(cause or error)}")


def explained_on_connecting(error: Exception) -> LogError:
    """Why no connection came about."""
    text = str(error)
    for part, explanation in _PASSING_ON_CONNECTING:
        if part in text and "FATAL" in text:
            return LogUnavailable(explanation)
    for part, explanation in _ON_CONNECTING:
        if part in text and "FATAL" in text:
            return LogError(explanation)
    return LogUnavailable(f"the PostgreSQL server can't be reached: {_first_line(error)}")


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
