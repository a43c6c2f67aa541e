"""Making the log in a PostgreSQL database: schemas, tables and roles, as the database's owner."""

import time
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import Connection, errors
from psycopg.sql import SQL, Identifier, Literal

from infra.log.errors import LogError, refuse_other_format
from infra.log.postgres_errors import explained, explained_on_connecting
from infra.log.postgres_recorder import schema_script

APP_ROLE = "rapport_app"
ANALYST_ROLE = "rapport_analyst"
_ATTEMPTS = 10
# One at a time in this database; the roles, which belong to the cluster, may still be another database's race.
_ALONE = "SELECT pg_catalog.pg_advisory_xact_lock(124::bigint << 56)"


def init_postgres(owner_url: str, app_password: str | None = None, analyst_password: str | None = None) -> None:
    """Make the schemas rapport, crm and personal, the log's tables and the two roles; again, it changes nothing.

    Without a password a role keeps the one it has. Raises LogError, with nothing half made.
    """
    try:
        connection = psycopg.connect(owner_url, connect_timeout=10)
    except psycopg.Error as error:
        raise explained_on_connecting(error) from error
    with connection:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with connection.transaction():
                    _make(connection, {APP_ROLE: app_password, ANALYST_ROLE: analyst_password})
            except (errors.InternalError_, errors.UniqueViolation) as error:
                # "tuple concurrently updated": another database's init changed the same roles.
                if attempt == _ATTEMPTS:
                    raise explained(error) from error
                time.sleep(0.05 * attempt)
            except errors.InsufficientPrivilege as error:
                raise LogError(f"this user may not make the log: {_first_line(error)}; connect as the owner") from error
            except psycopg.Error as error:
                raise explained(error) from error
            else:
                return


def _make(connection: Connection[Any], passwords: dict[str, str | None]) -> None:
    connection.execute(_ALONE)
    found = connection.execute("SELECT to_regclass('rapport.log_format') IS NOT NULL").fetchone()
    if found and found[0]:
        version = connection.execute("SELECT max(version) FROM rapport.log_format").fetchone()
        refuse_other_format(version[0] if version else None)
    connection.execute(SQL(schema_script()))
    connection.execute(SQL((files("infra.log") / "roles.sql").read_text()))
    for role, password in passwords.items():
        if password is not None:
            # Encrypted here: the server's own log may keep statements.
            secret = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
            connection.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(role), Literal(secret)))


def _first_line(error: psycopg.Error) -> str:
    return str(error).splitlines()[0]
