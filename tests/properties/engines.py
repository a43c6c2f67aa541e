"""The tables of a made-up log, as each engine computes them, live in batches or in full."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from domain.shared.envelope import Envelope
from domain.shared.identity import Identity
from infra.log.init import init_postgres
from infra.log.state import encode
from infra.tables.duckdb import DuckdbTables
from infra.tables.postgres import PostgresTables
from projections.definition import Definition
from tests.properties.history import Recorded

FIRST_RECORDED = datetime(2030, 1, 1, tzinfo=UTC)
IDENTITIES: Mapping[str, Identity] = {name: Identity(name.encode() * 8) for name in ("main", "other")}
Tables = DuckdbTables | PostgresTables


@dataclass(frozen=True, slots=True)
class StoredRow:
    """An event as the log's table holds it."""

    position: int
    tenant: str
    topic: str
    state: bytes
    recorded_at: datetime


def record(envelopes: Iterable[Envelope]) -> list[Recorded]:
    """What a log has recorded after these events came in, one a second; repeats are left out."""
    events: dict[tuple[str, UUID], Recorded] = {}
    for envelope in envelopes:
        identity, position = IDENTITIES[envelope.tenant], len(events) + 1
        event_id, subject_id = identity.event(envelope.source, envelope.id), identity.thing(envelope.subject)
        recorded_at = FIRST_RECORDED + timedelta(seconds=position)
        recorded = Recorded(position, recorded_at, event_id, subject_id, envelope, identity)
        events.setdefault((envelope.tenant, event_id), recorded)
    return list(events.values())


@contextmanager
def in_duckdb(events: Sequence[Recorded], definition: Definition) -> Iterator[DuckdbTables]:
    """Tables in memory that can read the log; nothing is taken yet."""
    log = _stored(events)
    tables = DuckdbTables(
        None, definition, "UTC", lambda after, upto, limit: [r for r in log if after < r.position <= upto][:limit]
    )
    try:
        yield tables
    finally:
        tables.close()


@contextmanager
def in_postgres(url: str, events: Sequence[Recorded], definition: Definition) -> Iterator[PostgresTables]:
    """Tables in an empty database, beside a log that holds the events; nothing is taken yet."""
    init_postgres(url)
    with psycopg.connect(url) as connection:
        connection.cursor().executemany(
            "INSERT INTO rapport.stored_events (originator_id, originator_version, topic, state, notification_id,"
            " tenant, recorded_at) VALUES (%s, 1, %s, %s, %s, %s, %s)",
            [
                (event.event_id, row.topic, row.state, row.position, row.tenant, row.recorded_at)
                for event, row in zip(events, _stored(events), strict=True)
            ],
        )
    tables = PostgresTables(url, definition, "UTC")
    try:
        yield tables
    finally:
        tables.close()


def take(tables: Tables, sizes: Iterable[int], upto: int) -> None:
    """Take the log's events live, in batches of these sizes and then the rest in one."""
    for size in sizes:
        tables.advance(upto, size)
    while tables.advance(upto, upto):
        pass


def rebuild(tables: Tables, upto: int) -> None:
    """Take all events into the facts, and then compute each model once, as a rebuild does."""
    while tables.stage(upto, upto):
        pass
    for _ in tables.compute():
        pass


def rows_of(tables: Tables, table: str) -> list[dict[str, Any]]:
    """A table's rows, by column name."""
    cursor = tables.connection.execute(f"SELECT * FROM {table}".encode().decode())
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _stored(events: Sequence[Recorded]) -> list[StoredRow]:
    return [
        StoredRow(e.position, e.tenant, e.envelope.type, encode(e.envelope, e.identity).state, e.recorded_at)
        for e in events
    ]
