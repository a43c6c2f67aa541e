"""The tables of a made-up log, as each engine computes them, live in batches or in full."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from domain.shared.envelope import Envelope
from domain.shared.identity import Identity
from infra.log.init import init_postgres
from infra.log.rows import LogRow, as_microseconds
from infra.log.state import encode
from infra.tables.batches import Batches
from infra.tables.duckdb import DuckdbTables
from infra.tables.postgres import PostgresTables
from projections.definition import Definition, definition_for, facts_under
from tests.properties.history import Recorded
from tests.properties.sealing import keyring

FIRST_RECORDED = datetime(2030, 1, 1, tzinfo=UTC)
IDENTITIES: Mapping[str, Identity] = {name: Identity(name.encode() * 8) for name in ("main", "other")}
Tables = DuckdbTables | PostgresTables


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


class MemoryLog:
    """A log of events that tables in DuckDB read."""

    def __init__(self) -> None:
        self._rows: list[LogRow] = []

    def hold(self, events: Sequence[Recorded]) -> None:
        """Hold these events and no others."""
        self._rows = _stored(events)

    def read(self, after: int, upto: int, limit: int) -> list[LogRow]:
        """The events behind `after` up to `upto`, `limit` at most."""
        return [row for row in self._rows if after < row.position <= upto][:limit]


class PostgresLog:
    """The log in a database of its own, beside which tables in PostgreSQL stand."""

    def __init__(self, url: str) -> None:
        init_postgres(url)
        self._url = url

    def hold(self, events: Sequence[Recorded]) -> None:
        """Hold these events and no others."""
        rows = [
            (event.event_id, row.topic, row.state, row.position, row.tenant, event.recorded_at)
            for event, row in zip(events, _stored(events), strict=True)
        ]
        with psycopg.connect(self._url) as connection:
            connection.execute("DELETE FROM rapport.stored_events")
            connection.cursor().executemany(
                "INSERT INTO rapport.stored_events (originator_id, originator_version, topic, state, notification_id,"
                " tenant, recorded_at) VALUES (%s, 1, %s, %s, %s, %s, %s)",
                rows,
            )


def definition_of(*names: str) -> Definition:
    """What it takes to have these models or facts: them, what they read, and the facts under them."""
    everything = definition_for("crm", "personal")
    wanted = set(names)
    for model in reversed(everything.models):
        if model.name in wanted:
            wanted |= set(model.sources)
    models = tuple(model for model in everything.models if model.name in wanted)
    return Definition(facts_under(wanted), models)


@contextmanager
def in_duckdb(log: MemoryLog, definition: Definition) -> Iterator[DuckdbTables]:
    """Tables in memory; nothing is taken yet."""
    tables = DuckdbTables(None, definition, "UTC", Batches(log.read, keyring().sealing.unseal))
    try:
        yield tables
    finally:
        tables.close()


@contextmanager
def in_postgres(url: str, definition: Definition) -> Iterator[PostgresTables]:
    """Tables beside the log of a database; nothing is taken yet."""
    tables = PostgresTables(url, definition, "UTC", keyring().sealing.unseal)
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
    select = f"SELECT * FROM {table}"
    if isinstance(tables, DuckdbTables):
        cursor = tables.connection.execute(select)
        return _by_name(cursor.description, cursor.fetchall())
    rows = tables.connection.execute(select.encode())
    return _by_name(rows.description, rows.fetchall())


def _by_name(description: Sequence[Any] | None, rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    names = [column[0] for column in description or ()]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _stored(events: Sequence[Recorded]) -> list[LogRow]:
    return [
        LogRow(
            e.position,
            e.tenant,
            e.event_id.hex,
            e.envelope.type,
            keyring().sealing.seal(e.tenant, [encode(e.envelope, e.identity)])[0],
            as_microseconds(e.recorded_at),
        )
        for e in events
    ]
