"""A transaction on SQLite, where ids are texts of 32 hexadecimal digits and times are microseconds."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.catalog import BY_NAME, Stream
from infra.log.rows import EventKey, Found, Known, NewEvent, Standing, as_microseconds, known_since
from infra.log.sqlite_recorder import SqliteLogRecorder
from infra.log.state import trail_of

# CROSS JOIN keeps the order: each wanted id is looked up, whatever the planner thinks of the table's size.
_KNOWN_THINGS = """
    SELECT k.event_id, k.position, k.digest FROM json_each(?) AS wanted
    CROSS JOIN event_key AS k ON k.tenant = ? AND k.event_id = wanted.value
"""
_KNOWN_OWN = """
    SELECT e.originator_id, e.notification_id, e.topic, e.state FROM json_each(?) AS wanted
    CROSS JOIN stored_events AS e
    ON e.originator_id = wanted.value AND e.originator_version = 1 AND e.tenant = ?
"""
_VERSIONS = """
    SELECT wanted.value, (
        SELECT e.originator_version FROM stored_events AS e
        WHERE e.originator_id = wanted.value AND e.tenant = ? ORDER BY e.originator_version DESC LIMIT 1
    ) FROM json_each(?) AS wanted
"""
_STANDING = """
    SELECT s.event_id, s.position, s.event_position, s.digest, s.stream, s.stands FROM json_each(?) AS wanted
    CROSS JOIN event_standing AS s ON s.tenant = ? AND s.event_id = wanted.value AND s.position = (
        SELECT max(l.position) FROM event_standing AS l WHERE l.tenant = s.tenant AND l.event_id = s.event_id
    )
"""
_FOUND = "SELECT notification_id, originator_id, topic, state FROM stored_events"
_HOLDING = f"{_FOUND} WHERE tenant = ? AND instr(state, ?) > 0 ORDER BY notification_id"
_AT = f"{_FOUND} WHERE notification_id IN (SELECT value FROM json_each(?)) AND tenant = ? ORDER BY notification_id"
_KNOWN_DEAD = """
    SELECT d.dead_letter_id FROM json_each(?) AS wanted
    CROSS JOIN dead_letter AS d ON d.tenant = ? AND d.dead_letter_id = wanted.value
"""
_DEAD = """
    INSERT INTO dead_letter
        (tenant, dead_letter_id, origin, place, source, reason, field, key_number, size, raw, received_at)
    VALUES (
        :tenant, :dead_letter_id, :origin, :place, :source, :reason, :field, :key_number, :size, :raw, :received_at
    )
    ON CONFLICT DO NOTHING
"""


class SqliteSession:
    """What Session asks for, in SQLite's SQL."""

    def __init__(self, cursor: sqlite3.Cursor, recorder: SqliteLogRecorder) -> None:
        self._cursor = cursor
        self._recorder = recorder

    def fingerprint(self, tenant: str) -> str | None:
        """See Session."""
        row = self._cursor.execute("SELECT fingerprint FROM tenant WHERE tenant = ?", [tenant]).fetchone()
        return None if row is None else str(row[0])

    def remember(self, tenant: str, fingerprint: str) -> None:
        """See Session."""
        self._cursor.execute("INSERT OR IGNORE INTO tenant (tenant, fingerprint) VALUES (?, ?)", [tenant, fingerprint])

    def known(self, tenant: str, event_ids: Sequence[UUID]) -> dict[UUID, Known]:
        """See Session."""
        wanted = _json(event_ids)
        found = {
            UUID(id_): Known(position, digest, Stream.THING)
            for id_, position, digest in self._cursor.execute(_KNOWN_THINGS, [wanted, tenant])
        }
        for id_, position, topic, state in self._cursor.execute(_KNOWN_OWN, [wanted, tenant]):
            if BY_NAME[topic][0].stream is Stream.OWN:
                found[UUID(id_)] = Known(position, trail_of(state).digest, Stream.OWN)
        return found | known_since(self.standing(tenant, list(found))) if found else found

    def standing(self, tenant: str, event_ids: Sequence[UUID]) -> dict[UUID, Standing]:
        """See Session."""
        return {
            UUID(id_): Standing(tenant, UUID(id_), position, event, digest, Stream(stream), bool(stands))
            for id_, position, event, digest, stream, stands in self._cursor.execute(
                _STANDING, [_json(event_ids), tenant]
            )
        }

    def insert_standing(self, rows: Sequence[Standing]) -> None:
        """See Session."""
        self._cursor.executemany(
            "INSERT INTO event_standing (tenant, event_id, position, event_position, digest, stream, stands)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(*row[:1], row.event_id.hex, *row[2:5], row.stream.value, int(row.stands)) for row in rows],
        )

    def order_voids(self) -> None:
        """See Session. One transaction writes at a time here."""

    def holding(self, tenant: str, mark: bytes) -> list[Found]:
        """See Session."""
        return _found(self._cursor.execute(_HOLDING, [tenant, mark]))

    def at(self, tenant: str, positions: Sequence[int]) -> list[Found]:
        """See Session."""
        return _found(self._cursor.execute(_AT, [json.dumps(list(positions)), tenant]))

    def versions(self, tenant: str, streams: Sequence[UUID]) -> dict[UUID, int]:
        """See Session."""
        rows = self._cursor.execute(_VERSIONS, [tenant, _json(streams)])
        return {UUID(stream): version for stream, version in rows if version is not None}

    def insert(self, events: Sequence[NewEvent]) -> list[int]:
        """See Session."""
        return self._recorder.insert_rows(self._cursor, events)

    def insert_keys(self, keys: Sequence[EventKey]) -> None:
        """See Session."""
        self._cursor.executemany(
            "INSERT INTO event_key (tenant, event_id, digest, position) VALUES (?, ?, ?, ?)",
            [(key.tenant, key.event_id.hex, key.digest, key.position) for key in keys],
        )

    def known_dead(self, tenant: str, letters: Sequence[UUID]) -> set[UUID]:
        """See Session."""
        return {UUID(id_) for (id_,) in self._cursor.execute(_KNOWN_DEAD, [_json(letters), tenant])}

    def insert_dead(self, letters: Sequence[Mapping[str, Any]]) -> int:
        """See Session."""
        now = datetime.now(UTC)
        rows = [_bound({**letter, "received_at": now}) for letter in letters]
        return self._cursor.executemany(_DEAD, rows).rowcount

    def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """See Session."""
        return self._cursor.execute(statement, _bound(parameters)).fetchall()


def _found(rows: Iterable[tuple[Any, ...]]) -> list[Found]:
    return [Found(position, UUID(stream), topic, bytes(state)) for position, stream, topic, state in rows]


def _json(ids: Sequence[UUID]) -> str:
    return json.dumps([id_.hex for id_ in ids])


def _bound(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in parameters.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return as_microseconds(value) if isinstance(value, datetime) else value
