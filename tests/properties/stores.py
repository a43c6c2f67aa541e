"""The tables of a log on both engines, kept over many histories: made once, emptied for each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from infra.history.segment import Segment
from infra.history.writing import write_segment
from infra.log.init import init_postgres
from infra.log.rows import LogRow, as_time
from infra.tables.batches import Batches
from infra.tables.duckdb import DuckdbTables
from infra.tables.postgres import PostgresTables
from infra.tables.postgres_hands import Hands
from projections.definition import Definition, definition_for
from projections.model import Model
from tests.properties.sealing import keyring

MAIN, PERSONAL, ALL = definition_for("crm"), definition_for("personal"), definition_for("crm", "personal")
# When the tables took an event in is the clock's to say, not the events'.
BY_THE_CLOCK = {"freshness": {"applied_at"}}

Tables = DuckdbTables | PostgresTables
Row = Mapping[str, Any]


@dataclass
class Store:
    """A log's rows, and the tables of both engines that are computed from them."""

    tables: Mapping[str, Tables]
    log: list[LogRow] = field(default_factory=list)
    postgres: psycopg.Connection | None = None
    hands: Hands | None = None  # PostgreSQL's, which compute side by side

    def begin(self, rows: Sequence[LogRow], timezone: str) -> None:
        """Forget all events, and have a log with these."""
        self.log[:] = rows
        if self.postgres is not None:
            self.postgres.execute("TRUNCATE rapport.stored_events")
            self.postgres.cursor().executemany(
                "INSERT INTO rapport.stored_events (originator_id, originator_version, topic, state, notification_id,"
                " tenant, recorded_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [
                    (r.originator_id, r.position, r.topic, r.state, r.position, r.tenant, as_time(r.recorded_at))
                    for r in rows
                ],
            )
        for tables in self.tables.values():
            tables._timezone = timezone
            tables.reset()

    @property
    def head(self) -> int:
        return self.log[-1].position if self.log else 0


@contextmanager
def in_duckdb(*definitions: Definition) -> Iterator[Store]:
    """A store with tables in memory, a set per definition."""
    log: list[LogRow] = []

    def read(after: int, upto: int, limit: int) -> list[LogRow]:
        return [row for row in log if after < row.position <= upto][:limit]

    wanted = enumerate(definitions or (MAIN, PERSONAL), start=1)
    batches = Batches(read, keyring().sealing.unseal)
    tables = {f"DuckDB {n}": DuckdbTables(None, definition, "UTC", batches) for n, definition in wanted}
    try:
        yield Store(tables, log)
    finally:
        for one in tables.values():
            one.close()


@contextmanager
def on_both_engines(url: str) -> Iterator[Store]:
    """A store with tables in memory and in an empty PostgreSQL database."""
    init_postgres(url)
    with ExitStack() as stack:
        store = stack.enter_context(in_duckdb())
        connection, *more = (stack.enter_context(psycopg.connect(url, autocommit=True)) for _ in range(3))
        postgres = PostgresTables(url, ALL, "UTC", keyring().sealing.unseal)
        try:
            yield Store({**store.tables, "PostgreSQL": postgres}, store.log, connection, Hands(ALL, more))
        finally:
            postgres.close()


def take_live(store: Store, sizes: Iterable[int]) -> None:
    """Take the log's events in batches of these sizes, and the rest at once."""
    for tables in store.tables.values():
        for size in sizes:
            tables.advance(store.head, size)
        while tables.advance(store.head, len(store.log) + 1):
            pass


def take_again(store: Store, since: int) -> None:
    """Let all tables take what stands behind a position once more, as if they had forgotten that they did."""
    for tables in store.tables.values():
        tables._move("facts_position, models_position", since)
        while tables.advance(store.head, len(store.log) + 1):
            pass


def rebuild(store: Store) -> None:
    """Stage all events anew, and compute each model once."""
    for tables in store.tables.values():
        tables.reset()
        while tables.stage(store.head, 20):
            pass
        for _ in tables.compute():
            pass


def rebuild_from_history(store: Store, timezone: str, parts: int) -> None:
    """The same, with all events but the last in so many segments; on PostgreSQL by several hands."""
    rows, size = store.log[:-1], max(1, -(-(len(store.log) - 1) // parts))
    with TemporaryDirectory() as folder:
        segments, after = list[Segment](), 0
        for first in range(0, len(rows), size):
            segments.append(write_segment(Path(folder), after, rows[first : first + size], timezone))
            after = segments[-1].last
        history = _History(segments)
        for tables in store.tables.values():
            if isinstance(tables, DuckdbTables):
                tables._history = history
            else:
                tables._history, tables._hands = lambda: history, store.hands
        rebuild(store)
        for tables in store.tables.values():
            tables._history = None
            if isinstance(tables, PostgresTables):
                tables._hands = None


@dataclass(frozen=True)
class _History:
    """Segments, one behind the other."""

    segments: Sequence[Segment]

    def behind(self, position: int, upto: int) -> Sequence[Segment]:
        found = [segment for segment in self.segments if segment.after >= position and segment.last <= upto]
        return found if found and found[0].after == position else []


def snapshot(tables: Tables) -> dict[str, list[Row]]:
    """All rows of all models that these tables hold."""
    return {model.name: _rows(tables, model) for model in tables._definition.models}


def _rows(tables: Tables, model: Model) -> list[Row]:
    cursor = tables.connection.execute(f"SELECT * FROM {model.qualified}")
    names = [column[0] for column in cursor.description or ()]
    left_out = BY_THE_CLOCK.get(model.name, set())
    return [
        {name: value for name, value in zip(names, row, strict=True) if name not in left_out}
        for row in cursor.fetchall()
    ]
