"""The peer that somebody would write for this one table: upserts with psycopg, from our log.

Batches of 1,000 events have one statement for each kind of row, and one commit. Done event by event, each event has its
own upsert and its own commit with the position, as the runner does it; the log is read in batches all the same.
"""

from collections.abc import Sequence
from typing import Any

import psycopg

from tests.bench.measuring import stopwatch
from tests.bench.timeline import TABLES, Happening, kind_of, read_happening

PEER = "psycopg, batches of 1,000"
ONE_BY_ONE = "psycopg, an UPSERT and a commit per event"
_BATCH = 1_000
_END = 2**63 - 1
_READ = (
    "SELECT notification_id, topic, state FROM rapport.stored_events"
    " WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id LIMIT %s"
)
_NAME_CONTACTS = "INSERT INTO thing_contact SELECT * FROM unnest(%s::uuid[], %s::uuid[]) ON CONFLICT DO NOTHING"
_UPSERT = "ON CONFLICT (contact_id, event_id) DO UPDATE SET occurred_at = excluded.occurred_at, kind = excluded.kind"
_OF_CONTACTS = f"""
    INSERT INTO contact_timeline (contact_id, occurred_at, kind, event_type, event_id)
    SELECT DISTINCT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::uuid[]) {_UPSERT}
"""
_OF_THINGS = f"""
    INSERT INTO contact_timeline (contact_id, occurred_at, kind, event_type, event_id)
    SELECT p.contact_id, e.occurred_at, e.kind, e.event_type, e.event_id
    FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::uuid[])
    AS e (thing_id, occurred_at, kind, event_type, event_id)
    INNER JOIN thing_contact AS p ON p.thing_id = e.thing_id {_UPSERT}
"""


def project(url: str, upto: int | None = None, at_once: int = _BATCH) -> float:
    """Project the log, all of it or up to a position, from an empty table on; returns events a second.

    `at_once` is how many events have a statement and a commit together.
    """
    with psycopg.connect(url) as connection:
        _make_tables(connection)
        done = position = 0
        with stopwatch() as watch:
            while rows := connection.execute(_READ, [position, _END if upto is None else upto, _BATCH]).fetchall():
                position = rows[-1][0]
                done += len(rows)
                for start in range(0, len(rows), at_once):
                    _take(connection, rows[start : start + at_once])
    return done / watch.seconds


def _make_tables(connection: psycopg.Connection) -> None:
    connection.execute("DROP SCHEMA IF EXISTS by_hand CASCADE")
    connection.execute("CREATE SCHEMA by_hand")
    connection.execute("SET search_path = by_hand")
    for statement in (*TABLES, "CREATE TABLE position (position bigint)", "INSERT INTO position VALUES (0)"):
        connection.execute(statement.encode())
    connection.commit()


def _take(connection: psycopg.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    _apply(connection, [read_happening(topic, state) for _, topic, state in rows])
    connection.execute("UPDATE position SET position = %s", [rows[-1][0]])
    connection.commit()


def _apply(connection: psycopg.Connection, happenings: Sequence[Happening]) -> None:
    named = [
        (one.thing_id, contact) for one in happenings if one.area in {"deal", "ticket"} for contact in one.contacts
    ]
    own = [
        (contact, *_told(one)) for one in happenings if one.area in {"activity", "contact"} for contact in one.contacts
    ]
    of_things = [(one.thing_id, *_told(one)) for one in happenings if one.area in {"deal", "ticket"}]
    for statement, rows in ((_NAME_CONTACTS, named), (_OF_CONTACTS, own), (_OF_THINGS, of_things)):
        if rows:
            connection.execute(statement.encode(), [list(column) for column in zip(*rows, strict=True)])


def _told(one: Happening) -> tuple[Any, ...]:
    return one.occurred_at, kind_of(one.event_type), one.event_type, one.event_id
