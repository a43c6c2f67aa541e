"""Switching the names of tables in PostgreSQL: those beside take the place of those in use, in a short transaction."""

import time
from collections.abc import Iterator, Mapping, Sequence

import psycopg
from psycopg import errors

from consumers.project.projector import NothingToSwap
from projections.definition import SCHEMAS

BESIDE, KEPT, _PASSING = "_beside", "_kept", "_passing"
_PATIENCE = 30  # milliseconds for which all locks together are waited for; others wait behind us meanwhile
_PAUSE = 0.05  # seconds until the next attempt, in which those others read
_ATTEMPTS = 100
_BUSY = (
    "a query, such as one with --as-of, has read the facts all the time while they were to change places: stop it, and"
    " rebuild again, which goes on where it was"
)
# The log has the schema `rapport` too and stays; personal facts move with the schema they are in.
_OURS = """
    SELECT relname FROM pg_class
    WHERE relnamespace = to_regnamespace(%s) AND relkind IN ('r', 'v')
    AND (relname ~ '^(standing_)?fact_' OR relname IN ('progress', 'applied', 'model', 'taken_back'))
    ORDER BY relname
"""


def switch(connection: psycopg.Connection, place: str) -> None:
    """Let the tables at `place`, beside or kept, and those in use change names; those in use are kept then.

    Nobody is held up for longer than the locks may take to be had all at once, and the few statements after that.
    Raises NothingToSwap when others read facts all the time.
    """
    tables = {at: _tables(connection, at) for at in ("", place)}
    names = [f"rapport{at}.{table}" for at, found in tables.items() for table in found]
    statements = "; ".join(_statements(tables, place)).encode()  # in one go: no time passes on the way
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with connection.transaction():
                connection.execute(f"SET LOCAL statement_timeout = {_PATIENCE}".encode())
                connection.execute(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE".encode())
                connection.execute("SET LOCAL statement_timeout = 0")
                connection.execute(statements)
                return
        except errors.QueryCanceled as error:
            if attempt == _ATTEMPTS:
                raise NothingToSwap(_BUSY) from error
            time.sleep(_PAUSE)


def _statements(tables: Mapping[str, Sequence[str]], place: str) -> Iterator[str]:
    if place == KEPT:
        yield from _rename("", _PASSING, tables[""])
        yield from _rename(KEPT, "", tables[KEPT])
        yield from _rename(_PASSING, KEPT, tables[""])
    else:
        yield f"DROP TABLE IF EXISTS rapport{BESIDE}.finished, rapport{BESIDE}.copied"
        yield from _rename("", KEPT, tables[""])
        yield from _rename(place, "", tables[place])


def _rename(from_: str, to: str, tables: Sequence[str]) -> Iterator[str]:
    for schema in SCHEMAS:
        if schema != "rapport":
            yield f"ALTER SCHEMA {schema}{from_} RENAME TO {schema}{to}"
    if to:
        yield f"CREATE SCHEMA IF NOT EXISTS rapport{to}"
    for table in tables:
        yield f"ALTER TABLE rapport{from_}.{table} SET SCHEMA rapport{to}"
    if from_:
        yield f"DROP SCHEMA rapport{from_}"


def _tables(connection: psycopg.Connection, place: str) -> list[str]:
    return [table for (table,) in connection.execute(_OURS, [f"rapport{place}"]).fetchall()]
