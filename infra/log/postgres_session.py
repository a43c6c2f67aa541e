"""A transaction on PostgreSQL. The role may only SELECT and INSERT."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from psycopg import Cursor

from domain.catalog import BY_NAME, Stream
from infra.log.postgres_recorder import PostgresLogRecorder
from infra.log.rows import EventKey, Found, Known, NewEvent, Standing, known_since
from infra.log.state import trail_of

# LATERAL with LIMIT: each wanted id is looked up by its key. A plain join made the planner read the whole index,
# because a log grows faster than its statistics.
_KNOWN_THINGS = """
    SELECT wanted.id, known.position, known.digest FROM unnest(%b::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT k.position, k.digest FROM rapport.event_key AS k
        WHERE k.tenant = %s AND k.event_id = wanted.id LIMIT 1
    ) AS known
"""
_KNOWN_OWN = """
    SELECT wanted.id, known.notification_id, known.topic, known.state FROM unnest(%b::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT e.notification_id, e.topic, e.state FROM rapport.stored_events AS e
        WHERE e.originator_id = wanted.id AND e.originator_version = 1 AND e.tenant = %s LIMIT 1
    ) AS known
"""
_VERSIONS = """
    SELECT wanted.id, last.originator_version FROM unnest(%b::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT e.originator_version FROM rapport.stored_events AS e
        WHERE e.originator_id = wanted.id AND e.tenant = %s ORDER BY e.originator_version DESC LIMIT 1
    ) AS last
"""
_KEYS = """
    INSERT INTO rapport.event_key (tenant, event_id, digest, position)
    SELECT * FROM unnest(%b::text[], %b::uuid[], %b::text[], %b::bigint[])
"""
_STANDING = """
    SELECT wanted.id, s.position, s.event_position, s.digest, s.stream, s.stands FROM unnest(%b::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT l.* FROM rapport.event_standing AS l
        WHERE l.tenant = %s AND l.event_id = wanted.id ORDER BY l.position DESC LIMIT 1
    ) AS s
"""
_INSERT_STANDING = """
    INSERT INTO rapport.event_standing (tenant, event_id, position, event_position, digest, stream, stands)
    SELECT * FROM unnest(%b::text[], %b::uuid[], %b::bigint[], %b::bigint[], %b::text[], %b::text[], %b::boolean[])
"""
# Who takes events back, brings them back or takes them in again does so alone: an event that stands must not be taken
# again, and one that was taken again must not be brought back.
_ORDER = "SELECT pg_catalog.pg_advisory_xact_lock(122::bigint << 56)"
_FOUND = "SELECT notification_id, originator_id, topic, state FROM rapport.stored_events"
_HOLDING = f"{_FOUND} WHERE tenant = %s AND position(%b IN state) > 0 ORDER BY notification_id"
_AT = f"{_FOUND} WHERE notification_id = ANY(%b) AND tenant = %s ORDER BY notification_id"
_KNOWN_DEAD = """
    SELECT wanted.id FROM unnest(%b::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT 1 FROM rapport.dead_letter AS d WHERE d.tenant = %s AND d.dead_letter_id = wanted.id LIMIT 1
    ) AS known
"""
_DEAD = """
    INSERT INTO rapport.dead_letter
        (tenant, dead_letter_id, origin, place, source, reason, field, key_number, size, raw)
    VALUES (
        %(tenant)s, %(dead_letter_id)s, %(origin)s, %(place)s, %(source)s, %(reason)s, %(field)s, %(key_number)s,
        %(size)s, %(raw)b
    )
    ON CONFLICT DO NOTHING
"""


class PostgresSession:
    """What Session asks for, in PostgreSQL's SQL."""

    def __init__(self, cursor: Cursor[tuple[Any, ...]], recorder: PostgresLogRecorder) -> None:
        self._cursor = cursor
        self._recorder = recorder

    def fingerprint(self, tenant: str) -> str | None:
        """See Session."""
        found = self._cursor.execute("SELECT fingerprint FROM rapport.tenant WHERE tenant = %s", [tenant]).fetchone()
        return None if found is None else str(found[0])

    def remember(self, tenant: str, fingerprint: str) -> None:
        """See Session."""
        self._cursor.execute(
            "INSERT INTO rapport.tenant (tenant, fingerprint) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [tenant, fingerprint],
        )

    def known(self, tenant: str, event_ids: Sequence[UUID]) -> dict[UUID, Known]:
        """See Session."""
        wanted = list(event_ids)
        found = {
            id_: Known(position, digest, Stream.THING)
            for id_, position, digest in self._cursor.execute(_KNOWN_THINGS, [wanted, tenant])
        }
        for id_, position, topic, state in self._cursor.execute(_KNOWN_OWN, [wanted, tenant]):
            if BY_NAME[topic][0].stream is Stream.OWN:
                found[id_] = Known(position, trail_of(state).digest, Stream.OWN)
        return found | known_since(self.standing(tenant, list(found))) if found else found

    def standing(self, tenant: str, event_ids: Sequence[UUID]) -> dict[UUID, Standing]:
        """See Session."""
        return {
            id_: Standing(tenant, id_, position, event, digest, Stream(stream), stands)
            for id_, position, event, digest, stream, stands in self._cursor.execute(
                _STANDING, [list(event_ids), tenant]
            )
        }

    def insert_standing(self, rows: Sequence[Standing]) -> None:
        """See Session."""
        columns = [list(column) for column in zip(*rows, strict=True)]
        columns[5] = [row.stream.value for row in rows]
        self._cursor.execute(_INSERT_STANDING, columns)

    def order_voids(self) -> None:
        """See Session."""
        self._cursor.execute(_ORDER)

    def holding(self, tenant: str, mark: bytes) -> list[Found]:
        """See Session."""
        return _found(self._cursor.execute(_HOLDING, [tenant, mark]))

    def at(self, tenant: str, positions: Sequence[int]) -> list[Found]:
        """See Session."""
        return _found(self._cursor.execute(_AT, [list(positions), tenant]))

    def versions(self, tenant: str, streams: Sequence[UUID]) -> dict[UUID, int]:
        """See Session."""
        return dict(self._cursor.execute(_VERSIONS, [list(streams), tenant]).fetchall())

    def insert(self, events: Sequence[NewEvent]) -> list[int]:
        """See Session."""
        self._recorder.insert_rows(self._cursor, events)
        return [position for (position,) in self._cursor]

    def insert_keys(self, keys: Sequence[EventKey]) -> None:
        """See Session."""
        self._cursor.execute(_KEYS, [list(column) for column in zip(*keys, strict=True)])

    def known_dead(self, tenant: str, letters: Sequence[UUID]) -> set[UUID]:
        """See Session."""
        return {id_ for (id_,) in self._cursor.execute(_KNOWN_DEAD, [list(letters), tenant])}

    def insert_dead(self, letters: Sequence[Mapping[str, Any]]) -> int:
        """See Session."""
        self._cursor.executemany(_DEAD, letters)
        return self._cursor.rowcount

    def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """See Session."""
        self._cursor.execute(_with_names(statement), parameters)
        return self._cursor.fetchall()


def _found(rows: Iterable[tuple[Any, ...]]) -> list[Found]:
    return [Found(position, stream, topic, bytes(state)) for position, stream, topic, state in rows]


@cache
def _with_names(statement: str) -> bytes:
    """SQLite's `:name` as psycopg's `%(name)s`; as bytes, which psycopg takes from elsewhere than a literal."""
    return re.sub(r":(\w+)", r"%(\1)s", statement).encode()
